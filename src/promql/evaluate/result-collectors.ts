/** The last stage of a query: streams become result values. */
import { sortedInSteps } from "../../base/sort-in-steps.ts";
import { LabelSets } from "../../series/label-sets.ts";
import { Labels } from "../../series/labels.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import type { QueryValue, ResultSeries } from "../result/query-result.ts";
import type { Collector } from "./evaluation.ts";
import type { Meter } from "./meter.ts";
import { inSteps } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import type { RangePoints, RangeStream } from "./range-stream.ts";
import { ResultPages } from "./result-pages.ts";
import { ABSENT, FLOAT, HISTOGRAM, type StepColumn } from "./step-column.ts";
import type { StepGrid } from "./step-grid.ts";
import type { VectorStream } from "./vector-stream.ts";

/** Work of making a label set, and of comparing two, in the meter's units. */
const LABELS_WORK = 64;
const COMPARE_WORK = 32;
/** A series with values at fewer of the steps is kept as its points. */
const SPARSE_SHARE = 1 / 4;

/** Collects an instant vector. */
export class VectorCollector implements Collector {
  private readonly context: QueryContext;
  private readonly stream: VectorStream;
  private readonly timeMs: number;
  private readonly labels = new LabelSets();
  private values = new Float64Array(64);
  private histograms: (FloatHistogram | undefined)[] | null = null;
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
      this.histograms ??= [];
      this.histograms[index] = column.histogramAt(0);
    }
  }

  value(): QueryValue {
    const { labels, timeMs, histograms } = this;
    const values = this.values.subarray(0, labels.length);
    return { type: "vector", timeMs, labels, values, histograms };
  }
}

/** The series of a matrix, sorted by their labels when all are there. */
class SeriesList {
  sorted: readonly ResultSeries[] = [];
  isComplete = false;
  private readonly series: ResultSeries[] = [];
  private readonly sorting: () => boolean;

  constructor(meter: Meter) {
    this.sorting = inSteps(meter, () => this.sort());
  }

  push(series: ResultSeries): void {
    this.series.push(series);
  }

  /** Sorts; false = paused: call again. */
  complete(): boolean {
    this.isComplete = true;
    return this.sorting();
  }

  private *sort(): Generator<number, void> {
    const byLabels = (a: ResultSeries, b: ResultSeries) => Labels.compare(a.labels, b.labels);
    const sorting = sortedInSteps(this.series, byLabels);
    let step = sorting.next();
    for (; !step.done; step = sorting.next()) yield step.value * COMPARE_WORK;
    this.sorted = step.value;
  }
}

/** Collects the series of a range query. */
export class MatrixCollector implements Collector {
  private readonly context: QueryContext;
  private readonly stream: VectorStream;
  private readonly times: Float64Array;
  private readonly series: SeriesList;
  /** Series with a point for each step, and those with times of their own. */
  private readonly steps: ResultPages;
  private readonly points = new ResultPages(null);
  private ready = false;

  constructor(context: QueryContext, stream: VectorStream, grid: StepGrid) {
    this.context = context;
    this.stream = stream;
    this.series = new SeriesList(context.meter);
    this.times = Float64Array.from({ length: grid.count }, (_, step) => grid.timeOf(step));
    this.steps = new ResultPages(this.times);
  }

  run(): boolean {
    this.ready = this.ready || this.stream.prepare();
    if (!this.ready) return false;
    while (!this.series.isComplete && this.stream.advance()) {
      const { column } = this.stream;
      const present = column.countPresent();
      this.context.meter.hold(present);
      this.context.meter.checkpoint(column.length + LABELS_WORK);
      const isSparse = present < column.length * SPARSE_SHARE;
      this.series.push(isSparse ? this.pointsOf(column, present) : this.stepsOf(column));
      if (this.context.meter.pauseWanted) return false;
    }
    return this.series.complete();
  }

  /** All steps of a column. */
  private stepsOf(column: StepColumn): ResultSeries {
    const histograms = column.histograms ? column.histograms.slice() : null;
    const series = this.steps.add(this.stream.labels(), column.length, histograms);
    series.values.set(column.values);
    series.kinds.set(column.kinds);
    return series;
  }

  /** Only the steps that have a value. */
  private pointsOf(column: StepColumn, present: number): ResultSeries {
    const histograms: (FloatHistogram | undefined)[] | null =
      column.histograms && new Array(present);
    const series = this.points.add(this.stream.labels(), present, histograms);
    let point = 0;
    for (let step = 0; step < column.length; step++) {
      const kind = column.kinds[step]!;
      if (kind === ABSENT) continue;
      if (histograms) histograms[point] = column.histogramAt(step);
      series.put(point++, this.times[step]!, column.values[step]!, kind);
    }
    return series;
  }

  value(): QueryValue {
    return { type: "matrix", series: this.series.sorted };
  }
}

/** Collects the samples of a range selector in an instant query. */
export class RangeVectorCollector implements Collector {
  private readonly context: QueryContext;
  private readonly stream: RangeStream;
  private readonly series: SeriesList;
  private readonly pages = new ResultPages(null);
  private ready = false;

  constructor(context: QueryContext, stream: RangeStream) {
    this.context = context;
    this.stream = stream;
    this.series = new SeriesList(context.meter);
  }

  run(): boolean {
    this.ready = this.ready || this.stream.prepare();
    if (!this.ready) return false;
    while (!this.series.isComplete && this.stream.advance()) {
      const points = this.stream.points();
      if (points.kinds.length > 0) this.series.push(this.kept(points));
      this.context.meter.hold(points.kinds.length);
      if (this.context.meter.pauseWanted) return false;
    }
    return this.series.complete();
  }

  private kept({ times, values, kinds, histograms }: RangePoints): ResultSeries {
    const series = this.pages.add(this.stream.labels(), kinds.length, histograms);
    series.times.set(times);
    series.values.set(values);
    series.kinds.set(kinds);
    return series;
  }

  value(): QueryValue {
    return { type: "matrix", series: this.series.sorted };
  }
}
