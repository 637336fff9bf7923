/** What histogram_quantile, histogram_quantiles and histogram_fraction compute of a histogram. */
import type { Labels } from "../../series/labels.ts";
import { messages } from "../evaluate/messages.ts";
import type { QueryContext } from "../evaluate/query-context.ts";
import type { StepGrid } from "../evaluate/step-grid.ts";
import type { ScalarColumn } from "../evaluate/vector-stream.ts";
import { formatGeneral, formatOpenMetrics, formatPrecise } from "../format-value.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { histogramFraction, histogramQuantile } from "../histogram/quantile.ts";
import { withLabel } from "../label-operations.ts";
import {
  type ClassicBuckets,
  classicFraction,
  classicQuantile,
  type MonotonicityFix,
} from "./classic-histogram.ts";
import type { HistogramMeasure } from "./histogram-groups.ts";

/** Seconds of a time as RFC 3339 in UTC. */
function instantText(timeMs: number): string {
  return new Date(Math.trunc(timeMs / 1000) * 1000).toISOString().replace(".000Z", "Z");
}

/** Gathers the fixes of one metric into one info. */
class FixReport {
  private lowestBound = Infinity;
  private highestBound = -Infinity;
  private largestDifference = 0;
  private count = 0;
  private firstMs = Infinity;
  private lastMs = -Infinity;

  add(fix: MonotonicityFix, timeMs: number): void {
    this.lowestBound = Math.min(this.lowestBound, fix.lowestBound);
    this.highestBound = Math.max(this.highestBound, fix.highestBound);
    this.largestDifference = Math.max(this.largestDifference, fix.largestDifference);
    this.firstMs = Math.min(this.firstMs, timeMs);
    this.lastMs = Math.max(this.lastMs, timeMs);
    this.count++;
  }

  describe(name: string): string {
    const bounds = `${formatGeneral(this.lowestBound)} to ${formatGeneral(this.highestBound)}`;
    const difference = formatPrecise(this.largestDifference, 2);
    const times = `${instantText(this.firstMs)} to ${instantText(this.lastMs)}`;
    return (
      `${messages.notMonotonic(name)}, from buckets ${bounds}, ` +
      `with a max diff of ${difference}, over ${this.count} samples from ${times}`
    );
  }
}

/** Quantiles; with a label that tells which, or one without. */
export class QuantileMeasure implements HistogramMeasure {
  readonly scalars: readonly ScalarColumn[];
  private readonly context: QueryContext;
  private readonly grid: StepGrid;
  private readonly label: string | null;
  /** Start of the vector argument. */
  private readonly vectorStart: number;
  /** Start of the first argument, which notes about NaN point at. */
  private readonly firstStart: number;
  private readonly fixes = new Map<string, FixReport>();

  constructor(
    context: QueryContext,
    grid: StepGrid,
    quantiles: readonly ScalarColumn[],
    label: string | null,
    starts: { readonly vector: number; readonly first: number },
  ) {
    this.context = context;
    this.grid = grid;
    this.scalars = quantiles;
    this.label = label;
    this.vectorStart = starts.vector;
    this.firstStart = starts.first;
  }

  get seriesPerGroup(): number {
    return this.scalars.length;
  }

  ofNative(series: number, step: number, histogram: FloatHistogram, name: string): number {
    const { value, finding } = histogramQuantile(histogram, this.scalars[series]!.values[step]!);
    if (finding !== "none") {
      const message =
        finding === "quantile is NaN"
          ? messages.nanInQuantile(name)
          : messages.nanSkewsQuantile(name);
      this.context.annotations.info(message, this.firstStart);
    }
    return value;
  }

  ofClassic(series: number, step: number, buckets: ClassicBuckets, name: string): number {
    const { value, fix } = classicQuantile(this.scalars[series]!.values[step]!, buckets);
    if (fix) this.report(name).add(fix, this.grid.timeOf(step));
    return value;
  }

  labelsOf(series: number, labels: Labels): Labels {
    if (this.label === null) return labels;
    const quantile = this.scalars[series]!.values[0]!;
    return withLabel(labels, this.label, formatOpenMetrics(quantile));
  }

  private report(name: string): FixReport {
    let report = this.fixes.get(name);
    if (!report) {
      const created = new FixReport();
      this.context.annotations.infoLater(name, this.vectorStart, () => created.describe(name));
      this.fixes.set(name, created);
      report = created;
    }
    return report;
  }
}

/** The share of observations between two limits. */
export class FractionMeasure implements HistogramMeasure {
  readonly scalars: readonly ScalarColumn[];
  readonly seriesPerGroup = 1;
  private readonly context: QueryContext;
  private readonly lower: ScalarColumn;
  private readonly upper: ScalarColumn;
  private readonly firstStart: number;

  constructor(context: QueryContext, lower: ScalarColumn, upper: ScalarColumn, firstStart: number) {
    this.context = context;
    this.lower = lower;
    this.upper = upper;
    this.scalars = [lower, upper];
    this.firstStart = firstStart;
  }

  ofNative(_series: number, step: number, histogram: FloatHistogram, name: string): number {
    const lower = this.lower.values[step]!;
    const { value, sawNan } = histogramFraction(histogram, lower, this.upper.values[step]!);
    if (sawNan) this.context.annotations.info(messages.nanInFraction(name), this.firstStart);
    return value;
  }

  ofClassic(_series: number, step: number, buckets: ClassicBuckets): number {
    return classicFraction(this.lower.values[step]!, this.upper.values[step]!, buckets);
  }

  labelsOf(_series: number, labels: Labels): Labels {
    return labels;
  }
}
