/** A process that goes on with the files of windows that processes before it wrote. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { Engine, type EngineSettings } from "../../src/engine/engine.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { batchOf, samplesOf } from "./engine-fixtures.ts";
import { HOUR_MS, JOURNAL_SETTINGS, SETTINGS, START_MS } from "./store-fixtures.ts";

const MINUTE_MS = 60_000;
const SETTINGS_OF_ENGINE: EngineSettings = {
  store: { ...SETTINGS, outOfOrderMs: 20 * HOUR_MS },
  storagePath: "data",
  snapshotIntervalMs: 0,
  snapshotOrder: "time",
  restoreCapacity: "class",
  ...JOURNAL_SETTINGS,
};

/** One store that outlives its processes. */
class Lives {
  readonly clock = new ManualClock(START_MS);
  readonly disk = new MemoryDisk(1);
  engine!: Engine;

  async start(): Promise<void> {
    this.engine = await Engine.open(SETTINGS_OF_ENGINE, this.disk, this.clock, silentLog);
    await this.engine.restore();
    this.engine.store.verify();
  }

  /** Ends the process as kill -9 does, once all was acknowledged. */
  async kill(): Promise<void> {
    await this.engine.written();
    this.engine.store.abandon();
    this.disk.restart("kill");
  }

  async killAndStart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  send(names: readonly string[], timeMs: number, value: number): void {
    expect(this.engine.write(batchOf(names, timeMs, value)).refusals).toEqual([]);
  }

  pass(ms: number): void {
    this.clock.advance(ms);
    this.engine.store.settle();
  }

  /** A sample of each series every half hour, for some hours. */
  ingest(hours: number, names = ["a", "b", "c"]): void {
    for (let half = 0; half < hours * 2; half++) {
      this.send(names, this.clock.nowMs(), half);
      this.pass(30 * MINUTE_MS);
    }
  }

  async reusedFiles(): Promise<number> {
    await this.engine.snapshot();
    return this.engine.persistence.snapshots.last!.reusedFiles;
  }

  /** Every sample of the store as text. */
  samples(): string[] {
    return samplesOf(this.engine);
  }
}

async function livesOf(hours: number): Promise<Lives> {
  const lives = new Lives();
  await lives.start();
  lives.ingest(hours);
  return lives;
}

describe("the first snapshot after a restart", () => {
  it("names the files of windows that had ended when the last process stopped", async () => {
    const lives = await livesOf(13);
    await lives.engine.close();
    await lives.start();
    expect(await lives.reusedFiles()).toBe(3);
    const before = lives.samples();
    await lives.killAndStart();
    expect(lives.samples()).toEqual(before);
    expect(await lives.reusedFiles()).toBe(3);
  });

  it("names no file of a window that the journal's tail changed", async () => {
    const lives = await livesOf(13);
    expect(await lives.reusedFiles()).toBe(0);
    lives.send(["b"], START_MS + 10 * MINUTE_MS, 7);
    const before = lives.samples();
    await lives.killAndStart();
    expect(lives.samples()).toEqual(before);
    expect(await lives.reusedFiles()).toBe(2);
    await lives.killAndStart();
    expect(lives.samples()).toEqual(before);
  });

  it("names the whole file of a window that ended while no process ran", async () => {
    const lives = await livesOf(7.5);
    await lives.engine.close();
    lives.clock.advance(HOUR_MS);
    await lives.start();
    expect(await lives.reusedFiles()).toBe(2);
  });

  it("writes the window that was open once more, whatever came for it since", async () => {
    const lives = await livesOf(6);
    await lives.engine.close();
    await lives.start();
    lives.ingest(3);
    expect(await lives.reusedFiles()).toBe(1);
    const before = lives.samples();
    await lives.killAndStart();
    expect(lives.samples()).toEqual(before);
  });

  it("never takes a series for the one that had its number before", async () => {
    const lives = new Lives();
    await lives.start();
    lives.ingest(4, ["old"]);
    lives.ingest(16, ["a", "b"]);
    await lives.engine.close();
    await lives.start();
    // The window of the old series passes, and new ones take its place.
    lives.ingest(16, ["a", "b"]);
    lives.ingest(4, ["new_1", "new_2", "b"]);
    await lives.engine.close();
    await lives.start();
    expect(await lives.reusedFiles()).toBeGreaterThan(5);
    const before = lives.samples();
    await lives.killAndStart();
    expect(lives.samples()).toEqual(before);
    expect(before.some((line) => line.includes("old"))).toBe(false);
  });

  it("begins new numbers when those of the files are mostly gaps", async () => {
    const lives = new Lives();
    await lives.start();
    const many = Array.from({ length: 5000 }, (_, i) => `m${i}`);
    lives.send(many, lives.clock.nowMs(), 1);
    lives.ingest(8, ["a"]);
    lives.ingest(28, ["a", "late"]);
    lives.pass(0);
    lives.send(["last"], lives.clock.nowMs(), 1);
    await lives.engine.close();
    await lives.start();
    const before = lives.samples();
    expect(lives.engine.store.head.index.series.upperBound).toBeLessThan(10);
    expect(await lives.reusedFiles()).toBe(0);
    await lives.killAndStart();
    expect(lives.samples()).toEqual(before);
  });
});

describe("a journal from a clock that was ahead", () => {
  it("leaves no file to be named: windows ended while it was read", async () => {
    const lives = await livesOf(6);
    await lives.reusedFiles();
    lives.send(["b"], lives.clock.nowMs() + 1, 7);
    await lives.engine.written();
    const trueMs = lives.clock.nowMs();
    lives.clock.set(trueMs + 8 * HOUR_MS);
    lives.send(["b"], lives.clock.nowMs(), 8);
    await lives.kill();
    lives.clock.set(trueMs);
    await lives.start();
    lives.clock.set(trueMs + 8 * HOUR_MS);
    const before = lives.samples();
    expect(await lives.reusedFiles()).toBe(0);
    await lives.killAndStart();
    expect(lives.samples()).toEqual(before);
  });
});

describe("a store of many lives", () => {
  it("is what it was, whatever happened in between", async () => {
    const minutes = fc.integer({ min: 0, max: 1100 });
    const names = fc.subarray(["a", "b", "c", "d", "e"], { minLength: 1 });
    const command = fc.oneof(
      fc.record({ kind: fc.constant("ingest" as const), hours: fc.nat(5), names }),
      fc.record({ kind: fc.constant("late" as const), minutes, names }),
      fc.record({ kind: fc.constant("delete" as const), minutes, names }),
      fc.record({ kind: fc.constant("clean" as const) }),
      fc.record({ kind: fc.constant("snapshot" as const) }),
      fc.record({ kind: fc.constant("kill" as const) }),
      fc.record({ kind: fc.constant("stop" as const) }),
    );
    type Command = typeof command extends fc.Arbitrary<infer One> ? One : never;
    const live = async (lives: Lives, one: Command): Promise<void> => {
      const { engine, clock } = lives;
      if (one.kind === "ingest") lives.ingest(one.hours, one.names);
      if (one.kind === "late") {
        const timeMs = clock.nowMs() - one.minutes * MINUTE_MS;
        // It may be a second sample of its time, which is refused.
        engine.write(batchOf(one.names, timeMs + 1234, 5));
      }
      if (one.kind === "delete") {
        const fromMs = clock.nowMs() - one.minutes * MINUTE_MS;
        const sets = one.names.map((name) => [new Matcher("=", "__name__", name)]);
        await engine.deleteSeries(sets, fromMs, fromMs + HOUR_MS);
      }
      if (one.kind === "clean") {
        const done = engine.store.cleaning.start();
        engine.store.settle();
        await done;
      }
      if (one.kind === "snapshot") await engine.snapshot();
      if (one.kind !== "kill" && one.kind !== "stop") return;
      const before = lives.samples();
      if (one.kind === "kill") await lives.kill();
      else await engine.close();
      await lives.start();
      expect(lives.samples()).toEqual(before);
    };
    const run = async (commands: readonly Command[]): Promise<void> => {
      const lives = new Lives();
      await lives.start();
      for (const one of commands) await live(lives, one);
      await live(lives, { kind: "stop" });
      await live(lives, { kind: "kill" });
    };
    await fc.assert(fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 24 }), run), {
      numRuns: 40,
    });
  });
});
