/**
 * Work on the steps of one column that may be left for a while and gone back to: what a native
 * histogram takes is a thousand times as long as a float, so that a series of them alone fills
 * slices.
 *
 * I1  Each step is visited once, in order. When PAUSE has been thrown, `isUnderWay` says so, and
 *     the next call goes on at the step that comes next; until it returns, the columns stay.
 *
 * Units: work as the meter counts it.
 */
import type { Meter } from "./meter.ts";

/** Steps between two looks at the meter. */
const PORTION_STEPS = 8;
/** Work of one step of a native histogram. */
const HISTOGRAM_WORK = 256;

export class StepPortions {
  private readonly meter: Meter;
  private next = 0;

  constructor(meter: Meter) {
    this.meter = meter;
  }

  /** Whether some steps were visited and others not yet. */
  get isUnderWay(): boolean {
    return this.next > 0;
  }

  /** Visits the steps below `count` that were not. Throws PAUSE. */
  visit(count: number, step: (step: number) => void): void {
    while (this.next < count) {
      if (this.next > 0) this.meter.pausePoint();
      const from = this.next;
      const end = Math.min(count, from + PORTION_STEPS);
      while (this.next < end) step(this.next++);
      this.meter.checkpoint((end - from) * HISTOGRAM_WORK);
    }
    this.next = 0;
  }
}
