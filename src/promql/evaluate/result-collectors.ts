/** The last stage of a query: streams become result values. */
import { NumberPages } from "../../base/number-pages.ts";
import { LabelSets } from "../../series/label-sets.ts";
import { HistogramPages } from "../histogram/histogram-pages.ts";
import type { QueryValue, ResultMatrix, ResultSeries } from "../result/query-result.ts";
import type { Collector } from "./evaluation.ts";
import type { Meter } from "./meter.ts";
import { inSteps } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import type { RangePoints, RangeStream } from "./range-stream.ts";
import { PagedMatrix } from "./result-pages.ts";
import { ABSENT, FLOAT, HISTOGRAM, type StepColumn } from "./step-column.ts";
import type { StepGrid } from "./step-grid.ts";
import type { VectorStream } from "./vector-stream.ts";

/** Work of making a label set, and of comparing two, in the meter's units. */
const LABELS_WORK = 64;
const COMPARE_WORK = 32;
/** A series with values at fewer of the steps is kept as its points. */
const SPARSE_SHARE = 1 / 4;

const NO_HISTOGRAM = -1;

/** Collects an instant vector. */
export class VectorCollector implements Collector {
  private readonly context: QueryContext;
  private readonly stream: VectorStream;
  private readonly timeMs: number;
  private readonly labels = new LabelSets();
  private values = new Float64Array(64);
  private readonly native = new HistogramPages();
  /** By element: the index of its histogram, if it has one. */
  private readonly histogramOf = new NumberPages(NO_HISTOGRAM);
  private ready = false;

  constructor(context: QueryContext, stream: VectorStream, timeMs: number) {
    this.context = context;
    this.stream = stream;
    this.timeMs = timeMs;
  }

  run(): boolean {
    this.ready = this.ready || this.stream.prepare();
    if (!this.ready) return false;
    while (this.stream.advance()) {
      this.take(this.stream.column);
      if (this.context.meter.pauseWanted) return false;
    }
    return true;
  }

  private take(column: StepColumn): void {
    const index = this.labels.length;
    if (index === this.values.length) {
      const larger = new Float64Array(index * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.labels.push(this.stream.labels());
    this.context.meter.hold(1);
    this.context.meter.checkpoint(LABELS_WORK);
    if (column.kinds[0] === FLOAT) {
      this.values[index] = column.values[0]!;
    } else if (column.kinds[0] === HISTOGRAM) {
      this.histogramOf.set(index, column.addHistogramTo(this.native, 0));
    }
  }

  value(): QueryValue {
    const { labels, timeMs, native, histogramOf } = this;
    const histograms =
      native.length === 0
        ? null
        : {
            length: labels.length,
            at: (element: number) => {
              const index = histogramOf.get(element);
              return index === NO_HISTOGRAM ? undefined : native.at(index);
            },
          };
    const values = this.values.subarray(0, labels.length);
    return { type: "vector", timeMs, labels, values, histograms };
  }
}

/** The series of a matrix, in the order of their labels when all are there. */
class SortedMatrix implements ResultMatrix {
  readonly series: PagedMatrix;
  isComplete = false;
  private order: readonly number[] = [];
  private readonly sorting: () => boolean;

  constructor(meter: Meter, times: Float64Array | null) {
    this.series = new PagedMatrix(times);
    this.sorting = inSteps(meter, () => this.sort());
  }

  get length(): number {
    return this.order.length;
  }

  at(position: number): ResultSeries {
    return this.series.at(this.order[position]!);
  }

  /** Sorts; false = paused: call again. */
  complete(): boolean {
    this.isComplete = true;
    return this.sorting();
  }

  private *sort(): Generator<number, void> {
    const sorting = this.series.labels.sortedIndexes();
    let step = sorting.next();
    for (; !step.done; step = sorting.next()) yield step.value * COMPARE_WORK;
    this.order = step.value;
  }
}

/** Collects the series of a range query. */
export class MatrixCollector implements Collector {
  private readonly context: QueryContext;
  private readonly stream: VectorStream;
  private readonly times: Float64Array;
  private readonly matrix: SortedMatrix;
  private ready = false;

  constructor(context: QueryContext, stream: VectorStream, grid: StepGrid) {
    this.context = context;
    this.stream = stream;
    this.times = Float64Array.from({ length: grid.count }, (_, step) => grid.timeOf(step));
    this.matrix = new SortedMatrix(context.meter, this.times);
  }

  run(): boolean {
    this.ready = this.ready || this.stream.prepare();
    if (!this.ready) return false;
    while (!this.matrix.isComplete && this.stream.advance()) {
      const { column } = this.stream;
      const present = column.countPresent();
      this.context.meter.hold(present);
      this.context.meter.checkpoint(column.length + LABELS_WORK);
      const isSparse = present < column.length * SPARSE_SHARE;
      if (isSparse) this.addPoints(column, present);
      else this.addSteps(column);
      if (this.context.meter.pauseWanted) return false;
    }
    return this.matrix.complete();
  }

  /** All steps of a column. */
  private addSteps(column: StepColumn): void {
    const hasHistograms = column.hasHistogram();
    const series = this.matrix.series.addSteps(this.stream.labels(), hasHistograms);
    series.values.set(column.values);
    series.kinds.set(column.kinds);
    if (!hasHistograms) return;
    for (let step = 0; step < column.length; step++) {
      if (column.kinds[step] === HISTOGRAM) series.putHistogramOf(step, column, step);
    }
  }

  /** Only the steps that have a value. */
  private addPoints(column: StepColumn, present: number): void {
    const labels = this.stream.labels();
    const series = this.matrix.series.addPoints(labels, present, column.hasHistogram());
    let point = 0;
    for (let step = 0; step < column.length; step++) {
      const kind = column.kinds[step]!;
      if (kind === ABSENT) continue;
      series.put(point, this.times[step]!, column.values[step]!, kind);
      if (kind === HISTOGRAM) series.putHistogramOf(point, column, step);
      point++;
    }
  }

  value(): QueryValue {
    return { type: "matrix", series: this.matrix };
  }
}

/** Collects the samples of a range selector in an instant query. */
export class RangeVectorCollector implements Collector {
  private readonly context: QueryContext;
  private readonly stream: RangeStream;
  private readonly matrix: SortedMatrix;
  private ready = false;

  constructor(context: QueryContext, stream: RangeStream) {
    this.context = context;
    this.stream = stream;
    this.matrix = new SortedMatrix(context.meter, null);
  }

  run(): boolean {
    this.ready = this.ready || this.stream.prepare();
    if (!this.ready) return false;
    while (!this.matrix.isComplete && this.stream.advance()) {
      const points = this.stream.points();
      if (points.kinds.length > 0) this.keep(points);
      this.context.meter.hold(points.kinds.length);
      if (this.context.meter.pauseWanted) return false;
    }
    return this.matrix.complete();
  }

  private keep({ times, values, kinds, histograms }: RangePoints): void {
    const labels = this.stream.labels();
    const series = this.matrix.series.addPoints(labels, kinds.length, histograms !== null);
    series.times.set(times);
    series.values.set(values);
    series.kinds.set(kinds);
    if (histograms === null) return;
    for (let point = 0; point < kinds.length; point++) {
      if (kinds[point] === HISTOGRAM) series.putHistogram(point, histograms[point]!);
    }
  }

  value(): QueryValue {
    return { type: "matrix", series: this.matrix };
  }
}
