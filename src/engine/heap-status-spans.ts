/**
 * The spans of the heap in address order, a portion at a time: the data of a span map.
 *
 * I1  A portion is of one moment. The next one, asked for from `nextPage` on, is of a later moment:
 *     spans may come and go between the two, none is listed twice.
 * I2  Bit i of a span's window bits is set when it holds a live slice of window i of the listing;
 *     bit 63 stands for that window and all later ones.
 *
 * Units: pages are 8 KiB, counted from address 0; times are milliseconds since the epoch.
 */
import { type PageIndex, type SpanRef, windowStart } from "../base/units.ts";
import { SPAN_ORIGIN_COUNT, type SpanOrigin } from "../chunk/span-origins.ts";
import { FIRST_PAGE } from "../heap/pages.ts";
import { NO_SPAN } from "../heap/spans.ts";
import type { Store } from "./store.ts";

/** Bits of a span's flags. */
export const SPAN_CACHED = 1;
export const SPAN_UNSWEPT = 2;

/** How slices came about, in the order of a listing's `origins`. */
export const ORIGIN_NAMES = ["made", "grown", "restored", "moved"] as const;

const WINDOW_BITS = 64;
const WORD_BITS = 32;

/** A portion of the spans; the columns have `count` entries. */
export interface SpanListing {
  readonly firstPage: number;
  readonly endPage: number;
  /** Where to go on; 0 when nothing follows. */
  readonly nextPage: number;
  readonly count: number;
  /** Starts of the windows that hold slices, oldest first. */
  readonly windowStartsMs: readonly number[];
  readonly pages: Uint32Array;
  readonly pageCounts: Uint32Array;
  /** Size class; 0 is a large object. */
  readonly classes: Uint8Array;
  readonly flags: Uint8Array;
  readonly slots: Uint16Array;
  /** Slots that hold an object, dead ones not yet swept included. */
  readonly used: Uint16Array;
  /** Slots whose object something references. */
  readonly live: Uint16Array;
  readonly windowsLow: Uint32Array;
  readonly windowsHigh: Uint32Array;
  /** Live slices by origin: made, grown, restored, moved; four entries a span. */
  readonly origins: Uint16Array;
}

/** Lists up to `limit` spans from `fromPage` on. */
export function listSpans(store: Store, fromPage: number, limit: number): SpanListing {
  const { heap, head, ledger } = store;
  const { spans } = heap.store;
  const { endPage } = heap.pages;
  const refs = new Uint32Array(Math.min(limit, spans.inUseCount));
  let count = 0;
  let page = Math.max(fromPage, FIRST_PAGE) as PageIndex;
  let span = spans.spanFrom(page, endPage);
  for (; span !== NO_SPAN && count < refs.length; span = spans.spanFrom(page, endPage)) {
    refs[count++] = span;
    page = spans.endPageOf(span);
  }
  const columns = ledger.columns.ordered();
  return {
    firstPage: FIRST_PAGE,
    endPage,
    nextPage: span === NO_SPAN ? 0 : spans.pageOf(span),
    count,
    windowStartsMs: columns.map((c) => windowStart(ledger.columns.windowOf(c), head.windowMs)),
    ...columnsOf(store, refs.subarray(0, count), columns),
  };
}

function columnsOf(store: Store, refs: Uint32Array, columns: readonly number[]) {
  const { heap, ledger } = store;
  const { spans, queues } = heap.store;
  const count = refs.length;
  const listed = {
    pages: new Uint32Array(count),
    pageCounts: new Uint32Array(count),
    classes: new Uint8Array(count),
    flags: new Uint8Array(count),
    slots: new Uint16Array(count),
    used: new Uint16Array(count),
    live: new Uint16Array(count),
    windowsLow: new Uint32Array(count),
    windowsHigh: new Uint32Array(count),
    origins: new Uint16Array(count * SPAN_ORIGIN_COUNT),
  };
  for (let i = 0; i < count; i++) {
    const span = refs[i] as SpanRef;
    const isCached = heap.cachedSpanOf(spans.classOf(span)) === span;
    listed.pages[i] = spans.pageOf(span);
    listed.pageCounts[i] = spans.pageCountOf(span);
    listed.classes[i] = spans.classOf(span);
    listed.flags[i] = (isCached ? SPAN_CACHED : 0) | (queues.waitsUnswept(span) ? SPAN_UNSWEPT : 0);
    listed.slots[i] = spans.slotCountOf(span);
    listed.used[i] = spans.allocCountOf(span);
    listed.live[i] = spans.liveCountOf(span);
    for (let origin = 0 as SpanOrigin; origin < SPAN_ORIGIN_COUNT; origin++) {
      listed.origins[i * SPAN_ORIGIN_COUNT + origin] = ledger.spanOrigins.countOf(span, origin);
    }
    for (let w = 0; w < columns.length; w++) {
      if (ledger.spanWindows.countOf(span, columns[w] as number) === 0) continue;
      const bit = Math.min(w, WINDOW_BITS - 1);
      const words = bit < WORD_BITS ? listed.windowsLow : listed.windowsHigh;
      words[i] = (words[i] as number) | (1 << (bit % WORD_BITS));
    }
  }
  return listed;
}
