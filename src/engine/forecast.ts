/**
 * The gap that is to come: heap_inuse less heap_alloc after each of the next purges.
 *
 * Every chunk's expiry is known, and a span is free once its youngest chunk has expired. So what a
 * collection leaves after a purge follows from the spans of today, exactly, as long as nothing new
 * is stored. The ledger keeps both sums by window; a forecast only adds them up.
 *
 * Units: …Bytes bytes, …Ms milliseconds (times since the epoch but for afterMs, a duration).
 */
import { PAGE_BYTES, windowStart } from "../base/units.ts";
import type { Store } from "./store.ts";

/** The heap after a purge and a collection. */
export interface ForecastPoint {
  /** Whole windows from now: what is purged when that many have turned. */
  readonly afterMs: number;
  /** When the last of these windows turns. */
  readonly purgeTimeMs: number;
  readonly chunkCount: number;
  readonly inuseBytes: number;
  readonly allocBytes: number;
  /** The gap. */
  readonly unusedBytes: number;
}

export interface HeapForecast {
  /** What a collection now would leave. */
  readonly now: ForecastPoint;
  /** After each purge until everything held today is gone. */
  readonly purges: readonly ForecastPoint[];
}

/** The state after `turns` more windows. */
function forecastAfter({ head, ledger }: Store, turns: number): ForecastPoint {
  const present = head.presentWindow + turns;
  let chunkCount = 0;
  let allocBytes = 0;
  let pages = 0;
  for (const { window, liveObjects, liveBytes, lastPages } of ledger.windows()) {
    if (window <= present - head.windowCount) continue;
    chunkCount += liveObjects;
    allocBytes += liveBytes;
    pages += lastPages;
  }
  const inuseBytes = pages * PAGE_BYTES;
  return {
    afterMs: turns * head.windowMs,
    purgeTimeMs: windowStart(present as typeof head.presentWindow, head.windowMs),
    chunkCount,
    inuseBytes,
    allocBytes,
    unusedBytes: inuseBytes - allocBytes,
  };
}

/** The forecast of a store as it stands. */
export function heapForecast(store: Store): HeapForecast {
  const purges: ForecastPoint[] = [];
  for (let turns = 1; turns <= store.head.windowCount; turns++) {
    purges.push(forecastAfter(store, turns));
  }
  return { now: forecastAfter(store, 0), purges };
}
