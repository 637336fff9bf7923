/**
 * A small store on a clock that the test moves, and label bytes for its series.
 *
 * Units: …Ms milliseconds.
 */
import { ManualClock } from "../../src/base/clock.ts";
import type { SeriesRef } from "../../src/base/units.ts";
import { Store, type StoreSettings } from "../../src/engine/store.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { NO_KEY } from "../../src/series/series-keys.ts";
import { labelBytes } from "../series/label-fixtures.ts";

export const HOUR_MS = 3_600_000;
/** Noon of some day, two hours and a half into nothing in particular: a window's start. */
export const START_MS = Date.UTC(2026, 0, 2, 12);

export const SETTINGS: StoreSettings = {
  windowMs: 4 * HOUR_MS,
  windowCount: 8,
  outOfOrderMs: 0,
  seriesMax: 0,
  goVersion: "1.26",
  gogcPercent: 100,
  heapLimitBytes: 0,
  seed: 1,
};

/** What an engine needs to know of its journal. */
export const JOURNAL_SETTINGS = {
  journalSync: "interval",
  journalSyncIntervalMs: 200,
  replaySamplesMax: 5_000_000,
} as const;

export function storeAt(nowMs: number, settings: Partial<StoreSettings> = {}, kernel?: Kernel) {
  const clock = new ManualClock(nowMs);
  return { clock, store: new Store({ ...SETTINGS, ...settings }, clock, undefined, kernel) };
}

/** The series with these labels, made when new. */
export function seriesOf(store: Store, pairs: readonly (readonly [string, string])[]): SeriesRef {
  const bytes = labelBytes(pairs);
  const key = store.head.index.intern(bytes, 0, bytes.length, NO_KEY, true);
  if (key < 0) throw new Error(`series refused with ${key}`);
  return store.head.index.keys.seriesOf(key);
}

const words = new Uint32Array(2);
const value = new Float64Array(words.buffer);

/** Appends a number as a sample. */
export function append(store: Store, series: SeriesRef, timeMs: number, number: number): number {
  value[0] = number;
  return store.head.append(series, timeMs, words[1] as number, words[0] as number);
}
