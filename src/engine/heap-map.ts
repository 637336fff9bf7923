/**
 * A small picture of the heap: its pages in address order, several to a cell.
 *
 * I1  A cell stands for pagesPerCell pages, a power of two; there are at most CELLS_MAX.
 * I2  fill is 0 where no page is in use, else 1 to FULL by the part of slots that are live, the
 *     mean over the cell's pages in use.
 * I3  classes, windows and origins hold what most of the cell's pages have, plus one, 0 for none:
 *     size class; index of the window after which the span is free; index of the origin that most
 *     of its slices have. They are found by majority vote, so without a majority any may stand.
 *
 * Units: pages are 8 KiB, counted from address 0; …Ms milliseconds since the epoch.
 */
import type { SpanListing } from "./heap-status-spans.ts";
import { ORIGIN_NAMES } from "./heap-status-spans.ts";

/** Fill of a cell whose slots are all live. */
export const FULL = 62;
const CELLS_MAX = 4096;
const WORD_BITS = 32;

export interface HeapMap {
  readonly timeMs: number;
  readonly firstPage: number;
  readonly endPage: number;
  readonly pagesPerCell: number;
  readonly windowStartsMs: readonly number[];
  readonly fill: Uint8Array;
  readonly classes: Uint8Array;
  readonly windows: Uint8Array;
  readonly origins: Uint8Array;
}

/** Pages of a cell when so many pages are drawn. */
export function pagesPerCellOf(pageCount: number): number {
  let pages = 1;
  while (pageCount / pages > CELLS_MAX) pages *= 2;
  return pages;
}

/** A column of values that are found by majority vote. */
class Vote {
  readonly values: Uint8Array;
  private readonly leads: Int32Array;

  constructor(count: number) {
    this.values = new Uint8Array(count);
    this.leads = new Int32Array(count);
  }

  add(cell: number, value: number): void {
    const lead = this.leads[cell]!;
    if (this.values[cell] === value) this.leads[cell] = lead + 1;
    else if (lead > 0) this.leads[cell] = lead - 1;
    else {
      this.values[cell] = value;
      this.leads[cell] = 1;
    }
  }
}

/** Draws listings of one heap, given in order, into one map. */
export class HeapMapDrawing {
  private readonly listing: Pick<SpanListing, "endPage" | "firstPage" | "windowStartsMs">;
  private readonly pagesPerCell: number;
  private readonly sums: Float64Array;
  private readonly used: Uint32Array;
  private readonly classes: Vote;
  private readonly windows: Vote;
  private readonly origins: Vote;

  /** `first` tells the extent of the heap; spans beyond it are left out. */
  constructor(first: Pick<SpanListing, "endPage" | "firstPage" | "windowStartsMs">) {
    this.listing = first;
    const pageCount = Math.max(0, first.endPage - first.firstPage);
    this.pagesPerCell = pagesPerCellOf(pageCount);
    const cells = Math.ceil(pageCount / this.pagesPerCell);
    this.sums = new Float64Array(cells);
    this.used = new Uint32Array(cells);
    this.classes = new Vote(cells);
    this.windows = new Vote(cells);
    this.origins = new Vote(cells);
  }

  add(listing: SpanListing): void {
    for (let i = 0; i < listing.count; i++) this.addSpan(listing, i);
  }

  finish(timeMs: number): HeapMap {
    const { firstPage, endPage, windowStartsMs } = this.listing;
    const fill = Uint8Array.from(this.sums, (sum, cell) => {
      const pages = this.used[cell]!;
      return pages === 0 ? 0 : 1 + Math.floor(((FULL - 1) * sum) / pages);
    });
    return {
      ...{ timeMs, firstPage, endPage, windowStartsMs, fill },
      pagesPerCell: this.pagesPerCell,
      classes: this.classes.values,
      windows: this.windows.values,
      origins: this.origins.values,
    };
  }

  private addSpan(listing: SpanListing, i: number): void {
    const fill = listing.live[i]! / listing.slots[i]!;
    const sizeClass = 1 + listing.classes[i]!;
    const window = 1 + lastWindowOf(listing, i);
    const origin = 1 + mainOriginOf(listing, i);
    const from = listing.pages[i]! - this.listing.firstPage;
    for (let page = from; page < from + listing.pageCounts[i]!; page++) {
      const cell = Math.floor(page / this.pagesPerCell);
      if (cell >= this.used.length) return;
      this.sums[cell] = this.sums[cell]! + fill;
      this.used[cell] = this.used[cell]! + 1;
      this.classes.add(cell, sizeClass);
      this.windows.add(cell, window);
      this.origins.add(cell, origin);
    }
  }
}

/** Index of the youngest window of a span, -1 when it holds no referenced slice. */
function lastWindowOf(listing: SpanListing, i: number): number {
  const high = listing.windowsHigh[i]!;
  if (high !== 0) return 2 * WORD_BITS - 1 - Math.clz32(high);
  return WORD_BITS - 1 - Math.clz32(listing.windowsLow[i]!);
}

/** Index of the origin that most slices of a span have, -1 when it holds none. */
function mainOriginOf({ origins }: SpanListing, i: number): number {
  let main = -1;
  let most = 0;
  for (let origin = 0; origin < ORIGIN_NAMES.length; origin++) {
    const count = origins[i * ORIGIN_NAMES.length + origin]!;
    if (count <= most) continue;
    most = count;
    main = origin;
  }
  return main;
}
