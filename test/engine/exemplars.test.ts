/** Exemplars from the wire into the store, and through restarts of every kind. */
import { beforeEach, describe, expect, it } from "vitest";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { Slices } from "../../src/base/slices.ts";
import type { WriteOutcome } from "../../src/engine/service.ts";
import { ExemplarCode } from "../../src/series/exemplar-code.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";
import { settled } from "../sim/manual-timers.ts";
import { SimulatedNode } from "../sim/simulated-node.ts";
import { encodeReference } from "../wire/request-oracle.ts";

const ALL_TIME = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

interface Trace {
  readonly timestamp: number;
  readonly value?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

const pairs = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).map(([name, value]) => ({ name, value }));

let node: SimulatedNode;
let nowMs: number;
const batch = new WriteBatch();

async function started(exemplarsMax = 100, disk = new MemoryDisk(1)): Promise<SimulatedNode> {
  const one = new SimulatedNode(disk, "always");
  const store = { ...one.settings.store, exemplarsMax };
  Object.assign(one, { settings: { ...one.settings, store } });
  expect(await one.start()).toBe(true);
  return one;
}

beforeEach(async () => {
  node = await started();
  nowMs = node.clock.nowMs();
});

async function write(timeseries: readonly object[]): Promise<WriteOutcome> {
  scanWriteRequest(encodeReference({ timeseries }), batch);
  const outcome = node.engine!.write(batch);
  await node.engine!.written();
  return outcome;
}

/** A series with a sample, exemplars or both. */
function series(name: string, sampleMs: number | null, ...traces: Trace[]): object {
  return {
    labels: pairs({ __name__: name, zone: "eu" }),
    samples: sampleMs === null ? [] : [{ value: 1, timestamp: sampleMs }],
    exemplars: traces.map(({ labels = { trace_id: "x" }, value = 1, timestamp }) => {
      return { labels: pairs(labels), value, timestamp };
    }),
  };
}

/** What is there, a line each. */
async function held(
  fromMs: number = ALL_TIME[0],
  toMs: number = ALL_TIME[1],
  pause = async () => {},
): Promise<string[]> {
  node.engine!.store.verify();
  const matchers = [[new Matcher("=~", "__name__", ".+")]];
  // Every look at the clock ends a slice.
  const slices = new Slices(node.clock, 0, pause);
  const found = await node.engine!.exemplars(matchers, fromMs, toMs, slices);
  return found.flatMap(({ labels, exemplars }) =>
    exemplars.map((one) => {
      const text = JSON.stringify(one.labels.toRecord());
      return `${labels.get("__name__")} ${one.timeMs - nowMs} ${one.value} ${text}`;
    }),
  );
}

describe("exemplars of a write request", () => {
  it("are stored with the labels sorted, whichever entry of the series has them", async () => {
    const outcome = await write([
      series("b", null, { timestamp: nowMs - 5, labels: { z: "1", a: "ü", none: "" } }),
      series("a", nowMs, { timestamp: nowMs, value: 2.5 }),
      series("b", nowMs),
    ]);
    expect(outcome).toMatchObject({ samplesStored: 2, exemplarsWritten: 2, lateExemplars: null });
    expect(await held()).toEqual(['a 0 2.5 {"trace_id":"x"}', 'b -5 1 {"a":"ü","z":"1"}']);
    expect(await held(nowMs - 5, nowMs - 1)).toEqual(['b -5 1 {"a":"ü","z":"1"}']);
  });

  it("rise within a series; one that repeats the newest counts as written", async () => {
    const again = { timestamp: nowMs, value: 3 };
    await write([series("a", nowMs, { timestamp: nowMs - 10 }, again)]);
    const outcome = await write([
      series("a", null, again, { timestamp: nowMs - 10 }, { timestamp: nowMs, value: 2 }),
    ]);
    expect(outcome.exemplarsWritten).toBe(1);
    expect(outcome.lateExemplars).toEqual({
      reason: "out of order exemplar",
      count: 2,
      first: `a{zone="eu"} at ${nowMs - 10} ms`,
    });
    expect(await held()).toHaveLength(2);
  });

  it("have at most 128 characters of labels, counted as code points", async () => {
    const long = (length: number) => ({ trace_id: "日".repeat(length - 8) });
    await write([
      series("a", nowMs, { timestamp: nowMs, labels: long(128) }),
      series("b", nowMs, { timestamp: nowMs, labels: long(129) }),
      series("c", nowMs, { timestamp: nowMs, labels: { trace_id: "x".repeat(70_000) } }),
    ]);
    expect(await held()).toHaveLength(1);
    expect(node.engine!.store.ingest.exemplars.counts[ExemplarCode.labelsTooLong]).toBe(2);
  });

  it("are refused by name: no series, labels that are none, a time out of bounds", async () => {
    const broken = series("a", nowMs, { timestamp: nowMs, labels: { "": "x" } });
    const outcome = await write([
      series("nobody", null, { timestamp: nowMs }),
      broken,
      series("b", nowMs, { timestamp: nowMs + 3_600_000 }, { timestamp: 5 }),
    ]);
    expect(outcome).toMatchObject({ samplesStored: 2, exemplarsWritten: 0, refusals: [] });
    const { counts } = node.engine!.store.ingest.exemplars;
    expect(counts[ExemplarCode.unknownSeries]).toBe(1);
    expect(counts[ExemplarCode.invalidLabels]).toBe(1);
    expect(counts[ExemplarCode.outOfBounds]).toBe(2);
    expect(await held()).toEqual([]);
  });

  it("go with their series, and with their window", async () => {
    await write([series("a", nowMs, { timestamp: nowMs }), series("b", nowMs)]);
    const windowMs = node.settings.store.windowMs;
    node.clock.advance(windowMs);
    nowMs += windowMs;
    await write([series("b", nowMs, { timestamp: nowMs - windowMs }, { timestamp: nowMs })]);
    expect(await held()).toHaveLength(3);
    node.clock.advance(3 * windowMs);
    node.engine!.store.settle();
    expect(await held()).toEqual(['b 0 1 {"trace_id":"x"}']);
    expect(node.engine!.store.head.exemplars.count).toBe(2);
  });

  it("are not stored when none may be held", async () => {
    node = await started(0);
    const outcome = await write([series("a", nowMs, { timestamp: nowMs })]);
    expect(outcome).toMatchObject({ samplesStored: 1, exemplarsWritten: 0 });
    expect(await held()).toEqual([]);
  });
});

describe("exemplars after a restart", () => {
  async function restart(): Promise<void> {
    await settled();
    await node.vanish("kill");
    expect(await node.start()).toBe(true);
  }

  it("are there from the journal alone", async () => {
    await write([series("a", nowMs, { timestamp: nowMs - 3 }, { timestamp: nowMs })]);
    const before = await held();
    await restart();
    expect(await held()).toEqual(before);
  });

  it("are there from a snapshot and the journal behind it, each once", async () => {
    await write([series("a", nowMs, { timestamp: nowMs - 3 }), series("c", nowMs)]);
    const snapshot = node.engine!.snapshot();
    await write([series("a", null, { timestamp: nowMs - 2 }), series("b", nowMs)]);
    await write([series("b", null, { timestamp: nowMs - 1 })]);
    await snapshot;
    await write([series("a", null, { timestamp: nowMs })]);
    const before = await held();
    expect(before).toHaveLength(4);
    await restart();
    expect(await held()).toEqual(before);
    await node.engine!.snapshot();
    await node.engine!.snapshot();
    await restart();
    expect(await held()).toEqual(before);
  });

  it("are the newest of all also when the ring went round during a snapshot", async () => {
    node = await started(8);
    const names = ["a", "b", "c", "d"];
    const round = (step: number) =>
      write(names.map((name) => series(name, nowMs + step, { timestamp: nowMs + step - 50 })));
    for (let step = 0; step < 4; step++) await round(step);
    await write([series("pushed-out", nowMs)]);
    const snapshot = node.engine!.snapshot();
    await round(4);
    await write([series("pushed-out", null, { timestamp: nowMs })]);
    for (let step = 5; step < 7; step++) await round(step);
    await snapshot;
    const before = await held();
    expect(before).toHaveLength(8);
    await restart();
    expect(await held()).toEqual(before);
  });

  it("fit a smaller ring: the newest stay", async () => {
    for (let step = 0; step < 10; step++) {
      await write([series("a", nowMs + step, { timestamp: nowMs + step })]);
    }
    await node.engine!.snapshot();
    await node.vanish("kill");
    node = await started(3, node.disk);
    expect((await held()).map((line) => line.split(" ")[1])).toEqual(["7", "8", "9"]);
  });

  it("that are pushed out while they are read may be missing, but none comes twice", async () => {
    const times = Array.from({ length: 100 }, (_, i) => nowMs - 10_000 + i);
    const readBy = async (pause: () => Promise<void>) => {
      for (const name of "abcdef") {
        await write([series(name, nowMs, ...times.map((timestamp) => ({ timestamp })))]);
      }
      return await held(...ALL_TIME, pause);
    };
    node = await started(600);
    const whole = await readBy(async () => {});
    expect(whole).toHaveLength(600);
    let pauses = 0;
    node = await started(600);
    const read = await readBy(async () => {
      // The first pause is in the midst of the third series, whose exemplars go.
      if (++pauses !== 1) return;
      const more = times.map((_, i) => ({ timestamp: nowMs - 5000 + i }));
      for (const name of "abc") await write([series(name, null, ...more)]);
    });
    expect(pauses).toBeGreaterThan(1);
    expect(new Set(read).size).toBe(read.length);
    const counts = ["a", "b", "c", "d", "e", "f"].map(
      (name) => read.filter((line) => line.startsWith(name)).length,
    );
    // Of the third those that were read before, and the new ones.
    expect(counts).toEqual([100, 100, expect.any(Number), 100, 100, 100]);
    expect(counts[2]).toBeGreaterThan(100);
    expect(counts[2]).toBeLessThan(200);
  });
});
