/**
 * When a collection starts: GOGC and the memory limit, by Go's rules.
 *
 * goal    = marked + (marked + scannable) * GOGC / 100, at least 4 MiB * GOGC / 100
 * trigger = max(marked + 0.95 * (goal - marked), goal - 4 MiB), the upper bound of Go's range: a
 *           heap of byte slices has next to nothing to scan, so cycles start just short of the goal
 *
 * With a limit the goal is at most what the limit leaves beside everything that is not objects,
 * less 3% headroom (at least 1 MiB). A goal never falls below 5% more than what is marked; that
 * stands in for the runtime's cap on the collector's share of the processor.
 *
 * I1  heapLive is the bytes that allocation may have used since the last mark: marked bytes, plus
 *     everything free in a span when it is cached, plus large objects.
 * I2  No cycle is wanted while GOGC is off and there is no limit.
 *
 * Source: mgcpacer.go (Go 1.19 and later).
 *
 * Units: bytes; GOGC is percent, null when off.
 */
import { SCANNABLE_BYTES } from "./process-model.ts";

const MINIMUM_HEAP_BYTES = 4 << 20;
const TRIGGER_RATIO_MAX = 0.95;
const TRIGGER_DISTANCE_MAX_BYTES = 4 << 20;
const LIMIT_HEADROOM_RATIO = 0.03;
const LIMIT_HEADROOM_MIN_BYTES = 1 << 20;
const GOAL_OVER_MARKED_MIN = 1.05;

export class Pacer {
  readonly gogcPercent: number | null;
  readonly limitBytes: number;
  private marked: number;
  private gogcGoal: number;
  private goal: number;
  private trigger: number;
  private live = 0;

  constructor(gogcPercent: number | null, limitBytes: number) {
    this.gogcPercent = gogcPercent;
    this.limitBytes = limitBytes;
    const percent = gogcPercent ?? 100;
    this.marked = (MINIMUM_HEAP_BYTES * percent) / (100 + percent);
    this.gogcGoal = gogcPercent === null ? Number.POSITIVE_INFINITY : this.minimumGoal();
    this.goal = this.gogcGoal;
    this.trigger = this.triggerForGoal();
  }

  /** Heap size at which the next collection is to be finished; Infinity when none will come. */
  get goalBytes(): number {
    return this.goal;
  }

  get triggerBytes(): number {
    return this.trigger;
  }

  get heapLiveBytes(): number {
    return this.live;
  }

  get markedBytes(): number {
    return this.marked;
  }

  /** Adds (or, negative, takes back) bytes that allocation may use. */
  addLive(bytes: number): void {
    this.live += bytes;
  }

  /** Whether a cycle is due: tested at refills and large allocations, as in Go. */
  isDue(): boolean {
    return this.live >= this.trigger;
  }

  /** Ends a mark that found `marked` bytes. */
  endMark(marked: number): void {
    this.marked = marked;
    this.live = marked;
    if (this.gogcPercent !== null) {
      const grown = marked + ((marked + SCANNABLE_BYTES) * this.gogcPercent) / 100;
      this.gogcGoal = Math.floor(Math.max(grown, this.minimumGoal()));
    }
    this.goal = this.gogcGoal;
    this.trigger = this.triggerForGoal();
  }

  /**
   * Brings the goal in line with the limit: `readyBytes` is all memory mapped and not released,
   * `otherBytes` the part of it that is neither an object nor a free page.
   */
  applyLimit(readyBytes: number, otherBytes: number): void {
    const limit = this.limitBytes;
    if (limit === 0) return;
    const left = limit - otherBytes - Math.max(0, readyBytes - limit);
    const headroom = Math.max(LIMIT_HEADROOM_MIN_BYTES, left * LIMIT_HEADROOM_RATIO);
    const allowed = Math.max(left - headroom, this.marked * GOAL_OVER_MARKED_MIN, headroom);
    this.goal = Math.floor(Math.min(this.gogcGoal, allowed));
    this.trigger = this.triggerForGoal();
  }

  /** Becomes equal to another with the same settings. */
  copyFrom(other: Pacer): void {
    this.marked = other.marked;
    this.gogcGoal = other.gogcGoal;
    this.goal = other.goal;
    this.trigger = other.trigger;
    this.live = other.live;
  }

  private minimumGoal(): number {
    return (MINIMUM_HEAP_BYTES * (this.gogcPercent ?? 0)) / 100;
  }

  private triggerForGoal(): number {
    if (this.goal === Number.POSITIVE_INFINITY) return this.goal;
    const byRatio = this.marked + TRIGGER_RATIO_MAX * (this.goal - this.marked);
    return Math.max(byRatio, this.goal - TRIGGER_DISTANCE_MAX_BYTES);
  }
}
