/**
 * Samples gathered by series, each series in the order of time: what a server accepts.
 *
 * I1  Floats and native histograms of one series are handed out in one order of time.
 *
 * Units: times are milliseconds since the epoch; values are 64 raw bits in two words.
 */
import { HistogramColumns } from "../chunk/histogram-columns.ts";

/** In place of a value's high word: the low one is a row of histograms. No word is so large. */
const ROW = 2 ** 32;

/** Takes one sample at a time. */
export interface SampleTaker {
  float(timeMs: number, high: number, low: number): void;
  histogram(from: HistogramColumns, row: number): void;
}

/** One series: label names and values in turn, and its samples as they came. */
export class GatheredSeries {
  readonly labels: readonly string[];
  private readonly times: number[] = [];
  private readonly words: number[] = [];
  private order: Uint32Array | null = null;
  private histograms: HistogramColumns | null = null;

  constructor(labels: readonly string[]) {
    this.labels = labels;
  }

  get count(): number {
    return this.times.length;
  }

  add(timeMs: number, high: number, low: number): void {
    this.times.push(timeMs);
    this.words.push(high, low);
    this.order = null;
  }

  /** Adds a copy of a native histogram. */
  addHistogram(from: HistogramColumns, row: number): void {
    this.histograms ??= new HistogramColumns();
    this.add(from.timeOf(row), ROW, this.histograms.length);
    this.histograms.pushRow(from, row);
  }

  /** Hands out the samples from position `from` to `to`, in the order of time. */
  visit(from: number, to: number, taker: SampleTaker): void {
    const { histograms, times, words } = this;
    const order = this.sorted();
    for (let i = from; i < to; i++) {
      const at = order[i] as number;
      const high = words[2 * at] as number;
      const low = words[2 * at + 1] as number;
      if (high !== ROW) taker.float(times[at] as number, high, low);
      else if (histograms !== null) taker.histogram(histograms, low);
    }
  }

  private sorted(): Uint32Array {
    if (this.order !== null) return this.order;
    const order = Uint32Array.from(this.times, (_time, i) => i);
    const { times } = this;
    this.order = order.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
    return this.order;
  }
}

const floats = new Float64Array(1);
const bits = new Uint32Array(floats.buffer);

/** Gathers samples whose series come in any order. */
export class SampleGatherer {
  private readonly bySet = new Map<string, GatheredSeries>();

  get series(): readonly GatheredSeries[] {
    return [...this.bySet.values()];
  }

  add(labels: readonly string[], timeMs: number, value: number): void {
    const key = JSON.stringify(labels);
    const series = this.bySet.get(key) ?? new GatheredSeries(labels);
    this.bySet.set(key, series);
    floats[0] = value;
    series.add(timeMs, bits[1] as number, bits[0] as number);
  }
}
