/**
 * At which moment a selector looks at each step: the step's time, or the fixed time of `@`, minus
 * the offset.
 *
 * Units: milliseconds since the epoch.
 */
import type { TimeModifiers } from "../ast.ts";
import type { StepGrid } from "./step-grid.ts";

/** Moment a selector refers to at a step. */
export function referenceMs(modifiers: TimeModifiers, stepTimeMs: number): number {
  return (modifiers.atMs ?? stepTimeMs) - Math.trunc(modifiers.offsetMs);
}

/** The moments of a selector on a grid and the range of samples that they need. */
export class Lookup {
  /** Moment of each step; never falling. */
  readonly references: Float64Array;
  readonly lookbackMs: number;
  readonly fromMs: number;
  readonly toMs: number;

  constructor(modifiers: TimeModifiers, grid: StepGrid, lookbackMs: number) {
    this.lookbackMs = lookbackMs;
    this.references = new Float64Array(grid.count);
    for (let step = 0; step < grid.count; step++) {
      this.references[step] = referenceMs(modifiers, grid.timeOf(step));
    }
    // A grid without steps reads nothing: an empty range.
    this.fromMs = grid.count === 0 ? 1 : this.references[0]! - lookbackMs + 1;
    this.toMs = grid.count === 0 ? 0 : this.references[grid.count - 1]!;
  }
}
