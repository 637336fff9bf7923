import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { type HeapAddress, PAGE_BYTES, pageOfAddress } from "../../src/base/units.ts";
import { GoHeap } from "../../src/heap/go-heap.ts";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { CLASS_COUNT } from "../../src/heap/size-classes.ts";
import { NaiveHeap, type NaiveObject } from "./naive-heap.ts";

const size = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 17 }) },
  { weight: 3, arbitrary: fc.constantFrom(16, 100, 500, 900, 1400, 5000, 9000) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 2000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 30000, max: 70000 }) },
);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("make"), size, times: fc.nat(40) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("many"), size, times: fc.nat(300) }) },
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant("drop"), size: fc.nat(), times: fc.nat(30) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("collect") }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("flush") }) },
  ),
  { minLength: 1, maxLength: 120 },
);

interface Pair {
  readonly address: HeapAddress;
  readonly size: number;
  readonly naive: NaiveObject;
}

function newHeap(version: string, gogcPercent: number | null = null): GoHeap {
  const rules = rulesOfGoVersion(version);
  return new GoHeap({ rules, gogcPercent, limitBytes: 0, memory: null, clock: new ManualClock(0) });
}

function placeOf(heap: GoHeap, address: HeapAddress): [serial: number, slot: number] {
  const span = heap.store.spans.spanAt(pageOfAddress(address));
  return [heap.store.spans.serialOf(span), heap.slotAt(span, address)];
}

function expectEqualFigures(heap: GoHeap, naive: NaiveHeap): void {
  const spans = naive.spans();
  const stats = heap.stats();
  let bytes = 0;
  let objects = 0;
  for (const span of spans) {
    const slotBytes =
      span.sizeClass === 0 ? span.pages * PAGE_BYTES : heap.classStats(span.sizeClass).slotBytes;
    bytes += span.allocated.size * slotBytes;
    objects += span.allocated.size;
  }
  expect(stats.heapInuseBytes).toBe(spans.reduce((sum, span) => sum + span.pages, 0) * PAGE_BYTES);
  expect([stats.allocBytes, stats.heapObjects]).toEqual([bytes, objects]);
  for (let c = 0; c < CLASS_COUNT; c++) {
    const { mallocs, frees } = heap.classStats(c);
    expect([c, mallocs, frees]).toEqual([c, naive.mallocs[c], naive.frees[c]]);
  }
}

type Commands = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;

function compare(version: string, commands: Commands, naive: NaiveHeap): void {
  const heap = newHeap(version);
  const objects: Pair[] = [];
  for (const command of commands) {
    if ("times" in command && command.kind !== "drop") {
      const addresses = new Float64Array(command.times);
      if (command.kind === "many") heap.allocateMany(command.size, command.times, addresses);
      for (let i = 0; i < command.times; i++) {
        if (command.kind === "make") addresses[i] = heap.allocate(command.size);
        const address = addresses[i]! as HeapAddress;
        const twin = naive.allocate(command.size);
        expect(placeOf(heap, address)).toEqual([twin.span.serial, twin.slot]);
        objects.push({ address, size: command.size, naive: twin });
      }
    } else if ("times" in command) {
      for (let i = 0; i < command.times && objects.length > 0; i++) {
        const [gone] = objects.splice((command.size + i * 7919) % objects.length, 1);
        heap.drop(gone!.address, gone!.size);
        naive.drop(gone!.naive);
      }
    } else if (command.kind === "collect") {
      heap.collect();
      naive.collect();
    } else {
      heap.flushCaches();
      naive.flush();
    }
    expectEqualFigures(heap, naive);
  }
  heap.verify();
}

/** A twin that is wrong on purpose: reading statistics leaves its caches alone. */
class BrokenHeap extends NaiveHeap {
  override flush(): void {}
}

const versions = fc.constantFrom("1.15", "1.17", "1.19", "1.24", "1.26");

describe("the heap", () => {
  it("places and counts every object as the plain model does", () => {
    fc.assert(
      fc.property(versions, steps, (version, commands) =>
        compare(version, commands, new NaiveHeap(rulesOfGoVersion(version))),
      ),
      { numRuns: 80 },
    );
  });

  it("gives many objects at once as it gives them one by one, collections included", () => {
    const calls = fc.array(fc.tuple(size, fc.nat(600), fc.nat(4)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(versions, calls, (version, all) => {
        const [together, single] = [newHeap(version, 20), newHeap(version, 20)];
        let kept: [address: HeapAddress, capacity: number][] = [];
        for (const [capacity, count, keep] of all) {
          const addresses = new Float64Array(count);
          together.allocateMany(capacity, count, addresses);
          const expected = Array.from({ length: count }, () => single.allocate(capacity));
          expect([...addresses]).toEqual(expected);
          for (const address of expected) kept.push([address, capacity]);
          const gone = kept.filter((_, i) => i % 5 > keep);
          kept = kept.filter((_, i) => i % 5 <= keep);
          for (const [address, bytes] of gone) {
            together.drop(address, bytes);
            single.drop(address, bytes);
          }
        }
        expect(together.stats()).toEqual(single.stats());
        together.verify();
      }),
      { numRuns: 40 },
    );
  });

  it("is found out when it differs from its twin", () => {
    const result = fc.check(
      fc.property(versions, steps, (version, commands) =>
        compare(version, commands, new BrokenHeap(rulesOfGoVersion(version))),
      ),
      { numRuns: 80, endOnFailure: true },
    );
    expect(result.failed).toBe(true);
  });
});
