import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { Prng } from "../../src/base/prng.ts";
import { type HeapAddress, PAGE_BYTES, pageOfAddress } from "../../src/base/units.ts";
import { GoHeap } from "../../src/heap/go-heap.ts";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { HeapMemory } from "../../src/heap/heap-memory.ts";

const MIB = 1 << 20;

function newHeap(gogcPercent: number | null = null, version = "1.24", limitBytes = 0) {
  const clock = new ManualClock(1_700_000_000_000);
  const rules = rulesOfGoVersion(version);
  const memory = new HeapMemory();
  const heap = new GoHeap({ rules, gogcPercent, limitBytes, memory, clock });
  return { heap, clock, memory };
}

/** Allocates `count` objects of `size` bytes. */
function make(heap: GoHeap, count: number, size: number): HeapAddress[] {
  return Array.from({ length: count }, () => heap.allocate(size));
}

function dropAll(heap: GoHeap, addresses: readonly HeapAddress[], size: number): void {
  for (const address of addresses) heap.drop(address, size);
}

describe("an allocation", () => {
  it("of no bytes takes nothing", () => {
    const { heap } = newHeap();
    heap.drop(heap.allocate(0), 0);
    expect(heap.stats().mallocs).toBe(0);
  });

  it("lies in mapped memory that nobody else has", () => {
    const { heap, memory } = newHeap();
    const random = new Prng(1);
    const seen = new Set<number>();
    for (let i = 0; i < 2000; i++) {
      const size = 16 + random.below(5000);
      const address = heap.allocate(size);
      expect(address + size).toBeLessThanOrEqual(memory.touchedBytes);
      expect(address + size).toBeLessThanOrEqual(memory.mappedBytes);
      expect(seen.has(address)).toBe(false);
      seen.add(address);
      memory.views[0]!.fill(1, address, address + size);
    }
    heap.verify();
  });

  it("frees nothing when it is dropped: a whole span must be swept empty", () => {
    const { heap } = newHeap();
    const addresses = make(heap, 64, 128);
    dropAll(heap, addresses.slice(1), 128);
    expect(heap.inUseBytes).toBe(PAGE_BYTES);
    expect(heap.allocatedBytes).toBe(PAGE_BYTES);
    expect(heap.liveBytes).toBe(128);
    heap.collect();
    expect([heap.inUseBytes, heap.allocatedBytes]).toEqual([PAGE_BYTES, 128]);
    heap.drop(addresses[0]!, 128);
    heap.collect();
    expect([heap.inUseBytes, heap.allocatedBytes]).toEqual([0, 0]);
  });

  it("dropped twice is a bug that is caught", () => {
    const { heap } = newHeap();
    const address = heap.allocate(200);
    heap.drop(address, 200);
    expect(() => heap.drop(address, 200)).toThrow("dropped object is not live");
    expect(() => heap.drop((address + (64 << 20)) as HeapAddress, 200)).toThrow("in no span");
  });
});

describe("the order of spans", () => {
  it("after a cycle is: cached before, full before, partial before", () => {
    const { heap } = newHeap();
    const first = make(heap, 64, 128);
    const second = make(heap, 64, 128);
    const third = make(heap, 10, 128);
    heap.drop(first[5]!, 128);
    heap.drop(second[5]!, 128);
    heap.drop(third[5]!, 128);
    heap.collect();
    expect(heap.allocate(128)).toBe(third[5]);
    make(heap, 54, 128);
    expect(heap.allocate(128)).toBe(first[5]);
    expect(heap.allocate(128)).toBe(second[5]);
  });

  it("changes when statistics are read: the cached span goes to the tail", () => {
    const { heap } = newHeap();
    const old = make(heap, 64, 128);
    make(heap, 1, 128);
    heap.drop(old[9]!, 128);
    heap.collect();
    const fresh = heap.allocate(128);
    expect(pageOfAddress(fresh)).not.toBe(pageOfAddress(old[0]!));
    heap.flushCaches();
    expect(heap.allocate(128)).toBe(old[9]);
  });
});

describe("tiny objects", () => {
  it("share a block that dies with its last one", () => {
    const { heap } = newHeap();
    const [a, b] = [heap.allocate(5), heap.allocate(5)];
    expect(b - a).toBe(5);
    expect(heap.stats()).toMatchObject({ mallocs: 2, frees: 1, heapObjects: 1, allocBytes: 16 });
    heap.drop(a, 5);
    heap.flushCaches();
    heap.collect();
    expect(heap.allocatedBytes).toBe(16);
    heap.drop(b, 5);
    heap.collect();
    expect(heap.allocatedBytes).toBe(0);
  });

  it("survive one cycle more while their block is the current one", () => {
    const { heap } = newHeap();
    heap.drop(heap.allocate(3), 3);
    heap.collect();
    expect(heap.allocatedBytes).toBe(16);
    heap.collect();
    expect(heap.allocatedBytes).toBe(0);
    heap.verify();
  });
});

describe("an automatic collection", () => {
  it("starts just short of the goal and leaves what is live", () => {
    const { heap } = newHeap(100);
    const kept = make(heap, 8000, 1024);
    while (heap.cycleCount < 6) heap.drop(heap.allocate(1024), 1024);
    const goal = heap.pacer.goalBytes;
    expect(goal).toBeGreaterThan(2 * 8000 * 1024);
    let largest = 0;
    const cycle = heap.cycleCount;
    while (heap.cycleCount === cycle) {
      heap.drop(heap.allocate(1024), 1024);
      largest = Math.max(largest, heap.allocatedBytes);
    }
    expect(largest).toBeGreaterThan(0.94 * goal);
    expect(largest).toBeLessThan(goal);
    while (heap.background(1000));
    expect(heap.allocatedBytes).toBeLessThan(8000 * 1024 + MIB);
    expect(heap.liveBytes).toBe(kept.length * 1024);
    heap.verify();
  });

  it("is forced two minutes after the last one, except with GOGC off", () => {
    for (const gogcPercent of [100, null]) {
      const { heap, clock } = newHeap(gogcPercent);
      heap.collect();
      clock.advance(119_999);
      heap.background(1);
      expect(heap.cycleCount).toBe(1);
      clock.advance(1);
      heap.background(1);
      expect(heap.cycleCount).toBe(gogcPercent === null ? 1 : 2);
    }
  });

  it("settles at its start what it frees, whoever sweeps when", () => {
    const { heap, clock } = newHeap(100);
    const kept = [100, 300, 700, 5000, 50_000].map((size) => ({
      size,
      all: make(heap, 400, size),
    }));
    heap.collect();
    for (const { size, all } of kept) dropAll(heap, all.splice(0, 100), size);
    clock.advance(120_000);
    heap.background(3);
    const swept = heap.fork(clock);
    while (swept.background(1000));
    for (const side of [heap, swept]) {
      for (const { size, all } of kept) dropAll(side, all.slice(0, 150), size);
    }
    while (heap.background(1)) heap.verify();
    expect(heap.stats()).toEqual({ ...swept.stats(), touchedBytes: heap.stats().touchedBytes });
    heap.verify();
    swept.verify();
  });

  it("never sweeps much in one call, and is over before the next begins", () => {
    const { heap } = newHeap(100);
    const { spans } = heap.store;
    make(heap, 60_000, 4096);
    heap.collect();
    const drift = make(heap, 60_000, 2048);
    while (heap.isSweeping) heap.background(100);
    dropAll(heap, drift, 2048);
    heap.collect();
    let freedMax = 0;
    let cycles = 0;
    for (let i = 0; i < 400_000; i++) {
      const before = spans.inUseCount;
      const cycle = heap.cycleCount;
      heap.drop(heap.allocate(2048), 2048);
      freedMax = Math.max(freedMax, before - spans.inUseCount);
      if (heap.cycleCount > cycle) cycles++;
    }
    expect(cycles).toBeGreaterThan(1);
    expect(freedMax).toBeLessThan(4 * 512 + 128 + 101 + 256);
    heap.verify();
  });

  it("comes early enough for a memory limit", () => {
    const limit = 64 * MIB;
    const { heap } = newHeap(100, "1.24", limit);
    make(heap, 30 * 1024, 1024);
    let largest = 0;
    for (let i = 0; i < 100_000; i++) {
      heap.drop(heap.allocate(1024), 1024);
      heap.background(10);
      if (i % 100 > 0) continue;
      const { sysBytes, heapReleasedBytes } = heap.stats();
      largest = Math.max(largest, sysBytes - heapReleasedBytes);
    }
    expect(largest).toBeLessThan(limit);
    expect(heap.cycleCount).toBeLessThan(20);
    expect(heap.pacer.goalBytes).toBeLessThan(60 * MIB);
  });
});

describe("a fork", () => {
  it("goes the way its origin would have gone, and leaves it alone", () => {
    const { heap, clock } = newHeap();
    const random = new Prng(3);
    const kept: [HeapAddress, number][] = [];
    const churn = (target: GoHeap, dice: Prng, objects: [HeapAddress, number][]) => {
      for (let i = 0; i < 3000; i++) {
        const size = 1 + dice.below(3000);
        objects.push([target.allocate(size), size]);
        if (dice.below(3) > 0) {
          const [gone] = objects.splice(dice.below(objects.length), 1);
          target.drop(gone![0], gone![1]);
        }
        if (i % 500 === 0) target.collect();
      }
    };
    churn(heap, random, kept);
    const fork = heap.fork(clock);
    const before = heap.stats();
    const forkKept = [...kept];
    churn(fork, new Prng(9), forkKept);
    expect(heap.stats()).toEqual(before);
    churn(heap, new Prng(9), kept);
    expect(kept).toEqual(forkKept);
    expect({ ...fork.stats(), touchedBytes: 0 }).toEqual({ ...heap.stats(), touchedBytes: 0 });
    fork.verify();
    heap.verify();
  });
});
