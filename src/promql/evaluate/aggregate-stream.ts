/**
 * Aggregations with one result per group: the input flows through once, series by series, into an
 * accumulator; nothing of it is kept.
 */

import { Labels } from "../../series/labels.ts";
import type { Aggregation } from "../ast.ts";
import { NAME_LABELS } from "../label-operations.ts";
import type { Accumulator } from "./accumulator.ts";
import { type Grouping, groupingOf } from "./grouping.ts";
import { Preparation } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import { StepColumn } from "./step-column.ts";
import type { VectorStream } from "./vector-stream.ts";

export class AggregateStream implements VectorStream {
  readonly column: StepColumn;
  readonly distinctWithoutName: boolean;
  private readonly context: QueryContext;
  private readonly input: VectorStream;
  private readonly accumulator: Accumulator;
  private readonly grouping: Grouping;
  private readonly nameDropped: boolean[] = [];
  private readonly preparation = new Preparation();
  private position = -1;
  /** The group of the series that is being added, -1 = none. */
  private adding = -1;
  /** Whether a result is begun and not whole. */
  private isEmitting = false;
  private currentLabels = Labels.empty;

  constructor(
    context: QueryContext,
    node: Aggregation,
    input: VectorStream,
    accumulator: Accumulator,
  ) {
    this.context = context;
    this.input = input;
    this.accumulator = accumulator;
    this.grouping = groupingOf(context, node.grouping, node.without);
    this.column = new StepColumn(input.column.length);
    const keepsName = node.without || node.grouping.some((label) => NAME_LABELS.has(label));
    this.distinctWithoutName = !keepsName || input.distinctWithoutName;
  }

  get dropsName(): boolean {
    return this.nameDropped[this.position]!;
  }

  labels(): Labels {
    return this.currentLabels;
  }

  labelSymbol(name: string): number {
    return this.context.symbols.intern(this.currentLabels.get(name));
  }

  prepare(): boolean {
    return this.preparation.run(
      () => this.accumulator.begin(),
      () => this.input.prepare(),
      () => this.drain(),
    );
  }

  private drain(): boolean {
    const metricName = (): string =>
      this.context.symbols.textOf(this.input.labelSymbol("__name__"));
    while (this.adding >= 0 || this.input.advance()) {
      if (this.adding < 0) this.adding = this.grouping.groupOf(this.input);
      const group = this.adding;
      this.accumulator.add(group, this.input.column, metricName);
      this.adding = -1;
      this.nameDropped[group] = this.nameDropped[group] || this.input.dropsName;
      if (this.context.meter.pauseWanted) return false;
    }
    return true;
  }

  advance(): boolean {
    while (this.position + 1 < this.grouping.count) {
      if (!this.isEmitting) this.column.clear();
      this.isEmitting = true;
      this.accumulator.emit(this.position + 1, this.column);
      this.isEmitting = false;
      this.position++;
      if (!this.column.hasAny()) continue;
      this.currentLabels = this.grouping.labelsOf(this.position);
      return true;
    }
    return false;
  }
}
