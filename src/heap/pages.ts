/**
 * Page bitmap: which 8 KiB pages of the mapped address space are taken, and address-ordered
 * first fit over it.
 *
 * I1  Bit p of `taken` is 1 exactly when page p belongs to a span, to the page cache, or to no one
 *     for ever (the last page of a 4 GiB region, so that no run crosses regions).
 * I2  For group g (512 pages), starts[g], longest[g] and ends[g] are the free pages at its start,
 *     its longest free run and the free pages at its end.
 * I3  No page below `searchFrom` is free.
 * I4  released[p] is 1 while page p is counted as returned to the system: fresh pages are, until a
 *     span is placed on them.
 *
 * Units: PageIndex counts pages from address 0; every `…Count` is pages.
 */
import { assert } from "../base/assert.ts";
import { PAGE_BYTES, type PageIndex } from "../base/units.ts";
import { REGION_BYTES } from "./heap-memory.ts";

export const GROUP_PAGES = 512;
const GROUP_WORDS = GROUP_PAGES / 32;
const REGION_PAGES = REGION_BYTES / PAGE_BYTES;
export const NO_PAGE = -1 as PageIndex;

/** Index of the lowest set bit of a word that is not 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

export class PageBitmap {
  private taken = new Uint32Array(GROUP_WORDS * 16);
  private released = new Uint32Array(GROUP_WORDS * 16);
  private starts = new Uint16Array(16);
  private longest = new Uint16Array(16);
  private ends = new Uint16Array(16);
  private mapped = 0;
  private searchFrom = 0;
  private releasedPages = 0;

  /** Pages mapped so far; all page indexes are below it. */
  get mappedCount(): number {
    return this.mapped;
  }

  /** Pages counted as returned to the system. */
  get releasedCount(): number {
    return this.releasedPages;
  }

  isTaken(page: PageIndex): boolean {
    return (this.taken[page >>> 5]! & (1 << (page & 31))) !== 0;
  }

  isReleased(page: PageIndex): boolean {
    return (this.released[page >>> 5]! & (1 << (page & 31))) !== 0;
  }

  /** Maps `pageCount` (rounded up to groups) more pages at the end; they are free and released. */
  grow(pageCount: number): void {
    const groupCount = Math.ceil(pageCount / GROUP_PAGES);
    const first = this.mapped / GROUP_PAGES;
    this.ensureGroups(first + groupCount);
    for (let page = this.mapped; page < this.mapped + groupCount * GROUP_PAGES; page += 32) {
      this.released[page >>> 5] = 0xffffffff;
    }
    this.releasedPages += groupCount * GROUP_PAGES;
    this.mapped += groupCount * GROUP_PAGES;
    for (let g = first; g < first + groupCount; g++) this.summarise(g);
    this.closeRegionEnds(first * GROUP_PAGES);
  }

  /** Lowest page at which `count` adjacent pages are free, or NO_PAGE. */
  find(count: number): PageIndex {
    const groupCount = this.mapped / GROUP_PAGES;
    let run = 0;
    for (let g = Math.floor(this.searchFrom / GROUP_PAGES); g < groupCount; g++) {
      if (run + this.starts[g]! >= count) return (g * GROUP_PAGES - run) as PageIndex;
      if (this.longest[g]! >= count) return this.findInGroup(g, count);
      run = this.starts[g] === GROUP_PAGES ? run + GROUP_PAGES : this.ends[g]!;
    }
    return NO_PAGE;
  }

  /** Marks free pages as taken. */
  take(page: PageIndex, count: number): void {
    this.setRange(page, count, true);
    if (page <= this.searchFrom && page + count > this.searchFrom) this.searchFrom = page + count;
  }

  /** Marks taken pages as free. */
  give(page: PageIndex, count: number): void {
    this.setRange(page, count, false);
    if (page < this.searchFrom) this.searchFrom = page;
  }

  /** 32 taken bits from `page`, a multiple of 32. */
  wordAt(page: PageIndex): number {
    return this.taken[page >>> 5]!;
  }

  /** Ends the released state of pages on which a span is placed. */
  claim(page: PageIndex, count: number): void {
    for (let p = page as number; p < page + count; p++) {
      const bit = 1 << (p & 31);
      const word = this.released[p >>> 5]!;
      if ((word & bit) === 0) continue;
      this.released[p >>> 5] = word & ~bit;
      this.releasedPages--;
    }
  }

  /** Counts one free page as returned to the system; false when it already was. */
  release(page: PageIndex): boolean {
    assert(!this.isTaken(page), "a taken page cannot be released");
    const bit = 1 << (page & 31);
    const word = this.released[page >>> 5]!;
    if ((word & bit) !== 0) return false;
    this.released[page >>> 5] = word | bit;
    this.releasedPages++;
    return true;
  }

  /** Overwrites one group's taken bits (16 words), for replaying a recorded page heap. */
  loadGroup(group: number, words: Uint32Array): void {
    while (this.mapped <= group * GROUP_PAGES) this.grow(GROUP_PAGES);
    this.taken.set(words, group * GROUP_WORDS);
    this.summarise(group);
    this.searchFrom = 0;
  }

  /** Recomputes I2 to I4 from the bits; throws AssertionError on any difference. */
  verify(): void {
    let releasedCount = 0;
    for (let p = 0; p < this.mapped; p++) {
      const page = p as PageIndex;
      if (this.isReleased(page)) releasedCount++;
      assert(this.isTaken(page) || p >= this.searchFrom, "free page below searchFrom");
    }
    assert(releasedCount === this.releasedPages, "released pages do not add up");
    for (let g = 0; g < this.mapped / GROUP_PAGES; g++) {
      const before = [this.starts[g], this.longest[g], this.ends[g]];
      this.summarise(g);
      const after = [this.starts[g], this.longest[g], this.ends[g]];
      assert(before.join() === after.join(), "group summary is stale");
    }
  }

  private findInGroup(group: number, count: number): PageIndex {
    const end = (group + 1) * GROUP_PAGES;
    let run = 0;
    for (let page = group * GROUP_PAGES; page < end; page++) {
      run = (this.taken[page >>> 5]! & (1 << (page & 31))) === 0 ? run + 1 : 0;
      if (run === count) return (page - count + 1) as PageIndex;
    }
    assert(false, "group summary promised a run that is not there");
    return NO_PAGE;
  }

  private setRange(page: number, count: number, taken: boolean): void {
    assert(page >= 0 && page + count <= this.mapped, "pages are not mapped");
    const end = page + count;
    for (let p = page; p < end; ) {
      const bit = p & 31;
      const width = Math.min(32 - bit, end - p);
      const mask = (width === 32 ? -1 : ((1 << width) - 1) << bit) >>> 0;
      const word = this.taken[p >>> 5]!;
      assert(((taken ? word : ~word) & mask) === 0, "pages are not in the state to leave");
      this.taken[p >>> 5] = taken ? word | mask : word & ~mask;
      p += width;
    }
    const last = Math.floor((end - 1) / GROUP_PAGES);
    for (let g = Math.floor(page / GROUP_PAGES); g <= last; g++) this.summarise(g);
  }

  private summarise(group: number): void {
    let start = -1;
    let best = 0;
    let run = 0;
    const from = group * GROUP_WORDS;
    for (let w = from; w < from + GROUP_WORDS; w++) {
      const word = this.taken[w]!;
      if (word === 0) {
        run += 32;
        continue;
      }
      if (word === 0xffffffff) {
        if (start < 0) start = run;
        if (run > best) best = run;
        run = 0;
        continue;
      }
      for (let bit = 0; bit < 32; bit++) {
        if ((word & (1 << bit)) === 0) {
          run++;
          continue;
        }
        if (start < 0) start = run;
        if (run > best) best = run;
        run = 0;
      }
    }
    this.starts[group] = start < 0 ? GROUP_PAGES : start;
    this.longest[group] = run > best ? run : best;
    this.ends[group] = run;
  }

  private closeRegionEnds(from: number): void {
    for (let end = REGION_PAGES; end <= this.mapped; end += REGION_PAGES) {
      if (end > from) this.take((end - 1) as PageIndex, 1);
    }
  }

  private ensureGroups(groupCount: number): void {
    if (groupCount <= this.starts.length) return;
    const capacity = Math.max(groupCount, this.starts.length * 2);
    this.taken = enlarged(this.taken, capacity * GROUP_WORDS);
    this.released = enlarged(this.released, capacity * GROUP_WORDS);
    const grow = (column: Uint16Array<ArrayBuffer>) => {
      const larger = new Uint16Array(capacity);
      larger.set(column);
      return larger;
    };
    this.starts = grow(this.starts);
    this.longest = grow(this.longest);
    this.ends = grow(this.ends);
  }
}

function enlarged(words: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(words);
  return larger;
}
