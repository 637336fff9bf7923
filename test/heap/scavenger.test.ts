import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { type HeapAddress, PAGE_BYTES } from "../../src/base/units.ts";
import { GoHeap } from "../../src/heap/go-heap.ts";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";

const MIB = 1 << 20;
const LARGE = 256 * PAGE_BYTES;

function newHeap(limitBytes = 0, gogcPercent: number | null = 100) {
  const clock = new ManualClock(0);
  const rules = rulesOfGoVersion("1.19");
  return { clock, heap: new GoHeap({ rules, gogcPercent, limitBytes, memory: null, clock }) };
}

/** Runs the background work for a while. */
function pass(heap: GoHeap, clock: ManualClock, ms: number): void {
  for (let i = 0; i < ms; i += 10) {
    clock.advance(10);
    while (heap.background(1000));
  }
}

/** A heap of 50 MiB of which 45 MiB have just died. */
function shrunkenHeap(limitBytes = 0) {
  const { heap, clock } = newHeap(limitBytes);
  const addresses: HeapAddress[] = [];
  for (let i = 0; i < 50; i++) addresses.push(heap.allocate(MIB));
  heap.collect();
  for (const address of addresses.splice(5)) heap.drop(address, MIB);
  return { heap, clock };
}

describe("the scavenger", () => {
  it("releases nothing before the second cycle", () => {
    const { heap, clock } = newHeap();
    const addresses = Array.from({ length: 20 }, () => heap.allocate(LARGE));
    for (const address of addresses) heap.drop(address, LARGE);
    pass(heap, clock, 60_000);
    const mapped = heap.stats().heapReleasedBytes;
    pass(heap, clock, 60_000);
    expect(heap.stats().heapReleasedBytes).toBe(mapped);
  });

  it("comes down to the goal within seconds, highest addresses first", () => {
    const { heap, clock } = shrunkenHeap();
    heap.collect();
    heap.collect();
    const before = heap.stats();
    pass(heap, clock, 100);
    const soon = heap.stats().heapReleasedBytes;
    expect(soon).toBeGreaterThan(before.heapReleasedBytes);
    pass(heap, clock, 10_000);
    const after = heap.stats();
    expect(after.heapReleasedBytes).toBeGreaterThan(soon);
    const retained = after.heapSysBytes - after.heapReleasedBytes;
    expect(retained).toBeLessThan(12 * MIB);
    expect(retained).toBeGreaterThanOrEqual(after.heapInuseBytes);
    heap.verify();
  });

  it("leaves in-use pages alone and gives released ones back to new spans", () => {
    const { heap, clock } = shrunkenHeap();
    heap.releaseMemory();
    pass(heap, clock, 1000);
    const { heapIdleBytes, heapReleasedBytes, heapInuseBytes } = heap.stats();
    expect(heapReleasedBytes).toBe(heapIdleBytes);
    const address = heap.allocate(MIB);
    expect(heap.stats().heapReleasedBytes).toBe(heapIdleBytes - MIB);
    expect(heap.stats().heapInuseBytes).toBe(heapInuseBytes + MIB);
    heap.drop(address, MIB);
    heap.verify();
  });

  it("keeps mapped memory below 95% of a limit", () => {
    const limit = 40 * MIB;
    const { heap, clock } = shrunkenHeap(limit);
    heap.collect();
    pass(heap, clock, 10_000);
    const { sysBytes, heapReleasedBytes } = heap.stats();
    expect(sysBytes - heapReleasedBytes).toBeLessThan(0.95 * limit + PAGE_BYTES);
    heap.verify();
  });
});

describe("heap_sys", () => {
  it("is what is in use and what is idle, released pages among the idle", () => {
    const { heap, clock } = shrunkenHeap();
    heap.collect();
    pass(heap, clock, 300);
    const stats = heap.stats();
    expect(stats.heapSysBytes).toBe(stats.heapInuseBytes + stats.heapIdleBytes);
    expect(stats.heapReleasedBytes).toBeLessThanOrEqual(stats.heapIdleBytes);
    expect(stats.heapSysBytes % (4 * MIB)).toBe(0);
  });
});
