import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PageIndex } from "../../src/base/units.ts";
import { FIRST_PAGE, PageHeap } from "../../src/heap/pages.ts";

const GROUP = 512;
const BLOCK = 64;

/** The page heap as a set of pages and a linear search: slow, and plainly right. */
class NaivePages {
  readonly free = new Set<number>();
  readonly cache = new Set<number>();
  end = FIRST_PAGE as number;

  allocate(count: number): number {
    if (count < 16) {
      if (this.cache.size === 0) this.fillCache();
      const cached = firstRun(this.cache, count);
      if (cached >= 0) return take(this.cache, cached, count);
    }
    let page = firstRun(this.free, count);
    while (page < 0) {
      const grown = Math.ceil(count / GROUP) * GROUP;
      for (let p = this.end; p < this.end + grown; p++) this.free.add(p);
      this.end += grown;
      page = firstRun(this.free, count);
    }
    return take(this.free, page, count);
  }

  release(page: number, count: number): void {
    for (let p = page; p < page + count; p++) this.free.add(p);
  }

  private fillCache(): void {
    const first = firstRun(this.free, 1);
    if (first < 0) return;
    const block = first - (first % BLOCK);
    for (let p = block; p < block + BLOCK; p++) if (this.free.delete(p)) this.cache.add(p);
  }
}

function firstRun(pages: ReadonlySet<number>, count: number): number {
  for (const page of [...pages].sort((a, b) => a - b)) {
    let run = 0;
    while (run < count && pages.has(page + run)) run++;
    if (run === count) return page;
  }
  return -1;
}

function take(pages: Set<number>, page: number, count: number): number {
  for (let p = page; p < page + count; p++) pages.delete(p);
  return page;
}

const commands = fc.array(
  fc.oneof(
    fc.record({ take: fc.integer({ min: 1, max: 20 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 1200 }) }),
    fc.record({ give: fc.nat() }),
    fc.record({ give: fc.nat() }),
  ),
  { minLength: 1, maxLength: 60 },
);

describe("the page heap", () => {
  it("gives the pages that a linear search over a set gives", () => {
    fc.assert(
      fc.property(commands, (steps) => {
        const pages = new PageHeap();
        const naive = new NaivePages();
        const owners = new Map<number, number>();
        for (const step of steps) {
          if ("take" in step) {
            const page = pages.allocate(step.take);
            expect(page).toBe(naive.allocate(step.take));
            owners.set(page, step.take);
          } else if (owners.size > 0) {
            const page = [...owners.keys()][step.give % owners.size]!;
            pages.free(page as PageIndex, owners.get(page)!);
            naive.release(page, owners.get(page)!);
            owners.delete(page);
          }
        }
        const owned = new Set<number>();
        for (const [page, count] of owners) for (let i = 0; i < count; i++) owned.add(page + i);
        pages.verify((page) => owned.has(page));
        expect(pages.spanPages).toBe(owned.size);
        expect(pages.mappedPages).toBe(naive.end - FIRST_PAGE);
      }),
      { numRuns: 60 },
    );
  });

  it("never gives address 0 nor lets a span cross a region of 4 GiB", () => {
    const pages = new PageHeap();
    const regionPages = 2 ** 19;
    let last = 0;
    for (let i = 0; i < 40; i++) {
      const page = pages.allocate(60_000);
      expect(page).toBeGreaterThan(0);
      expect(Math.floor(page / regionPages)).toBe(Math.floor((page + 59_999) / regionPages));
      last = page;
    }
    expect(last).toBeGreaterThan(4 * regionPages);
  });

  it("starts behind the pages of a random start, which count as released", () => {
    const pages = new PageHeap(300);
    expect(pages.allocate(16)).toBe(FIRST_PAGE + 300);
    expect(pages.releasedPages).toBe(GROUP - 16);
    pages.verify((page) => page >= FIRST_PAGE + 300 && page < FIRST_PAGE + 316);
  });

  it("counts fresh pages as released until a span lies on them", () => {
    const pages = new PageHeap();
    const page = pages.allocate(100);
    expect([pages.mappedPages, pages.releasedPages]).toEqual([GROUP, GROUP - 100]);
    pages.free(page, 100);
    expect(pages.releasedPages).toBe(GROUP - 100);
    expect(pages.retainedPages()).toBe(100);
  });

  it("releases the highest free pages first, at most as many as asked", () => {
    const pages = new PageHeap();
    const low = pages.allocate(100);
    const high = pages.allocate(100);
    pages.free(low, 100);
    pages.free(high, 100);
    const released = pages.releasedPages;
    expect(pages.releaseHighest(8, false)).toBe(8);
    expect(pages.releasedPages).toBe(released + 8);
    let more = 8;
    while (more > 0) more = pages.releaseHighest(8, false);
    expect(pages.releasedPages).toBe(GROUP);
    pages.verify(() => false);
  });

  it("passes over groups that are, or were in this cycle, almost full", () => {
    const pages = new PageHeap();
    const small = pages.allocate(16);
    pages.allocate(490);
    pages.use.nextCycle();
    pages.free(small, 16);
    expect(pages.releaseHighest(8, true)).toBe(0);
    expect(pages.releaseHighest(8, false)).toBe(8);
    pages.use.nextCycle();
    expect(pages.releaseHighest(8, true)).toBe(8);
  });

  it("makes copies that go their own way", () => {
    const pages = new PageHeap();
    const kept = pages.allocate(20);
    const copy = pages.clone();
    copy.free(kept, 20);
    expect([pages.spanPages, copy.spanPages]).toEqual([20, 0]);
    expect(pages.allocate(20)).not.toBe(kept);
    expect(copy.allocate(20)).toBe(kept);
  });
});
