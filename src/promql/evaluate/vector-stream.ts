/**
 * How instant vectors flow through a query: one series at a time, all steps at once.
 *
 * Life of a stream: prepare() until it returns true, then advance() until it returns false. After
 * each advance() that returned true, `column` and the identity methods describe that series, until
 * the next advance().
 *
 * A stream that must see all of its input first (an aggregation) does that in prepare() and returns
 * false whenever the meter asks for a pause, so a long query can run in slices.
 *
 * I1  prepare() and advance() of an input may throw PAUSE (meter.ts). Until the input has returned,
 *     a stream changes nothing that a second call would do again.
 */
import type { Labels } from "../../series/labels.ts";
import type { StepColumn } from "./step-column.ts";

/** Who the current series is. */
export interface SeriesIdentity {
  /** Its label set. With delayed name removal it still has a name that dropsName condemns. */
  labels(): Labels;
  /** Query-wide symbol of a label's value, NO_SYMBOL when it has none; agrees with labels(). */
  labelSymbol(name: string): number;
  /** Whether the metric name goes at the end of the query (delayed name removal only). */
  readonly dropsName: boolean;
}

export interface VectorStream extends SeriesIdentity {
  /** Values of the current series. */
  readonly column: StepColumn;
  /** False = paused: call again. */
  prepare(): boolean;
  /** Moves to the next series that has any value; false = no more. */
  advance(): boolean;
  /**
   * True when two series of this stream can never become equal by losing their names: a statement
   * about the expression, known before prepare().
   */
  readonly distinctWithoutName: boolean;
}

/** A scalar at every step of a grid. */
export interface ScalarColumn {
  /** False = paused: call again. */
  prepare(): boolean;
  /** One value a step; valid after prepare() returned true. */
  readonly values: Float64Array;
}

/** A stream that passes the series of another one on, with changed values or labels. */
export abstract class DerivedStream implements VectorStream {
  protected readonly input: VectorStream;

  constructor(input: VectorStream) {
    this.input = input;
  }

  get column(): StepColumn {
    return this.input.column;
  }

  get distinctWithoutName(): boolean {
    return this.input.distinctWithoutName;
  }

  get dropsName(): boolean {
    return this.input.dropsName;
  }

  labels(): Labels {
    return this.input.labels();
  }

  labelSymbol(name: string): number {
    return this.input.labelSymbol(name);
  }

  prepare(): boolean {
    return this.input.prepare();
  }

  abstract advance(): boolean;
}
