/**
 * Where the query engine gets samples from: a store, or the test runner's own small one.
 *
 * A source answers a selector with a SeriesSet. Samples stay encoded until read() decodes one
 * series into columns, so an aggregation over 28,000 series never holds more than it needs.
 * Label values have integer symbols, so that grouping compares integers and makes no strings.
 *
 * Units: …Ms is milliseconds since the epoch; both ends of a range are inclusive.
 */
import type { KernelRates } from "../chunk/decode-kernel.ts";
import type { HistogramColumns } from "../chunk/histogram-columns.ts";
import type { RateResult } from "../chunk/rate-request.ts";
import type { SampleColumns } from "../chunk/sample-columns.ts";
import type { HandedSeries, SharedHead } from "../series/handed-series-set.ts";
import type { Labels } from "../series/labels.ts";
import type { Matcher } from "../series/matcher.ts";
import type { FloatHistogram } from "./histogram/float-histogram.ts";

/** Native histogram samples of one series, times rising; all arrays have one length. */
export interface HistogramSamples {
  readonly times: readonly number[];
  readonly values: readonly FloatHistogram[];
  /** When the counting of each sample began, 0 = unknown; null when the source keeps none. */
  readonly startTimes: readonly number[] | null;
}

/** The series that a selector matched, in no particular order, each label set once. */
export interface SeriesSet {
  readonly count: number;
  /** Chunks read from so far; absent where there are none. */
  readonly chunksRead?: number;
  labels(index: number): Labels;
  /** Symbol of the value of label `name`, or -1; equal symbols exactly when equal text. */
  labelSymbol(index: number, name: string): number;
  symbolText(symbol: number): string;
  /** Appends the float samples in [fromMs, toMs] to `into`; stale markers come as raw bits. */
  read(index: number, fromMs: number, toMs: number, into: SampleColumns): number;
  /** The same for the newest of them only. */
  readNewest?(index: number, fromMs: number, toMs: number, into: SampleColumns): number;
  /**
   * Rates of the float samples in [fromMs, toMs], stale markers left out: the number of samples
   * looked at, or NOT_IN_KERNEL when they must be read instead.
   */
  rates?(index: number, fromMs: number, toMs: number, rates: KernelRates, into: RateResult): number;
  /** Native histograms in [fromMs, toMs], or null; a source without any leaves this out. */
  histograms?(index: number, fromMs: number, toMs: number): HistogramSamples | null;
  /** The same of a store that has them in columns: appends them to `into`. */
  readHistograms?(index: number, fromMs: number, toMs: number, into: HistogramColumns): number;
  /** The same of one chunk of the series after the other, the first is 0; false = no such chunk. */
  readHistogramChunk?(
    index: number,
    chunk: number,
    fromMs: number,
    toMs: number,
    into: HistogramColumns,
  ): boolean;
  /** Start times of the float samples that read() returns for the same range, or null. */
  startTimes?(index: number, fromMs: number, toMs: number): readonly number[] | null;
}

/** A set that is selected bit by bit and stays as it was then; count and read() come after. */
export interface BegunSeriesSet extends SeriesSet {
  /** Goes on selecting; false = `goOn`, asked every so many units of work, said no. */
  prepare(goOn: (work: number) => boolean): boolean;
  /** Whether a series of the store may have a label of that name; valid at once. */
  mayHaveLabel(name: string): boolean;
  /**
   * Gives a prepared set to another thread, and its buffers into `buffers`; only close() may be
   * called after that. Null = it must be read here, as must every set without this method.
   */
  handOver?(buffers: ArrayBuffer[]): HandedSeries | null;
  /** Must be called at the end: until then the store keeps what was selected. */
  close(): void;
}

/** A store of samples that can be selected from. */
export interface SeriesSource {
  select(matchers: readonly Matcher[], fromMs: number, toMs: number): SeriesSet;
  /**
   * The same for one who lets others run between two reads; a source that nothing changes leaves
   * this out. `newestOnly` = only readNewest() will be called.
   */
  begin?(
    matchers: readonly Matcher[],
    fromMs: number,
    toMs: number,
    newestOnly: boolean,
  ): BegunSeriesSet;
  /** What another thread needs beside the sets that are handed over to it. */
  share?(): SharedHead;
}
