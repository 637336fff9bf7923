import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { Prng } from "../../src/base/prng.ts";
import {
  type ChunkRef,
  pageOfAddress,
  type SeriesRef,
  type WindowNumber,
} from "../../src/base/units.ts";
import { ChunkTable } from "../../src/chunk/chunk-table.ts";
import { SliceLedger, SliceSource } from "../../src/chunk/slice-ledger.ts";
import { GoHeap } from "../../src/heap/go-heap.ts";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { HeapMemory } from "../../src/heap/heap-memory.ts";

interface Twin {
  window: number;
  origin: string;
}

const SERIES = 0 as SeriesRef;

function setting() {
  const clock = new ManualClock(0);
  const rules = rulesOfGoVersion("1.26");
  const memory = new HeapMemory();
  const heap = new GoHeap({ rules, gogcPercent: 100, limitBytes: 0, memory, clock });
  const ledger = new SliceLedger(heap);
  return { heap, ledger, chunks: new ChunkTable(heap, 1, ledger) };
}

/** Chunks made, grown, moved and released at random, beside a map of what should be. */
class Twins {
  readonly heap: GoHeap;
  readonly ledger: SliceLedger;
  readonly chunks: ChunkTable;
  readonly live = new Map<ChunkRef, Twin>();
  readonly allocated = new Map<string, number>();
  private readonly random: Prng;

  constructor(seed: number) {
    const { heap, ledger, chunks } = setting();
    this.heap = heap;
    this.ledger = ledger;
    this.chunks = chunks;
    this.random = new Prng(seed);
  }

  private note(chunk: ChunkRef, window: number, kind: number): void {
    const origin = `${this.ledger.source}/${kind}`;
    this.live.set(chunk, { window, origin });
    this.allocated.set(origin, (this.allocated.get(origin) ?? 0) + 1);
  }

  private any(): ChunkRef | undefined {
    return [...this.live.keys()][this.random.below(Math.max(1, this.live.size))];
  }

  make(window: number): void {
    const capacity = 16 + this.random.below(this.random.below(20) === 0 ? 40_000 : 3000);
    const chunk = this.chunks.create(SERIES, window as WindowNumber, capacity);
    this.note(chunk, window, 0);
  }

  grow(): void {
    const chunk = this.any();
    if (chunk === undefined) return;
    const capacity = this.chunks.capacityOf(chunk);
    this.chunks.moveSlice(chunk, this.heap.grownCapacity(capacity, capacity + 1), 2);
    this.note(chunk, this.chunks.windowOf(chunk), 1);
  }

  move(): void {
    const chunk = this.any();
    if (chunk === undefined) return;
    this.ledger.source = SliceSource.compaction;
    this.chunks.moveSlice(chunk, this.chunks.capacityOf(chunk), 2);
    this.note(chunk, this.chunks.windowOf(chunk), 2);
    this.ledger.source = SliceSource.ingestion;
  }

  release(): void {
    const chunk = this.any();
    if (chunk === undefined) return;
    this.chunks.release(chunk);
    this.live.delete(chunk);
  }

  /** Windows of the live slices of each span, by the span's first page. */
  private spans(): Map<number, { pages: number; windows: number[] }> {
    const spans = new Map<number, { pages: number; windows: number[] }>();
    const table = this.heap.store.spans;
    for (const [chunk, { window }] of this.live) {
      const span = table.spanAt(pageOfAddress(this.chunks.addressOf(chunk)));
      const entry = spans.get(span) ?? { pages: table.pageCountOf(span), windows: [] };
      entry.windows.push(window);
      spans.set(span, entry);
    }
    return spans;
  }

  check(): void {
    this.ledger.verify(this.chunks);
    const spans = [...this.spans().values()];
    const held = [...new Set([...this.live.values()].map(({ window }) => window))];
    const expected = held
      .sort((a, b) => a - b)
      .map((window) => {
        const mine = [...this.live].filter(([, twin]) => twin.window === window);
        const bytes = mine.map(([chunk]) => this.heap.slotBytes(this.chunks.capacityOf(chunk)));
        const last = spans.filter(({ windows }) => Math.max(...windows) === window);
        return {
          window,
          liveObjects: mine.length,
          liveBytes: bytes.reduce((sum, size) => sum + size, 0),
          lastPages: last.reduce((sum, { pages }) => sum + pages, 0),
        };
      });
    expect(this.ledger.windows()).toEqual(expected);
    const allocated = new Map<string, number>();
    for (const { source, kind, allocatedObjects } of this.ledger.byOrigin()) {
      const origin = `${source}/${kind}`;
      allocated.set(origin, (allocated.get(origin) ?? 0) + allocatedObjects);
    }
    expect(allocated).toEqual(this.allocated);
  }
}

function run(seed: number, steps: number, windows: number): Twins {
  const random = new Prng(seed);
  const twins = new Twins(seed);
  for (let step = 0; step < steps; step++) {
    const what = random.below(10);
    if (what < 5) twins.make(random.below(windows) - 3);
    else if (what < 7) twins.grow();
    else if (what < 8) twins.move();
    else twins.release();
    if (step % 97 === 0) twins.heap.collect();
    if (step % 20 === 0) twins.check();
  }
  twins.check();
  return twins;
}

describe("slice ledger", () => {
  it("agrees with a map of every live slice under random changes", () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 31 });
    fc.assert(
      fc.property(seeds, (seed) => void run(seed, 300, 9)),
      { numRuns: 20 },
    );
  });

  it("tells more windows apart than it had room for at first", () => {
    const twins = run(5, 600, 70);
    expect(twins.ledger.windows().length).toBeGreaterThan(32);
  });

  it("adds up to what the heap counts", () => {
    const { heap, ledger } = run(11, 500, 9);
    const origins = ledger.byOrigin();
    const sum = (pick: (f: (typeof origins)[number]) => number) =>
      origins.reduce((total, figures) => total + pick(figures), 0);
    const stats = heap.stats();
    expect(sum((f) => f.allocatedBytes)).toBe(stats.totalAllocBytes);
    expect(sum((f) => f.allocatedObjects)).toBe(stats.mallocs);
    expect(sum((f) => f.liveBytes)).toBe(stats.liveBytes);
  });

  it("keeps what a window was given after its last slice is gone", () => {
    const { chunks, ledger } = setting();
    const chunk = chunks.create(SERIES, 7 as WindowNumber);
    chunks.release(chunk);
    expect(ledger.windows()).toEqual([]);
    expect(ledger.byOrigin()).toMatchObject([
      { window: null, allocatedObjects: 1, allocatedBytes: 128, liveObjects: 0 },
    ]);
  });
});
