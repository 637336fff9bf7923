/**
 * Smoothed instant selectors: at each step the value between the samples around it.
 *
 * Without a later sample within the lookback the last value is carried on; without an earlier one
 * there is none. A window that mixes floats and histograms gives a warning and no value.
 */
import type { Labels } from "../../series/labels.ts";
import type { VectorSelector } from "../ast.ts";
import { interpolateHistograms } from "../functions/extended-rate.ts";
import { messages } from "./messages.ts";
import type { QueryContext } from "./query-context.ts";
import { RangeSelectorStream } from "./range-stream.ts";
import { firstAtOrAfter, interpolate } from "./smoothing.ts";
import { StepColumn } from "./step-column.ts";
import type { StepGrid } from "./step-grid.ts";
import { StepPortions } from "./step-portions.ts";
import type { VectorStream } from "./vector-stream.ts";
import { WindowPositions } from "./windows.ts";

export class SmoothedSelectorStream implements VectorStream {
  readonly column: StepColumn;
  readonly dropsName = false;
  private readonly context: QueryContext;
  private readonly node: VectorSelector;
  private readonly stream: RangeSelectorStream;
  private readonly floats: WindowPositions;
  private readonly histograms: WindowPositions;
  private readonly portions: StepPortions;

  constructor(context: QueryContext, node: VectorSelector, grid: StepGrid) {
    this.context = context;
    this.portions = new StepPortions(context.meter);
    this.node = node;
    this.column = new StepColumn(grid.count);
    this.floats = new WindowPositions(grid.count);
    this.histograms = new WindowPositions(grid.count);
    // A range of zero with the margins of a smoothed selector: lookback on both sides.
    const range = { rangeMs: 0, rangeExpression: null };
    this.stream = new RangeSelectorStream(
      context,
      { kind: "matrix-selector", start: node.start, selector: node, ...range },
      grid,
    );
  }

  get distinctWithoutName(): boolean {
    return this.stream.distinctWithoutName;
  }

  labels(): Labels {
    return this.stream.labels();
  }

  labelSymbol(name: string): number {
    return this.stream.labelSymbol(name);
  }

  prepare(): boolean {
    return true;
  }

  advance(): boolean {
    while (this.portions.isUnderWay || this.stream.advance()) {
      if (!this.portions.isUnderWay) this.begin();
      const hasHistograms = this.stream.samples.histograms.length > 0;
      if (hasHistograms) this.portions.visit(this.column.length, (step) => this.fill(step));
      else for (let step = 0; step < this.column.length; step++) this.fill(step);
      if (this.column.hasAny()) return true;
    }
    return false;
  }

  /** Finds the windows of the current series. */
  private begin(): void {
    const { samples, windows } = this.stream;
    windows.locate(samples.floats.times, samples.floats.length, this.floats);
    windows.locate(samples.histogramTimes, samples.histogramTimes.length, this.histograms);
    this.column.clear();
  }

  private fill(step: number): void {
    const hasFloats = this.floats.high[step]! > this.floats.low[step]!;
    const hasHistograms = this.histograms.high[step]! > this.histograms.low[step]!;
    if (hasFloats && hasHistograms) {
      const name = this.labels().get("__name__");
      this.context.annotations.warn(messages.mixedInSeries(name), this.node.start);
    } else if (hasFloats) {
      this.fillFloat(step);
    } else if (hasHistograms) {
      this.fillHistogram(step);
    }
  }

  private fillFloat(step: number): void {
    const { floats } = this.stream.samples;
    const time = this.stream.windows.ends[step]!;
    const low = this.floats.low[step]!;
    const high = this.floats.high[step]!;
    const next = firstAtOrAfter(floats.times, low, high, time);
    if (next < high && floats.times[next] === time) {
      this.column.setFloat(step, floats.values[next]!);
    } else if (next > low) {
      const between = next < high;
      const value = between ? interpolate(floats, next - 1, time, false) : floats.values[next - 1]!;
      this.column.setFloat(step, value);
    }
  }

  private fillHistogram(step: number): void {
    const { histogramTimes: times, histograms } = this.stream.samples;
    const time = this.stream.windows.ends[step]!;
    const low = this.histograms.low[step]!;
    const high = this.histograms.high[step]!;
    const next = firstAtOrAfter(times, low, high, time);
    if (next < high && times[next] === time) {
      this.column.setHistogram(step, histograms[next]!);
    } else if (next > low && next === high) {
      this.column.setHistogram(step, histograms[next - 1]!);
    } else if (next > low) {
      this.betweenHistograms(step, next - 1, time);
    }
  }

  private betweenHistograms(step: number, i: number, time: number): void {
    const { annotations } = this.context;
    const { start } = this.node;
    const isCounter = this.stream.samples.histograms[i + 1]!.resetHint !== "gauge";
    const value = interpolateHistograms(this.stream.samples, i, time, isCounter, (operation) =>
      annotations.info(messages.reconciledBounds(operation), start),
    );
    if (value) this.column.setHistogram(step, value);
    else annotations.warn(messages.mixedExponentialCustom(this.labels().get("__name__")), start);
  }
}
