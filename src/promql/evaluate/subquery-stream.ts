/**
 * Subqueries: an instant vector expression evaluated at every multiple of its step that any window
 * needs, its values taken as samples.
 *
 * The first moment is the first multiple of the step after (outer start - offset - range), so it
 * does not depend on the outer start except for rounding; integer division truncates to zero, as
 * Prometheus' does for times before the epoch.
 */
import type { Labels } from "../../series/labels.ts";
import type { Subquery } from "../ast.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { referenceMs } from "./lookup.ts";
import type { QueryContext } from "./query-context.ts";
import { rangePoints } from "./range-points.ts";
import type { RangePoints, RangeStream } from "./range-stream.ts";
import { SampleSeries } from "./sample-series.ts";
import { FLOAT, HISTOGRAM } from "./step-column.ts";
import { StepGrid } from "./step-grid.ts";
import type { VectorStream } from "./vector-stream.ts";
import { Windows } from "./windows.ts";

/** The moments at which a subquery's expression is evaluated for the steps of `outer`. */
export function subqueryGrid(node: Subquery, outer: StepGrid, defaultStepMs: number): StepGrid {
  const stepMs = Math.trunc(node.stepMs) || defaultStepMs;
  if (outer.count === 0) return new StepGrid(1, 0, stepMs);
  const edge = referenceMs(node, outer.startMs) - Math.trunc(node.rangeMs);
  let startMs = stepMs * Math.trunc(edge / stepMs);
  if (startMs <= edge) startMs += stepMs;
  return new StepGrid(startMs, referenceMs(node, outer.endMs), stepMs);
}

export class SubqueryStream implements RangeStream {
  readonly windows: Windows;
  readonly samples = new SampleSeries();
  readonly anchored = false;
  readonly smoothed = false;
  private readonly context: QueryContext;
  private readonly inner: VectorStream;
  private readonly innerGrid: StepGrid;

  /** `inner` is the subquery's expression planned on `innerGrid`. */
  constructor(
    context: QueryContext,
    node: Subquery,
    grid: StepGrid,
    inner: VectorStream,
    innerGrid: StepGrid,
  ) {
    this.context = context;
    this.inner = inner;
    this.innerGrid = innerGrid;
    this.windows = new Windows(node, node.rangeMs, grid);
  }

  get dropsName(): boolean {
    return this.inner.dropsName;
  }

  get distinctWithoutName(): boolean {
    return this.inner.distinctWithoutName;
  }

  labels(): Labels {
    return this.inner.labels();
  }

  labelSymbol(name: string): number {
    return this.inner.labelSymbol(name);
  }

  prepare(): boolean {
    return this.inner.prepare();
  }

  advance(): boolean {
    const { meter } = this.context;
    meter.release(this.samples.sampleCount);
    this.samples.floats.clear();
    this.samples.histograms = [];
    if (!this.inner.advance()) return false;
    this.takeColumn();
    meter.checkpoint(this.innerGrid.count);
    meter.hold(this.samples.sampleCount);
    return true;
  }

  points(): RangePoints {
    return rangePoints(this.samples, this.windows, false, false);
  }

  private takeColumn(): void {
    const { column } = this.inner;
    const { floats } = this.samples;
    const times: number[] = [];
    const histograms: FloatHistogram[] = [];
    floats.clear();
    floats.reserve(column.length);
    for (let step = 0; step < column.length; step++) {
      if (column.kinds[step] === FLOAT) {
        floats.times[floats.length] = this.innerGrid.timeOf(step);
        floats.values[floats.length++] = column.values[step]!;
      } else if (column.kinds[step] === HISTOGRAM) {
        times.push(this.innerGrid.timeOf(step));
        histograms.push(withoutResetHint(column.histogramAt(step)));
      }
    }
    this.samples.histogramTimes = times;
    this.samples.histograms = histograms;
  }
}

/** What a sample knows about the one before it does not hold between the steps of a subquery. */
function withoutResetHint(histogram: FloatHistogram): FloatHistogram {
  if (histogram.resetHint !== "reset" && histogram.resetHint !== "not_reset") return histogram;
  return histogram.withHint("unknown");
}
