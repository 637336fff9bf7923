/**
 * Appending native histograms to chunks: Prometheus' HISTOGRAM and FLOAT_HISTOGRAM encodings
 * (docs/format/histogram-chunk.md).
 *
 * I1  The bytes of a chunk are those that Prometheus' own appender makes of the same samples.
 * I2  A sample with buckets that the chunk lacks makes the chunk be written anew, in a fresh slice
 *     of 128 bytes that grows as always: the old bytes are garbage.
 * I3  A chunk takes no more samples once it has 8 KiB and 10 samples. So the work of I2, and what a
 *     reader must decode to get at the newest sample, has a bound.
 *
 * Units: times are milliseconds; sizes are bytes.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef } from "../base/units.ts";
import { windowOfKind } from "./chunk-records.ts";
import { ChunkKind, type ChunkTable, NO_CHUNK, SAMPLES_MAX } from "./chunk-table.ts";
import {
  COUNT,
  CUSTOM_BOUNDS,
  CUSTOM_SCHEMA,
  HistogramColumns,
  NEGATIVE_BUCKETS,
  NEGATIVE_SPANS,
  POSITIVE_BUCKETS,
  POSITIVE_SPANS,
  ResetHint,
  SUM,
  THRESHOLD,
} from "./histogram-columns.ts";
import { decodeAll, stateAtEnd } from "./histogram-decoder.ts";
import { ChunkFlags, HistogramFit, type SideUnion } from "./histogram-fit.ts";
import { BUCKETS_FROM, HistogramState } from "./histogram-state.ts";
import { HistogramWriter } from "./histogram-stream.ts";
import { startOver } from "./late-insert.ts";

/** A chunk of this size takes no more samples … */
export const HISTOGRAM_CHUNK_BYTES = 8192;
/** … unless it has fewer than this. */
export const HISTOGRAM_SAMPLES_MIN = 10;

const writer = new HistogramWriter();
const fit = new HistogramFit();
const rewritten = new HistogramColumns();
let next = new Uint32Array(256);

/** The kind of chunk that a sample belongs into. */
export function kindOfRow(from: HistogramColumns, row: number): ChunkKind {
  return from.isFloat(row) ? ChunkKind.floatHistogram : ChunkKind.histogram;
}

/** True when a histogram chunk takes no more samples. */
export function isFullOfHistograms(chunks: ChunkTable, chunk: ChunkRef): boolean {
  const count = chunks.sampleCountOf(chunk);
  if (count === SAMPLES_MAX) return true;
  return count >= HISTOGRAM_SAMPLES_MIN && chunks.byteLengthOf(chunk) >= HISTOGRAM_CHUNK_BYTES;
}

/**
 * Appends a sample to a chunk of its kind that is not full, if it fits there; it must be later than
 * the chunk's last. When it does not, nothing is changed and the flags of the chunk that must be
 * begun for it are returned, else -1.
 */
export function appendHistogram(
  chunks: ChunkTable,
  chunk: ChunkRef,
  from: HistogramColumns,
  row: number,
): number {
  assert(from.timeOf(row) > chunks.lastTimeOf(chunk), "time is not behind the chunk's last");
  const state = encoderOf(chunks, chunk);
  const flags = chunks.histogramFlagsOf(chunk);
  fit.judge(state, flags, from, row);
  if (!fit.fits) return fit.flags;
  if (from.isStale(row)) {
    next.fill(0, 0, 2 * BUCKETS_FROM);
    append(chunks, chunk, state, from, row, true);
    return -1;
  }
  if (fit.grows) rewrite(chunks, chunk, state, flags, from, row);
  spreadRow(from, row, fit.positive, fit.negative, false);
  append(chunks, chunk, state, from, row, false);
  return -1;
}

/** Flags of a chunk that is begun because the one before it, of the same kind, takes no more. */
export function flagsBehind(
  chunks: ChunkTable,
  before: ChunkRef,
  from: HistogramColumns,
  row: number,
): number {
  const hint = from.hintOf(row);
  if (hint === ResetHint.gauge || hint === ResetHint.reset) return flagsAlone(from, row);
  fit.judge(encoderOf(chunks, before), chunks.histogramFlagsOf(before), from, row);
  if (!from.isFloat(row)) return fit.fits ? ChunkFlags.notReset : fit.flags;
  return fit.fits || fit.flags !== ChunkFlags.reset ? ChunkFlags.notReset : ChunkFlags.reset;
}

/** Flags of a chunk in front of which nothing is known. */
export function flagsAlone(from: HistogramColumns, row: number): number {
  const hint = from.hintOf(row);
  if (hint === ResetHint.gauge) return ChunkFlags.gauge;
  return hint === ResetHint.reset ? ChunkFlags.reset : ChunkFlags.unknown;
}

/** Puts the first sample into an empty chunk. */
export function beginWithHistogram(
  chunks: ChunkTable,
  chunk: ChunkRef,
  flags: number,
  from: HistogramColumns,
  row: number,
): void {
  const kind = kindOfRow(from, row);
  chunks.beginHistograms(chunk, kind, flags);
  const state = new HistogramState();
  if (from.isStale(row)) {
    const none = new Uint32Array(0);
    state.setLayout(from.isFloat(row), 0, 0, 0, none, 0, none);
    next.fill(0, 0, 2 * BUCKETS_FROM);
  } else {
    setLayoutOf(state, from, row);
    spreadRow(from, row, null, null, false);
  }
  chunks.encoders.set(chunk, state);
  appendFirst(chunks, chunk, state, from, row);
}

/** Lets the encoder's state go: nothing will be appended soon. */
export function settleHistograms(chunks: ChunkTable, chunk: ChunkRef): void {
  if (chunk !== NO_CHUNK && chunks.isHistogram(chunk)) chunks.encoders.delete(chunk);
}

/** The encoder's state of a histogram chunk that has samples. */
export function encoderOf(chunks: ChunkTable, chunk: ChunkRef): HistogramState {
  let state = chunks.encoders.get(chunk);
  if (state === undefined) {
    state = stateAtEnd(chunks, chunk);
    chunks.encoders.set(chunk, state);
  }
  return state;
}

function appendFirst(
  chunks: ChunkTable,
  chunk: ChunkRef,
  state: HistogramState,
  from: HistogramColumns,
  row: number,
): void {
  const timeMs = from.timeOf(row);
  const at = from.startOf(row) + SUM;
  const [low, high] = [from.words[at]!, from.words[at + 1]!];
  writer.begin(chunks, chunk);
  state.putFirst(writer, timeMs, high, low, next);
  chunks.setFirstTime(chunk, timeMs);
  publish(chunks, chunk, timeMs, high, low);
}

/** Appends the values in `next`. */
function append(
  chunks: ChunkTable,
  chunk: ChunkRef,
  state: HistogramState,
  from: HistogramColumns,
  row: number,
  isStale: boolean,
): void {
  const timeMs = from.timeOf(row);
  const at = from.startOf(row) + SUM;
  const high = from.words[at + 1]!;
  const low = from.words[at]!;
  writer.begin(chunks, chunk);
  state.putNext(writer, timeMs, high, low, next, isStale);
  publish(chunks, chunk, timeMs, high, low);
}

function publish(
  chunks: ChunkTable,
  chunk: ChunkRef,
  timeMs: number,
  high: number,
  low: number,
): void {
  const position = writer.position;
  const window = windowOfKind(chunks.kindOf(chunk));
  const open = chunks.openByteAt(chunk, position);
  chunks.publishSample(chunk, timeMs, high, low, position, window, open);
}

/** Gives a state without samples the layout of a sample. */
function setLayoutOf(state: HistogramState, from: HistogramColumns, row: number): void {
  const { words } = from;
  const at = from.listOf(row, POSITIVE_SPANS);
  const spans = words.slice(at, from.listOf(row, POSITIVE_BUCKETS));
  setShape(state, from, row, spans, from.lengthOf(row, POSITIVE_SPANS));
}

function setShape(
  state: HistogramState,
  from: HistogramColumns,
  row: number,
  spans: Uint32Array,
  positiveSpanCount: number,
): void {
  const { words } = from;
  const start = from.startOf(row);
  const schema = from.schemaOf(row);
  const boundsAt = from.listOf(row, CUSTOM_BOUNDS);
  const count = schema === CUSTOM_SCHEMA ? from.lengthOf(row, CUSTOM_BOUNDS) : 0;
  state.setLayout(
    from.isFloat(row),
    schema,
    words[start + THRESHOLD + 1]!,
    words[start + THRESHOLD]!,
    spans,
    positiveSpanCount,
    words.slice(boundsAt, boundsAt + 2 * count),
  );
}

/** Writes the chunk anew in the layout of the union: I2. */
function rewrite(
  chunks: ChunkTable,
  chunk: ChunkRef,
  state: HistogramState,
  flags: number,
  from: HistogramColumns,
  row: number,
): void {
  const kind = chunks.kindOf(chunk);
  rewritten.clear();
  decodeAll(chunks, chunk, rewritten);
  const spans = grownSpans(from, row);
  startOver(chunks, chunk);
  chunks.beginHistograms(chunk, kind, flags);
  setShape(state, from, row, spans.words, spans.positiveCount);
  chunks.encoders.set(chunk, state);
  for (let i = 0; i < rewritten.length; i++) {
    spreadRow(rewritten, i, fit.positive, fit.negative, true);
    if (i === 0) appendFirst(chunks, chunk, state, rewritten, i);
    else append(chunks, chunk, state, rewritten, i, false);
  }
}

/**
 * The spans of the grown layout: those of the sample as it gave them on a side where it lacks
 * nothing, else the shortest for the union. A gauge takes the shortest on both sides as soon as it
 * lacks anything.
 */
function grownSpans(
  from: HistogramColumns,
  row: number,
): { words: Uint32Array; positiveCount: number } {
  const both = from.hintOf(row) === ResetHint.gauge && fit.widens;
  const positive = sideSpans(fit.positive, from, row, POSITIVE_SPANS, both);
  const negative = sideSpans(fit.negative, from, row, NEGATIVE_SPANS, both);
  const words = new Uint32Array(positive.length + negative.length);
  words.set(positive);
  words.set(negative, positive.length);
  return { words, positiveCount: positive.length >>> 1 };
}

function sideSpans(
  union: SideUnion,
  from: HistogramColumns,
  row: number,
  list: number,
  shortest: boolean,
): Uint32Array {
  if (!shortest && union.missingInSample === 0) {
    const at = from.listOf(row, list);
    return from.words.slice(at, at + 2 * from.lengthOf(row, list));
  }
  const spans: number[] = [];
  let behind = 0;
  for (let slot = 0; slot < union.length; slot++) {
    const index = union.indexes[slot]!;
    if (spans.length > 0 && index === behind) spans[spans.length - 1]!++;
    else spans.push(index - behind, 1);
    behind = index + 1;
  }
  return Uint32Array.from(spans);
}

/**
 * Sets `next` to the values of a sample, its buckets spread over the slots of the unions (or as
 * they are, with null); `fromChunk` says which of both the sample is.
 */
function spreadRow(
  from: HistogramColumns,
  row: number,
  positive: SideUnion | null,
  negative: SideUnion | null,
  fromChunk: boolean,
): void {
  const positiveCount = positive?.length ?? from.lengthOf(row, POSITIVE_BUCKETS);
  const negativeCount = negative?.length ?? from.lengthOf(row, NEGATIVE_BUCKETS);
  const size = 2 * (BUCKETS_FROM + positiveCount + negativeCount);
  if (next.length < size) next = new Uint32Array(size * 2);
  const start = from.startOf(row);
  for (let i = 0; i < 2 * BUCKETS_FROM; i++) next[i] = from.words[start + COUNT + i]!;
  const at = 2 * BUCKETS_FROM;
  const isFloat = from.isFloat(row);
  spreadSide(
    from,
    from.listOf(row, POSITIVE_BUCKETS),
    positiveCount,
    positive,
    fromChunk,
    isFloat,
    at,
  );
  const behind = at + 2 * positiveCount;
  const negativeAt = from.listOf(row, NEGATIVE_BUCKETS);
  spreadSide(from, negativeAt, negativeCount, negative, fromChunk, isFloat, behind);
}

function spreadSide(
  from: HistogramColumns,
  source: number,
  count: number,
  union: SideUnion | null,
  fromChunk: boolean,
  isFloat: boolean,
  target: number,
): void {
  const { words } = from;
  const missing = fromChunk ? union?.missingInChunk : union?.missingInSample;
  if (union === null || missing === 0) {
    for (let i = 0; i < 2 * count; i++) next[target + i] = words[source + i]!;
    return;
  }
  const places = fromChunk ? union.fromChunk : union.fromSample;
  if (isFloat) spreadCounts(words, source, places, count, target);
  else spreadDifferences(words, source, places, count, target);
}

function spreadCounts(
  words: Uint32Array,
  source: number,
  places: Int32Array,
  count: number,
  target: number,
): void {
  for (let slot = 0; slot < count; slot++) {
    const at = source + 2 * places[slot]!;
    const has = places[slot]! >= 0;
    next[target + 2 * slot] = has ? words[at]! : 0;
    next[target + 2 * slot + 1] = has ? words[at + 1]! : 0;
  }
}

/** An empty slot takes the count down to 0, the bucket behind it brings it back. */
function spreadDifferences(
  words: Uint32Array,
  source: number,
  places: Int32Array,
  count: number,
  target: number,
): void {
  let [low, high, writtenLow, writtenHigh] = [0, 0, 0, 0];
  for (let slot = 0; slot < count; slot++) {
    const place = places[slot]!;
    if (place >= 0) {
      const sum = low + words[source + 2 * place]!;
      low = sum >>> 0;
      high = (high + words[source + 2 * place + 1]! + (sum > low ? 1 : 0)) | 0;
    }
    const nowLow = place >= 0 ? low : 0;
    const nowHigh = place >= 0 ? high : 0;
    const difference = nowLow - writtenLow;
    next[target + 2 * slot] = difference;
    next[target + 2 * slot + 1] = nowHigh - writtenHigh - (difference < 0 ? 1 : 0);
    writtenLow = nowLow;
    writtenHigh = nowHigh;
  }
}
