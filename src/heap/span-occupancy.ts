/**
 * How full the spans of the heap are: spans by the share of their slots that something references.
 *
 * I1  At most LOOKS_MAX pages are looked at, evenly spread, so that it costs a few milliseconds
 *     whatever the heap's size. Up to 512 MiB (65,536 pages) it is exact; above it each page looked
 *     at stands for `stride` pages.
 * I2  A span counts at its first page. The stride is odd: spans of two pages do not hide behind it.
 *
 * Units: counts of spans; levels are tenths of a span's slots.
 */
import type { PageIndex } from "../base/units.ts";
import type { HeapParts } from "./heap-parts.ts";
import { FIRST_PAGE } from "./pages.ts";
import { NO_SPAN } from "./spans.ts";

const LOOKS_MAX = 65_536;

/** Level i is [i, i + 1) tenths of the slots live; the last one is spans without a free slot. */
export const OCCUPANCY_LEVELS = 11;

/** Spans in use by level. */
export function spanOccupancy(heap: HeapParts, looksMax = LOOKS_MAX): Float64Array {
  const { spans } = heap.store;
  const { endPage } = heap.pages;
  const stride = Math.ceil((endPage - FIRST_PAGE) / looksMax) | 1;
  const counts = new Float64Array(OCCUPANCY_LEVELS);
  for (let page = FIRST_PAGE; page < endPage; page = (page + stride) as PageIndex) {
    const span = spans.spanAt(page);
    if (span === NO_SPAN || spans.pageOf(span) !== page) continue;
    const tenths = (spans.liveCountOf(span) * (OCCUPANCY_LEVELS - 1)) / spans.slotCountOf(span);
    const level = Math.floor(tenths);
    counts[level] = counts[level]! + stride;
  }
  return counts;
}
