/**
 * Writes the files of a cluster into a folder.
 *
 *   npx tsx deploy/cluster/source/write-cluster.ts FOLDER NAME=ZONE=HOST:PORT...
 *
 * Run again with one more node, and only the shards that it takes change place.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type AddressedNode, clusterFiles, EXAMPLE } from "./cluster-configs.ts";

function nodeOf(text: string): AddressedNode {
  const [name, zone, address] = text.split("=");
  if (!name || !zone || !address) throw new Error(`${text}: want NAME=ZONE=HOST:PORT`);
  return { name, zone, address };
}

const [folder, ...words] = process.argv.slice(2);
if (folder === undefined) throw new Error("want a folder, and nodes as NAME=ZONE=HOST:PORT");
const nodes = words.length === 0 ? EXAMPLE.nodes : words.map(nodeOf);
mkdirSync(folder, { recursive: true });
for (const [name, text] of clusterFiles({ ...EXAMPLE, nodes }, resolve(folder))) {
  writeFileSync(join(folder, name), text);
}
