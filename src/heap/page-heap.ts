/**
 * Where spans get their pages: a page cache of one 64-page block in front of the bitmap.
 *
 * I1  The cache is a 64-page aligned block and the set of its pages that the processor holds; they
 *     are taken in the bitmap and in no span.
 * I2  A request of fewer than 16 pages tries the cache first (filled when empty from the block that
 *     holds the lowest free page); one that the cache cannot serve leaves it as it is.
 * I3  Otherwise the lowest run that fits; without one the heap grows by whole groups at its end and
 *     searches again, past the cache.
 * I4  Freed pages go to the bitmap, never to the cache.
 *
 * Source: mheap.allocSpan, pageAlloc.allocToCache, pageCache.alloc.
 *
 * Units: pages.
 */
import { assert } from "../base/assert.ts";
import { addressOfPage, PAGE_BYTES, type PageIndex } from "../base/units.ts";
import type { HeapMemory } from "./heap-memory.ts";
import { lowestBit, NO_PAGE, PageBitmap } from "./pages.ts";

const CACHE_PAGES = 64;
const CACHED_REQUEST_MAX = CACHE_PAGES / 4 - 1;

export class PageHeap {
  readonly bitmap = new PageBitmap();
  private readonly memory: HeapMemory | null;
  private cacheBase = 0;
  private cacheLow = 0;
  private cacheHigh = 0;

  constructor(memory: HeapMemory | null) {
    this.memory = memory;
  }

  /** Takes `count` adjacent pages and returns the first. */
  allocate(count: number): PageIndex {
    const page = this.place(count);
    this.bitmap.claim(page, count);
    this.memory?.touch(addressOfPage((page + count) as PageIndex));
    return page;
  }

  /** Gives back the pages of a span. */
  free(page: PageIndex, count: number): void {
    this.bitmap.give(page, count);
  }

  /** Pages that the cache holds; they count as idle. */
  get cachedCount(): number {
    return bitCount(this.cacheLow) + bitCount(this.cacheHigh);
  }

  /** Sets the cache from a recorded page heap. */
  loadCache(base: PageIndex, low: number, high: number): void {
    this.cacheBase = base;
    this.cacheLow = low >>> 0;
    this.cacheHigh = high >>> 0;
  }

  private place(count: number): PageIndex {
    if (count <= CACHED_REQUEST_MAX) {
      if (this.cacheLow === 0 && this.cacheHigh === 0) this.fillCache();
      const cached = this.takeFromCache(count);
      if (cached !== NO_PAGE) return cached;
    }
    let page = this.bitmap.find(count);
    while (page === NO_PAGE) {
      this.grow(count);
      page = this.bitmap.find(count);
    }
    this.bitmap.take(page, count);
    return page;
  }

  private grow(count: number): void {
    this.bitmap.grow(count);
    this.memory?.ensure(addressOfPage(this.bitmap.mappedCount as PageIndex));
  }

  private fillCache(): void {
    const page = this.bitmap.find(1);
    if (page === NO_PAGE) return;
    const base = page - (page % CACHE_PAGES);
    const low = ~this.bitmap.wordAt(base as PageIndex) >>> 0;
    const high = ~this.bitmap.wordAt((base + 32) as PageIndex) >>> 0;
    this.cacheBase = base;
    this.cacheLow = low;
    this.cacheHigh = high;
    this.takeFree(base, low);
    this.takeFree(base + 32, high);
  }

  private takeFree(base: number, free: number): void {
    for (let bits = free; bits !== 0; ) {
      const from = lowestBit(bits);
      const rest = ~(bits >>> from) >>> 0;
      const run = rest === 0 ? 32 : Math.min(32 - from, lowestBit(rest));
      this.bitmap.take((base + from) as PageIndex, run);
      bits = run === 32 ? 0 : (bits & ~(((1 << run) - 1) << from)) >>> 0;
    }
  }

  private takeFromCache(count: number): PageIndex {
    let run = 0;
    for (let i = 0; i < CACHE_PAGES; i++) {
      run = this.cacheHas(i) ? run + 1 : 0;
      if (run < count) continue;
      const first = i - count + 1;
      for (let j = first; j <= i; j++) this.dropFromCache(j);
      return (this.cacheBase + first) as PageIndex;
    }
    return NO_PAGE;
  }

  private cacheHas(index: number): boolean {
    const word = index < 32 ? this.cacheLow : this.cacheHigh;
    return (word & (1 << (index & 31))) !== 0;
  }

  private dropFromCache(index: number): void {
    const keep = ~(1 << (index & 31));
    if (index < 32) this.cacheLow = (this.cacheLow & keep) >>> 0;
    else this.cacheHigh = (this.cacheHigh & keep) >>> 0;
  }

  /** Checks that every cached page is taken in the bitmap. */
  verify(): void {
    this.bitmap.verify();
    for (let i = 0; i < CACHE_PAGES; i++) {
      if (!this.cacheHas(i)) continue;
      assert(this.bitmap.isTaken((this.cacheBase + i) as PageIndex), "cached page is not taken");
    }
    const mappedBytes = this.bitmap.mappedCount * PAGE_BYTES;
    assert(this.memory === null || this.memory.mappedBytes >= mappedBytes, "pages without memory");
  }
}

function bitCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
