/**
 * The P's page cache: the free pages of one aligned block of 64, taken from the page heap at once.
 *
 * I1  Pages in the cache are marked in use in the page bitmap and still count as idle.
 * I2  A request the cache cannot serve leaves it as it is; freed pages never come back to it.
 *
 * Only requests below 16 pages use it. Units: PageIndex and counts of 8 KiB pages.
 */
import { assert } from "../base/assert.ts";
import type { PageIndex } from "../base/units.ts";
import { bitCount, findZeros, setBits } from "./page-bits.ts";

/** Pages of a block. */
export const CACHE_PAGES = 64;
/** Requests of this many pages or more go past the cache. */
export const CACHE_REQUEST_LIMIT = 16;

export class PageCache {
  /** One bit per page of the block: 1 = not ours. */
  private readonly taken = new Uint32Array([0xffffffff, 0xffffffff]);
  private block = 0;

  /** Free pages held. */
  get freePages(): number {
    return 2 * 32 - bitCount(this.taken[0]!) - bitCount(this.taken[1]!);
  }

  get isEmpty(): boolean {
    return this.taken[0] === 0xffffffff && this.taken[1] === 0xffffffff;
  }

  /** First page of the block. */
  get blockPage(): PageIndex {
    return this.block as PageIndex;
  }

  /** True when the cache holds this page. */
  holds(page: PageIndex): boolean {
    const bit = page - this.block;
    if (bit < 0 || bit >= CACHE_PAGES) return false;
    return ((this.taken[bit >>> 5]! >>> (bit & 31)) & 1) === 0;
  }

  /** Takes over the pages of a block whose bits are 0 in the two words of its usage. */
  fill(block: PageIndex, usageLow: number, usageHigh: number): void {
    assert(block % CACHE_PAGES === 0, "a cache block is aligned");
    this.block = block;
    this.taken[0] = usageLow;
    this.taken[1] = usageHigh;
  }

  /** Lowest run of `count` pages, or -1. */
  take(count: number): number {
    const bit = findZeros(this.taken, 0, 2, count);
    if (bit < 0) return -1;
    setBits(this.taken, bit, count);
    return this.block + bit;
  }

  /** Becomes equal to another cache. */
  copyFrom(other: PageCache): void {
    this.fill(other.blockPage, other.taken[0]!, other.taken[1]!);
  }
}
