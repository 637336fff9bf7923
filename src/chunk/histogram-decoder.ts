/**
 * Reading a histogram chunk.
 *
 * Histograms carry no seek marks: a chunk is decoded from its start (histogram-appender.ts bounds
 * what that costs). The sample count comes from the chunk's record, as with floats.
 *
 * I1  A decoded counter says "not reset", the first one of its chunk that nothing is known: the
 *     chunk in front may be gone. A gauge says "gauge".
 * I2  A stale sample is given out among the floats, as a stale marker; stale ones end a chunk.
 *
 * Units: times are milliseconds.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef } from "../base/units.ts";
import { ChunkKind, type ChunkTable, HISTOGRAM_HEADER_BYTES } from "./chunk-table.ts";
import {
  COUNT,
  CUSTOM_BOUNDS,
  FLAGS,
  HEAD_WORDS,
  type HistogramColumns,
  NEGATIVE_BUCKETS,
  NEGATIVE_SPANS,
  POSITIVE_BUCKETS,
  POSITIVE_SPANS,
  ResetHint,
  SCHEMA,
  SUM,
  THRESHOLD,
} from "./histogram-columns.ts";
import { CHUNK_FLAGS_MASK, ChunkFlags } from "./histogram-fit.ts";
import { BUCKETS_FROM, HistogramState } from "./histogram-state.ts";
import { HistogramReader } from "./histogram-stream.ts";
import { type SampleColumns, STALE_HIGH, STALE_LOW } from "./sample-columns.ts";

const reader = new HistogramReader();
const scratch = new HistogramState();

/** Called with the state behind each sample and its number; false ends the walk. */
type Visit = (state: HistogramState, index: number) => boolean;

/** Where the samples of a chunk lie, and what kind they are. */
export interface HistogramPlace {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly bitLength: number;
  readonly count: number;
  readonly isFloat: boolean;
  readonly isGauge: boolean;
  /** Whether the last sample is stale. */
  readonly endsStale: boolean;
}

function placeOf(chunks: ChunkTable, chunk: ChunkRef): HistogramPlace {
  const high = chunks.lastValueHighOf(chunk);
  return {
    bytes: chunks.bytesOf(chunk),
    start: chunks.offsetOf(chunk),
    bitLength: chunks.bitLengthOf(chunk),
    count: chunks.sampleCountOf(chunk),
    isFloat: chunks.kindOf(chunk) === ChunkKind.floatHistogram,
    isGauge: isGaugeChunk(chunks, chunk),
    endsStale: high === STALE_HIGH && chunks.lastValueLowOf(chunk) === STALE_LOW,
  };
}

/** Decodes samples one by one into `state`. */
function walk(place: HistogramPlace, state: HistogramState, visit: Visit): void {
  const { count, bitLength, isFloat } = place;
  reader.point(place.bytes, place.start, HISTOGRAM_HEADER_BYTES * 8);
  for (let index = 0; index < count; index++) {
    if (index === 0) state.takeFirst(reader, isFloat, bitLength);
    else state.takeNext(reader);
    assert(reader.position <= bitLength, "histogram chunk ends in the middle of a sample");
    if (!visit(state, index)) return;
  }
}

/** The state behind the last sample, as the encoder left it. */
export function stateAtEnd(chunks: ChunkTable, chunk: ChunkRef): HistogramState {
  const state = new HistogramState();
  walk(placeOf(chunks, chunk), state, () => true);
  return state;
}

/** Appends every sample, stale ones too. */
export function decodeAll(chunks: ChunkTable, chunk: ChunkRef, into: HistogramColumns): void {
  const place = placeOf(chunks, chunk);
  walk(place, scratch, (state, index) => {
    emit(state, hintOf(place.isGauge, index), into);
    return true;
  });
}

/** Appends the histograms with fromMs <= time <= toMs that are not stale; returns how many. */
export function decodeHistograms(
  chunks: ChunkTable,
  chunk: ChunkRef,
  fromMs: number,
  toMs: number,
  into: HistogramColumns,
): number {
  if (!overlaps(chunks, chunk, fromMs, toMs)) return 0;
  return decodeHistogramsAt(placeOf(chunks, chunk), fromMs, toMs, into);
}

/** The same of a place. */
export function decodeHistogramsAt(
  place: HistogramPlace,
  fromMs: number,
  toMs: number,
  into: HistogramColumns,
): number {
  const before = into.length;
  walk(place, scratch, (state, index) => {
    if (state.timeMs > toMs || state.isStale) return false;
    if (state.timeMs >= fromMs) emit(state, hintOf(place.isGauge, index), into);
    return true;
  });
  return into.length - before;
}

/** Appends the stale samples with fromMs <= time <= toMs as stale markers; returns how many. */
export function decodeStale(
  chunks: ChunkTable,
  chunk: ChunkRef,
  fromMs: number,
  toMs: number,
  into: SampleColumns,
): number {
  if (!overlaps(chunks, chunk, fromMs, toMs)) return 0;
  return decodeStaleAt(placeOf(chunks, chunk), fromMs, toMs, into);
}

/** The same of a place. */
export function decodeStaleAt(
  place: HistogramPlace,
  fromMs: number,
  toMs: number,
  into: SampleColumns,
): number {
  if (!place.endsStale) return 0;
  const before = into.length;
  into.reserve(place.count);
  walk(place, scratch, (state) => {
    if (state.timeMs > toMs) return false;
    if (state.isStale && state.timeMs >= fromMs) into.push(state.timeMs, STALE_HIGH, STALE_LOW);
    return true;
  });
  return into.length - before;
}

function overlaps(chunks: ChunkTable, chunk: ChunkRef, fromMs: number, toMs: number): boolean {
  if (chunks.sampleCountOf(chunk) === 0 || fromMs > toMs) return false;
  return chunks.firstTimeOf(chunk) <= toMs && chunks.lastTimeOf(chunk) >= fromMs;
}

/** True when the chunk holds gauges. */
export function isGaugeChunk(chunks: ChunkTable, chunk: ChunkRef): boolean {
  return (chunks.histogramFlagsOf(chunk) & CHUNK_FLAGS_MASK) === ChunkFlags.gauge;
}

function hintOf(isGauge: boolean, index: number): number {
  if (isGauge) return ResetHint.gauge;
  return index > 0 ? ResetHint.notReset : ResetHint.unknown;
}

/** Adds the sample that a state stands behind, stale or not. */
export function emit(state: HistogramState, hint: number, into: HistogramColumns): void {
  const { spans, values, bounds } = state;
  const buckets = values.length - 2 * BUCKETS_FROM;
  const start = into.add(state.timeMs, HEAD_WORDS + spans.length + buckets + bounds.length);
  const { words } = into;
  words[start + FLAGS] = (state.isFloat ? 1 : 0) | (hint << 1);
  words[start + SCHEMA] = state.schema;
  words[start + THRESHOLD] = state.thresholdLow;
  words[start + THRESHOLD + 1] = state.thresholdHigh;
  for (let i = 0; i < 2 * BUCKETS_FROM; i++) words[start + COUNT + i] = values[i]!;
  words[start + SUM] = state.sumLow;
  words[start + SUM + 1] = state.sumHigh;
  words[start + POSITIVE_SPANS] = state.positiveSpanCount;
  words[start + NEGATIVE_SPANS] = (spans.length >>> 1) - state.positiveSpanCount;
  words[start + POSITIVE_BUCKETS] = state.positiveBucketCount;
  words[start + NEGATIVE_BUCKETS] = state.bucketCount - state.positiveBucketCount;
  words[start + CUSTOM_BOUNDS] = bounds.length >>> 1;
  let at = start + HEAD_WORDS;
  words.set(spans, at);
  at += spans.length;
  for (let i = 0; i < buckets; i++) words[at + i] = values[2 * BUCKETS_FROM + i]!;
  words.set(bounds, at + buckets);
}
