/**
 * The spans of a heap that nobody could fill in a test: 10 GiB by default, as the service would
 * list them (docs/format/spans.md), some hours after a restart that mixed windows up.
 *
 * Low addresses hold what was restored in any order: spans of all windows, thinned out by purges.
 * Above lie the spans that ingestion filled since, window by window, then idle pages. In between
 * are large objects, longer than a cell, and gaps.
 *
 * I1  The same seed and size give the same spans; they are in order and do not overlap.
 *
 * Units: pages are 8 KiB, counted from address 0; …Ms milliseconds since the epoch.
 */
import { Prng } from "../../src/base/prng.ts";
import type { SpanListing } from "../../src/engine/heap-status-spans.ts";
import { FIRST_PAGE } from "../../src/heap/pages.ts";
import { SLOT_BYTES, SPAN_PAGES } from "../../src/heap/size-classes.ts";
import { encodeSpans } from "../../src/observe/span-bytes.ts";

const PAGE_BYTES = 8192;
export const TEN_GIB_PAGES = (10 * 2 ** 30) / PAGE_BYTES;
const WINDOW_MS = 14_400_000;
const WINDOWS = 8;
const FIRST_WINDOW_MS = 123_456 * WINDOW_MS;
/** Chunks of 100 to 2000 bytes. */
const CLASS_MIN = 10;
const CLASSES = 28;
const LARGE_PAGES_MAX = 600;
const RESTORED_PART = 0.6;
const USED_PART = 0.94;
const LARGE_EVERY = 2000;
const GAP_EVERY = 400;
const GAP_PAGES_MAX = 300;
const RESTORED = 2;

/** Columns of all spans; four origins a span. */
type Columns = Pick<
  SpanListing,
  | "classes"
  | "flags"
  | "live"
  | "origins"
  | "pageCounts"
  | "pages"
  | "slots"
  | "used"
  | "windowsHigh"
  | "windowsLow"
>;

export class SyntheticHeap {
  readonly firstPage: number = FIRST_PAGE;
  readonly endPage: number;
  readonly windowStartsMs = Array.from(
    { length: WINDOWS },
    (_, i) => FIRST_WINDOW_MS + i * WINDOW_MS,
  );
  count = 0;
  readonly columns: Columns;
  private readonly random: Prng;

  constructor(pageCount = TEN_GIB_PAGES, seed = 1) {
    this.endPage = FIRST_PAGE + pageCount;
    this.random = new Prng(seed);
    this.columns = {
      ...{ pages: new Uint32Array(pageCount), pageCounts: new Uint32Array(pageCount) },
      ...{ classes: new Uint8Array(pageCount), flags: new Uint8Array(pageCount) },
      ...{ slots: new Uint16Array(pageCount), used: new Uint16Array(pageCount) },
      ...{ live: new Uint16Array(pageCount), origins: new Uint16Array(4 * pageCount) },
      ...{ windowsLow: new Uint32Array(pageCount), windowsHigh: new Uint32Array(pageCount) },
    };
    this.fill(pageCount);
  }

  /** A listing as the service makes it: at most `limit` spans that begin at or behind a page. */
  listing(fromPage: number, limit: number): SpanListing {
    const { columns, count, firstPage, endPage, windowStartsMs } = this;
    let from = 0;
    for (let high = count; from < high; ) {
      const middle = (from + high) >>> 1;
      if (columns.pages[middle]! < fromPage) from = middle + 1;
      else high = middle;
    }
    const end = Math.min(count, from + limit);
    const parts = Object.entries(columns).map(([name, column]) => [
      name,
      name === "origins" ? column.subarray(4 * from, 4 * end) : column.subarray(from, end),
    ]);
    return {
      ...(Object.fromEntries(parts) as Columns),
      ...{ firstPage, endPage, windowStartsMs, count: end - from },
      nextPage: end === count ? 0 : columns.pages[end]!,
    };
  }

  /** The bytes of a listing, for a query such as "from=1&limit=2". */
  reply(query: URLSearchParams): Uint8Array {
    const limit = Number(query.get("limit") ?? 32_768);
    return encodeSpans(this.listing(Number(query.get("from")), limit));
  }

  private fill(pageCount: number): void {
    const restoredEnd = FIRST_PAGE + pageCount * RESTORED_PART;
    const usedEnd = FIRST_PAGE + pageCount * USED_PART;
    for (let page: number = FIRST_PAGE; page < usedEnd; ) {
      if (this.random.below(GAP_EVERY) === 0) page += this.random.below(GAP_PAGES_MAX);
      const isLarge = this.random.below(LARGE_EVERY) === 0;
      const sizeClass = isLarge ? 0 : CLASS_MIN + this.random.below(CLASSES);
      const pages = isLarge ? 5 + this.random.below(LARGE_PAGES_MAX) : SPAN_PAGES[sizeClass]!;
      if (page + pages > usedEnd) return;
      const at = this.count++;
      this.columns.pages[at] = page;
      this.columns.pageCounts[at] = pages;
      this.columns.classes[at] = sizeClass;
      this.columns.slots[at] = isLarge
        ? 1
        : Math.floor((pages * PAGE_BYTES) / SLOT_BYTES[sizeClass]!);
      if (page < restoredEnd) this.restored(at);
      else this.made(at, (page - restoredEnd) / (usedEnd - restoredEnd));
      page += pages;
    }
  }

  /** Slots of all windows in any order; the oldest windows have been dropped. */
  private restored(at: number): void {
    const slots = this.columns.slots[at]!;
    let live = 0;
    for (let slot = 0; slot < slots; slot++) {
      const window = this.random.below(2 * WINDOWS);
      if (window >= WINDOWS / 2) continue;
      live++;
      this.columns.windowsLow[at]! |= 1 << window;
    }
    this.setLive(at, live, RESTORED);
  }

  /** Slots of one window, `part` of the way from the restart to now. */
  private made(at: number, part: number): void {
    const slots = this.columns.slots[at]!;
    const window = WINDOWS / 2 + Math.floor((part * WINDOWS) / 2);
    const isThin = this.random.below(12) === 0;
    const live = isThin ? this.random.below(slots + 1) : slots;
    if (live > 0) this.columns.windowsLow[at] = 1 << window;
    this.setLive(at, live, this.random.below(RESTORED));
  }

  private setLive(at: number, live: number, origin: number): void {
    this.columns.live[at] = live;
    this.columns.used[at] = live;
    this.columns.origins[4 * at + origin] = live;
  }
}
