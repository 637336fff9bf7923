/**
 * and, unless, or: series are kept or passed over step by step, by what the other side has in
 * their match group.
 */

import { longerBytes } from "../../base/longer-columns.ts";
import type { Labels } from "../../series/labels.ts";
import type { SetOperator, VectorMatching } from "../ast.ts";
import { Preparation } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import { Signatures } from "./signatures.ts";
import { ABSENT, type StepColumn } from "./step-column.ts";
import { DerivedStream, type VectorStream } from "./vector-stream.ts";

/** Of looking at a series on its way through a set operator, in the meter's units. */
const LOOK_WORK = 16;

/** Which match groups have a value at which step. */
class PresenceTable {
  private readonly stepCount: number;
  private present = new Uint8Array(0);

  constructor(stepCount: number) {
    this.stepCount = stepCount;
  }

  add(signature: number, column: StepColumn): void {
    const start = signature * this.stepCount;
    if (start + this.stepCount > this.present.length) {
      this.present = longerBytes(this.present, (start + this.stepCount) * 2);
    }
    const { kinds } = column;
    for (let step = 0; step < kinds.length; step++) {
      if (kinds[step] !== ABSENT) this.present[start + step] = 1;
    }
  }

  /** Removes the values of a column where the group's presence is not as `wanted`. */
  filter(signature: number, column: StepColumn, wanted: 0 | 1): void {
    const start = signature * this.stepCount;
    const { kinds } = column;
    for (let step = 0; step < kinds.length; step++) {
      if ((this.present[start + step] ?? 0) !== wanted) kinds[step] = ABSENT;
    }
  }
}

/** Drains a stream into a presence table in slices. */
class PresenceCollector {
  readonly table: PresenceTable;
  private readonly context: QueryContext;
  private readonly input: VectorStream;
  private readonly signatures: Signatures;
  private readonly preparation = new Preparation();

  constructor(context: QueryContext, input: VectorStream, signatures: Signatures) {
    this.context = context;
    this.input = input;
    this.signatures = signatures;
    this.table = new PresenceTable(input.column.length);
  }

  run(): boolean {
    return this.preparation.run(
      () => this.input.prepare(),
      () => this.drain(),
    );
  }

  private drain(): boolean {
    while (this.input.advance()) {
      this.table.add(this.signatures.of(this.input), this.input.column);
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
  private readonly wanted: 0 | 1;
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
    this.wanted = operator === "and" ? 1 : 0;
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
      this.right.table.filter(this.signatures.of(this.input), column, this.wanted);
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
  private readonly table: PresenceTable;
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
    this.table = new PresenceTable(this.column.length);
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
        this.table.add(this.signatures.of(this.left), this.column);
        this.context.meter.checkpoint(LOOK_WORK);
        return true;
      }
      this.onRight = true;
    }
    while (this.right.advance()) {
      this.column = this.right.column;
      this.table.filter(this.signatures.of(this.right), this.column, 0);
      this.context.meter.checkpoint(LOOK_WORK);
      if (this.column.hasAny()) return true;
      this.context.meter.pausePoint();
    }
    return false;
  }
}
