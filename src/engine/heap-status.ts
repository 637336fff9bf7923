/**
 * How the simulated heap stands, beyond what a Go program can tell: by window, in time to come, and
 * what compaction could and did save. Reading it changes nothing.
 *
 * Units: …Ms milliseconds since the epoch, …Bytes bytes, …Percent percent; null = off.
 */
import { PAGE_BYTES, windowStart } from "../base/units.ts";
import { packableBytes } from "../heap/evacuation-plan.ts";
import type { CompactionTotals } from "./compaction.ts";
import { type HeapForecast, heapForecast } from "./forecast.ts";
import type { Store } from "./store.ts";

/** The slices of one window. */
export interface WindowSlices {
  readonly startMs: number;
  readonly endMs: number;
  /** When its chunks are dropped. */
  readonly expiryMs: number;
  readonly chunkCount: number;
  /** Their slots. */
  readonly liveBytes: number;
  /** Spans that hold slices of this window and of no later one: free once it has expired. */
  readonly freedBytes: number;
}

export interface CompactionStatus extends Readonly<CompactionTotals> {
  readonly isRunning: boolean;
  readonly thresholdPercent: number | null;
  /** What heap_inuse would lose if every class were packed into the fewest spans. */
  readonly packableBytes: number;
}

export interface HeapStatus {
  /** Windows that hold slices, oldest first. */
  readonly windows: readonly WindowSlices[];
  /** Null while there is no store. */
  readonly forecast: HeapForecast | null;
  readonly compaction: CompactionStatus;
}

/** The status while there is no store. */
export const NO_HEAP: HeapStatus = {
  windows: [],
  forecast: null,
  compaction: {
    isRunning: false,
    thresholdPercent: null,
    packableBytes: 0,
    runs: 0,
    movedChunks: 0,
    movedBytes: 0,
    longestStepSeconds: 0,
  },
};

function windowSlices({ head, ledger }: Store): WindowSlices[] {
  return ledger.windows().map(({ window, liveObjects, liveBytes, lastPages }) => {
    const startMs = windowStart(window, head.windowMs);
    return {
      startMs,
      endMs: startMs + head.windowMs,
      expiryMs: startMs + head.windowCount * head.windowMs,
      chunkCount: liveObjects,
      liveBytes,
      freedBytes: lastPages * PAGE_BYTES,
    };
  });
}

/** The status of a store. */
export function heapStatus(store: Store): HeapStatus {
  const { compaction, heap } = store;
  return {
    windows: windowSlices(store),
    forecast: heapForecast(store),
    compaction: {
      ...compaction.totals,
      isRunning: compaction.isRunning,
      thresholdPercent: compaction.thresholdPercent,
      packableBytes: packableBytes(heap),
    },
  };
}
