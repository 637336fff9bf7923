/**
 * Which group of an aggregation a series belongs to, by the symbols of its labels.
 *
 * `by` needs only the symbols of the listed labels. `without` keeps all other labels, so it goes
 * by the label set without the listed ones; so does `by` with more labels than a series has.
 */
import { compareUtf8, Labels } from "../../series/labels.ts";
import { LabelsIndex } from "../../series/labels-index.ts";
import { dropLabels, keepLabels, METRIC_NAME } from "../label-operations.ts";
import type { QueryContext } from "./query-context.ts";
import { TupleIndex } from "./tuple-index.ts";
import type { SeriesIdentity } from "./vector-stream.ts";

/** Symbols of so many names cost less than a look at all labels of a series. */
export const SYMBOLS_MAX = 16;

export interface Grouping {
  /** Number of the group of a series; groups are numbered in order of appearance. */
  groupOf(series: SeriesIdentity): number;
  labelsOf(group: number): Labels;
  readonly count: number;
}

class ByGrouping implements Grouping {
  private readonly context: QueryContext;
  private readonly names: readonly string[];
  private readonly tuple: Int32Array;
  private readonly index: TupleIndex;

  constructor(context: QueryContext, names: readonly string[]) {
    this.context = context;
    this.names = [...new Set(names)].sort(compareUtf8);
    this.tuple = new Int32Array(this.names.length);
    this.index = new TupleIndex(this.names.length);
  }

  get count(): number {
    return this.index.count;
  }

  groupOf(series: SeriesIdentity): number {
    for (let i = 0; i < this.names.length; i++) this.tuple[i] = series.labelSymbol(this.names[i]!);
    return this.index.add(this.tuple);
  }

  labelsOf(group: number): Labels {
    const flat: string[] = [];
    for (let i = 0; i < this.names.length; i++) {
      const value = this.context.symbols.textOf(this.index.at(group, i));
      if (value !== "") flat.push(this.names[i]!, value);
    }
    return Labels.ofSorted(flat);
  }
}

/** By whole label sets, of which the listed labels or all others count. */
class SetGrouping implements Grouping {
  private readonly index: LabelsIndex;
  private readonly reduced: (labels: Labels) => Labels;

  constructor(names: readonly string[], without: boolean) {
    const listed = new Set(without ? [METRIC_NAME, ...names] : names);
    this.index = new LabelsIndex({ names: listed, are: without ? "others" : "these" });
    this.reduced = without
      ? (labels) => dropLabels(labels, listed)
      : (labels) => keepLabels(labels, listed);
  }

  get count(): number {
    return this.index.count;
  }

  groupOf(series: SeriesIdentity): number {
    return this.index.add(series.labels());
  }

  labelsOf(group: number): Labels {
    return this.reduced(this.index.firstOf(group));
  }
}

/** The grouping of an aggregation's clause. */
export function groupingOf(
  context: QueryContext,
  names: readonly string[],
  without: boolean,
): Grouping {
  const bySets = without || names.length > SYMBOLS_MAX;
  return bySets ? new SetGrouping(names, without) : new ByGrouping(context, names);
}
