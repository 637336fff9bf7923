/**
 * Series of one label set become one series, as long as they have no step in common.
 *
 * Needed wherever labels were changed or names dropped, so that two series may have become equal:
 * at a common step that is an error, otherwise the result is one series.
 */

import type { Labels } from "../../series/labels.ts";
import { LabelsIndex } from "../../series/labels-index.ts";
import { inSteps, Preparation } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import { BlockCollector, type SeriesBlock } from "./series-block.ts";
import { ABSENT, HISTOGRAM, StepColumn } from "./step-column.ts";
import type { VectorStream } from "./vector-stream.ts";

/** Work of looking a label set up, in the meter's units. */
const LOOK_WORK = 64;
const NO_OTHER = -1;

export class MergeStream implements VectorStream {
  readonly column: StepColumn;
  readonly distinctWithoutName: boolean;
  private readonly preparation = new Preparation();
  private readonly forming: () => boolean;
  private readonly context: QueryContext;
  private readonly collector: BlockCollector;
  private readonly strict: boolean;
  /** The series of each label set, in order of first appearance, as chains: index of the first. */
  private readonly firsts: number[] = [];
  /** By series: the next one of its label set. */
  private others = new Int32Array(0);
  private position = -1;

  /** `strict` = equal label sets are an error even without a common step. */
  constructor(
    context: QueryContext,
    input: VectorStream,
    options: { readonly strict?: boolean; readonly distinctWithoutName?: boolean } = {},
  ) {
    this.context = context;
    this.strict = options.strict ?? false;
    this.distinctWithoutName = options.distinctWithoutName ?? true;
    this.collector = new BlockCollector(context, input);
    this.column = new StepColumn(input.column.length);
    this.forming = inSteps(context.meter, () => this.formGroups());
  }

  private get block(): SeriesBlock {
    return this.collector.block;
  }

  get dropsName(): boolean {
    return this.block.dropsName[this.firsts[this.position]!]!;
  }

  labels(): Labels {
    return this.block.labels.at(this.firsts[this.position]!);
  }

  labelSymbol(name: string): number {
    return this.context.symbols.intern(this.labels().get(name));
  }

  prepare(): boolean {
    return this.preparation.run(() => this.collector.run(), this.forming);
  }

  private *formGroups(): Generator<number, void> {
    const sets = new LabelsIndex();
    const lasts: number[] = [];
    this.others = new Int32Array(this.block.count);
    for (let i = 0; i < this.block.count; i++) {
      const set = sets.add(this.block.labels.at(i));
      this.others[i] = NO_OTHER;
      if (set === this.firsts.length) this.firsts.push(i);
      else if (this.strict) this.context.failDuplicate();
      else this.others[lasts[set]!] = i;
      lasts[set] = i;
      yield LOOK_WORK;
    }
  }

  advance(): boolean {
    if (++this.position >= this.firsts.length) {
      this.block.release();
      return false;
    }
    const first = this.firsts[this.position]!;
    this.block.load(first, this.column);
    for (let i = this.others[first]!; i !== NO_OTHER; i = this.others[i]!) this.overlay(i);
    return true;
  }

  private overlay(index: number): void {
    const { block } = this;
    for (let step = 0; step < block.stepCount; step++) {
      const kind = block.kindAt(index, step);
      if (kind === ABSENT) continue;
      if (this.column.kinds[step] !== ABSENT) this.context.failDuplicate();
      if (kind === HISTOGRAM) this.column.setHistogram(step, block.histogramAt(index, step));
      else this.column.setFloat(step, block.valueAt(index, step));
    }
  }
}
