/**
 * Instant vector selectors: at each step the newest sample of a series not older than the lookback.
 *
 * The window of a moment T is (T - lookback, T], so a sample exactly `lookback` old is not found. A
 * stale marker as the newest sample means that the series is absent. Each series is decoded once
 * for all steps; the position in it only moves forward.
 */
import { STALE_HIGH, STALE_LOW } from "../../chunk/sample-columns.ts";
import type { Labels } from "../../series/labels.ts";
import type { VectorSelector } from "../ast.ts";
import { labelsText } from "../label-operations.ts";
import { quote } from "../parse/string-text.ts";
import { Lookup } from "./lookup.ts";
import type { QueryContext } from "./query-context.ts";
import { type LoadRange, SampleSeries } from "./sample-series.ts";
import { SelectedSeries } from "./selected-series.ts";
import { StepColumn } from "./step-column.ts";
import type { StepGrid } from "./step-grid.ts";
import type { VectorStream } from "./vector-stream.ts";

/** What the column of a selector holds. */
export type InstantContent = "value" | "sample-time" | "start-time" | "info-time";

export class InstantSelectorStream implements VectorStream {
  readonly column: StepColumn;
  readonly dropsName = false;
  private readonly context: QueryContext;
  private readonly selected: SelectedSeries;
  private readonly samples = new SampleSeries();
  private readonly lookup: Lookup;
  private readonly content: InstantContent;
  /** One step needs one sample of each series. */
  private readonly newestOnly: boolean;
  private readonly range: LoadRange;

  constructor(
    context: QueryContext,
    selector: VectorSelector,
    grid: StepGrid,
    content: InstantContent = "value",
  ) {
    this.context = context;
    this.content = content;
    this.column = new StepColumn(grid.count);
    this.lookup = new Lookup(selector, grid, context.options.lookbackMs);
    this.newestOnly = grid.count === 1 && content !== "start-time";
    const { fromMs, toMs } = this.lookup;
    this.range = { fromMs, toMs, withStarts: content === "start-time" };
    this.selected = new SelectedSeries(context, selector, fromMs, toMs, this.newestOnly);
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
    while (this.samples.isLoading || this.selected.next()) {
      const { series, current } = this.selected;
      const { fromMs, toMs } = this.lookup;
      if (this.newestOnly) this.samples.loadNewest(series, current, fromMs, toMs);
      else this.samples.load(series, current, this.range, this.context.meter);
      this.selected.loaded(this.samples.weight, this.column.length);
      if (this.samples.sampleCount > 0 && this.fill()) return true;
    }
    return false;
  }

  /** Fills the column; false when the series has no value at any step. */
  private fill(): boolean {
    this.column.clear();
    if (this.samples.histograms.length > 0) return this.fillMixed();
    const { times, values, bits, length } = this.samples.floats;
    const { references } = this.lookup;
    const { lookbackMs } = this.lookup;
    let found = false;
    let next = 0;
    for (let step = 0; step < references.length; step++) {
      const reference = references[step]!;
      while (next < length && times[next]! <= reference) next++;
      const last = next - 1;
      if (last < 0 || times[last]! <= reference - lookbackMs) continue;
      if (bits[2 * last + 1] === STALE_HIGH && bits[2 * last] === STALE_LOW) continue;
      this.column.setFloat(step, this.contentOf(values[last]!, times[last]!, last));
      found = true;
    }
    return found;
  }

  private contentOf(value: number, time: number, index: number): number {
    if (this.content === "value") return value;
    if (this.content === "sample-time") return time / 1000;
    if (this.content === "info-time") return time;
    return (this.samples.floatStarts?.[index] ?? 0) / 1000;
  }

  /** The same for a series with histograms: the newer of the two kinds counts. */
  private fillMixed(): boolean {
    const { floats, histograms, histogramTimes, histogramStarts } = this.samples;
    const { references, lookbackMs } = this.lookup;
    let found = false;
    let nextFloat = 0;
    let nextHistogram = 0;
    for (let step = 0; step < references.length; step++) {
      const reference = references[step]!;
      while (nextFloat < floats.length && floats.times[nextFloat]! <= reference) nextFloat++;
      while (nextHistogram < histograms.length && histogramTimes[nextHistogram]! <= reference) {
        nextHistogram++;
      }
      const floatTime = nextFloat > 0 ? floats.times[nextFloat - 1]! : Number.NEGATIVE_INFINITY;
      const last = nextHistogram - 1;
      const histogramTime = last >= 0 ? histogramTimes[last]! : Number.NEGATIVE_INFINITY;
      if (Math.max(floatTime, histogramTime) <= reference - lookbackMs) continue;
      if (floatTime > histogramTime) {
        if (floats.isStale(nextFloat - 1)) continue;
        const value = floats.values[nextFloat - 1]!;
        this.column.setFloat(step, this.contentOf(value, floatTime, nextFloat - 1));
      } else if (this.content === "value") {
        this.column.setHistogram(step, histograms[last]!);
      } else if (this.content === "info-time") {
        const series = labelsText(this.labels(), quote);
        this.context.fail(`this should be an info metric, with float samples: ${series}`);
      } else {
        const time = this.content === "sample-time" ? histogramTime : histogramStarts?.[last];
        this.column.setFloat(step, (time ?? 0) / 1000);
      }
      found = true;
    }
    return found;
  }
}
