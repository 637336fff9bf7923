/**
 * How much an allocation must sweep before it may have a span, and what reclaiming pages has left.
 *
 * Sweeping is spread over the allocation until the next trigger: after a cycle the pages in use are
 * divided by the bytes that may be allocated until 1 MiB short of it, and a refill first sweeps
 * until that proportion holds. Reclaiming walks the groups of pages once a cycle, in address order;
 * what it frees beyond the request is credit for the next one.
 *
 * Source: deductSweepCredit, mheap.reclaim.
 *
 * Units: pages and bytes as named.
 */
import { PAGE_BYTES } from "../base/units.ts";
import type { Pacer } from "./pacer.ts";
import { GROUP_PAGES } from "./run-tree.ts";

const SLACK_BYTES = 1 << 20;

export class SweepDebt {
  private pagesPerByte = 0;
  private liveBasis = 0;
  private sweptPages = 0;
  private creditPages = 0;
  private group = 0;

  /** A cycle has marked: `inUsePages` are to be swept. */
  begin(inUsePages: number, pacer: Pacer): void {
    const distance = pacer.triggerBytes - pacer.heapLiveBytes - SLACK_BYTES;
    this.pagesPerByte = inUsePages / Math.max(distance, PAGE_BYTES);
    this.liveBasis = pacer.heapLiveBytes;
    this.sweptPages = 0;
    this.creditPages = 0;
    this.group = 0;
  }

  /** Everything is swept. */
  end(): void {
    this.pagesPerByte = 0;
  }

  /** Notes pages that were swept. */
  swept(pageCount: number): void {
    this.sweptPages += pageCount;
  }

  /** Whether a request of `bytes` must sweep more first; `callerPages` it will free for itself. */
  isOwed(bytes: number, callerPages: number, pacer: Pacer): boolean {
    const grown = pacer.heapLiveBytes - this.liveBasis + bytes;
    return this.pagesPerByte * grown - callerPages > this.sweptPages;
  }

  /** Pays for up to `pageCount` pages from credit; returns what is left to reclaim. */
  useCredit(pageCount: number): number {
    const used = Math.min(this.creditPages, pageCount);
    this.creditPages -= used;
    return pageCount - used;
  }

  addCredit(pageCount: number): void {
    this.creditPages += pageCount;
  }

  /** The next group of pages to reclaim from, or -1 when all have been walked. */
  nextGroup(endPage: number): number {
    if (this.group * GROUP_PAGES >= endPage) return -1;
    return this.group++;
  }

  /** Becomes equal to another. */
  copyFrom(other: SweepDebt): void {
    this.pagesPerByte = other.pagesPerByte;
    this.liveBasis = other.liveBasis;
    this.sweptPages = other.sweptPages;
    this.creditPages = other.creditPages;
    this.group = other.group;
  }
}
