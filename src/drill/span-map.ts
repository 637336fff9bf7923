/**
 * A picture of the heap: how full each page's span is, in order of address.
 *
 * I1  A cell stands for `pagesPerCell` pages; there are at most CELLS_MAX. 0 is no page in use, 1
 *     a span without a live slot, up to FULL for spans whose slots are all live (the mean over the
 *     cell's pages in use).
 *
 * Units: pages are 8 KiB; hours from the start of the simulation.
 */
import { FIRST_PAGE } from "../heap/pages.ts";
import { NO_SPAN } from "../heap/spans.ts";
import type { DrillHeap } from "./drill-heap.ts";

export interface SpanMap {
  readonly title: string;
  readonly hour: number;
  readonly pagesPerCell: number;
  readonly cells: Uint8Array;
}

/** A cell whose slots are all live. */
export const FULL = 62;
const CELLS_MAX = 8192;
const LEVELS = FULL - 1;

/** Takes the picture; changes nothing. */
export function spanMap(heap: DrillHeap, title: string, hour: number): SpanMap {
  const { spans } = heap.store;
  const end = heap.pages.endPage;
  const pagesPerCell = Math.max(1, Math.ceil((end - FIRST_PAGE) / CELLS_MAX));
  const sums = new Float64Array(Math.ceil((end - FIRST_PAGE) / pagesPerCell));
  const used = new Uint32Array(sums.length);
  let span = spans.spanFrom(FIRST_PAGE, end);
  for (; span !== NO_SPAN; span = spans.spanFrom(spans.endPageOf(span), end)) {
    const fill = spans.liveCountOf(span) / spans.slotCountOf(span);
    for (let page = spans.pageOf(span); page < spans.endPageOf(span); page++) {
      const cell = Math.floor((page - FIRST_PAGE) / pagesPerCell);
      sums[cell] = sums[cell]! + fill;
      used[cell] = used[cell]! + 1;
    }
  }
  const cells = Uint8Array.from(sums, (sum, cell) =>
    used[cell] === 0 ? 0 : 1 + Math.floor((LEVELS * sum) / used[cell]!),
  );
  return { title, hour, pagesPerCell, cells };
}
