/** sort, sort_desc, sort_by_label and sort_by_label_desc: order matters in instant queries only. */

import { STEP_LENGTH, sortedInSteps } from "../../base/sort-in-steps.ts";
import { compareUtf8, Labels } from "../../series/labels.ts";
import { inSteps, Preparation } from "../evaluate/preparation.ts";
import type { QueryContext } from "../evaluate/query-context.ts";
import { BlockCollector } from "../evaluate/series-block.ts";
import { FLOAT, StepColumn } from "../evaluate/step-column.ts";
import type { VectorStream } from "../evaluate/vector-stream.ts";

/** Order of two series of a block: negative when the first comes first. */
export type SeriesOrder = (labels: readonly Labels[], values: Float64Array) => OrderOfIndexes;
type OrderOfIndexes = (left: number, right: number) => number;

/** By value of an instant vector, NaN last; `sign` -1 sorts downwards. */
export function byValue(sign: 1 | -1): SeriesOrder {
  return (_labels, values) => (left, right) => {
    const a = values[left]!;
    const b = values[right]!;
    if (Number.isNaN(a) || Number.isNaN(b))
      return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return sign * (a - b) || 0;
  };
}

/** Order of two texts whose runs of digits compare as numbers; a beginning sorts first. */
function naturalOrder(left: string, right: string): number {
  const a = left.match(/\d+|\D+/g) ?? [];
  const b = right.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const bothNumeric = /^\d/.test(a[i]!) && /^\d/.test(b[i]!);
    const order = bothNumeric ? Number(a[i]) - Number(b[i]) : compareUtf8(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length || compareUtf8(left, right);
}

/** By the values of labels in natural order, then by the whole label set. */
export function byLabels(names: readonly string[], sign: 1 | -1): SeriesOrder {
  return (labels) => (left, right) => {
    for (const name of names) {
      const order = naturalOrder(labels[left]!.get(name), labels[right]!.get(name));
      if (order !== 0) return sign * order;
    }
    return sign * Labels.compare(labels[left]!, labels[right]!);
  };
}

/** Work of comparing two series, in the meter's units. */
const COMPARE_WORK = 32;

/** The series of a stream in an order; without histograms when `floatsOnly`. */
export class SortedStream implements VectorStream {
  readonly column: StepColumn;
  readonly distinctWithoutName: boolean;
  private readonly preparation = new Preparation();
  private readonly sorting: () => boolean;
  private readonly context: QueryContext;
  private readonly collector: BlockCollector;
  private readonly order: SeriesOrder;
  private readonly floatsOnly: boolean;
  private indexes: readonly number[] = [];
  private position = -1;

  constructor(context: QueryContext, input: VectorStream, order: SeriesOrder, floatsOnly: boolean) {
    this.context = context;
    this.sorting = inSteps(context.meter, () => this.sort());
    this.collector = new BlockCollector(context, input);
    this.order = order;
    this.floatsOnly = floatsOnly;
    this.column = new StepColumn(input.column.length);
    this.distinctWithoutName = input.distinctWithoutName;
  }

  get dropsName(): boolean {
    return this.collector.block.dropsName[this.indexes[this.position]!]!;
  }

  labels(): Labels {
    return this.collector.block.labels[this.indexes[this.position]!]!;
  }

  labelSymbol(name: string): number {
    return this.context.symbols.intern(this.labels().get(name));
  }

  prepare(): boolean {
    return this.preparation.run(() => this.collector.run(), this.sorting);
  }

  private *sort(): Generator<number, void> {
    const { block } = this.collector;
    const { labels, count, stepCount } = block;
    this.indexes = Array.from({ length: count }, (_, index) => index);
    if (stepCount > 1) return;
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) values[i] = block.valueAt(i, 0);
    const sorting = sortedInSteps(this.indexes, this.order(labels, values));
    let step = sorting.next();
    for (; !step.done; step = sorting.next()) yield STEP_LENGTH * COMPARE_WORK;
    this.indexes = step.value;
  }

  advance(): boolean {
    const { block } = this.collector;
    while (++this.position < this.indexes.length) {
      block.load(this.indexes[this.position]!, this.column);
      if (!this.floatsOnly || !block.hasHistograms) return true;
      for (let step = 0; step < this.column.length; step++) {
        if (this.column.kinds[step] !== FLOAT) this.column.kinds[step] = 0;
      }
      this.column.histograms = null;
      if (this.column.hasAny()) return true;
    }
    block.release();
    return false;
  }
}
