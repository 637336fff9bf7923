/** Scalar expressions: one number a step. */
import type { StepGrid } from "./step-grid.ts";
import type { ScalarColumn } from "./vector-stream.ts";

/** The same number at every step. */
export class ConstantScalar implements ScalarColumn {
  readonly values: Float64Array;

  constructor(value: number, grid: StepGrid) {
    this.values = new Float64Array(grid.count).fill(value);
  }

  prepare(): boolean {
    return true;
  }
}

/** The time of each step in seconds. */
export class TimeScalar implements ScalarColumn {
  readonly values: Float64Array;

  constructor(grid: StepGrid) {
    this.values = new Float64Array(grid.count);
    for (let step = 0; step < grid.count; step++) this.values[step] = grid.timeOf(step) / 1000;
  }

  prepare(): boolean {
    return true;
  }
}

/** A function of one scalar. */
export class MappedScalar implements ScalarColumn {
  readonly values: Float64Array;
  private readonly input: ScalarColumn;
  private readonly apply: (value: number) => number;

  constructor(input: ScalarColumn, apply: (value: number) => number) {
    this.input = input;
    this.apply = apply;
    this.values = new Float64Array(input.values.length);
  }

  prepare(): boolean {
    if (!this.input.prepare()) return false;
    const source = this.input.values;
    for (let step = 0; step < source.length; step++) this.values[step] = this.apply(source[step]!);
    return true;
  }
}

/** A function of two scalars. */
export class CombinedScalar implements ScalarColumn {
  readonly values: Float64Array;
  private readonly left: ScalarColumn;
  private readonly right: ScalarColumn;
  private readonly apply: (left: number, right: number) => number;

  constructor(
    left: ScalarColumn,
    right: ScalarColumn,
    apply: (left: number, right: number) => number,
  ) {
    this.left = left;
    this.right = right;
    this.apply = apply;
    this.values = new Float64Array(left.values.length);
  }

  prepare(): boolean {
    if (!this.left.prepare() || !this.right.prepare()) return false;
    const left = this.left.values;
    const right = this.right.values;
    for (let step = 0; step < left.length; step++) {
      this.values[step] = this.apply(left[step]!, right[step]!);
    }
    return true;
  }
}

/** A scalar evaluated at the first step and repeated. */
export class RepeatedScalar implements ScalarColumn {
  readonly values: Float64Array;
  private readonly input: ScalarColumn;

  constructor(input: ScalarColumn, grid: StepGrid) {
    this.input = input;
    this.values = new Float64Array(grid.count);
  }

  prepare(): boolean {
    if (!this.input.prepare()) return false;
    this.values.fill(this.input.values[0] ?? Number.NaN);
    return true;
  }
}
