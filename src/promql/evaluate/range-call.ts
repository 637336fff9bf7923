/**
 * Functions over range vectors: each series is decoded once, its windows are found once, and the
 * function fills a column with one value a step.
 */
import { KernelRates } from "../../chunk/decode-kernel.ts";
import type { Labels } from "../../series/labels.ts";
import { messages } from "./messages.ts";
import type { QueryContext } from "./query-context.ts";
import type { RangeStream, RateStep } from "./range-stream.ts";
import type { SampleSeries } from "./sample-series.ts";
import { StepColumn } from "./step-column.ts";
import type { StepGrid } from "./step-grid.ts";
import type { ScalarColumn, VectorStream } from "./vector-stream.ts";
import { WindowPositions, type Windows } from "./windows.ts";

/** What a function sees of one series. */
export interface RangeInput {
  readonly samples: SampleSeries;
  readonly windows: Windows;
  readonly grid: StepGrid;
  /** The steps [fromStep, toStep) are to be evaluated. */
  readonly fromStep: number;
  readonly toStep: number;
  /** Windows among the floats. */
  readonly floats: WindowPositions;
  /** Windows among the histograms; meaningful only when the series has any. */
  readonly histograms: WindowPositions;
  readonly anchored: boolean;
  readonly smoothed: boolean;
  readonly notes: RangeNotes;
}

/** A function over range vectors. */
export interface RangeFunction {
  /** Scalar arguments; they are prepared before the first series. */
  readonly scalars: readonly ScalarColumn[];
  /** Whether results are rates of a counter, so that the name should look like one. */
  readonly expectsCounter: boolean;
  /** Set when the function is a rate that the kernel computes for plain series. */
  readonly kernelRate?: { readonly isCounter: boolean; readonly isRate: boolean };
  /** True when a value looks at every sample of its window. */
  readonly readsWindows: boolean;
  /**
   * Writes one value a step into a column that is cleared at those steps. The steps of a long
   * series come in portions, in order.
   */
  evaluate(input: RangeInput, column: StepColumn): void;
}

/** Warnings and infos of a call, about the current series. */
export class RangeNotes {
  private readonly context: QueryContext;
  private readonly stream: RangeStream;
  /** Start of the expression that annotations point at. */
  private readonly start: number;

  constructor(context: QueryContext, stream: RangeStream, start: number) {
    this.context = context;
    this.stream = stream;
    this.start = start;
  }

  private get metricName(): string {
    return this.context.symbols.textOf(this.stream.labelSymbol("__name__"));
  }

  warn(message: string): void {
    this.context.annotations.warn(message, this.start);
  }

  info(message: string): void {
    this.context.annotations.info(message, this.start);
  }

  mixedKinds(): void {
    this.warn(messages.mixedInSeries(this.metricName));
  }

  mixedBuckets(): void {
    this.warn(messages.mixedExponentialCustom(this.metricName));
  }

  ignoredHistograms(): void {
    this.info(messages.histogramIgnoredInRange(this.metricName));
  }

  notCounter(): void {
    this.warn(messages.notCounter(this.metricName));
  }

  notGauge(): void {
    this.warn(messages.notGauge(this.metricName));
  }

  startTimeOverlap(): void {
    this.warn(messages.startTimeOverlap(this.metricName));
  }

  fail(message: string): never {
    return this.context.fail(message);
  }
}

/** Work in the meter's units that is done at one series before it may be left for a while. */
const PORTION_WORK = 40_000;
/** The first portion of a call, and twice as much next: what has not run yet runs very slowly. */
const FIRST_PORTION_WORK = 512;
/** Work of one step besides its samples. */
const STEP_WORK = 4;

interface Portion extends RangeInput {
  fromStep: number;
  toStep: number;
}

const COUNTER_NAME = /(?:_total|_sum|_count|_bucket)$/;

export class RangeCallStream implements VectorStream {
  readonly column: StepColumn;
  private readonly context: QueryContext;
  private readonly stream: RangeStream;
  private readonly call: RangeFunction;
  private readonly input: Portion;
  private portionWork = FIRST_PORTION_WORK;
  /** Whether the current series is not evaluated to its last step. */
  private isUnfinished = false;
  private readonly start: number;
  /** Set when rates are computed without looking at the samples. */
  private readonly rates: KernelRates | null;
  private checkedName = Number.NaN;

  constructor(
    context: QueryContext,
    stream: RangeStream,
    grid: StepGrid,
    call: RangeFunction,
    start: number,
  ) {
    this.context = context;
    this.stream = stream;
    this.call = call;
    this.start = start;
    this.column = new StepColumn(grid.count);
    this.rates = this.kernelRates();
    this.input = {
      samples: stream.samples,
      windows: stream.windows,
      grid,
      fromStep: 0,
      toStep: 0,
      floats: new WindowPositions(grid.count),
      histograms: new WindowPositions(grid.count),
      anchored: stream.anchored,
      smoothed: stream.smoothed,
      notes: new RangeNotes(context, stream, start),
    };
  }

  private kernelRates(): KernelRates | null {
    const { call, stream } = this;
    const plain = !stream.anchored && !stream.smoothed && !this.context.options.startTimestamps;
    if (!plain || !call.kernelRate || !stream.advanceRates) return null;
    const { ends, rangeMs, rangeSeconds } = stream.windows;
    const { isCounter, isRate } = call.kernelRate;
    return new KernelRates({ ends, rangeMs, isCounter, rateSeconds: isRate ? rangeSeconds : 0 });
  }

  get distinctWithoutName(): boolean {
    return this.stream.distinctWithoutName;
  }

  get dropsName(): boolean {
    return this.stream.dropsName;
  }

  labels(): Labels {
    return this.stream.labels();
  }

  labelSymbol(name: string): number {
    return this.stream.labelSymbol(name);
  }

  prepare(): boolean {
    for (const scalar of this.call.scalars) {
      if (!scalar.prepare()) return false;
    }
    return this.stream.prepare();
  }

  advance(): boolean {
    for (let step = this.move(); step !== "end"; step = this.move()) {
      if (step === "samples") this.begin();
      if (this.isUnfinished) this.evaluate();
      if (!this.column.hasAny()) continue;
      if (this.call.expectsCounter) this.checkCounterName();
      return true;
    }
    return false;
  }

  /** Moves to the next series, or stays at the one that is not finished. */
  private move(): RateStep | "same" {
    if (this.isUnfinished) return "same";
    const { rates, stream } = this;
    if (rates) return stream.advanceRates!(rates, this.column);
    return stream.advance() ? "samples" : "end";
  }

  /** Finds the windows of the current series. */
  private begin(): void {
    const { samples, windows } = this.stream;
    const { histogramTimes } = samples;
    windows.locate(samples.floats.times, samples.floats.length, this.input.floats);
    windows.locate(histogramTimes, histogramTimes.length, this.input.histograms);
    this.column.clear();
    this.input.toStep = 0;
    this.isUnfinished = true;
  }

  /** Evaluates the rest of the current series, portion by portion. Throws PAUSE. */
  private evaluate(): void {
    const { context, input, column } = this;
    while (input.toStep < column.length) {
      if (input.toStep > 0) context.meter.pausePoint();
      const work = this.choosePortion();
      this.call.evaluate(input, column);
      context.meter.checkpoint(work);
    }
    this.isUnfinished = false;
  }

  /** Makes the next portion: as many steps as its work may be; that work. */
  private choosePortion(): number {
    const { input } = this;
    const { floats, histograms, samples } = input;
    const histogramWork = samples.histograms[0]?.sampleWeight ?? 0;
    const floatWork = this.call.readsWindows ? 1 : 0;
    input.fromStep = input.toStep;
    let work = 0;
    while (input.toStep < this.column.length && work < this.portionWork) {
      const step = input.toStep++;
      work += STEP_WORK + floatWork * (floats.high[step]! - floats.low[step]!);
      work += histogramWork * (histograms.high[step]! - histograms.low[step]!);
    }
    this.portionWork = Math.min(PORTION_WORK, 2 * this.portionWork);
    return work;
  }

  /** Notes a rate of floats whose metric does not look like a counter. */
  private checkCounterName(): void {
    const symbol = this.stream.labelSymbol("__name__");
    const byType = this.context.options.typeAndUnitLabels;
    if (symbol < 0 || (symbol === this.checkedName && !byType)) return;
    if (this.column.mayHaveHistograms && !this.column.kinds.includes(1)) return;
    this.checkedName = symbol;
    const { symbols, annotations } = this.context;
    const name = symbols.textOf(symbol);
    if (byType) {
      const type = symbols.textOf(this.stream.labelSymbol("__type__"));
      if (type === "counter" || type === "histogram") return;
      annotations.info(messages.possibleNonCounterType(name, type), this.start);
    } else if (!COUNTER_NAME.test(name)) {
      annotations.info(messages.possibleNonCounter(name), this.start);
    }
  }
}
