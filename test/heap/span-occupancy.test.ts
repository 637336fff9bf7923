import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { Prng } from "../../src/base/prng.ts";
import type { HeapAddress, PageIndex } from "../../src/base/units.ts";
import { GoHeap } from "../../src/heap/go-heap.ts";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { FIRST_PAGE } from "../../src/heap/pages.ts";
import { OCCUPANCY_LEVELS, spanOccupancy } from "../../src/heap/span-occupancy.ts";
import { NO_SPAN } from "../../src/heap/spans.ts";

const SIZES = [64, 128, 1300, 2000, 5000, 40_000];

/** A heap of `count` objects of several sizes, some of which are dropped again. */
function usedHeap(seed: number, count: number): GoHeap {
  const clock = new ManualClock(0);
  const rules = rulesOfGoVersion("1.26");
  const heap = new GoHeap({ rules, gogcPercent: 100, limitBytes: 0, memory: null, clock });
  const random = new Prng(seed);
  const objects: [HeapAddress, number][] = [];
  for (let i = 0; i < count; i++) {
    const size = SIZES[random.below(SIZES.length)]!;
    objects.push([heap.allocate(size), size]);
  }
  for (const [address, size] of objects) if (random.below(3) === 0) heap.drop(address, size);
  heap.collect();
  return heap;
}

/** The same by walking from span to span and counting live slots one by one. */
function naiveOccupancy(heap: GoHeap): number[] {
  const { spans } = heap.store;
  const counts = new Array<number>(OCCUPANCY_LEVELS).fill(0);
  let page = FIRST_PAGE as PageIndex;
  for (;;) {
    const span = spans.spanFrom(page, heap.pages.endPage);
    if (span === NO_SPAN) return counts;
    const slots = spans.slotCountOf(span);
    let live = 0;
    for (let slot = 0; slot < slots; slot++) if (spans.isLive(span, slot)) live++;
    const level = live === slots ? OCCUPANCY_LEVELS - 1 : Math.floor((10 * live) / slots);
    counts[level] = counts[level]! + 1;
    page = spans.endPageOf(span);
  }
}

describe("the occupancy of spans", () => {
  it("is every span's share of live slots, in tenths", () => {
    for (let seed = 1; seed <= 5; seed++) {
      const heap = usedHeap(seed, 4000);
      expect([...spanOccupancy(heap)]).toEqual(naiveOccupancy(heap));
    }
  });

  it("is near it when only some of the pages are looked at", () => {
    const heap = usedHeap(7, 40_000);
    const all = heap.store.spans.inUseCount;
    const exact = naiveOccupancy(heap);
    const estimate = spanOccupancy(heap, 2000);
    exact.forEach((count, level) => {
      expect(Math.abs(count - estimate[level]!)).toBeLessThan(0.05 * all);
    });
  });

  it("is nothing for an empty heap", () => {
    expect([...spanOccupancy(usedHeap(1, 0))]).toEqual(new Array(OCCUPANCY_LEVELS).fill(0));
  });
});
