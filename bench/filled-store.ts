/**
 * A store with a full history, as ingestion leaves it: the modelled cluster, cycle after cycle.
 *
 * Units: …Ms milliseconds.
 */
import { ManualClock } from "../src/base/clock.ts";
import { Prng } from "../src/base/prng.ts";
import type { SeriesRef } from "../src/base/units.ts";
import { Store, type StoreSettings } from "../src/engine/store.ts";
import { AppendCode } from "../src/series/append-code.ts";
import { NO_KEY } from "../src/series/series-keys.ts";
import { Cluster } from "./load/cluster.ts";

export const WINDOW_MS = 4 * 3600 * 1000;
export const WINDOW_COUNT = 8;
/** Start of the first window. */
export const START_MS = Date.UTC(2026, 10, 23);
/** The present: the end of the last window. */
export const END_MS = START_MS + WINDOW_COUNT * WINDOW_MS - 1;

export const STORE_SETTINGS: StoreSettings = {
  windowMs: WINDOW_MS,
  windowCount: WINDOW_COUNT,
  outOfOrderMs: 0,
  seriesMax: 0,
  goVersion: "1.26",
  gogcPercent: 100,
  heapLimitBytes: 0,
  seed: 1,
};

const value = new Float64Array(1);
const words = new Uint32Array(value.buffer);

/** A store of `seriesCount` series with `samplesPerChunk` samples in each of `windows` windows. */
export function filledStore(
  seriesCount: number,
  samplesPerChunk: number,
  windows = WINDOW_COUNT,
): Store {
  const clock = new ManualClock(START_MS);
  const store = new Store(STORE_SETTINGS, clock);
  const intervalMs = Math.floor(WINDOW_MS / samplesPerChunk);
  const cluster = new Cluster(seriesCount, intervalMs, new Prng(1));
  const refs = addSeries(store, cluster);
  const targets = cluster.targets.toSorted((a, b) => a.offsetMs - b.offsetMs);
  for (let window = 0; window < windows; window++) {
    for (let cycle = 0; cycle < samplesPerChunk; cycle++) {
      const cycleMs = START_MS + window * WINDOW_MS + cycle * intervalMs;
      clock.set(cycleMs + intervalMs - 1);
      store.head.advance(clock.nowMs());
      for (const { firstSeries, endSeries, offsetMs } of targets) {
        for (let series = firstSeries; series < endSeries; series++) {
          append(store, refs[series]!, cluster, series, cycleMs + offsetMs, intervalMs);
        }
      }
      store.settle();
    }
  }
  return store;
}

function addSeries(store: Store, cluster: Cluster): SeriesRef[] {
  const { index } = store.head;
  return Array.from({ length: cluster.seriesCount }, (_, series) => {
    const fields = cluster.labelFieldsOf(series);
    return index.keys.seriesOf(index.intern(fields, 0, fields.length, NO_KEY, true));
  });
}

function append(
  store: Store,
  ref: SeriesRef,
  cluster: Cluster,
  series: number,
  timeMs: number,
  intervalMs: number,
): void {
  value[0] = cluster.values.step(series, intervalMs / 1000, timeMs);
  const code = store.head.append(ref, timeMs, words[1]!, words[0]!);
  if (code !== AppendCode.stored) throw new Error(`sample refused with code ${code}`);
}
