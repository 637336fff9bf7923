/**
 * histogram_quantile, histogram_quantiles and histogram_fraction: classic buckets are put together
 * by all labels except `le`, native histograms stand for themselves.
 *
 * A classic and a native histogram with the same labels at the same step cancel each other, with a
 * warning. The buckets of a group are put in order once; a step only picks those that are there.
 */

import { sortedInSteps } from "../../base/sort-in-steps.ts";
import type { Labels } from "../../series/labels.ts";
import { LabelsIndex } from "../../series/labels-index.ts";
import { messages } from "../evaluate/messages.ts";
import { inSteps, Preparation } from "../evaluate/preparation.ts";
import type { QueryContext } from "../evaluate/query-context.ts";
import { BlockCollector } from "../evaluate/series-block.ts";
import { ABSENT, FLOAT, HISTOGRAM, StepColumn } from "../evaluate/step-column.ts";
import type { ScalarColumn, VectorStream } from "../evaluate/vector-stream.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { dropLabels } from "../label-operations.ts";
import { parseGoFloat } from "../parse/number-text.ts";
import { ClassicBuckets } from "./classic-histogram.ts";

const BOUND_LABEL: ReadonlySet<string> = new Set(["le"]);

/** Work of putting a series into its group, in the meter's units. */
const GROUP_WORK = 64;
/** Work of one step of a native histogram. */
const NATIVE_WORK = 512;

interface Group {
  readonly labels: Labels;
  readonly dropsName: boolean;
  /** Block index of the native series, or -1. */
  native: number;
  /** Classic buckets by rising bound: block indexes and bounds. */
  buckets: readonly Bucket[];
}

interface Bucket {
  readonly index: number;
  readonly bound: number;
}

/** What is computed of each group; it may give several series. */
export interface HistogramMeasure {
  readonly scalars: readonly ScalarColumn[];
  /** Number of series that each group gives. */
  readonly seriesPerGroup: number;
  ofNative(series: number, step: number, histogram: FloatHistogram, metricName: string): number;
  ofClassic(series: number, step: number, buckets: ClassicBuckets, metricName: string): number;
  /** Labels of a series of a group. */
  labelsOf(series: number, labels: Labels): Labels;
}

export class HistogramGroupStream implements VectorStream {
  readonly column: StepColumn;
  readonly distinctWithoutName = false;
  private readonly preparation = new Preparation();
  private readonly forming: () => boolean;
  private readonly context: QueryContext;
  private readonly collector: BlockCollector;
  private readonly measure: HistogramMeasure;
  /** Start of the vector argument, for annotations. */
  private readonly start: number;
  private readonly groups: Group[] = [];
  private readonly buckets = new ClassicBuckets();
  private group = -1;
  private series = 0;
  /** Steps of the current series that are filled. */
  private step: number;

  constructor(
    context: QueryContext,
    input: VectorStream,
    measure: HistogramMeasure,
    start: number,
  ) {
    this.context = context;
    this.collector = new BlockCollector(context, input);
    this.forming = inSteps(context.meter, () => this.formGroups());
    this.measure = measure;
    this.start = start;
    this.series = measure.seriesPerGroup;
    this.column = new StepColumn(input.column.length);
    this.step = input.column.length;
  }

  get dropsName(): boolean {
    return this.groups[this.group]!.dropsName;
  }

  labels(): Labels {
    return this.measure.labelsOf(this.series, this.groups[this.group]!.labels);
  }

  labelSymbol(name: string): number {
    return this.context.symbols.intern(this.labels().get(name));
  }

  prepare(): boolean {
    return this.preparation.run(
      () => this.measure.scalars.every((scalar) => scalar.prepare()),
      () => this.collector.run(),
      this.forming,
    );
  }

  advance(): boolean {
    for (;;) {
      if (this.step === this.column.length && !this.moveOn()) return false;
      this.fillSteps();
      if (this.column.hasAny()) return true;
    }
  }

  /** Goes to the next series, or group; false at the end. */
  private moveOn(): boolean {
    if (++this.series >= this.measure.seriesPerGroup) {
      this.series = 0;
      if (++this.group >= this.groups.length) {
        this.collector.block.release();
        return false;
      }
    }
    this.column.clear();
    this.step = 0;
    return true;
  }

  /** Fills the rest of the steps of the current series. Throws PAUSE. */
  private fillSteps(): void {
    const { native, buckets } = this.groups[this.group]!;
    const work = buckets.length + (native >= 0 ? NATIVE_WORK : 0);
    while (this.step < this.column.length) {
      if (this.step > 0) this.context.meter.pausePoint();
      this.fill(this.step++);
      this.context.meter.checkpoint(work);
    }
  }

  private *formGroups(): Generator<number, void> {
    const { block } = this.collector;
    const sets = new LabelsIndex();
    for (let i = 0; i < block.count; i++) {
      yield GROUP_WORK;
      const kinds = block.kindsOf(i);
      const labels = block.labels.at(i);
      if (kinds.includes(HISTOGRAM)) this.groupFor(sets, labels, i).native = i;
      if (!kinds.includes(FLOAT)) continue;
      const text = labels.get("le");
      const bound = parseGoFloat(text);
      if (bound === null) {
        const message = messages.badBucketLabel(text, this.nameOf(labels));
        this.context.annotations.warn(message, this.start);
        continue;
      }
      const group = this.groupFor(sets, dropLabels(labels, BOUND_LABEL), i);
      (group.buckets as Bucket[]).push({ index: i, bound });
    }
    for (const group of this.groups) yield* inOrder(group);
  }

  private groupFor(sets: LabelsIndex, labels: Labels, index: number): Group {
    const number = sets.add(labels);
    if (number < this.groups.length) return this.groups[number]!;
    const dropsName = this.collector.block.dropsName[index]!;
    const group: Group = { labels, dropsName, native: -1, buckets: [] };
    this.groups.push(group);
    return group;
  }

  private fill(step: number): void {
    const { block } = this.collector;
    const { native, labels, buckets } = this.groups[this.group]!;
    this.buckets.clear();
    for (const { index, bound } of buckets) {
      if (block.kindAt(index, step) !== FLOAT) continue;
      this.buckets.add(bound, block.valueAt(index, step));
    }
    const hasNative = native >= 0 && block.kindAt(native, step) === HISTOGRAM;
    const hasClassic = this.buckets.bounds.length > 0;
    const name = this.nameOf(labels);
    if (hasNative && hasClassic) {
      this.context.annotations.warn(messages.mixedClassicNative(name), this.start);
      this.column.kinds[step] = ABSENT;
    } else if (hasNative) {
      const histogram = block.histogramAt(native, step);
      this.column.setFloat(step, this.measure.ofNative(this.series, step, histogram, name));
    } else if (hasClassic) {
      this.column.setFloat(step, this.measure.ofClassic(this.series, step, this.buckets, name));
    }
  }

  private nameOf(labels: Labels): string {
    return labels.get("__name__");
  }
}

/** Puts the buckets of a group in order. */
function* inOrder(group: Group): Generator<number, void> {
  group.buckets = yield* sortedInSteps(group.buckets, byBound);
}

function byBound({ bound: left }: Bucket, { bound: right }: Bucket): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
