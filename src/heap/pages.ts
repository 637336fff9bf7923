/**
 * Page heap: which 8 KiB pages of the simulated address space are in use, and the lowest that fit.
 *
 * I1  Bit p of `inUse` is 1 exactly when page p belongs to a span, to the page cache, to no mapped
 *     memory, or to the pages never handed out (I4).
 * I2  The run tree has, for every group of 512 pages, the free runs that its bits show.
 * I3  Bit p of `released` is 1 when page p counts as given back to the operating system: fresh
 *     pages and scavenged ones. Placing a span clears its bits; `releasedPages` is their number.
 * I4  Never handed out: group 0, so that address 0 is no object; the last page of every 4 GiB
 *     region, so that no span crosses one; and the pages before a random start (Go 1.26).
 *
 * First fit by address. Requests below 16 pages go through the page cache (page-cache.ts); growth
 * adds whole groups at the end. Source: runtime mpagealloc.go, mpagecache.go, mheap.grow.
 *
 * Units: PageIndex and …Pages count 8 KiB pages; groups are 4 MiB.
 */
import { assert } from "../base/assert.ts";
import { PAGE_BYTES, type PageIndex } from "../base/units.ts";
import { GroupUse } from "./group-use.ts";
import { GrowingBuffer } from "./growing-buffer.ts";
import { REGION_BYTES } from "./heap-memory.ts";
import { clearBits, countBits, findZeros, runs, setBits, zeroRuns } from "./page-bits.ts";
import { CACHE_PAGES, CACHE_REQUEST_LIMIT, PageCache } from "./page-cache.ts";
import { GROUP_PAGES, RunTree } from "./run-tree.ts";

/** First page of the heap: group 0 is never used. */
export const FIRST_PAGE = GROUP_PAGES as PageIndex;
const GROUP_WORDS = GROUP_PAGES / 32;
const REGION_PAGES = REGION_BYTES / PAGE_BYTES;
/** Spans end before the last page of a region, and one group may precede the first. */
const SPAN_PAGES_LIMIT = REGION_PAGES - 2 * GROUP_PAGES;

export class PageHeap {
  /** Usage bits by page, see I1. Replaced on growth. */
  inUse: Uint32Array = new Uint32Array(0);
  /** Released bits by page, see I3. Replaced on growth. */
  released: Uint32Array = new Uint32Array(0);
  readonly cache = new PageCache();
  readonly use = new GroupUse();
  private readonly inUseBuffer: GrowingBuffer;
  private readonly releasedBuffer: GrowingBuffer;
  private tree = new RunTree();
  private end: number = FIRST_PAGE;
  private releasedCount = 0;
  private spanPageCount = 0;
  private startPages: number;
  /** Whether pages may be in use that nobody here knows of: see load(). */
  private isForeign = false;

  /** `startPages`: pages of the first group that are never handed out. */
  constructor(startPages = 0, source: PageHeap | null = null) {
    this.startPages = startPages;
    this.inUseBuffer = source ? source.inUseBuffer.clone() : new GrowingBuffer();
    this.releasedBuffer = source ? source.releasedBuffer.clone() : new GrowingBuffer();
    if (source) {
      this.copyFigures(source);
      this.renewViews();
    } else {
      assert(startPages >= 0 && startPages < GROUP_PAGES, "the start lies in the first group");
      this.mapWords();
      this.inUse.fill(0xffffffff, 0, GROUP_WORDS);
      if (startPages > 0) {
        this.grow(GROUP_PAGES);
        setBits(this.inUse, FIRST_PAGE, startPages);
        this.measure(1);
      }
    }
  }

  /** First page after the mapped ones. */
  get endPage(): PageIndex {
    return this.end as PageIndex;
  }

  /** Pages mapped: in use, idle and never handed out. */
  get mappedPages(): number {
    return this.end - FIRST_PAGE;
  }

  /** Mapped pages that count as given back. */
  get releasedPages(): number {
    return this.releasedCount;
  }

  /** Pages of spans in use. */
  get spanPages(): number {
    return this.spanPageCount;
  }

  /** Takes `count` adjacent pages at the lowest address that fits; grows when there is none. */
  allocate(count: number): PageIndex {
    assert(count > 0 && count <= SPAN_PAGES_LIMIT, "a span has 1 page to almost 4 GiB of them");
    let page = count < CACHE_REQUEST_LIMIT ? this.takeCached(count) : -1;
    if (page < 0) {
      page = this.findRun(count);
      while (page < 0) {
        this.grow(count);
        page = this.findRun(count);
      }
      setBits(this.inUse, page, count);
      this.measureRange(page, count);
    }
    this.releasedCount -= clearBits(this.released, page, count);
    this.spanPageCount += count;
    return page as PageIndex;
  }

  /** Gives back the pages of a span. */
  free(page: PageIndex, count: number): void {
    const cleared = clearBits(this.inUse, page, count);
    assert(cleared === count, "freed pages were in use");
    this.spanPageCount -= count;
    this.measureRange(page, count);
    const last = (page + count - 1) >>> 9;
    for (let group = page >>> 9; group <= last; group++) this.use.noteFree(group);
  }

  /** Free pages of the heap's bitmap (not of the cache) that do not count as released. */
  retainedPages(): number {
    return this.mappedPages - this.spanPageCount - this.releasedCount;
  }

  /**
   * Releases up to `countMax` adjacent free pages, the highest there are; gives how many. Dense
   * groups are passed over when `skipDense`.
   */
  releaseHighest(countMax: number, skipDense: boolean): number {
    let group = this.use.highestCandidate(skipDense);
    while (group >= 0) {
      const count = this.releaseInGroup(group, countMax);
      if (count > 0) return count;
      this.use.noteExhausted(group);
      group = this.use.highestCandidate(skipDense);
    }
    return 0;
  }

  /** Replaces the state by a given one: usage words from FIRST_PAGE on, and the cached pages. */
  load(usage: Uint32Array, cacheBlock: PageIndex, usageLow: number, usageHigh: number): void {
    assert(usage.length % GROUP_WORDS === 0, "usage comes in whole groups");
    const end = FIRST_PAGE + usage.length * 32;
    if (end > this.end) this.grow(end - this.end);
    this.inUse.set(usage, GROUP_WORDS);
    this.inUse.fill(0xffffffff, GROUP_WORDS + usage.length);
    this.end = end;
    for (let group = 1; group < this.inUse.length / GROUP_WORDS; group++) this.measure(group);
    this.cache.fill(cacheBlock, usageLow, usageHigh);
    this.isForeign = true;
  }

  /** Accounting copy, free to change on its own. */
  clone(): PageHeap {
    return new PageHeap(0, this);
  }

  /** Recomputes I1 to I3; `spanPage(p)` tells whether a span in use has page p. */
  verify(spanPage: (page: PageIndex) => boolean): void {
    assert(countBits(this.released, 0, this.end) === this.releasedCount, "released pages add up");
    let spanPages = 0;
    for (let p = FIRST_PAGE as number; p < this.end; p++) {
      const used = ((this.inUse[p >>> 5]! >>> (p & 31)) & 1) === 1;
      if (spanPage(p as PageIndex)) {
        assert(used, "a span's page is in use");
        assert(((this.released[p >>> 5]! >>> (p & 31)) & 1) === 0, "a span's page is not released");
        spanPages++;
      } else if (this.cache.holds(p as PageIndex)) {
        assert(used, "a cached page is marked in use");
      } else if (used && !this.isForeign) {
        const atStart = p < FIRST_PAGE + this.startPages;
        assert(atStart || p % REGION_PAGES === REGION_PAGES - 1, "a page in use has an owner");
      }
    }
    assert(spanPages === this.spanPageCount, "span pages add up");
    this.verifyTree();
  }

  private verifyTree(): void {
    for (let group = 0; group < this.end / GROUP_PAGES; group++) {
      zeroRuns(this.inUse, group * GROUP_WORDS, GROUP_WORDS);
      const [start, longest, end] = this.tree.leafOf(group);
      assert(start === runs.start && end === runs.end, "leaf has its group's outer runs");
      assert(longest === runs.longest, "leaf has its group's longest run");
    }
  }

  private takeCached(count: number): number {
    if (this.cache.isEmpty && !this.fillCache()) return -1;
    return this.cache.take(count);
  }

  private fillCache(): boolean {
    const page = this.findRun(1);
    if (page < 0) return false;
    const block = page - (page % CACHE_PAGES);
    const word = block >>> 5;
    this.cache.fill(block as PageIndex, this.inUse[word]!, this.inUse[word + 1]!);
    this.inUse[word] = 0xffffffff;
    this.inUse[word + 1] = 0xffffffff;
    this.measure(block >>> 9);
    return true;
  }

  private findRun(count: number): number {
    const page = this.tree.find(count);
    if (page < 0) return -1;
    const group = page >>> 9;
    const inside = findZeros(this.inUse, group * GROUP_WORDS, GROUP_WORDS, count);
    return inside < 0 ? page : group * GROUP_PAGES + inside;
  }

  /** Maps whole groups for `count` pages more, at most to the end of the region. */
  private grow(count: number): void {
    const regionEnd = (Math.floor(this.end / REGION_PAGES) + 1) * REGION_PAGES;
    const wanted = this.end + Math.ceil(count / GROUP_PAGES) * GROUP_PAGES;
    const from = this.end;
    this.end = Math.min(wanted, regionEnd);
    this.mapWords();
    this.inUse.fill(0, from / 32, this.end / 32);
    this.released.fill(0xffffffff, from / 32, this.end / 32);
    this.releasedCount += this.end - from;
    if (this.end === regionEnd) setBits(this.inUse, this.end - 1, 1);
    for (let group = from / GROUP_PAGES; group < this.end / GROUP_PAGES; group++) {
      this.measure(group);
    }
  }

  private releaseInGroup(group: number, countMax: number): number {
    const first = group * GROUP_PAGES;
    let count = 0;
    for (let page = first + GROUP_PAGES - 1; page >= first && count < countMax; page--) {
      const word = page >>> 5;
      const held = this.inUse[word]! | this.released[word]!;
      if (held === 0xffffffff && count === 0) {
        page = word * 32;
      } else if (((held >>> (page & 31)) & 1) === 0) {
        this.released[word] = this.released[word]! | (1 << (page & 31));
        count++;
      } else if (count > 0) {
        break;
      }
    }
    this.releasedCount += count;
    return count;
  }

  private measureRange(page: number, count: number): void {
    const last = (page + count - 1) >>> 9;
    for (let group = page >>> 9; group <= last; group++) this.measure(group);
  }

  private measure(group: number): void {
    zeroRuns(this.inUse, group * GROUP_WORDS, GROUP_WORDS);
    this.tree.setLeaf(group, runs.start, runs.longest, runs.end);
    this.use.setUsed(group, runs.ones);
  }

  private mapWords(): void {
    const grown = this.inUseBuffer.ensure(this.end / 8);
    if (grown || this.releasedBuffer.ensure(this.end / 8)) {
      this.releasedBuffer.ensure(this.end / 8);
      this.renewViews();
    }
  }

  private renewViews(): void {
    this.inUse = new Uint32Array(this.inUseBuffer.buffer);
    this.released = new Uint32Array(this.releasedBuffer.buffer);
  }

  private copyFigures(source: PageHeap): void {
    this.tree = source.tree.clone();
    this.cache.copyFrom(source.cache);
    this.use.copyFrom(source.use);
    this.end = source.end;
    this.releasedCount = source.releasedCount;
    this.spanPageCount = source.spanPageCount;
    this.startPages = source.startPages;
    this.isForeign = source.isForeign;
  }
}
