/**
 * Where an encoder or decoder of a histogram chunk stands: behind some sample, in the chunk's
 * layout.
 *
 * I1  values holds the sample's count, zero count, positive and negative buckets, in this order, as
 *     pairs (low word, high word): 64-bit integers, or doubles in a float histogram.
 * I2  changes holds for each value its difference to the sample before (integers), or the XOR
 *     window that is open for it (floats, in the low word).
 * I3  Decoding a chunk to its end gives the state that encoding it left: nothing of it is saved.
 * I4  A stale sample has no buckets, and only stale ones follow it: what it leaves in values and
 *     changes is never used again.
 *
 * Units: times are milliseconds since the epoch.
 */
import { assert } from "../base/assert.ts";
import { NO_WINDOW } from "../kernel/code/xor-window.ts";
import { CUSTOM_SCHEMA, PairList } from "./histogram-columns.ts";
import {
  bucketsOf,
  type PairRange,
  putLayout,
  takeBounds,
  takeSpans,
  takeThreshold,
} from "./histogram-layout.ts";
import type { HistogramReader, HistogramWriter } from "./histogram-stream.ts";
import { STALE_HIGH, STALE_LOW } from "./sample-columns.ts";
import { putVarbitInt, putVarbitUint } from "./varbit.ts";

/** Count and zero count stand in front of the buckets. */
export const BUCKETS_FROM = 2;
const NO_WORDS = new Uint32Array(0);
const WORD = 2 ** 32;

const spanList = new PairList();
const boundList = new PairList();

export class HistogramState {
  isFloat = false;
  schema = 0;
  thresholdHigh = 0;
  thresholdLow = 0;
  /** Positive spans, then negative ones. */
  spans: Uint32Array = NO_WORDS;
  positiveSpanCount = 0;
  bounds: Uint32Array = NO_WORDS;
  positiveBucketCount = 0;
  values: Uint32Array = new Uint32Array(2 * BUCKETS_FROM);
  changes: Uint32Array = new Uint32Array(2 * BUCKETS_FROM);
  timeMs = 0;
  deltaMs = 0;
  sumHigh = 0;
  sumLow = 0;
  sumWindow = NO_WINDOW;

  get isStale(): boolean {
    return this.sumHigh >>> 0 === STALE_HIGH && this.sumLow >>> 0 === STALE_LOW;
  }

  get bucketCount(): number {
    return (this.values.length >>> 1) - BUCKETS_FROM;
  }

  get positiveSpans(): PairRange {
    return { words: this.spans, at: 0, length: this.positiveSpanCount };
  }

  get negativeSpans(): PairRange {
    const length = (this.spans.length >>> 1) - this.positiveSpanCount;
    return { words: this.spans, at: 2 * this.positiveSpanCount, length };
  }

  /** Takes a layout for a chunk without samples; `spans` and `bounds` are kept. */
  setLayout(
    isFloat: boolean,
    schema: number,
    thresholdHigh: number,
    thresholdLow: number,
    spans: Uint32Array,
    positiveSpanCount: number,
    bounds: Uint32Array,
  ): void {
    const negativeCount = (spans.length >>> 1) - positiveSpanCount;
    const positive = bucketsOf(spans, 0, positiveSpanCount);
    const buckets = positive + bucketsOf(spans, 2 * positiveSpanCount, negativeCount);
    this.isFloat = isFloat;
    this.schema = schema;
    this.thresholdHigh = thresholdHigh;
    this.thresholdLow = thresholdLow;
    this.spans = spans;
    this.positiveSpanCount = positiveSpanCount;
    this.bounds = bounds;
    this.positiveBucketCount = positive;
    this.values = new Uint32Array(2 * (BUCKETS_FROM + buckets));
    this.changes = new Uint32Array(2 * (BUCKETS_FROM + buckets));
    if (isFloat) this.changes.fill(NO_WINDOW);
    this.timeMs = 0;
    this.deltaMs = 0;
    this.sumHigh = 0;
    this.sumLow = 0;
    this.sumWindow = NO_WINDOW;
  }

  // ---- encoding -------------------------------------------------------------------------------

  /** Writes the layout and sample 0, whose values (as I1) are the first ones of `next`. */
  putFirst(
    writer: HistogramWriter,
    timeMs: number,
    sumHigh: number,
    sumLow: number,
    next: Uint32Array,
  ): void {
    const bounds = { words: this.bounds, at: 0, length: this.bounds.length >>> 1 };
    const { positiveSpans, negativeSpans } = this;
    const { thresholdHigh, thresholdLow } = this;
    putLayout(
      writer,
      this.schema,
      thresholdHigh,
      thresholdLow,
      positiveSpans,
      negativeSpans,
      bounds,
    );
    putVarbitInt(writer, Math.floor(timeMs / WORD), timeMs | 0);
    const count = this.values.length >>> 1;
    for (let i = 0; i < count; i++) {
      const high = next[2 * i + 1]!;
      const low = next[2 * i]!;
      if (i === BUCKETS_FROM) writer.putWords(sumHigh, sumLow);
      if (this.isFloat) writer.putWords(high, low);
      else if (i < BUCKETS_FROM) putVarbitUint(writer, high, low);
      else putVarbitInt(writer, high, low);
      this.values[2 * i] = low;
      this.values[2 * i + 1] = high;
    }
    if (count === BUCKETS_FROM) writer.putWords(sumHigh, sumLow);
    this.timeMs = timeMs;
    this.sumHigh = sumHigh;
    this.sumLow = sumLow;
  }

  /** Writes a later sample; one that is stale has no buckets, and zeros in `next`. */
  putNext(
    writer: HistogramWriter,
    timeMs: number,
    sumHigh: number,
    sumLow: number,
    next: Uint32Array,
    isStale: boolean,
  ): void {
    const deltaMs = timeMs - this.timeMs;
    const second = deltaMs - this.deltaMs;
    assert(Number.isSafeInteger(deltaMs) && Number.isSafeInteger(second), "times too far apart");
    putVarbitInt(writer, Math.floor(second / WORD), second | 0);
    for (let i = 0; i < BUCKETS_FROM; i++) this.putValue(writer, i, next, isStale);
    const window = this.sumWindow;
    this.sumWindow = writer.putXor(sumHigh ^ this.sumHigh, sumLow ^ this.sumLow, window);
    const count = isStale ? 0 : this.values.length >>> 1;
    for (let i = BUCKETS_FROM; i < count; i++) this.putValue(writer, i, next, false);
    this.timeMs = timeMs;
    this.deltaMs = deltaMs;
    this.sumHigh = sumHigh;
    this.sumLow = sumLow;
  }

  private putValue(writer: HistogramWriter, i: number, next: Uint32Array, isStale: boolean): void {
    const { values, changes } = this;
    const low = next[2 * i]!;
    const high = next[2 * i + 1]!;
    if (this.isFloat) {
      const window = changes[2 * i]!;
      changes[2 * i] = writer.putXor(high ^ values[2 * i + 1]!, low ^ values[2 * i]!, window);
    } else {
      const changeLow = low - values[2 * i]!;
      const changeHigh = high - values[2 * i + 1]! - (changeLow < 0 ? 1 : 0);
      const secondLow = (changeLow >>> 0) - changes[2 * i]!;
      const secondHigh = changeHigh - changes[2 * i + 1]! - (secondLow < 0 ? 1 : 0);
      if (isStale) putVarbitInt(writer, 0, 0);
      else putVarbitInt(writer, secondHigh, secondLow);
      changes[2 * i] = changeLow;
      changes[2 * i + 1] = changeHigh;
    }
    values[2 * i] = low;
    values[2 * i + 1] = high;
  }

  // ---- decoding -------------------------------------------------------------------------------

  /** Reads the layout and sample 0 of a stream of `bitLength` bits. */
  takeFirst(reader: HistogramReader, isFloat: boolean, bitLength: number): void {
    takeThreshold(reader);
    const { high, low } = reader;
    reader.takeInt();
    const schema = reader.low;
    spanList.clear();
    boundList.clear();
    const positiveCount = takeSpans(reader, spanList, bitLength);
    const negativeCount = takeSpans(reader, spanList, bitLength);
    if (schema === CUSTOM_SCHEMA) takeBounds(reader, boundList, bitLength);
    const buckets = bucketsOf(spanList.words, 0, positiveCount + negativeCount);
    assert(buckets <= bitLength - reader.position, "layout passes its chunk");
    this.setLayout(
      isFloat,
      schema,
      high,
      low,
      wordsOf(spanList),
      positiveCount,
      wordsOf(boundList),
    );
    reader.takeInt();
    this.timeMs = reader.high * WORD + (reader.low >>> 0);
    const count = this.values.length >>> 1;
    for (let i = 0; i < count; i++) {
      if (i === BUCKETS_FROM) this.takeSum(reader);
      if (isFloat) reader.takeWords();
      else if (i < BUCKETS_FROM) reader.takeUint();
      else reader.takeInt();
      this.values[2 * i] = reader.low;
      this.values[2 * i + 1] = reader.high;
    }
    if (count === BUCKETS_FROM) this.takeSum(reader);
  }

  /** Reads the next sample. */
  takeNext(reader: HistogramReader): void {
    reader.takeInt();
    this.deltaMs += reader.high * WORD + (reader.low >>> 0);
    this.timeMs += this.deltaMs;
    for (let i = 0; i < BUCKETS_FROM; i++) this.takeValue(reader, i);
    this.sumWindow = reader.takeXor(this.sumWindow);
    this.sumHigh ^= reader.high;
    this.sumLow ^= reader.low;
    if (this.isStale) return;
    const count = this.values.length >>> 1;
    for (let i = BUCKETS_FROM; i < count; i++) this.takeValue(reader, i);
  }

  private takeSum(reader: HistogramReader): void {
    reader.takeWords();
    this.sumHigh = reader.high;
    this.sumLow = reader.low;
  }

  private takeValue(reader: HistogramReader, i: number): void {
    const { values, changes } = this;
    if (this.isFloat) {
      changes[2 * i] = reader.takeXor(changes[2 * i]!);
      values[2 * i] = values[2 * i]! ^ reader.low;
      values[2 * i + 1] = values[2 * i + 1]! ^ reader.high;
      return;
    }
    reader.takeInt();
    const changeLow = changes[2 * i]! + (reader.low >>> 0);
    const changeHigh = changes[2 * i + 1]! + reader.high + (changeLow >= WORD ? 1 : 0);
    changes[2 * i] = changeLow;
    changes[2 * i + 1] = changeHigh;
    const low = values[2 * i]! + (changeLow >>> 0);
    values[2 * i] = low;
    values[2 * i + 1] = values[2 * i + 1]! + changeHigh + (low >= WORD ? 1 : 0);
  }
}

function wordsOf(list: PairList): Uint32Array {
  return list.length === 0 ? NO_WORDS : list.words.slice(0, 2 * list.length);
}
