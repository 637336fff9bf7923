/**
 * A source of samples that counts what is read from it, for the statistics of a query.
 */
import type { SampleColumns } from "../chunk/sample-columns.ts";
import { histogramsOf } from "../promql/histogram/stored-histograms.ts";
import type { HistogramSamples, SeriesSet, SeriesSource } from "../promql/series-source.ts";
import type { Labels } from "../series/labels.ts";
import type { Matcher } from "../series/matcher.ts";

export class CountingSource implements SeriesSource {
  /** Samples read so far; a histogram counts for as many as its size is. */
  samplesRead = 0;
  private readonly source: SeriesSource;

  constructor(source: SeriesSource) {
    this.source = source;
  }

  select(matchers: readonly Matcher[], fromMs: number, toMs: number): SeriesSet {
    return new CountedSet(this.source.select(matchers, fromMs, toMs), this);
  }
}

class CountedSet implements SeriesSet {
  readonly count: number;
  private readonly set: SeriesSet;
  private readonly counts: CountingSource;

  constructor(set: SeriesSet, counts: CountingSource) {
    this.set = set;
    this.counts = counts;
    this.count = set.count;
  }

  labels(index: number): Labels {
    return this.set.labels(index);
  }

  labelSymbol(index: number, name: string): number {
    return this.set.labelSymbol(index, name);
  }

  symbolText(symbol: number): string {
    return this.set.symbolText(symbol);
  }

  read(index: number, fromMs: number, toMs: number, into: SampleColumns): number {
    const count = this.set.read(index, fromMs, toMs, into);
    this.counts.samplesRead += count;
    return count;
  }

  histograms(index: number, fromMs: number, toMs: number): HistogramSamples | null {
    const found = histogramsOf(this.set, index, fromMs, toMs);
    for (const histogram of found?.values ?? []) this.counts.samplesRead += histogram.sampleWeight;
    return found;
  }

  startTimes(index: number, fromMs: number, toMs: number): readonly number[] | null {
    return this.set.startTimes?.(index, fromMs, toMs) ?? null;
  }
}
