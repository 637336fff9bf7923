/**
 * count_values: how many series have each value, as series with the value in a label.
 *
 * A value's text has no exponent; a native histogram counts under its text. Texts of floats and
 * label sets are made when a result is asked for; the sets of a group share all but the value.
 */

import { TextIndex } from "../../base/text-index.ts";
import { Labels } from "../../series/labels.ts";
import type { Aggregation } from "../ast.ts";
import { formatPlain } from "../format-value.ts";
import { histogramText } from "../histogram/histogram-text.ts";
import { withLabel } from "../label-operations.ts";
import { hasInvalidBytes, quote } from "../parse/string-text.ts";
import { type Grouping, groupingOf } from "./grouping.ts";
import { Preparation } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import { ABSENT, FLOAT, StepColumn } from "./step-column.ts";
import { StepPortions } from "./step-portions.ts";
import { NONE, OTHER, ValueCounts } from "./value-counts.ts";
import type { VectorStream } from "./vector-stream.ts";

/** What stands in a group's labels in the place of the value. */
const NO_VALUE = "value";

export class CountValuesStream implements VectorStream {
  readonly column: StepColumn;
  readonly dropsName = false;
  readonly distinctWithoutName = false;
  private readonly context: QueryContext;
  private readonly input: VectorStream;
  private readonly label: string;
  private readonly keepsValue: boolean;
  private readonly grouping: Grouping;
  private readonly values = new ValueCounts();
  private readonly histograms = new TextIndex();
  private readonly portions: StepPortions;
  /** Counts that the meter knows of. */
  private heldCount = 0;
  /** The group that is being counted, or given out with its labels and the result it is at. */
  private group = -1;
  /** The labels of its results, and where the value stands in them. */
  private base = Labels.empty;
  private valueAt = 0;
  private result = NONE;
  private currentLabels = Labels.empty;
  private readonly preparation = new Preparation();

  constructor(context: QueryContext, node: Aggregation, input: VectorStream, label: string) {
    if (label === "" || hasInvalidBytes(label)) {
      context.fail(`invalid label name ${quote(label)}`);
    }
    this.context = context;
    this.input = input;
    this.label = label;
    this.portions = new StepPortions(context.meter);
    this.column = new StepColumn(input.column.length);
    this.keepsValue = !node.without || !node.grouping.includes(label);
    const names = node.without
      ? [label, ...node.grouping]
      : node.grouping.filter((name) => name !== label);
    this.grouping = groupingOf(context, names, node.without);
  }

  labels(): Labels {
    return this.currentLabels;
  }

  labelSymbol(name: string): number {
    return this.context.symbols.intern(this.labels().get(name));
  }

  prepare(): boolean {
    return this.preparation.run(
      () => this.input.prepare(),
      () => this.drain(),
    );
  }

  private drain(): boolean {
    const { meter } = this.context;
    while (this.portions.isUnderWay || this.input.advance()) {
      if (!this.portions.isUnderWay) this.group = this.grouping.groupOf(this.input);
      this.portions.visit(this.input.column.length, (step) => this.count(step));
      meter.hold(this.values.size - this.heldCount);
      this.heldCount = this.values.size;
      if (meter.pauseWanted) return false;
    }
    this.group = -1;
    return true;
  }

  private count(step: number): void {
    const { column } = this.input;
    const kind = column.kinds[step];
    if (kind === ABSENT) return;
    if (!this.keepsValue) this.values.addFloat(this.group, step, 0);
    else if (kind === FLOAT) this.values.addFloat(this.group, step, column.values[step]!);
    else this.countHistogram(step);
  }

  private countHistogram(step: number): void {
    const text = histogramText(this.input.column.histogramAt(step));
    this.values.add(this.group, step, OTHER, this.histograms.add(text));
  }

  advance(): boolean {
    this.result = this.result === NONE ? NONE : this.values.after(this.result);
    while (this.result === NONE) {
      if (++this.group >= this.grouping.count) return false;
      this.base = this.grouping.labelsOf(this.group);
      if (this.keepsValue) this.makeRoomForValue();
      this.result = this.values.firstOf(this.group);
    }
    this.currentLabels = this.keepsValue ? this.labelled() : this.base;
    this.column.clear();
    this.context.meter.release(this.values.fill(this.result, this.column));
    return true;
  }

  /** Adds the label with a value that the results replace. */
  private makeRoomForValue(): void {
    this.base = withLabel(this.base, this.label, NO_VALUE);
    this.valueAt = 0;
    while (this.base.nameAt(this.valueAt) !== this.label) this.valueAt++;
  }

  /** The labels of the current result. */
  private labelled(): Labels {
    const { values, result } = this;
    const text =
      values.highOf(result) === OTHER
        ? this.histograms.textOf(values.lowOf(result))
        : formatPlain(values.floatOf(result));
    this.context.meter.makeLabel(text.length, "count_values");
    return this.base.withValueAt(this.valueAt, text);
  }
}
