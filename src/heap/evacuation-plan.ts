/**
 * Which spans to empty so that what they hold fits into the holes of the others.
 *
 * Per size class the sparsest spans are chosen, as many as free slots of the rest can take: what
 * stays is the fewest spans that hold the class. Chosen spans go to the end of the queue that the
 * allocator takes from, so that it fills the others first.
 *
 * Two walks over the spans in portions: count, then choose. The heap may change between: a plan is
 * advice, and a span that has since been freed, cached or made anew is not chosen any more.
 *
 * I1  A chosen span was made before the plan and is swept, not cached and no large object.
 * I2  chosen[page] is the serial number of the chosen span that starts there, 0 for none.
 *
 * Units: counts of spans and slots; pages are 8 KiB.
 */
import { PAGE_BYTES, type PageIndex, type SpanRef } from "../base/units.ts";
import type { HeapParts } from "./heap-parts.ts";
import { FIRST_PAGE } from "./pages.ts";
import { CLASS_COUNT, LARGE_CLASS, SPAN_PAGES } from "./size-classes.ts";
import { NO_SPAN, SLOT_COUNT_MAX } from "./spans.ts";

const LEVELS = SLOT_COUNT_MAX + 1;

export class EvacuationPlan {
  /** Spans chosen so far. */
  chosenCount = 0;
  private readonly heap: HeapParts;
  /** By class and live slots of a span: how many such spans, and their free slots. */
  private readonly spanCounts = new Float64Array(CLASS_COUNT * LEVELS);
  private readonly freeSlots = new Float64Array(CLASS_COUNT * LEVELS);
  /** By class: spans below `levels` live slots are chosen, and `quotas` of those that have it. */
  private readonly levels = new Uint32Array(CLASS_COUNT);
  private readonly quotas = new Uint32Array(CLASS_COUNT);
  private chosen = new Uint32Array(0);
  private page: PageIndex = FIRST_PAGE;
  private isCounted = false;

  constructor(heap: HeapParts) {
    this.heap = heap;
  }

  /** Looks at up to `spanBudget` spans; false when the plan is made. No sweep may be under way. */
  step(spanBudget: number): boolean {
    const { spans } = this.heap.store;
    const end = this.heap.pages.endPage;
    for (let i = 0; i < spanBudget; i++) {
      const span = spans.spanFrom(this.page, end);
      if (span === NO_SPAN) return this.nextWalk();
      this.page = spans.endPageOf(span);
      if (this.isCounted) this.consider(span);
      else this.count(span);
    }
    return true;
  }

  /** Whether a span is to be emptied. */
  isChosen(span: SpanRef): boolean {
    const { spans } = this.heap.store;
    const page = spans.pageOf(span);
    if (page >= this.chosen.length || this.chosen[page] !== spans.serialOf(span)) return false;
    if (this.heap.cachedSpanOf(spans.classOf(span)) !== span) return true;
    this.spare(span);
    return false;
  }

  /** Takes a span out of the plan: something new was put into it. */
  spare(span: SpanRef): void {
    const page = this.heap.store.spans.pageOf(span);
    if (page >= this.chosen.length || this.chosen[page] === 0) return;
    this.chosen[page] = 0;
    this.chosenCount--;
  }

  private nextWalk(): boolean {
    if (this.isCounted) return false;
    for (let c = LARGE_CLASS + 1; c < CLASS_COUNT; c++) this.setLevel(c);
    this.chosen = new Uint32Array(this.heap.pages.endPage);
    this.page = FIRST_PAGE;
    this.isCounted = true;
    return true;
  }

  private count(span: SpanRef): void {
    const { spans } = this.heap.store;
    const sizeClass = spans.classOf(span);
    if (sizeClass === LARGE_CLASS) return;
    // A cached span is filled before all others: its free slots count, but it stays.
    const cached = this.heap.cachedSpanOf(sizeClass) === span;
    const live = cached ? spans.slotCountOf(span) : spans.liveCountOf(span);
    const cell = sizeClass * LEVELS + live;
    const free = spans.slotCountOf(span) - spans.allocCountOf(span);
    this.spanCounts[cell] = this.spanCounts[cell]! + 1;
    this.freeSlots[cell] = this.freeSlots[cell]! + free;
  }

  /** Chooses from the emptiest spans on while the holes of the rest take what they hold. */
  private setLevel(sizeClass: number): void {
    const from = sizeClass * LEVELS;
    let free = 0;
    for (let live = 0; live < LEVELS; live++) free += this.freeSlots[from + live]!;
    for (let live = 0; live < LEVELS; live++) {
      const count = this.spanCounts[from + live]!;
      if (count === 0) continue;
      const cost = live + this.freeSlots[from + live]! / count;
      const fitting = cost === 0 ? count : Math.min(count, Math.floor(free / cost));
      this.levels[sizeClass] = live;
      this.quotas[sizeClass] = fitting;
      if (fitting < count) return;
      free -= fitting * cost;
    }
  }

  private consider(span: SpanRef): void {
    const { spans, queues } = this.heap.store;
    const sizeClass = spans.classOf(span);
    if (sizeClass === LARGE_CLASS || this.heap.cachedSpanOf(sizeClass) === span) return;
    const page = spans.pageOf(span);
    if (page >= this.chosen.length || queues.waitsUnswept(span)) return;
    const live = spans.liveCountOf(span);
    if (live > this.levels[sizeClass]!) return;
    if (live === this.levels[sizeClass]!) {
      if (this.quotas[sizeClass]! === 0) return;
      this.quotas[sizeClass] = this.quotas[sizeClass]! - 1;
    }
    this.chosen[page] = spans.serialOf(span);
    this.chosenCount++;
    queues.remove(span);
    queues.pushSwept(span);
  }
}

/** Bytes of spans that the heap would not need if every class were packed. */
export function packableBytes(heap: HeapParts): number {
  const { figures } = heap.store;
  let bytes = 0;
  for (let c = LARGE_CLASS + 1; c < CLASS_COUNT; c++) {
    const used = figures.mallocs[c]! + heap.uncountedOf(c) - figures.frees[c]!;
    const needed = Math.ceil(used / heap.rules.slotCounts[c]!);
    bytes += (figures.spans[c]! - needed) * SPAN_PAGES[c]! * PAGE_BYTES;
  }
  return bytes;
}
