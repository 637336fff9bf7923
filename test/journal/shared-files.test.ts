/** Snapshots that share the files of windows that have ended. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SeriesRef } from "../../src/base/units.ts";
import { NO_CHUNK } from "../../src/chunk/chunk-table.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { decodeRange } from "../../src/chunk/xor-decoder.ts";
import { MetadataStore } from "../../src/engine/metadata-store.ts";
import type { Store } from "../../src/engine/store.ts";
import { StoreRestore } from "../../src/engine/store-restore.ts";
import { snapshotSource } from "../../src/engine/store-snapshot.ts";
import { restoreNewest } from "../../src/journal/restore.ts";
import type { SnapshotSummary, SnapshotWriter } from "../../src/journal/snapshot-writer.ts";
import { splitAt } from "../../src/series/chunk-split.ts";
import { deleteSamples } from "../../src/series/deletion.ts";
import { append, HOUR_MS, START_MS, seriesOf, storeAt } from "../engine/store-fixtures.ts";
import { CONFIGURATION, PATH, Setting } from "./snapshot-setting.ts";

const MINUTE_MS = 60_000;
const WINDOW_MS = 4 * HOUR_MS;
const LATE = { outOfOrderMs: 20 * HOUR_MS };

const refOf = (store: Store, i: number): SeriesRef =>
  seriesOf(store, [
    ["__name__", "metric"],
    ["i", `${i}`],
  ]);

/** A store, its clock, and one writer for all of its snapshots. */
class Life {
  readonly setting = new Setting();
  readonly live = storeAt(START_MS, LATE);
  readonly writer: SnapshotWriter = this.setting.writer();

  get store(): Store {
    return this.live.store;
  }

  get nowMs(): number {
    return this.live.clock.nowMs();
  }

  pass(ms: number): void {
    this.live.clock.advance(ms);
    this.store.head.advance(this.nowMs);
    this.store.settle();
  }

  /** A sample of each series every ten minutes, for some hours. */
  ingest(hours: number, series = 3): void {
    for (let minute = 0; minute < hours * 60; minute += 10) {
      for (let i = 0; i < series; i++) append(this.store, refOf(this.store, i), this.nowMs, minute);
      this.pass(10 * MINUTE_MS);
    }
  }

  snapshot(): Promise<SnapshotSummary> {
    return this.writer.write(snapshotSource(this.store, new MetadataStore()));
  }

  restore() {
    return restoreNewest({
      directory: this.setting.directory,
      configuration: CONFIGURATION,
      newTarget: () =>
        new StoreRestore(storeAt(this.nowMs, LATE).store, new MetadataStore(), "class"),
      onProgress: () => {},
    });
  }

  async restored(): Promise<Store> {
    const outcome = await this.restore();
    if (outcome.kind !== "restored") throw new Error(outcome.kind);
    expect(outcome.damage).toEqual([]);
    outcome.target.store.verify();
    return outcome.target.store;
  }
}

/** Every sample of every series as text, whatever chunk it is in, and what is deleted. */
function samplesOf(store: Store): string[] {
  const { index, chunks, tombstones } = store.head;
  const lines: string[] = [];
  for (let ref = 0; ref < index.series.upperBound; ref++) {
    if (!index.series.isLive(ref)) continue;
    const series = ref as SeriesRef;
    const key = index.labelsOf(series).key();
    let chunk = index.series.newestChunkOf(series);
    for (; chunk !== NO_CHUNK; chunk = chunks.olderOf(chunk)) {
      const samples = new SampleColumns();
      decodeRange(chunks, chunk, -Infinity, Infinity, samples);
      for (let i = 0; i < samples.length; i++) {
        lines.push(`${key} ${samples.timeOf(i)} ${samples.values[i]}`);
      }
    }
    const deleted = tombstones.of(series);
    if (deleted) lines.push(`${key} deleted ${deleted.join()}`);
  }
  return lines.sort();
}

describe("a snapshot behind another one of the same store", () => {
  it("writes the open window and names the files of those that have ended", async () => {
    const life = new Life();
    life.ingest(13);
    expect((await life.snapshot()).reusedFiles).toBe(0);
    life.ingest(1);
    expect((await life.snapshot()).reusedFiles).toBe(3);
    life.ingest(3);
    // The window that was open when the one before was written is written once more.
    expect((await life.snapshot()).reusedFiles).toBe(3);
    expect((await life.snapshot()).reusedFiles).toBe(4);
    expect(samplesOf(await life.restored())).toEqual(samplesOf(life.store));
  });

  it("writes a window anew that a late sample, a deletion or a cleaning changed", async () => {
    const life = new Life();
    life.ingest(13);
    await life.snapshot();
    expect(append(life.store, refOf(life.store, 1), START_MS + 5 * MINUTE_MS, 7)).toBe(0);
    expect((await life.snapshot()).reusedFiles).toBe(2);
    const { head } = life.store;
    deleteSamples(head, refOf(life.store, 2), START_MS + WINDOW_MS, START_MS + WINDOW_MS + HOUR_MS);
    // What is deleted stands in the index, and what was cleaned is not in the file any more.
    expect((await life.snapshot()).reusedFiles).toBe(3);
    expect(samplesOf(await life.restored())).toEqual(samplesOf(life.store));
    const cleaned = life.store.cleaning.start();
    life.store.settle();
    await cleaned;
    expect((await life.snapshot()).reusedFiles).toBe(2);
    expect(samplesOf(await life.restored())).toEqual(samplesOf(life.store));
  });

  it("names no file of before the clock was set back", async () => {
    const life = new Life();
    life.ingest(13);
    await life.snapshot();
    life.store.head.turnBack(START_MS + HOUR_MS);
    append(life.store, refOf(life.store, 9), START_MS + MINUTE_MS, 1);
    life.store.head.advance(life.nowMs);
    expect((await life.snapshot()).reusedFiles).toBe(0);
    expect(samplesOf(await life.restored())).toEqual(samplesOf(life.store));
  });

  it("names no file that is gone or shorter, and none of another store", async () => {
    const life = new Life();
    life.ingest(13);
    await life.snapshot();
    await life.setting.disk.remove(`${PATH}/snapshot-00000001-0000.chunks`);
    life.setting.disk.truncate(`${PATH}/snapshot-00000001-0001.chunks`, 50);
    expect((await life.snapshot()).reusedFiles).toBe(1);
    expect(samplesOf(await life.restored())).toEqual(samplesOf(life.store));
    const other = await life.restored();
    const source = snapshotSource(other, new MetadataStore());
    expect((await life.writer.write(source)).reusedFiles).toBe(0);
  });

  it("keeps a shared file for as long as one of the two newest names it", async () => {
    const life = new Life();
    life.ingest(5);
    for (let i = 0; i < 4; i++) await life.snapshot();
    const chunkFiles = (await life.setting.names()).filter((name) => name.endsWith(".chunks"));
    expect(chunkFiles).toEqual([
      "snapshot-00000001-0000.chunks",
      "snapshot-00000003-0000.chunks",
      "snapshot-00000004-0000.chunks",
    ]);
    life.pass(30 * HOUR_MS);
    life.ingest(1);
    for (let i = 0; i < 2; i++) await life.snapshot();
    expect(await life.setting.names()).not.toContain("snapshot-00000001-0000.chunks");
  });

  it("is always the store as it was, whatever happens in between", async () => {
    const command = fc.oneof(
      fc.record({ kind: fc.constant("ingest" as const), hours: fc.integer({ min: 1, max: 5 }) }),
      fc.record({
        kind: fc.constant("late" as const),
        series: fc.integer({ min: 0, max: 5 }),
        minutes: fc.integer({ min: 0, max: 1200 }),
      }),
      fc.record({
        kind: fc.constant("delete" as const),
        series: fc.integer({ min: 0, max: 3 }),
        minutes: fc.integer({ min: 0, max: 2000 }),
      }),
      fc.record({ kind: fc.constant("clean" as const) }),
      fc.record({ kind: fc.constant("snapshot" as const) }),
    );
    type Command = typeof command extends fc.Arbitrary<infer One> ? One : never;
    const run = async (commands: readonly Command[]): Promise<void> => {
      const life = new Life();
      for (const one of commands) {
        if (one.kind === "ingest") life.ingest(one.hours);
        if (one.kind === "late") {
          const timeMs = life.nowMs - one.minutes * MINUTE_MS;
          append(life.store, refOf(life.store, one.series), timeMs, one.minutes);
        }
        if (one.kind === "delete") {
          const fromMs = life.nowMs - one.minutes * MINUTE_MS;
          deleteSamples(life.store.head, refOf(life.store, one.series), fromMs, fromMs + HOUR_MS);
        }
        if (one.kind === "clean") {
          const done = life.store.cleaning.start();
          life.store.settle();
          await done;
        }
        if (one.kind !== "snapshot") continue;
        await life.snapshot();
        expect(samplesOf(await life.restored())).toEqual(samplesOf(life.store));
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 16 }), run), {
      numRuns: 60,
    });
  });
});

describe("damage of a file that both snapshots name", () => {
  it("takes the chunks of one block or file with it, and no other sample", async () => {
    const life = new Life();
    life.ingest(9, 2);
    await life.snapshot();
    await life.snapshot();
    const all = new Set(samplesOf(life.store));
    const path = `${PATH}/snapshot-00000001-0000.chunks`;
    const length = await life.setting.disk.size(path);
    for (let at = 0; at < length; at++) {
      life.setting.disk.corrupt(path, at, 0x10);
      const outcome = await life.restore();
      if (outcome.kind !== "restored") throw new Error(outcome.kind);
      const left = samplesOf(outcome.target.store);
      expect(left.every((line) => all.has(line))).toBe(true);
      // Two of three windows are in other files.
      expect(left.length).toBeGreaterThanOrEqual(2 * 30);
      expect(outcome.damage.map(({ file }) => file)).toContain("snapshot-00000001-0000.chunks");
      expect(outcome.damage[0]!.lost).toContain("chunks of 2026-01-02T12:00:00.000Z");
      life.setting.disk.corrupt(path, at, 0x10);
    }
    expect(samplesOf(await life.restored())).toEqual([...all]);
  });
});

describe.each(["time", "shuffled"] as const)(
  "a chunk that late samples split in order %s",
  (order) => {
    it("is in the snapshot once, whenever that happened", async () => {
      const life = new Life();
      life.ingest(9, 40);
      const before = samplesOf(life.store);
      life.setting.order = order;
      life.setting.sliceMs = 0;
      let splits = 0;
      life.setting.pause = async () => {
        if (splits > 60) return;
        const series = refOf(life.store, (splits * 7) % 40);
        const { chunks } = life.store;
        let newer = NO_CHUNK;
        let chunk = life.store.head.newestChunkOf(series);
        for (let back = splits % 3; back > 0; back--) {
          newer = chunk;
          chunk = chunks.olderOf(chunk);
        }
        if (chunk === NO_CHUNK || chunks.sampleCountOf(chunk) < 4) return;
        const middleMs = (chunks.firstTimeOf(chunk) + chunks.lastTimeOf(chunk)) / 2;
        splitAt(life.store.head, chunk, newer, Math.floor(middleMs) + 1);
        splits++;
      };
      await life.setting.writer().write(snapshotSource(life.store, new MetadataStore()));
      expect(splits).toBeGreaterThan(3);
      expect(samplesOf(life.store)).toEqual(before);
      expect(samplesOf(await life.restored())).toEqual(before);
    });
  },
);
