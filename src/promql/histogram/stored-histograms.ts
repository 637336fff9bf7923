/** Native histograms as a store reads them, made values of the query engine. */
import {
  COUNT,
  CUSTOM_BOUNDS,
  HistogramColumns,
  NEGATIVE_BUCKETS,
  NEGATIVE_SPANS,
  POSITIVE_BUCKETS,
  POSITIVE_SPANS,
  ResetHint,
  SUM,
  THRESHOLD,
  ZERO_COUNT,
} from "../../chunk/histogram-columns.ts";
import type { HistogramSamples, SeriesSet } from "../series-source.ts";
import {
  type BucketSpans,
  FloatHistogram,
  type ResetHint as HintName,
  noSpans,
} from "./float-histogram.ts";

const WORD = 2 ** 32;
const HINTS: Readonly<Record<number, HintName>> = {
  [ResetHint.unknown]: "unknown",
  [ResetHint.reset]: "reset",
  [ResetHint.notReset]: "not_reset",
  [ResetHint.gauge]: "gauge",
};

const read = new HistogramColumns();

/** The native histograms of a series in [fromMs, toMs], however its source gives them, or null. */
export function histogramsOf(
  set: SeriesSet,
  index: number,
  fromMs: number,
  toMs: number,
): HistogramSamples | null {
  if (!set.readHistograms) return set.histograms?.(index, fromMs, toMs) ?? null;
  read.clear();
  return set.readHistograms(index, fromMs, toMs, read) > 0 ? readColumns(read) : null;
}

/** Those of one chunk of a series, or null when there is no such chunk; `before` came before. */
export function histogramsOfChunk(
  set: SeriesSet,
  index: number,
  chunk: number,
  fromMs: number,
  toMs: number,
  before: FloatHistogram | undefined,
): HistogramSamples | null {
  read.clear();
  const exists = set.readHistogramChunk?.(index, chunk, fromMs, toMs, read) ?? false;
  return exists ? readColumns(read, before) : null;
}

/** All rows, with their times; `before` is the sample before them. */
export function readColumns(columns: HistogramColumns, before?: FloatHistogram): HistogramSamples {
  const times = new Array<number>(columns.length);
  const values = new Array<FloatHistogram>(columns.length);
  for (let row = 0; row < columns.length; row++) {
    times[row] = columns.timeOf(row);
    values[row] = histogramOf(columns, row, values[row - 1] ?? before);
  }
  return { times, values, startTimes: null };
}

/** One row with float counts; spans that are those of the one before are shared with it. */
export function histogramOf(
  columns: HistogramColumns,
  row: number,
  before?: FloatHistogram,
): FloatHistogram {
  const histogram = new FloatHistogram();
  const isFloat = columns.isFloat(row);
  histogram.schema = columns.schemaOf(row);
  histogram.resetHint = HINTS[columns.hintOf(row)] ?? "unknown";
  histogram.zeroThreshold = columns.doubleOf(row, THRESHOLD);
  histogram.sum = columns.doubleOf(row, SUM);
  histogram.count = isFloat ? columns.doubleOf(row, COUNT) : unsignedOf(columns, row, COUNT);
  histogram.zeroCount = isFloat
    ? columns.doubleOf(row, ZERO_COUNT)
    : unsignedOf(columns, row, ZERO_COUNT);
  histogram.positiveSpans = spansOf(columns, row, POSITIVE_SPANS, before?.positiveSpans);
  histogram.negativeSpans = spansOf(columns, row, NEGATIVE_SPANS, before?.negativeSpans);
  histogram.positiveBuckets = bucketsOf(columns, row, POSITIVE_BUCKETS, isFloat);
  histogram.negativeBuckets = bucketsOf(columns, row, NEGATIVE_BUCKETS, isFloat);
  if (columns.lengthOf(row, CUSTOM_BOUNDS) > 0) {
    histogram.customValues = bucketsOf(columns, row, CUSTOM_BOUNDS, true);
  }
  return histogram;
}

function unsignedOf(columns: HistogramColumns, row: number, offset: number): number {
  const at = columns.startOf(row) + offset;
  return columns.words[at + 1]! * WORD + columns.words[at]!;
}

function spansOf(
  columns: HistogramColumns,
  row: number,
  list: number,
  before: BucketSpans | undefined,
): BucketSpans {
  const length = columns.lengthOf(row, list);
  const at = columns.listOf(row, list);
  if (before && areSpans(columns, at, length, before)) return before;
  const spans = noSpans();
  for (let i = 0; i < length; i++) {
    spans.offsets.push(columns.words[at + 2 * i]! | 0);
    spans.lengths.push(columns.words[at + 2 * i + 1]!);
  }
  return spans;
}

/** Whether the spans at a place of the columns are these. */
function areSpans(
  columns: HistogramColumns,
  at: number,
  length: number,
  { offsets, lengths }: BucketSpans,
): boolean {
  if (length !== lengths.length) return false;
  for (let i = 0; i < length; i++) {
    if ((columns.words[at + 2 * i]! | 0) !== offsets[i]) return false;
    if (columns.words[at + 2 * i + 1] !== lengths[i]) return false;
  }
  return true;
}

/** Absolute counts; those of integers are added up, exactly as long as they are below 2^53. */
function bucketsOf(
  columns: HistogramColumns,
  row: number,
  list: number,
  isFloat: boolean,
): number[] {
  const length = columns.lengthOf(row, list);
  const counts = new Array<number>(length);
  const at = columns.listOf(row, list);
  let count = 0;
  for (let i = 0; i < length; i++) {
    if (isFloat) counts[i] = columns.doubles[(at >>> 1) + i]!;
    else {
      count += (columns.words[at + 2 * i + 1]! | 0) * WORD + columns.words[at + 2 * i]!;
      counts[i] = count;
    }
  }
  return counts;
}
