/**
 * Recomputes every invariant of a heap from its bits and its page map, and compares.
 *
 * Throws AssertionError at the first difference. Costs a walk over all spans and pages; tests call
 * it, and an operator may.
 */
import { assert } from "../base/assert.ts";
import type { SpanRef } from "../base/units.ts";
import type { HeapParts } from "./heap-parts.ts";
import { bitCount } from "./page-bits.ts";
import { FIRST_PAGE } from "./pages.ts";
import { CLASS_COUNT, LARGE_CLASS, SPAN_PAGES, TINY_CLASS } from "./size-classes.ts";
import { NO_SPAN, spanBytes } from "./spans.ts";

/** Sums over the spans of a heap, by class. */
class Sums {
  readonly spans = new Float64Array(CLASS_COUNT);
  readonly used = new Float64Array(CLASS_COUNT);
  readonly live = new Float64Array(CLASS_COUNT);
  total = 0;
  largeBytes = 0;
  largeLiveBytes = 0;
}

/** Checks the whole heap. */
export function verifyHeap(heap: HeapParts): void {
  const { spans } = heap.store;
  const sums = new Sums();
  const end = heap.pages.endPage;
  let span = spans.spanFrom(FIRST_PAGE, end);
  while (span !== NO_SPAN) {
    verifySpan(heap, span);
    addSpan(heap, span, sums);
    span = spans.spanFrom(spans.endPageOf(span), end);
  }
  verifySums(heap, sums);
  verifyQueues(heap, sums.total);
  heap.pages.verify((page) => spans.spanAt(page) !== NO_SPAN);
}

function verifySpan(heap: HeapParts, span: SpanRef): void {
  const { spans } = heap.store;
  const sizeClass = spans.classOf(span);
  const slots = spans.slotCountOf(span);
  assert(slots === heap.rules.slotCounts[sizeClass], "a span has its class' slots");
  if (sizeClass !== LARGE_CLASS) {
    assert(spans.pageCountOf(span) === SPAN_PAGES[sizeClass], "a span has its class' pages");
  }
  for (let page = spans.pageOf(span); page < spans.endPageOf(span); page++) {
    assert(spans.spanAt(page) === span, "every page of a span names it");
  }
  let used = 0;
  for (let word = 0; word * 32 < slots; word++) {
    const allocated = spans.allocatedWordOf(span, word);
    assert((spans.liveWordOf(span, word) & ~allocated) === 0, "a live slot is allocated");
    used += bitCount(allocated);
  }
  assert(used === spans.allocCountOf(span), "allocCount is the allocated slots");
  assert(spans.freeIndexOf(span) <= slots, "freeIndex lies in the span");
  assert(spans.countedAllocsOf(span) <= used, "no more is counted than was allocated");
  verifyPlace(heap, span);
}

/** A span is cached or in one queue, and unswept only in an unswept queue. */
function verifyPlace(heap: HeapParts, span: SpanRef): void {
  const { spans, queues } = heap.store;
  const cached = heap.cachedSpanOf(spans.classOf(span)) === span;
  assert(cached === (spans.queueOf(span) === 0), "a span is cached or queued");
  if (spans.sweptCycleOf(span) !== heap.sweeper.cycle) {
    assert(heap.isSweeping && queues.waitsUnswept(span), "an unswept span waits for its sweep");
  }
  if (!cached) assert(spans.countedAllocsOf(span) === spans.allocCountOf(span), "queued: counted");
}

function addSpan(heap: HeapParts, span: SpanRef, sums: Sums): void {
  const { spans, tiny } = heap.store;
  const sizeClass = spans.classOf(span);
  const live = spans.liveCountOf(span);
  sums.total++;
  sums.spans[sizeClass] = sums.spans[sizeClass]! + 1;
  sums.used[sizeClass] = sums.used[sizeClass]! + spans.allocCountOf(span);
  sums.live[sizeClass] = sums.live[sizeClass]! + live;
  if (sizeClass === LARGE_CLASS) {
    const bytes = spanBytes(spans.pageCountOf(span));
    sums.largeBytes += bytes * spans.allocCountOf(span);
    sums.largeLiveBytes += bytes * live;
  }
  if (sizeClass !== TINY_CLASS) return;
  for (let slot = 0; slot < spans.slotCountOf(span); slot++) {
    const references = tiny.referencesOf(spans.tinyCountsOf(span), slot);
    assert(references === 0 || spans.isLive(span, slot), "a block with references is live");
  }
}

function verifySums(heap: HeapParts, sums: Sums): void {
  const { spans, figures } = heap.store;
  for (let c = 0; c < CLASS_COUNT; c++) {
    const used = figures.mallocs[c]! + heap.uncountedOf(c) - figures.frees[c]!;
    assert(sums.spans[c] === figures.spans[c], "spans of a class add up");
    assert(sums.used[c] === used, "allocated slots are mallocs less frees");
    assert(sums.live[c] === figures.live[c], "live slots of a class add up");
  }
  const large = figures.largeAllocatedBytes - figures.largeFreedBytes;
  assert(sums.largeBytes === large, "large bytes add up");
  assert(sums.largeLiveBytes === figures.largeLiveBytes, "live large bytes add up");
  assert(sums.total === spans.inUseCount, "spans in use add up");
}

/** Walks the queues: links hold, each span stands where its record says. */
function verifyQueues(heap: HeapParts, spanCount: number): void {
  const { spans, queues } = heap.store;
  let seen = 0;
  for (let c = 0; c < CLASS_COUNT; c++) {
    if (heap.cachedSpanOf(c) !== NO_SPAN) seen++;
    let previous: SpanRef = NO_SPAN;
    let queue = 0;
    queues.forEach(c, (span, swept, full) => {
      const isHead = spans.queueOf(span) !== queue;
      queue = spans.queueOf(span);
      assert(isHead || spans.previousOf(span) === previous, "queue links go both ways");
      assert(spans.classOf(span) === c, "a queue has spans of one class");
      assert(swept !== queues.waitsUnswept(span), "a span knows its queue's generation");
      if (swept) assert(full === spans.isFull(span), "a swept span's queue fits how full it is");
      previous = span;
      seen++;
    });
  }
  assert(seen === spanCount, "every span is cached or in one queue");
}
