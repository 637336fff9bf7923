/**
 * The layout in front of the first sample of a histogram chunk: zero threshold, schema, spans and
 * custom bounds (docs/format/histogram-chunk.md).
 *
 * Spans are pairs of words (offset, length): the gap in front of a run of buckets and how many they
 * are; the first offset is the index of the first bucket.
 *
 * Units: counts are entries; bits as in varbit.ts.
 */
import { assert } from "../base/assert.ts";
import { CUSTOM_SCHEMA, type PairList } from "./histogram-columns.ts";
import type { HistogramReader, HistogramWriter } from "./histogram-stream.ts";
import { putVarbitInt, putVarbitUint } from "./varbit.ts";

// A threshold of 2^(code - 244) takes one byte for codes 1 to 254; 0 is 0, 255 a double follows.
const THRESHOLD_CODE_BIAS = 244;
const EXPONENT_BIAS = 1023;
/** Largest bound, in thousandths, that is written as an integer. */
const SHORT_BOUND_MAX = 33_554_430;

const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/** A side's spans, or the custom bounds: pairs of `words` from `at` on. */
export interface PairRange {
  readonly words: Uint32Array;
  readonly at: number;
  readonly length: number;
}

/** Writes a layout. */
export function putLayout(
  writer: HistogramWriter,
  schema: number,
  thresholdHigh: number,
  thresholdLow: number,
  positive: PairRange,
  negative: PairRange,
  bounds: PairRange,
): void {
  putThreshold(writer, thresholdHigh, thresholdLow);
  putVarbitInt(writer, schema >> 31, schema);
  putSpans(writer, positive);
  putSpans(writer, negative);
  if (schema !== CUSTOM_SCHEMA) return;
  putVarbitUint(writer, 0, bounds.length);
  for (let i = 0; i < bounds.length; i++) {
    doubleWords[0] = bounds.words[bounds.at + 2 * i]!;
    doubleWords[1] = bounds.words[bounds.at + 2 * i + 1]!;
    putBound(writer, double[0]!);
  }
}

function putThreshold(writer: HistogramWriter, high: number, low: number): void {
  const isZero = low === 0 && (high & 0x7fffffff) === 0;
  const code = (high >>> 20) - EXPONENT_BIAS + THRESHOLD_CODE_BIAS;
  const isPower = low === 0 && (high & 0x800fffff) === 0 && code >= 1 && code <= 254;
  if (isZero || isPower) {
    writer.put(isZero ? 0 : code << 24, 8);
    return;
  }
  writer.put(255 << 24, 8);
  writer.putWords(high, low);
}

function putSpans(writer: HistogramWriter, spans: PairRange): void {
  putVarbitUint(writer, 0, spans.length);
  for (let i = 0; i < spans.length; i++) {
    const offset = spans.words[spans.at + 2 * i]! | 0;
    putVarbitUint(writer, 0, spans.words[spans.at + 2 * i + 1]!);
    putVarbitInt(writer, offset >> 31, offset);
  }
}

function putBound(writer: HistogramWriter, bound: number): void {
  const thousandths = Math.round(bound * 1000);
  const isShort = bound * 1000 >= 0 && bound * 1000 <= SHORT_BOUND_MAX;
  if (isShort && thousandths / 1000 === bound) {
    putVarbitUint(writer, 0, thousandths + 1);
    return;
  }
  double[0] = bound;
  writer.put(0, 1);
  writer.putWords(doubleWords[1]!, doubleWords[0]!);
}

/** Reads the zero threshold into the reader's words. */
export function takeThreshold(reader: HistogramReader): void {
  const code = reader.take(8);
  if (code === 255) {
    reader.takeWords();
    return;
  }
  reader.low = 0;
  reader.high = code === 0 ? 0 : (code - THRESHOLD_CODE_BIAS + EXPONENT_BIAS) << 20;
}

/** Reads spans to the end of `into`; returns how many. `bitLength` bounds what can be there. */
export function takeSpans(reader: HistogramReader, into: PairList, bitLength: number): number {
  const count = takeCount(reader, bitLength);
  for (let i = 0; i < count; i++) {
    reader.takeUint();
    const length = reader.low;
    reader.takeInt();
    into.push(reader.low, length);
  }
  return count;
}

/** Reads custom bounds to the end of `into`, low word first; returns how many. */
export function takeBounds(reader: HistogramReader, into: PairList, bitLength: number): number {
  const count = takeCount(reader, bitLength);
  for (let i = 0; i < count; i++) {
    reader.takeUint();
    if (reader.low === 0 && reader.high === 0) reader.takeWords();
    else {
      double[0] = ((reader.low >>> 0) - 1) / 1000;
      reader.low = doubleWords[0]! | 0;
      reader.high = doubleWords[1]! | 0;
    }
    into.push(reader.low, reader.high);
  }
  return count;
}

/** A number of entries, each of which takes a bit at least. */
function takeCount(reader: HistogramReader, bitLength: number): number {
  reader.takeUint();
  const count = reader.low >>> 0;
  assert(reader.high === 0 && count <= bitLength - reader.position, "layout passes its chunk");
  return count;
}

/** Buckets that spans describe. */
export function bucketsOf(spans: Uint32Array, at: number, count: number): number {
  let buckets = 0;
  for (let i = 0; i < count; i++) buckets += spans[at + 2 * i + 1]!;
  return buckets;
}

/** Goes through the bucket indexes that spans describe. */
export class SpanWalk {
  /** Index of the bucket that the walk stands at; Infinity behind the last one. */
  index = 0;
  /** Which bucket that is, counted from 0. */
  ordinal = 0;
  private words: Uint32Array = new Uint32Array(0);
  private at = 0;
  private end = 0;
  private left = 0;

  /** Stands at the first bucket of the `count` spans at word `at`. */
  begin(words: Uint32Array, at: number, count: number): void {
    this.words = words;
    this.at = at;
    this.end = at + 2 * count;
    this.index = -1;
    this.ordinal = -1;
    this.left = 0;
    this.next();
  }

  next(): void {
    this.ordinal++;
    this.index++;
    while (this.left === 0) {
      if (this.at === this.end) {
        this.index = Number.POSITIVE_INFINITY;
        return;
      }
      this.index += this.words[this.at]! | 0;
      this.left = this.words[this.at + 1]!;
      this.at += 2;
    }
    this.left--;
  }
}
