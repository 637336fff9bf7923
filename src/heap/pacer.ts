/**
 * When a collection starts: GOGC and the memory limit, by Go's rules.
 *
 * goal    = marked + (marked + scannable) * GOGC / 100, at least 4 MiB * GOGC / 100
 * trigger = max(marked + 0.95 * (goal - marked), goal - 4 MiB), the upper bound of Go's range: a
 *           heap of byte slices has next to nothing to scan, so cycles start just short of the goal
 *
 * The limit lowers the goal to what is left of it beside everything that is not heap objects; a
 * goal never falls below a little more than what is live, or the collector would run all the time.
 *
 * I1  heapLive is the bytes that allocation may have used since the last mark: marked bytes, plus
 *     all free slots of every span when it is cached, plus large objects.
 * I2  No cycle is wanted while GOGC is off and there is no limit.
 *
 * Source: mgcpacer.go (Go 1.19 and later).
 *
 * Units: bytes; GOGC is percent, null when off.
 */

const MINIMUM_HEAP_BYTES = 4 << 20;
const TRIGGER_RATIO_MAX = 0.95;
const TRIGGER_DISTANCE_MAX_BYTES = 4 << 20;
const LIMIT_HEADROOM_RATIO = 0.03;
const LIMIT_HEADROOM_MIN_BYTES = 1 << 20;
const GOAL_OVER_MARKED_MIN = 1.05;

/** Scannable stack bytes of the modelled process: a handful of goroutines. */
export const STACK_BYTES = 32 << 10;
/** Scannable globals of the modelled process: measured on a small Go program. */
export const GLOBAL_BYTES = 7760;

export class Pacer {
  readonly gogcPercent: number | null;
  readonly limitBytes: number;
  private marked = 0;
  private goal: number;
  private trigger: number;
  private live = 0;

  constructor(gogcPercent: number | null, limitBytes: number) {
    this.gogcPercent = gogcPercent;
    this.limitBytes = limitBytes;
    this.goal = this.goalFor(0, 0);
    this.trigger = this.triggerFor(0);
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

  /** Ends a mark: `marked` bytes are live, `overheadBytes` is mapped memory that is no object. */
  endMark(marked: number, overheadBytes: number): void {
    this.marked = marked;
    this.live = marked;
    this.goal = this.goalFor(marked, overheadBytes);
    this.trigger = this.triggerFor(marked);
  }

  /** Becomes equal to another with the same settings. */
  copyFrom(other: Pacer): void {
    this.marked = other.marked;
    this.goal = other.goal;
    this.trigger = other.trigger;
    this.live = other.live;
  }

  private goalFor(marked: number, overheadBytes: number): number {
    let goal = Number.POSITIVE_INFINITY;
    if (this.gogcPercent !== null) {
      const scannable = STACK_BYTES + GLOBAL_BYTES;
      const grown = marked + ((marked + scannable) * this.gogcPercent) / 100;
      goal = Math.floor(Math.max(grown, (MINIMUM_HEAP_BYTES * this.gogcPercent) / 100));
    }
    if (this.limitBytes === 0) return goal;
    const headroom = Math.max(LIMIT_HEADROOM_MIN_BYTES, this.limitBytes * LIMIT_HEADROOM_RATIO);
    const allowed = Math.floor(this.limitBytes - overheadBytes - headroom);
    return Math.min(goal, Math.max(allowed, Math.ceil(marked * GOAL_OVER_MARKED_MIN)));
  }

  private triggerFor(marked: number): number {
    if (this.goal === Number.POSITIVE_INFINITY) return this.goal;
    const distance = this.goal - marked;
    return Math.max(marked + TRIGGER_RATIO_MAX * distance, this.goal - TRIGGER_DISTANCE_MAX_BYTES);
  }
}
