/**
 * count_values: how many series have each value, as series with the value in a label.
 *
 * A value's text has no exponent; a native histogram counts under its text.
 */

import { Labels } from "../../series/labels.ts";
import type { Aggregation } from "../ast.ts";
import { formatPlain } from "../format-value.ts";
import { histogramText } from "../histogram/histogram-text.ts";
import { dropLabels, keepLabels, withLabel } from "../label-operations.ts";
import { hasInvalidBytes, quote } from "../parse/string-text.ts";
import { Preparation } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import { ABSENT, FLOAT, StepColumn } from "./step-column.ts";
import { StepCounts } from "./step-counts.ts";
import { StepPortions } from "./step-portions.ts";
import type { VectorStream } from "./vector-stream.ts";

interface Counted {
  readonly labels: Labels;
  readonly counts: StepCounts;
}

interface Group {
  readonly base: Labels;
  readonly byText: Map<string, Counted>;
}

export class CountValuesStream implements VectorStream {
  readonly column: StepColumn;
  readonly dropsName = false;
  readonly distinctWithoutName = false;
  private readonly context: QueryContext;
  private readonly input: VectorStream;
  private readonly label: string;
  private readonly baseOf: (labels: Labels) => Labels;
  private readonly keepsValue: boolean;
  private readonly counted = new Map<string, Group>();
  /** That of the current series. */
  private group: Group = { base: Labels.empty, byText: new Map() };
  private readonly portions: StepPortions;
  /** What is left of the groups, and of the one whose counts are being given out. */
  private groupsLeft: Iterator<Group> = this.counted.values();
  private countedLeft: Iterator<Counted> | null = null;
  private current: Counted | null = null;
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
    const kept = new Set(node.grouping.filter((name) => name !== label));
    const dropped = new Set(["__name__", label, ...node.grouping]);
    this.baseOf = node.without
      ? (labels) => dropLabels(labels, dropped)
      : (labels) => keepLabels(labels, kept);
  }

  labels(): Labels {
    return this.current?.labels ?? Labels.empty;
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
    while (this.portions.isUnderWay || this.input.advance()) {
      if (!this.portions.isUnderWay) this.beginGroup();
      this.portions.visit(this.input.column.length, (step) => this.count(step));
      if (this.context.meter.pauseWanted) return false;
    }
    this.groupsLeft = this.counted.values();
    return true;
  }

  advance(): boolean {
    this.current = this.next();
    if (this.current === null) return false;
    this.column.clear();
    this.current.counts.fill(this.column);
    return true;
  }

  private next(): Counted | null {
    for (;;) {
      const counted = this.countedLeft?.next();
      if (counted && counted.done !== true) return counted.value;
      const group = this.groupsLeft.next();
      if (group.done === true) return null;
      this.countedLeft = group.value.byText.values();
    }
  }

  /** Finds the group of the current series. */
  private beginGroup(): void {
    const base = this.baseOf(this.input.labels());
    let group = this.counted.get(base.key());
    if (!group) {
      group = { base, byText: new Map() };
      this.counted.set(base.key(), group);
    }
    this.group = group;
  }

  private count(step: number): void {
    const { column } = this.input;
    if (column.kinds[step] === ABSENT) return;
    const { base, byText } = this.group;
    const text =
      column.kinds[step] === FLOAT
        ? formatPlain(column.values[step]!)
        : histogramText(column.histogramAt(step));
    const key = this.keepsValue ? text : "";
    let counted = byText.get(key);
    if (!counted) {
      this.context.meter.makeLabel(key.length, "count_values");
      const labels = this.keepsValue ? withLabel(base, this.label, text) : base;
      counted = { labels, counts: new StepCounts(column.length) };
      byText.set(key, counted);
    }
    counted.counts.increment(step);
  }
}
