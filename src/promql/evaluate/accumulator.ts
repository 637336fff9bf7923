/**
 * What an aggregation keeps per group and step while series flow in.
 *
 * Slot of a group and step: group * stepCount + step. All columns grow together when a new group
 * appears.
 */
import type { Aggregation } from "../ast.ts";
import type { QueryContext } from "./query-context.ts";
import type { StepColumn } from "./step-column.ts";

export abstract class Accumulator {
  protected readonly context: QueryContext;
  protected readonly node: Aggregation;
  protected readonly stepCount: number;
  private groupCapacity = 0;

  constructor(context: QueryContext, node: Aggregation, stepCount: number) {
    this.context = context;
    this.node = node;
    this.stepCount = stepCount;
  }

  /** Makes room for groups below `count`. */
  ensure(count: number): void {
    if (count <= this.groupCapacity) return;
    this.groupCapacity = Math.max(count, this.groupCapacity * 2, 8);
    this.resize(this.groupCapacity * this.stepCount);
  }

  /** Gives all columns a new length, keeping their contents. */
  protected abstract resize(slots: number): void;

  /** Evaluates what the aggregation needs besides its input; false = paused. */
  begin(): boolean {
    return true;
  }

  /**
   * Adds one series to a group; `metricName` is for annotations. May throw PAUSE, and is then
   * called with the same again.
   */
  abstract add(group: number, column: StepColumn, metricName: () => string): void;

  /**
   * Writes the result of a group into a cleared column. May throw PAUSE, and is then called again
   * with the column as it was left.
   */
  abstract emit(group: number, column: StepColumn): void;

  /** Infos that histograms were passed over. */
  protected noteIgnoredHistogram(column: StepColumn): void {
    if (!column.hasHistogram()) return;
    const { annotations } = this.context;
    const { operator, expression } = this.node;
    annotations.info(`ignored histogram in ${operator} aggregation`, expression.start);
  }
}

/** A longer copy of a column of doubles. */
export function longerFloats(column: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length);
  longer.set(column);
  return longer;
}

/** A longer copy of a column of bytes. */
export function longerBytes(column: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(length);
  longer.set(column);
  return longer;
}
