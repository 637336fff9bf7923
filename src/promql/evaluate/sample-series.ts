/**
 * The decoded samples of one series: floats in columns, native histograms beside them, the start
 * times of either when the source keeps them. Stale markers are gone after dropStale().
 */
import { SampleColumns, STALE_HIGH, STALE_LOW } from "../../chunk/sample-columns.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { histogramsOf, histogramsOfChunk } from "../histogram/stored-histograms.ts";
import type { SeriesSet } from "../series-source.ts";
import type { Meter } from "./meter.ts";

const NONE = -1;
/** Samples for which there is room at first. */
const FIRST_SAMPLES = 64;
/** Work of reading a histogram, in the meter's units. */
const HISTOGRAM_WORK = 128;

/** What is loaded of a series. */
export interface LoadRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly withStarts: boolean;
}

export class SampleSeries {
  private columns: SampleColumns | null = null;
  histogramTimes: readonly number[] = [];
  histograms: readonly FloatHistogram[] = [];
  /** The chunk of histograms that is read next, NONE when nothing is being loaded. */
  private nextChunk = NONE;
  /** Start times of the floats, 0 = unknown; null when the source keeps none. */
  floatStarts: number[] | null = null;
  histogramStarts: readonly number[] | null = null;

  /** Made when they are needed: most of very many selectors have no series. */
  get floats(): SampleColumns {
    this.columns ??= new SampleColumns(FIRST_SAMPLES);
    return this.columns;
  }

  /** Whether load() has thrown PAUSE and must be called with the same again. */
  get isLoading(): boolean {
    return this.nextChunk !== NONE;
  }

  /**
   * Replaces the samples by those of a series in [fromMs, toMs]; stale markers are included. Throws
   * PAUSE before each chunk of histograms.
   */
  load(set: SeriesSet, index: number, range: LoadRange, meter: Meter): void {
    const { fromMs, toMs, withStarts } = range;
    if (!this.isLoading) {
      this.begin(set, index, range);
      meter.checkpoint(this.floats.length);
    }
    if (set.readHistogramChunk) this.loadChunks(set, index, range, meter);
    else {
      const found = histogramsOf(set, index, fromMs, toMs);
      this.histogramTimes = found?.times ?? [];
      this.histograms = found?.values ?? [];
      this.histogramStarts = withStarts ? (found?.startTimes ?? null) : null;
    }
    this.nextChunk = NONE;
  }

  private loadChunks(
    set: SeriesSet,
    index: number,
    { fromMs, toMs }: LoadRange,
    meter: Meter,
  ): void {
    const times = this.histogramTimes as number[];
    const values = this.histograms as FloatHistogram[];
    for (;;) {
      meter.pausePoint();
      const read = histogramsOfChunk(set, index, this.nextChunk, fromMs, toMs, values.at(-1));
      if (read === null) return;
      for (const time of read.times) times.push(time);
      for (const value of read.values) values.push(value);
      this.nextChunk++;
      meter.checkpoint(read.times.length * HISTOGRAM_WORK);
    }
  }

  private begin(set: SeriesSet, index: number, { fromMs, toMs, withStarts }: LoadRange): void {
    this.nextChunk = 0;
    this.floats.clear();
    set.read(index, fromMs, toMs, this.floats);
    this.histogramTimes = [];
    this.histograms = [];
    this.histogramStarts = null;
    const starts = withStarts && set.startTimes ? set.startTimes(index, fromMs, toMs) : null;
    this.floatStarts = starts ? starts.slice() : null;
  }

  /** The same for the newest float only; histograms come all. */
  loadNewest(set: SeriesSet, index: number, fromMs: number, toMs: number): void {
    this.floats.clear();
    if (set.readNewest) set.readNewest(index, fromMs, toMs, this.floats);
    else set.read(index, fromMs, toMs, this.floats);
    const found = histogramsOf(set, index, fromMs, toMs);
    this.histogramTimes = found?.times ?? [];
    this.histograms = found?.values ?? [];
    this.histogramStarts = null;
    this.floatStarts = null;
  }

  /** Samples, where a histogram counts for as many as its size is. */
  get weight(): number {
    let weight = this.floats.length;
    for (const histogram of this.histograms) weight += histogram.sampleWeight;
    return weight;
  }

  get sampleCount(): number {
    return this.floats.length + this.histograms.length;
  }

  /** Removes the stale markers among the floats. */
  dropStale(): void {
    const { bits, length, mayBeStale } = this.floats;
    if (!mayBeStale) return;
    for (let i = 0; i < length; i++) {
      if (bits[2 * i + 1] === STALE_HIGH && bits[2 * i] === STALE_LOW) {
        this.compactFrom(i);
        return;
      }
    }
  }

  private compactFrom(first: number): void {
    const { bits, times, length } = this.floats;
    const starts = this.floatStarts;
    let kept = first;
    for (let i = first; i < length; i++) {
      if (bits[2 * i + 1] === STALE_HIGH && bits[2 * i] === STALE_LOW) continue;
      bits[2 * kept] = bits[2 * i]!;
      bits[2 * kept + 1] = bits[2 * i + 1]!;
      times[kept] = times[i]!;
      if (starts) starts[kept] = starts[i]!;
      kept++;
    }
    this.floats.length = kept;
    if (starts) starts.length = kept;
  }
}
