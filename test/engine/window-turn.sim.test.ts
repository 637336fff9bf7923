/**
 * A window turns while something is under way: a restore, or a query that has chosen its series.
 * (While a snapshot is written: test/journal/store-snapshot.test.ts.)
 */
import { describe, expect, it } from "vitest";
import type { ManualClock } from "../../src/base/clock.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { MetadataStore } from "../../src/engine/metadata-store.ts";
import type { Store } from "../../src/engine/store.ts";
import { StoreRestore } from "../../src/engine/store-restore.ts";
import { snapshotSource } from "../../src/engine/store-snapshot.ts";
import { restoreNewest } from "../../src/journal/restore.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { CONFIGURATION, Setting } from "../journal/snapshot-setting.ts";
import { append, HOUR_MS, START_MS, seriesOf, storeAt } from "./store-fixtures.ts";

const SERIES_COUNT = 30;
const STEP_MS = 5 * 60_000;
const ALL = new Matcher("=~", "i", ".+");

const addSeries = (store: Store, i: number) =>
  seriesOf(store, [
    ["__name__", "turning"],
    ["i", `${i}`],
  ]);

/** Fills a store up to a minute before its windows turn; values are known from time and series. */
function filled(hours: number) {
  const { clock, store } = storeAt(START_MS);
  for (; clock.nowMs() < START_MS + hours * HOUR_MS - STEP_MS; clock.advance(STEP_MS)) {
    store.settle();
    for (let i = 0; i < SERIES_COUNT; i++) {
      append(store, addSeries(store, i), clock.nowMs(), clock.nowMs() / 1000 + i);
    }
  }
  return { clock, store };
}

/** Times of a series' samples; each value must be the one that was written. */
function timesOf(set: ReturnType<HeadSource["select"]>, index: number): number[] {
  const samples = new SampleColumns();
  set.read(index, 0, Number.MAX_SAFE_INTEGER, samples);
  const i = Number(set.labels(index).get("i"));
  for (let s = 0; s < samples.length; s++) {
    expect(samples.values[s]).toBe((samples.times[s] as number) / 1000 + i);
  }
  return [...samples.times.subarray(0, samples.length)];
}

function expectedTimes(clock: ManualClock, untilMs: number, hours: number): number[] {
  const present = Math.floor(clock.nowMs() / (4 * HOUR_MS));
  const oldest = Math.max(START_MS, (present - 7) * 4 * HOUR_MS);
  const times: number[] = [];
  for (let t = oldest; t < Math.min(untilMs, START_MS + hours * HOUR_MS); t += STEP_MS)
    times.push(t);
  return times;
}

describe("a window that turns", () => {
  it("while a store is restored leaves exactly the windows of the new present", async () => {
    const live = filled(32);
    const untilMs = live.clock.nowMs();
    const setting = new Setting();
    await setting.write(snapshotSource(live.store, new MetadataStore()));
    const later = storeAt(untilMs);
    let blocks = 0;
    const outcome = await restoreNewest({
      directory: setting.directory,
      configuration: CONFIGURATION,
      newTarget: () => new StoreRestore(later.store, new MetadataStore(), "class"),
      onProgress: () => {
        blocks++;
        later.clock.advance(2 * HOUR_MS);
      },
    });
    expect(outcome.kind).toBe("restored");
    expect(blocks).toBeGreaterThan(1);
    later.store.settle();
    later.store.verify();
    expect(later.store.head.purgedChunkCount).toBeGreaterThanOrEqual(SERIES_COUNT);
    const set = new HeadSource(later.store.head).select([ALL], 0, later.clock.nowMs());
    expect(set.count).toBe(SERIES_COUNT);
    const expected = expectedTimes(later.clock, untilMs, 32);
    for (let index = 0; index < set.count; index++) {
      expect(timesOf(set, index)).toEqual(expected);
    }
  });

  it("while a query reads takes the old window away at once and no value that stays", () => {
    const { clock, store } = filled(32);
    const untilMs = clock.nowMs();
    const set = new HeadSource(store.head).select([ALL], 0, untilMs);
    const before = expectedTimes(clock, untilMs, 32);
    const half = SERIES_COUNT / 2;
    for (let index = 0; index < half; index++) expect(timesOf(set, index)).toEqual(before);
    clock.advance(STEP_MS);
    store.settle();
    store.heap.collect();
    // What is written now may lie where the purged chunks were.
    for (let i = 0; i < 3 * SERIES_COUNT; i++) {
      append(store, addSeries(store, 1000 + i), clock.nowMs(), -1);
    }
    const after = expectedTimes(clock, untilMs, 32);
    expect(after.length).toBe(before.length - (4 * HOUR_MS) / STEP_MS);
    for (let index = half; index < SERIES_COUNT; index++) {
      expect(timesOf(set, index)).toEqual(after);
    }
    store.verify();
  });

  it("leaves what has passed to the work beside writes, also when the clock goes back", () => {
    const { clock, store } = filled(32);
    const oldest = store.head.windows.numbers()[0]!;
    clock.advance(STEP_MS);
    store.head.advance(clock.nowMs());
    for (let i = 0; i < SERIES_COUNT; i++) append(store, addSeries(store, i), clock.nowMs(), i);
    expect(store.head.windows.countOf(oldest)).toBe(SERIES_COUNT);
    store.verify();
    store.head.turnBack(clock.nowMs() - HOUR_MS);
    store.verify();
    store.head.advance(clock.nowMs());
    store.settle();
    store.verify();
    expect(store.head.windows.numbers()[0]).toBe(oldest + 1);
  });

  it("early, by a sample of times to come, pushes the oldest chunk out at once", () => {
    const { clock, store } = filled(32);
    const oldest = store.head.windows.numbers()[0]!;
    const early = clock.nowMs() + STEP_MS;
    for (let i = 0; i < SERIES_COUNT; i++) append(store, addSeries(store, i), early, i);
    expect(store.head.windows.countOf(oldest)).toBe(0);
    store.verify();
  });
});
