/**
 * How range vectors flow: one series at a time, with all samples that any step's window needs.
 *
 * Two sources: a selector, which decodes each series once, and a subquery, which evaluates its
 * expression once over a grid of its own.
 */
import type { KernelRates } from "../../chunk/decode-kernel.ts";
import { NOT_IN_KERNEL } from "../../chunk/rate-request.ts";
import type { Labels } from "../../series/labels.ts";
import type { MatrixSelector } from "../ast.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import type { QueryContext } from "./query-context.ts";
import { rangePoints } from "./range-points.ts";
import { type LoadRange, SampleSeries } from "./sample-series.ts";
import { SelectedSeries } from "./selected-series.ts";
import type { StepColumn } from "./step-column.ts";
import type { StepGrid } from "./step-grid.ts";
import type { SeriesIdentity } from "./vector-stream.ts";
import { Windows } from "./windows.ts";

/** What a stream has of its next series: rates in the column, samples, or there is none. */
export type RateStep = "rates" | "samples" | "end";

/** The points of a window; kinds[i] says which of them are histograms. */
export interface RangePoints {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  readonly histograms: readonly (FloatHistogram | undefined)[] | null;
}

export interface RangeStream extends SeriesIdentity {
  readonly windows: Windows;
  /** Samples of the current series; no stale markers. */
  readonly samples: SampleSeries;
  readonly anchored: boolean;
  readonly smoothed: boolean;
  readonly distinctWithoutName: boolean;
  /** False = paused: call again. */
  prepare(): boolean;
  /** Moves to the next series that has any sample; false = no more. */
  advance(): boolean;
  /**
   * Moves on as advance() does, and computes rates when the samples need not be looked at for that;
   * a stream that cannot do that leaves this out.
   */
  advanceRates?(rates: KernelRates, into: StepColumn): RateStep;
  /** The points of the current series in the first step's window, good until it moves on. */
  points(): RangePoints;
}

export class RangeSelectorStream implements RangeStream {
  readonly windows: Windows;
  readonly samples = new SampleSeries();
  readonly anchored: boolean;
  readonly smoothed: boolean;
  readonly dropsName = false;
  private readonly context: QueryContext;
  private readonly selected: SelectedSeries;
  private readonly range: LoadRange;

  constructor(context: QueryContext, node: MatrixSelector, grid: StepGrid) {
    const { selector } = node;
    const lookback = context.options.lookbackMs;
    this.context = context;
    this.anchored = selector.anchored;
    this.smoothed = selector.smoothed;
    this.windows = new Windows(selector, node.rangeMs, grid, {
      beforeMs: selector.anchored || selector.smoothed ? lookback : 0,
      afterMs: selector.smoothed ? lookback : 0,
    });
    const { fromMs, toMs } = this.windows;
    this.selected = new SelectedSeries(context, selector, fromMs, toMs);
    this.range = { fromMs, toMs, withStarts: context.options.startTimestamps };
  }

  get distinctWithoutName(): boolean {
    return this.selected.distinctWithoutName;
  }

  labels(): Labels {
    return this.selected.labels();
  }

  labelSymbol(name: string): number {
    return this.selected.labelSymbol(name);
  }

  prepare(): boolean {
    return true;
  }

  advance(): boolean {
    if (!this.samples.isLoading) this.letGo();
    while (this.samples.isLoading || this.selected.next()) {
      if (this.load()) return true;
    }
    return false;
  }

  advanceRates(rates: KernelRates, into: StepColumn): RateStep {
    if (this.samples.isLoading) return this.advance() ? "samples" : "end";
    this.letGo();
    const { fromMs, toMs } = this.windows;
    while (this.selected.next()) {
      const { series, current } = this.selected;
      const read = series.rates?.(current, fromMs, toMs, rates, into) ?? NOT_IN_KERNEL;
      if (read !== NOT_IN_KERNEL) {
        this.selected.loaded(read, this.windows.count);
        if (read > 0) return "rates";
      } else if (this.load()) return "samples";
    }
    return "end";
  }

  /** Loads the samples of the current series; false when it has none. Throws PAUSE. */
  private load(): boolean {
    const { meter } = this.context;
    const { series, current } = this.selected;
    this.samples.load(series, current, this.range, meter);
    this.samples.dropStale();
    this.selected.loaded(this.samples.weight, this.windows.count);
    meter.hold(this.samples.sampleCount);
    return this.samples.sampleCount > 0;
  }

  private letGo(): void {
    this.context.meter.release(this.samples.sampleCount);
    this.samples.floats.clear();
    this.samples.histograms = [];
  }

  points(): RangePoints {
    return rangePoints(this.samples, this.windows, this.anchored || this.smoothed, this.smoothed);
  }
}
