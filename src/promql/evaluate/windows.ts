/**
 * The windows of a range vector over a grid: at each step the samples with
 * end - range - before < t <= end + after, as positions in a series' samples.
 *
 * `before` and `after` are 0 but for anchored and smoothed selectors, which also need the samples
 * around their window.
 *
 * I1  ends never falls from step to step, so both positions only move forward.
 *
 * Units: milliseconds since the epoch; positions are sample indexes, `high` exclusive.
 */
import type { TimeModifiers } from "../ast.ts";
import { referenceMs } from "./lookup.ts";
import type { StepGrid } from "./step-grid.ts";

/** Each step's window in a series' samples: [low, high). */
export class WindowPositions {
  readonly low: Int32Array;
  readonly high: Int32Array;

  constructor(stepCount: number) {
    this.low = new Int32Array(stepCount);
    this.high = new Int32Array(stepCount);
  }
}

export class Windows {
  /** Right edge of each step's window. */
  readonly ends: Float64Array;
  readonly rangeMs: number;
  readonly rangeSeconds: number;
  private readonly beforeMs: number;
  private readonly afterMs: number;

  constructor(
    modifiers: TimeModifiers,
    rangeMs: number,
    grid: StepGrid,
    margins: { readonly beforeMs: number; readonly afterMs: number } = { beforeMs: 0, afterMs: 0 },
  ) {
    this.rangeMs = Math.trunc(rangeMs);
    this.rangeSeconds = rangeMs / 1000;
    this.beforeMs = margins.beforeMs;
    this.afterMs = margins.afterMs;
    this.ends = new Float64Array(grid.count);
    for (let step = 0; step < grid.count; step++) {
      this.ends[step] = referenceMs(modifiers, grid.timeOf(step));
    }
  }

  get count(): number {
    return this.ends.length;
  }

  /** First moment (inclusive) of which samples are needed. */
  get fromMs(): number {
    return this.count === 0 ? 1 : this.ends[0]! - this.rangeMs - this.beforeMs + 1;
  }

  /** Last moment (inclusive) of which samples are needed. */
  get toMs(): number {
    return this.count === 0 ? 0 : this.ends[this.count - 1]! + this.afterMs;
  }

  /** Left edge (exclusive) of a step's window proper. */
  startOf(step: number): number {
    return this.ends[step]! - this.rangeMs;
  }

  /** Finds each step's window among `length` rising times. */
  locate(times: ArrayLike<number>, length: number, into: WindowPositions): void {
    const { ends } = this;
    const { low, high } = into;
    const left = this.rangeMs + this.beforeMs;
    let first = 0;
    let next = 0;
    for (let step = 0; step < ends.length; step++) {
      const end = ends[step]!;
      while (first < length && times[first]! <= end - left) first++;
      while (next < length && times[next]! <= end + this.afterMs) next++;
      low[step] = first;
      high[step] = next;
    }
  }
}
