/** Journals that older programs wrote. */
import { expect, it } from "vitest";
import { crc32c } from "../../src/base/crc32c.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import {
  JOURNAL_VERSION,
  SEGMENT_CRC_AT,
  SEGMENT_HEADER_BYTES,
} from "../../src/journal/journal-format.ts";
import { settled } from "../sim/manual-timers.ts";
import { SimulatedNode } from "../sim/simulated-node.ts";

const JOURNAL = "/data/journal";
const VERSION_AT = 8;

/** Says in the header of every segment that it has this version. */
async function relabel(disk: MemoryDisk, version: number): Promise<void> {
  for (const name of await disk.list(JOURNAL)) {
    const path = `${JOURNAL}/${name}`;
    const header = (await disk.readFile(path)).slice(0, SEGMENT_HEADER_BYTES);
    const view = new DataView(header.buffer);
    const written = header.slice();
    view.setUint32(VERSION_AT, version, true);
    view.setUint32(SEGMENT_CRC_AT, crc32c(header, 0, SEGMENT_CRC_AT), true);
    for (const [at, byte] of header.entries()) disk.corrupt(path, at, byte ^ written[at]!);
  }
}

async function written(): Promise<SimulatedNode> {
  const node = new SimulatedNode(new MemoryDisk(1), "always");
  await node.start();
  await node.send([["a", node.clock.nowMs(), 1]]);
  await settled();
  await node.vanish("kill");
  return node;
}

it.each([1, JOURNAL_VERSION])("reads a journal of version %s", async (version) => {
  const node = await written();
  await relabel(node.disk, version);
  expect(await node.start()).toBe(true);
  expect(node.found().get("a")?.size).toBe(1);
  expect(node.engine!.persistence.journal.replayed.damage).toEqual([]);
});

it.each([0, JOURNAL_VERSION + 1])("refuses a journal of version %s", async (version) => {
  const node = await written();
  await relabel(node.disk, version);
  expect(await node.start()).toBe(false);
});
