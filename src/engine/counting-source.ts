/**
 * A source of samples that counts what is read from it, for the statistics of a query.
 */
import type { SampleColumns } from "../chunk/sample-columns.ts";
import { histogramsOf } from "../promql/histogram/stored-histograms.ts";
import type { HistogramSamples, SeriesSet, SeriesSource } from "../promql/series-source.ts";
import type { Labels } from "../series/labels.ts";
import type { Matcher } from "../series/matcher.ts";

/** What one selector of a query has touched. */
export interface TouchedSelection {
  /** As it would be written: up{job="a"}. */
  readonly selector: string;
  readonly series: number;
  readonly chunks: number;
  readonly samples: number;
}

/** Selections that are listed at most; all are counted. */
const SELECTIONS_MAX = 100;

function selectorText(matchers: readonly Matcher[]): string {
  const name = matchers.find((matcher) => matcher.name === "__name__" && matcher.type === "=");
  const rest = matchers.filter((matcher) => matcher !== name);
  const pairs = rest.map(({ name, type, value }) => `${name}${type}${JSON.stringify(value)}`);
  const braces = pairs.length === 0 && name !== undefined ? "" : `{${pairs.join(",")}}`;
  return `${name?.value ?? ""}${braces}`;
}

export class CountingSource implements SeriesSource {
  /** Samples read so far; a histogram counts for as many as its size is. */
  samplesRead = 0;
  private readonly selections: CountedSet[] = [];
  private readonly source: SeriesSource;

  constructor(source: SeriesSource) {
    this.source = source;
  }

  select(matchers: readonly Matcher[], fromMs: number, toMs: number): SeriesSet {
    const selected = this.source.select(matchers, fromMs, toMs);
    const set = new CountedSet(selected, this, matchers);
    if (this.selections.length < SELECTIONS_MAX) this.selections.push(set);
    return set;
  }

  /** What each selector has touched so far. */
  touched(): TouchedSelection[] {
    return this.selections.map((set) => ({
      selector: selectorText(set.matchers),
      series: set.count,
      chunks: set.chunksRead,
      samples: set.samplesRead,
    }));
  }
}

class CountedSet implements SeriesSet {
  readonly count: number;
  readonly matchers: readonly Matcher[];
  samplesRead = 0;
  private readonly set: SeriesSet;
  private readonly counts: CountingSource;

  constructor(set: SeriesSet, counts: CountingSource, matchers: readonly Matcher[]) {
    this.set = set;
    this.matchers = matchers;
    this.counts = counts;
    this.count = set.count;
  }

  get chunksRead(): number {
    return this.set.chunksRead ?? 0;
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
    this.countSamples(count);
    return count;
  }

  histograms(index: number, fromMs: number, toMs: number): HistogramSamples | null {
    const found = histogramsOf(this.set, index, fromMs, toMs);
    for (const histogram of found?.values ?? []) this.countSamples(histogram.sampleWeight);
    return found;
  }

  startTimes(index: number, fromMs: number, toMs: number): readonly number[] | null {
    return this.set.startTimes?.(index, fromMs, toMs) ?? null;
  }

  private countSamples(count: number): void {
    this.samplesRead += count;
    this.counts.samplesRead += count;
  }
}
