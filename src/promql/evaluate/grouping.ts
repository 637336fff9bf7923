/**
 * Which group of an aggregation a series belongs to, by the symbols of its labels.
 *
 * `by` needs only the symbols of the listed labels. `without` keeps all other labels, so it goes
 * by the text of the remaining label set.
 */
import type { Labels } from "../../series/labels.ts";
import { compareUtf8, Labels as LabelSet } from "../../series/labels.ts";
import { dropLabels } from "../label-operations.ts";
import type { QueryContext } from "./query-context.ts";
import { TupleIndex } from "./tuple-index.ts";
import type { SeriesIdentity } from "./vector-stream.ts";

/** So many names are no work worth counting. */
const NAMES_FREE = 16;

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
    if (this.names.length > NAMES_FREE) this.context.meter.checkpoint(this.names.length);
    for (let i = 0; i < this.names.length; i++) this.tuple[i] = series.labelSymbol(this.names[i]!);
    return this.index.add(this.tuple);
  }

  labelsOf(group: number): Labels {
    const flat: string[] = [];
    for (let i = 0; i < this.names.length; i++) {
      const value = this.context.symbols.textOf(this.index.at(group, i));
      if (value !== "") flat.push(this.names[i]!, value);
    }
    return LabelSet.ofSorted(flat);
  }
}

class WithoutGrouping implements Grouping {
  private readonly dropped: ReadonlySet<string>;
  private readonly groups = new Map<string, number>();
  private readonly labels: Labels[] = [];

  constructor(names: readonly string[]) {
    this.dropped = new Set(["__name__", ...names]);
  }

  get count(): number {
    return this.labels.length;
  }

  groupOf(series: SeriesIdentity): number {
    const labels = dropLabels(series.labels(), this.dropped);
    const key = labels.key();
    const known = this.groups.get(key);
    if (known !== undefined) return known;
    this.groups.set(key, this.labels.length);
    return this.labels.push(labels) - 1;
  }

  labelsOf(group: number): Labels {
    return this.labels[group]!;
  }
}

/** The grouping of an aggregation's clause. */
export function groupingOf(
  context: QueryContext,
  names: readonly string[],
  without: boolean,
): Grouping {
  return without ? new WithoutGrouping(names) : new ByGrouping(context, names);
}
