/**
 * topk, bottomk, limitk and limit_ratio: some series of each group, step by step.
 *
 * The input is materialised; a step keeps the slots of the chosen series. topk and bottomk keep a
 * heap of k series per group; NaN is worst, and of equal values the first seen stays.
 */

import { sortedInSteps } from "../../base/sort-in-steps.ts";
import { Labels } from "../../series/labels.ts";
import type { Aggregation } from "../ast.ts";
import { formatGeneral } from "../format-value.ts";
import { type Grouping, groupingOf } from "./grouping.ts";
import { labelHashFraction } from "./label-hash.ts";
import { MaterialisedIdentity } from "./materialised-identity.ts";
import { messages } from "./messages.ts";
import { inSteps, Preparation } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import { BlockCollector, type SeriesBlock } from "./series-block.ts";
import { ABSENT, FLOAT, HISTOGRAM, StepColumn } from "./step-column.ts";
import type { ScalarColumn, VectorStream } from "./vector-stream.ts";

const INT64_MAX = 2 ** 63;
/** Work of grouping a series by its labels, in the meter's units. */
const LABELS_WORK = 64;
/** Members of a group that are looked at between two yields, and the work of one. */
const MEMBERS_PER_STEP = 1024;
const HEAP_WORK = 8;
/** Work of hashing the labels of a series. */
const HASH_WORK = 256;

export class SelectionStream implements VectorStream {
  readonly column: StepColumn;
  readonly distinctWithoutName: boolean;
  private readonly preparation = new Preparation();
  private readonly choosing: () => boolean;
  private readonly context: QueryContext;
  private readonly node: Aggregation;
  private readonly collector: BlockCollector;
  private readonly parameter: ScalarColumn;
  private readonly grouping: Grouping;
  /** Series of each group, in order. */
  private readonly members: number[][] = [];
  /** For limit_ratio: the fraction of each series. */
  private fractions = new Float64Array(0);
  /** 1 = chosen, by slot of the block. */
  private chosen = new Uint8Array(0);
  /** 1 = at any step, by series of the block. */
  private isChosen = new Uint8Array(0);
  /** Order in which an instant query shows the series. */
  private order: number[] = [];
  private position = -1;

  constructor(
    context: QueryContext,
    node: Aggregation,
    input: VectorStream,
    parameter: ScalarColumn,
  ) {
    this.context = context;
    this.node = node;
    this.parameter = parameter;
    this.choosing = inSteps(context.meter, () => this.chooseAll());
    this.collector = new BlockCollector(context, input);
    this.grouping = groupingOf(context, node.grouping, node.without);
    this.column = new StepColumn(input.column.length);
    this.distinctWithoutName = input.distinctWithoutName;
  }

  private get block(): SeriesBlock {
    return this.collector.block;
  }

  get dropsName(): boolean {
    return this.block.dropsName[this.order[this.position]!]!;
  }

  labels(): Labels {
    const index = this.order[this.position];
    return index === undefined ? Labels.empty : this.block.labels.at(index);
  }

  labelSymbol(name: string): number {
    return this.context.symbols.intern(this.labels().get(name));
  }

  prepare(): boolean {
    return this.preparation.run(
      () => this.parameter.prepare(),
      () => this.collector.run(),
      this.choosing,
    );
  }

  private *chooseAll(): Generator<number, void> {
    this.chosen = new Uint8Array(this.block.count * this.block.stepCount);
    this.isChosen = new Uint8Array(this.block.count);
    if (!this.checkParameter()) return;
    yield* this.formGroups();
    if (this.node.operator === "limit_ratio") yield* this.hashAll();
    for (const members of this.members) yield* this.chooseFrom(members);
    if (this.block.stepCount === 1) return;
    for (let index = 0; index < this.block.count; index++) {
      if (this.isChosen[index] === 1) this.order.push(index);
      yield 1;
    }
  }

  advance(): boolean {
    const { block } = this;
    while (++this.position < this.order.length) {
      const index = this.order[this.position]!;
      block.load(index, this.column);
      const start = index * block.stepCount;
      for (let step = 0; step < block.stepCount; step++) {
        if (this.chosen[start + step] === 0) this.column.kinds[step] = ABSENT;
      }
      if (this.column.hasAny()) return true;
    }
    block.release();
    return false;
  }

  /** Checks k or the ratio over all steps; false when nothing can be chosen. */
  private checkParameter(): boolean {
    const values = this.parameter.values;
    const hasNan = values.some(Number.isNaN);
    const least = values.reduce((a, b) => Math.min(a, b), Infinity);
    const most = values.reduce((a, b) => Math.max(a, b), -Infinity);
    if (this.node.operator === "limit_ratio") {
      if (hasNan) this.context.fail("Ratio value is NaN");
      this.checkRatio(least, most);
      return least !== 0 || most !== 0;
    }
    if (most < 1) return false;
    if (hasNan) this.context.fail("Parameter value is NaN");
    if (least <= -INT64_MAX) {
      this.context.fail(`Scalar value ${formatGeneral(least)} underflows int64`);
    }
    if (most >= INT64_MAX) {
      this.context.fail(`Scalar value ${formatGeneral(most)} overflows int64`);
    }
    return true;
  }

  private checkRatio(least: number, most: number): void {
    const { annotations } = this.context;
    const start = this.node.parameter?.start ?? this.node.start;
    if (most > 1) annotations.warn(messages.ratioRange(most, 1), start);
    if (least < -1) annotations.warn(messages.ratioRange(least, -1), start);
  }

  private *formGroups(): Generator<number, void> {
    const { block } = this;
    const identity = new MaterialisedIdentity(this.context, block.labels);
    for (let i = 0; i < block.count; i++) {
      identity.index = i;
      const group = this.grouping.groupOf(identity);
      const members = this.members[group];
      if (members) members.push(i);
      else this.members[group] = [i];
      yield LABELS_WORK;
    }
  }

  private *hashAll(): Generator<number, void> {
    const { labels } = this.block;
    this.fractions = new Float64Array(labels.length);
    for (let i = 0; i < labels.length; i++) {
      this.fractions[i] = labelHashFraction(labels.at(i));
      yield HASH_WORK;
    }
  }

  private *chooseFrom(members: readonly number[]): Generator<number, void> {
    for (let step = 0; step < this.block.stepCount; step++) {
      const parameter = this.parameter.values[step]!;
      const picked =
        this.node.operator === "limit_ratio"
          ? yield* this.byRatio(members, step, parameter)
          : this.node.operator === "limitk"
            ? yield* this.firstOf(members, step, parameter)
            : yield* this.extremes(members, step, parameter);
      yield* this.choose(picked, step);
    }
  }

  private *choose(picked: readonly number[], step: number): Generator<number, void> {
    const { stepCount } = this.block;
    for (let i = 0; i < picked.length; i++) {
      if (i % MEMBERS_PER_STEP === MEMBERS_PER_STEP - 1) yield MEMBERS_PER_STEP;
      const index = picked[i]!;
      this.chosen[index * stepCount + step] = 1;
      this.isChosen[index] = 1;
      if (stepCount === 1) this.order.push(index);
    }
    yield picked.length % MEMBERS_PER_STEP;
  }

  private *byRatio(
    members: readonly number[],
    step: number,
    ratio: number,
  ): Generator<number, readonly number[]> {
    const { block } = this;
    const limit = Math.max(-1, Math.min(1, ratio));
    const picked: number[] = [];
    for (let i = 0; i < members.length; i++) {
      if (i % MEMBERS_PER_STEP === MEMBERS_PER_STEP - 1) yield MEMBERS_PER_STEP;
      const index = members[i]!;
      if (block.kindAt(index, step) === ABSENT) continue;
      const fraction = this.fractions[index]!;
      if (limit >= 0 ? fraction < limit : fraction >= 1 + limit) picked.push(index);
    }
    yield members.length % MEMBERS_PER_STEP;
    return picked;
  }

  private *firstOf(
    members: readonly number[],
    step: number,
    k: number,
  ): Generator<number, readonly number[]> {
    const { block } = this;
    const picked: number[] = [];
    const wanted = Math.trunc(k);
    for (let i = 0; i < members.length && picked.length < wanted; i++) {
      if (i % MEMBERS_PER_STEP === MEMBERS_PER_STEP - 1) yield MEMBERS_PER_STEP;
      if (block.kindAt(members[i]!, step) !== ABSENT) picked.push(members[i]!);
    }
    yield members.length % MEMBERS_PER_STEP;
    return picked;
  }

  /** The k best of a group at a step; those of an instant query best first. */
  private *extremes(
    members: readonly number[],
    step: number,
    k: number,
  ): Generator<number, readonly number[]> {
    const { block } = this;
    const wanted = Math.trunc(k);
    const sign = this.node.operator === "topk" ? 1 : -1;
    const worse = (left: number, right: number): boolean => {
      const a = sign * block.valueAt(left, step);
      const b = sign * block.valueAt(right, step);
      return Number.isNaN(a) ? !Number.isNaN(b) : a < b;
    };
    const heap: number[] = [];
    for (let i = 0; i < members.length; i++) {
      if (i % MEMBERS_PER_STEP === MEMBERS_PER_STEP - 1) yield MEMBERS_PER_STEP * HEAP_WORK;
      const index = members[i]!;
      const kind = block.kindAt(index, step);
      if (kind === HISTOGRAM && wanted >= 1) this.noteHistogram();
      if (kind !== FLOAT || wanted < 1) continue;
      if (heap.length < wanted) siftUp(heap, index, worse);
      else if (worse(heap[0]!, index)) replaceRoot(heap, index, worse);
    }
    yield (members.length % MEMBERS_PER_STEP) * HEAP_WORK;
    if (block.stepCount > 1) return heap;
    const sorting = sortedInSteps(heap, (left, right) => {
      if (worse(left, right)) return 1;
      return worse(right, left) ? -1 : left - right;
    });
    let sorted = sorting.next();
    for (; !sorted.done; sorted = sorting.next()) yield sorted.value * HEAP_WORK;
    return sorted.value;
  }

  private noteHistogram(): void {
    const message = messages.histogramIgnored(this.node.operator);
    this.context.annotations.info(message, this.node.start);
  }
}

type Worse = (left: number, right: number) => boolean;

/** Adds an entry to a heap whose root is the worst one. */
function siftUp(heap: number[], entry: number, worse: Worse): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!worse(entry, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

/** Replaces the root of a heap. */
function replaceRoot(heap: number[], entry: number, worse: Worse): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && worse(heap[child + 1]!, heap[child]!)) child++;
    if (!worse(heap[child]!, entry)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = entry;
}
