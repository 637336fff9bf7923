/**
 * The moments a query is evaluated at: start, start + step, … An instant query has one.
 *
 * Units: milliseconds since the epoch.
 */
export class StepGrid {
  readonly startMs: number;
  readonly stepMs: number;
  /** Number of steps; 0 when the end lies before the start. */
  readonly count: number;

  constructor(startMs: number, endMs: number, stepMs: number) {
    this.startMs = startMs;
    this.stepMs = stepMs;
    this.count = endMs < startMs ? 0 : Math.trunc((endMs - startMs) / stepMs) + 1;
  }

  timeOf(step: number): number {
    return this.startMs + step * this.stepMs;
  }

  /** Time of the last step. */
  get endMs(): number {
    return this.startMs + (this.count - 1) * this.stepMs;
  }

  /** The first step alone: what does not depend on time is evaluated there. */
  first(): StepGrid {
    return this.count <= 1 ? this : new StepGrid(this.startMs, this.startMs, this.stepMs);
  }
}
