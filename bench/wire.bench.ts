/**
 * Wire bench: what one sample costs on its way from a request body to the columns of a batch.
 *
 * Bodies are those of the load generator: 12 labels and 300 bytes of label text per series, 2,000
 * series of one sample per request, 393 bytes decoded and 43 compressed per sample. CPU time, best
 * of the rounds. One case per process, since the compiler's state matters: cases are run in child
 * processes.
 *
 *   npm run bench:wire
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { uncompress } from "snappyjs";
import { Prng } from "../src/base/prng.ts";
import { scanWriteRequest } from "../src/wire/scan-write-request.ts";
import { SnappyDecoder } from "../src/wire/snappy-decoder.ts";
import { WriteBatch } from "../src/wire/write-batch.ts";
import { Cluster } from "./load/cluster.ts";
import { generateRequests, type LoadRequest } from "./load/request-stream.ts";
import { appendResult, machine, printTable } from "./results.ts";

const LIMIT_BYTES = 32 * 2 ** 20;
const ROUNDS = 15;

function requests(): LoadRequest[] {
  const random = new Prng(1);
  const all: LoadRequest[] = [];
  const cluster = new Cluster(10_000, 15_000, random);
  const endMs = Date.UTC(2026, 10, 23);
  const settings = { cycles: 12, intervalMs: 15_000, endMs, queues: 4, samplesPerRequest: 2000 };
  generateRequests(cluster, random, settings, (request) => all.push(request));
  return all;
}

const decoder = new SnappyDecoder();
const batch = new WriteBatch();

const CASES: Readonly<Record<string, (all: readonly LoadRequest[]) => () => void>> = {
  "snappyjs uncompress": (all) => () => {
    for (const { body } of all) uncompress(body, LIMIT_BYTES);
  },
  "snappy decode": (all) => () => {
    for (const { body } of all) decoder.decode(body, LIMIT_BYTES);
  },
  "scan write request": (all) => {
    const decoded = all.map(({ body }) => decoder.decode(body, LIMIT_BYTES).slice());
    return () => {
      for (const bytes of decoded) scanWriteRequest(bytes, batch);
    };
  },
  "snappy decode + scan": (all) => () => {
    for (const { body } of all) scanWriteRequest(decoder.decode(body, LIMIT_BYTES), batch);
  },
};

/** Nanoseconds of CPU per sample, the best of all rounds. */
function measure(name: string): number {
  const all = requests();
  const samples = all.reduce((sum, request) => sum + request.sampleCount, 0);
  const round = CASES[name]!(all);
  let best = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const before = process.cpuUsage();
    round();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1000) / samples);
  }
  return best;
}

const [chosen] = process.argv.slice(2);
if (chosen !== undefined) {
  console.log(measure(chosen));
} else {
  const rows = Object.keys(CASES).map((name) => {
    const self = fileURLToPath(import.meta.url);
    const child = spawnSync(process.execPath, ["--import", "tsx", self, name], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    return { case: name, "ns CPU/sample": Number(child.stdout).toFixed(0) };
  });
  printTable(rows);
  const file = fileURLToPath(new URL("results/wire.jsonl", import.meta.url));
  appendResult(file, { ...machine(), rows });
}
