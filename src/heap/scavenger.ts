/**
 * Returns free pages to the operating system, in the books: HeapReleased.
 *
 * After a cycle the heap may keep (retain) what it will need again:
 *
 *     goal = HeapInuse at the mark * (heap goal / last heap goal) * 1.10, up to a multiple of 4096
 *
 * or, when a memory limit is near, 95% of the limit on all mapped memory. What is above is released
 * from the highest address down, in runs of at most 64 KiB, once the cycle is swept.
 *
 * I1  Nothing is released before the second cycle, nor within a 4 KiB page of the goal.
 * I2  Since Go 1.22 dense groups of pages are passed over (group-use.ts), except for the limit.
 * I3  The pace is a model: the runtime spends about 1% of a processor on it, which is 64 KiB every
 *     2 ms here. So HeapReleased is like the real one, not equal to it.
 *
 * Source: mgcscavenge.go (gcPaceScavenger, heap growth in mheap.grow).
 *
 * Units: bytes, milliseconds; pages are 8 KiB.
 */
import { PAGE_BYTES } from "../base/units.ts";
import type { PageHeap } from "./pages.ts";

const STEP_PAGES = 8;
const STEP_MS = 2;
/** Runs released in one call, so that no call is long. */
const STEPS_MAX = 512;
const RETAIN_EXTRA = 1.1;
const LIMIT_PART = 0.95;
const SYSTEM_PAGE_BYTES = 4096;

export class Scavenger {
  private readonly pages: PageHeap;
  private readonly skipsDense: boolean;
  private readonly limitBytes: number;
  private retainedGoal = Number.POSITIVE_INFINITY;
  private mappedGoal = Number.POSITIVE_INFINITY;
  private lastHeapGoal = 0;
  private paidUntilMs = 0;

  constructor(pages: PageHeap, skipsDense: boolean, limitBytes: number) {
    this.pages = pages;
    this.skipsDense = skipsDense;
    this.limitBytes = limitBytes;
  }

  /** Bytes of the heap that are in use or free but not released. */
  get retainedBytes(): number {
    return (this.pages.mappedPages - this.pages.releasedPages) * PAGE_BYTES;
  }

  /** A mark has ended: sets the goals. `otherBytes` is mapped memory outside the heap. */
  endMark(heapGoalBytes: number, otherBytes: number, nowMs: number): void {
    this.retainedGoal = Number.POSITIVE_INFINITY;
    this.mappedGoal = Number.POSITIVE_INFINITY;
    this.paidUntilMs = nowMs;
    if (this.limitBytes > 0) this.mappedGoal = this.limitBytes * LIMIT_PART - otherBytes;
    const last = this.lastHeapGoal;
    this.lastHeapGoal = heapGoalBytes;
    if (last === 0 || !Number.isFinite(heapGoalBytes)) return;
    const kept = this.pages.spanPages * PAGE_BYTES * (heapGoalBytes / last) * RETAIN_EXTRA;
    this.retainedGoal = Math.ceil(kept / SYSTEM_PAGE_BYTES) * SYSTEM_PAGE_BYTES;
  }

  /** Background work: releases what the time since the last call pays for. */
  step(nowMs: number): void {
    if (this.overage() <= 0) {
      this.paidUntilMs = nowMs;
      return;
    }
    const steps = Math.min(STEPS_MAX, Math.floor((nowMs - this.paidUntilMs) / STEP_MS));
    if (steps > 0) this.paidUntilMs = steps === STEPS_MAX ? nowMs : this.paidUntilMs + steps * 2;
    for (let i = 0; i < steps && this.overage() > 0; i++) {
      const forced = this.retainedBytes > this.mappedGoal;
      if (this.release(STEP_PAGES, !forced && this.skipsDense) === 0) return;
    }
  }

  /** The heap was mapped `bytes` further: if that goes above the goal, as much is released. */
  heapGrew(bytes: number): void {
    const goal = Math.min(this.retainedGoal, this.mappedGoal);
    const excess = Math.min(bytes, this.retainedBytes + bytes - goal);
    let left = Math.ceil(excess / PAGE_BYTES);
    while (left > 0) {
      const released = this.release(Math.min(left, STEP_PAGES), this.skipsDense);
      if (released === 0) return;
      left -= released;
    }
  }

  /** Releases every free page: debug.FreeOSMemory. */
  releaseAll(): void {
    while (this.release(STEP_PAGES, false) > 0);
  }

  /** Becomes equal to another over a copy of its pages. */
  copyFrom(other: Scavenger): void {
    this.retainedGoal = other.retainedGoal;
    this.mappedGoal = other.mappedGoal;
    this.lastHeapGoal = other.lastHeapGoal;
    this.paidUntilMs = other.paidUntilMs;
  }

  private overage(): number {
    const over = this.retainedBytes - Math.min(this.retainedGoal, this.mappedGoal);
    return over < SYSTEM_PAGE_BYTES ? 0 : over;
  }

  private release(pageCount: number, skipDense: boolean): number {
    return this.pages.releaseHighest(pageCount, skipDense);
  }
}
