/**
 * Every byte of a small store's files flipped, and every file cut off at every place: the store
 * always starts, has nothing that was not sent, misses no more than what the damage touched, and
 * says what it found.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { runSnapshotCommand } from "../../src/journal/snapshot-command.ts";
import { settled } from "../sim/manual-timers.ts";
import { type Sample, SimulatedNode } from "../sim/simulated-node.ts";

const JOURNAL = "/data/journal";
const SNAPSHOTS = "/data/snapshots";
const SERIES = ["a", "b", "c"];

/** Requests between and behind two snapshots; the last ones are in the journal alone. */
async function writtenNode(): Promise<SimulatedNode> {
  const node = new SimulatedNode(new MemoryDisk(1), "always");
  await node.start();
  const write = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      node.clock.advance(1000);
      const timeMs = node.clock.nowMs();
      await node.send(SERIES.map((series): Sample => [series, timeMs, timeMs % 977]));
    }
  };
  await write(3);
  await node.engine!.snapshot();
  await write(3);
  await node.engine!.snapshot();
  await write(4);
  await settled();
  await node.vanish("kill");
  return node;
}

const sampleCount = (found: Map<string, Map<number, number>>): number =>
  [...found.values()].reduce((sum, samples) => sum + samples.size, 0);

describe("a store with a damaged file", () => {
  let node: SimulatedNode;
  let names: string[];
  const ALL = 10 * SERIES.length;

  beforeAll(async () => {
    node = await writtenNode();
    names = [
      ...(await node.disk.list(JOURNAL)).map((name) => `${JOURNAL}/${name}`),
      ...(await node.disk.list(SNAPSHOTS)).map((name) => `${SNAPSHOTS}/${name}`),
    ];
  });

  /** Starts the store; how many samples it has and how many damaged places it told of. */
  async function restarted(): Promise<{ samples: number; damages: number }> {
    expect(await node.start()).toBe(true);
    const found = node.found();
    expect(node.sent.faultOf(found, "durable", Number.POSITIVE_INFINITY)).toBeNull();
    const { persistence } = node.engine!;
    const damages =
      persistence.journal.replayed.damage.length + (persistence.restored?.damage.length ?? 0);
    node.timers.clear();
    node.engine = null;
    node.disk.restart("kill");
    return { samples: sampleCount(found), damages };
  }

  it("is whole without damage", async () => {
    expect(await restarted()).toEqual({ samples: ALL, damages: 0 });
    expect(names.filter((name) => name.endsWith(".log")).length).toBeGreaterThan(1);
    expect(names.filter((name) => name.endsWith(".manifest"))).toHaveLength(2);
  });

  it("starts whichever byte is flipped, and loses one request at most", async () => {
    for (const name of names) {
      const length = await node.disk.size(name);
      for (let at = 0; at < length; at++) {
        node.disk.corrupt(name, at, 1 << (at % 8));
        const { samples, damages } = await restarted();
        const place = `${name} byte ${at}`;
        if (samples < ALL) expect(damages, place).toBeGreaterThan(0);
        // The definitions of the series are in the first record, which both snapshots have.
        expect(samples, place).toBeGreaterThanOrEqual(ALL - SERIES.length);
        if (!name.endsWith(".log")) expect(samples, place).toBe(ALL);
        node.disk.corrupt(name, at, 1 << (at % 8));
      }
    }
  }, 400_000);

  it("is found by verifying, whichever byte is flipped", async () => {
    const verify = async (): Promise<number> =>
      runSnapshotCommand(["verify", SNAPSHOTS], node.disk, () => {});
    expect(await verify()).toBe(0);
    for (const name of names) {
      const length = await node.disk.size(name);
      for (let at = 0; at < length; at++) {
        node.disk.corrupt(name, at, 1 << (at % 8));
        expect(await verify().catch(() => 2), `${name} byte ${at}`).not.toBe(0);
        node.disk.corrupt(name, at, 1 << (at % 8));
      }
    }
  }, 400_000);

  it("starts wherever a file is cut off", async () => {
    for (const name of names) {
      const length = await node.disk.size(name);
      for (let cut = 0; cut < length; cut += 3) {
        const other = await writtenNode();
        other.disk.truncate(name, cut);
        expect(await other.start(), `${name} cut at ${cut}`).toBe(true);
        const found = other.found();
        expect(other.sent.faultOf(found, "durable", Number.POSITIVE_INFINITY)).toBeNull();
        if (!name.endsWith(".log")) expect(sampleCount(found), `${name} at ${cut}`).toBe(ALL);
      }
    }
  }, 400_000);
});
