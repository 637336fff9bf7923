/**
 * and, unless, or: series are kept or passed over step by step, by what the other side has in
 * their match group.
 */

import type { Labels } from "../../series/labels.ts";
import type { SetOperator, VectorMatching } from "../ast.ts";
import { Preparation } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import { Signatures } from "./signatures.ts";
import { ABSENT, type StepColumn } from "./step-column.ts";
import { StepFlags } from "./step-flags.ts";
import { DerivedStream, type VectorStream } from "./vector-stream.ts";

/** Of looking at a series on its way through a set operator, in the meter's units. */
const LOOK_WORK = 16;

/** Marks the steps at which a match group has a value. */
function markPresent(flags: StepFlags, signature: number, column: StepColumn): void {
  const page = flags.markedPage(signature);
  const start = flags.startOf(signature);
  const { kinds } = column;
  for (let step = 0; step < kinds.length; step++) {
    if (kinds[step] !== ABSENT) page[start + step] = 1;
  }
}

/** Removes the values of a column where the group's presence is not as `wanted`. */
function keepWhere(flags: StepFlags, signature: number, column: StepColumn, wanted: boolean): void {
  const { kinds } = column;
  for (let step = 0; step < kinds.length; step++) {
    if (flags.isMarked(signature, step) !== wanted) kinds[step] = ABSENT;
  }
}

/** Drains a stream into a presence table in slices. */
class PresenceCollector {
  readonly present: StepFlags;
  private readonly context: QueryContext;
  private readonly input: VectorStream;
  private readonly signatures: Signatures;
  private readonly preparation = new Preparation();

  constructor(context: QueryContext, input: VectorStream, signatures: Signatures) {
    this.context = context;
    this.input = input;
    this.signatures = signatures;
    this.present = new StepFlags(input.column.length);
  }

  run(): boolean {
    return this.preparation.run(
      () => this.input.prepare(),
      () => this.drain(),
    );
  }

  private drain(): boolean {
    while (this.input.advance()) {
      markPresent(this.present, this.signatures.of(this.input), this.input.column);
      if (this.context.meter.pauseWanted) return false;
    }
    return true;
  }
}

/** `and` and `unless`. */
export class FilterStream extends DerivedStream {
  private readonly preparation = new Preparation();
  private readonly signatures: Signatures;
  private readonly right: PresenceCollector;
  private readonly wanted: boolean;
  private readonly context: QueryContext;

  constructor(
    context: QueryContext,
    operator: Exclude<SetOperator, "or">,
    matching: VectorMatching,
    left: VectorStream,
    right: VectorStream,
  ) {
    super(left);
    this.context = context;
    this.signatures = new Signatures(matching);
    this.right = new PresenceCollector(context, right, this.signatures);
    this.wanted = operator === "and";
  }

  override prepare(): boolean {
    return this.preparation.run(
      () => this.right.run(),
      () => this.input.prepare(),
    );
  }

  override advance(): boolean {
    while (this.input.advance()) {
      const { column } = this.input;
      keepWhere(this.right.present, this.signatures.of(this.input), column, this.wanted);
      if (column.hasAny()) return true;
      this.context.meter.checkpoint(LOOK_WORK);
      this.context.meter.pausePoint();
    }
    return false;
  }
}

/** `or`: all of the left side, then what the right side has in groups that the left side lacks. */
export class UnionStream implements VectorStream {
  readonly distinctWithoutName = false;
  /** That of the side the series comes from: chains of unions are deep, so it is not looked for. */
  column: StepColumn;
  private readonly left: VectorStream;
  private readonly right: VectorStream;
  private readonly signatures: Signatures;
  private readonly present: StepFlags;
  private readonly preparation = new Preparation();
  private readonly context: QueryContext;
  private onRight = false;

  constructor(
    context: QueryContext,
    matching: VectorMatching,
    left: VectorStream,
    right: VectorStream,
  ) {
    this.context = context;
    this.left = left;
    this.right = right;
    this.signatures = new Signatures(matching);
    this.column = left.column;
    this.present = new StepFlags(this.column.length);
  }

  private get current(): VectorStream {
    return this.onRight ? this.right : this.left;
  }

  get dropsName(): boolean {
    return this.current.dropsName;
  }

  labels(): Labels {
    return this.current.labels();
  }

  labelSymbol(name: string): number {
    return this.current.labelSymbol(name);
  }

  prepare(): boolean {
    return this.preparation.run(
      () => this.left.prepare(),
      () => this.right.prepare(),
    );
  }

  advance(): boolean {
    if (!this.onRight) {
      if (this.left.advance()) {
        this.column = this.left.column;
        markPresent(this.present, this.signatures.of(this.left), this.column);
        this.context.meter.checkpoint(LOOK_WORK);
        return true;
      }
      this.onRight = true;
    }
    while (this.right.advance()) {
      this.column = this.right.column;
      keepWhere(this.present, this.signatures.of(this.right), this.column, false);
      this.context.meter.checkpoint(LOOK_WORK);
      if (this.column.hasAny()) return true;
      this.context.meter.pausePoint();
    }
    return false;
  }
}
