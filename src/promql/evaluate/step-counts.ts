/**
 * Counts by step, most of which may be 0: what count_values keeps for each of very many values.
 *
 * I1  Until an eighth of the steps have a count, only those are kept, rising; then all.
 */
import type { StepColumn } from "./step-column.ts";

const SPARSE_SHARE = 1 / 8;

export class StepCounts {
  private readonly stepCount: number;
  private steps: number[] = [];
  /** Of `steps`. */
  private counts: number[] = [];
  private all: Float64Array | null = null;

  constructor(stepCount: number) {
    this.stepCount = stepCount;
  }

  increment(step: number): void {
    if (this.all) {
      this.all[step]!++;
      return;
    }
    const at = this.placeOf(step);
    if (this.steps[at] === step) {
      this.counts[at]!++;
    } else if (at === this.steps.length) {
      this.steps.push(step);
      this.counts.push(1);
    } else {
      this.steps.splice(at, 0, step);
      this.counts.splice(at, 0, 1);
    }
    if (this.steps.length > this.stepCount * SPARSE_SHARE) this.spread();
  }

  /** Writes the counts that are not 0 into a cleared column. */
  fill(column: StepColumn): void {
    const { all, steps, counts } = this;
    if (all === null) {
      for (let i = 0; i < steps.length; i++) column.setFloat(steps[i]!, counts[i]!);
      return;
    }
    for (let step = 0; step < all.length; step++) {
      if (all[step]! > 0) column.setFloat(step, all[step]!);
    }
  }

  /** Where a step is, or would be. */
  private placeOf(step: number): number {
    const { steps } = this;
    let low = 0;
    let high = steps.length;
    if (high === 0 || steps[high - 1]! < step) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[middle]! < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private spread(): void {
    const all = new Float64Array(this.stepCount);
    for (let i = 0; i < this.steps.length; i++) all[this.steps[i]!] = this.counts[i]!;
    this.all = all;
    this.steps = [];
    this.counts = [];
  }
}
