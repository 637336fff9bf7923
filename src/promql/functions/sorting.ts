/** sort, sort_desc, sort_by_label and sort_by_label_desc: order matters in instant queries only. */

import { sortedInSteps } from "../../base/sort-in-steps.ts";
import type { LabelSets } from "../../series/label-sets.ts";
import { compareUtf8, Labels } from "../../series/labels.ts";
import { inSteps, Preparation } from "../evaluate/preparation.ts";
import type { QueryContext } from "../evaluate/query-context.ts";
import { BlockCollector } from "../evaluate/series-block.ts";
import { FLOAT, StepColumn } from "../evaluate/step-column.ts";
import type { VectorStream } from "../evaluate/vector-stream.ts";

/** Order of two series of a block: negative when the first comes first. */
export type SeriesOrder = (labels: LabelSets, values: Float64Array) => OrderOfIndexes;
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

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** Where the run of digits ends that begins at `from`. */
function digitsEnd(text: string, from: number): number {
  let end = from + 1;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return end;
}

/** Runs of so many digits are exact numbers. */
const EXACT_DIGITS = 15;

/** The number that a run of digits is. */
function numberIn(text: string, from: number, end: number): number {
  if (end - from > EXACT_DIGITS) return Number(text.slice(from, end));
  let number = 0;
  for (let i = from; i < end; i++) number = 10 * number + text.charCodeAt(i) - 0x30;
  return number;
}

/** Order of two texts that differ at `i` and `j` and are alike before, but for runs of digits. */
function orderAt(left: string, i: number, right: string, j: number): number {
  const isInText = i > 0 && !isDigit(left.charCodeAt(i - 1));
  // Where a run of other characters has ended, it is the beginning of the longer one.
  if (isInText && isDigit(left.charCodeAt(i))) return -1;
  if (isInText && isDigit(right.charCodeAt(j))) return 1;
  return compareUtf8(left[i]!, right[j]!);
}

/** Order of two texts whose runs of digits compare as numbers; a beginning sorts first. */
export function naturalOrder(left: string, right: string): number {
  if (left === right) return 0;
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(j);
    if (isDigit(a) && isDigit(b)) {
      const [leftEnd, rightEnd] = [digitsEnd(left, i), digitsEnd(right, j)];
      const order = numberIn(left, i, leftEnd) - numberIn(right, j, rightEnd);
      if (order !== 0) return order;
      i = leftEnd;
      j = rightEnd;
    } else if (a === b) {
      i++;
      j++;
    } else {
      return orderAt(left, i, right, j);
    }
  }
  return left.length - i - (right.length - j) || compareUtf8(left, right);
}

/** The values of one label of many sets, each looked up once. */
class LabelValues {
  private readonly sets: LabelSets;
  private readonly name: string;
  private readonly known: (string | undefined)[];

  constructor(sets: LabelSets, name: string) {
    this.sets = sets;
    this.name = name;
    this.known = new Array(sets.length);
  }

  of(index: number): string {
    let value = this.known[index];
    if (value === undefined) {
      value = this.sets.at(index).get(this.name);
      this.known[index] = value;
    }
    return value;
  }
}

/** By the values of labels in natural order, then by the whole label set. */
export function byLabels(names: readonly string[], sign: 1 | -1): SeriesOrder {
  return (labels) => {
    const keys = names.map((name) => new LabelValues(labels, name));
    return (left, right) => {
      for (const key of keys) {
        const order = naturalOrder(key.of(left), key.of(right));
        if (order !== 0) return sign * order;
      }
      return sign * Labels.compare(labels.at(left), labels.at(right));
    };
  };
}

/** Work of comparing two series, in the meter's units. */
const COMPARE_WORK = 32;
/** Series whose values are taken between two yields. */
const TAKEN_PER_STEP = 4096;

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
    return this.collector.block.labels.at(this.indexes[this.position]!);
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
    const values = new Float64Array(count);
    const indexes: number[] = [];
    for (let i = 0; i < count; i++) {
      values[i] = block.valueAt(i, 0);
      indexes.push(i);
      if (i % TAKEN_PER_STEP === 0) yield TAKEN_PER_STEP;
    }
    this.indexes = indexes;
    if (stepCount > 1) return;
    const sorting = sortedInSteps(indexes, this.order(labels, values));
    let step = sorting.next();
    for (; !step.done; step = sorting.next()) yield step.value * COMPARE_WORK;
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
      this.column.dropHistograms();
      if (this.column.hasAny()) return true;
    }
    block.release();
    return false;
  }
}
