/** vector(): a scalar as the only series of a vector, without labels. */
import { Labels } from "../../series/labels.ts";
import { NO_SYMBOL } from "./query-symbols.ts";
import { FLOAT, StepColumn } from "./step-column.ts";
import type { ScalarColumn, VectorStream } from "./vector-stream.ts";

export class ScalarVectorStream implements VectorStream {
  readonly column: StepColumn;
  readonly dropsName = false;
  readonly distinctWithoutName = true;
  private readonly scalar: ScalarColumn;
  private given = false;

  constructor(scalar: ScalarColumn) {
    this.scalar = scalar;
    this.column = new StepColumn(scalar.values.length);
  }

  labels(): Labels {
    return Labels.empty;
  }

  labelSymbol(_name: string): number {
    return NO_SYMBOL;
  }

  prepare(): boolean {
    return this.scalar.prepare();
  }

  advance(): boolean {
    if (this.given || this.column.length === 0) return false;
    this.given = true;
    this.column.values.set(this.scalar.values);
    this.column.kinds.fill(FLOAT);
    return true;
  }
}
