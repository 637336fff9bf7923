/**
 * A native histogram with float counts, as a value of PromQL.
 *
 * I1  Buckets are absolute counts. Bucket k of a side has the index that walking its spans gives:
 *     a span is (gap to the previous one, number of buckets); the first gap is the first index.
 * I2  Schemas -4 … 8: the bucket with index i has the upper bound 2^(i·2^-schema), and the zero
 *     bucket covers [-zeroThreshold, zeroThreshold]. Schema CUSTOM_BUCKETS: bucket i has the upper
 *     bound customValues[i], the last one +Inf; no zero bucket, no negative side.
 * I3  Values that the evaluator passes around are never changed in place: operations that do say so
 *     and are called on a fresh copy.
 */

/** Schema number of histograms with custom bucket bounds. */
export const CUSTOM_BUCKETS = -53;

/** What is known about a counter reset before this sample. */
export const RESET_HINTS = ["unknown", "reset", "not_reset", "gauge"] as const;
export type ResetHint = (typeof RESET_HINTS)[number];

/** Runs of consecutive buckets: `offsets[i]` is the gap before run i, `lengths[i]` its length. */
export interface BucketSpans {
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
}

/** Spans that are being made. */
export interface GrowingSpans {
  readonly offsets: number[];
  readonly lengths: number[];
}

export function noSpans(): GrowingSpans {
  return { offsets: [], lengths: [] };
}

/** The spans of a side without buckets. */
const NO_SPANS: BucketSpans = noSpans();

export class FloatHistogram {
  schema = 0;
  resetHint: ResetHint = "unknown";
  zeroThreshold = 0;
  zeroCount = 0;
  count = 0;
  sum = 0;
  positiveSpans = NO_SPANS;
  negativeSpans = NO_SPANS;
  positiveBuckets: number[] = [];
  negativeBuckets: number[] = [];
  /** Upper bounds of custom buckets, rising, without +Inf. */
  customValues: readonly number[] = [];

  get usesCustomBuckets(): boolean {
    return this.schema === CUSTOM_BUCKETS;
  }

  /** A copy whose counts may be changed; spans are never changed in place, and shared. */
  copy(): FloatHistogram {
    const copy = new FloatHistogram();
    copy.schema = this.schema;
    copy.resetHint = this.resetHint;
    copy.zeroThreshold = this.zeroThreshold;
    copy.zeroCount = this.zeroCount;
    copy.count = this.count;
    copy.sum = this.sum;
    copy.positiveSpans = this.positiveSpans;
    copy.negativeSpans = this.negativeSpans;
    copy.positiveBuckets = this.positiveBuckets.slice();
    copy.negativeBuckets = this.negativeBuckets.slice();
    copy.customValues = this.customValues;
    return copy;
  }

  /** A copy without its counts: schema, bounds, zero threshold and hint. */
  frame(): FloatHistogram {
    const frame = new FloatHistogram();
    frame.schema = this.schema;
    frame.resetHint = this.resetHint;
    frame.zeroThreshold = this.zeroThreshold;
    frame.customValues = this.customValues;
    return frame;
  }

  /** The same with another hint; the lists are shared. */
  withHint(resetHint: ResetHint): FloatHistogram {
    const same = this.frame();
    same.resetHint = resetHint;
    same.zeroCount = this.zeroCount;
    same.count = this.count;
    same.sum = this.sum;
    same.positiveSpans = this.positiveSpans;
    same.negativeSpans = this.negativeSpans;
    same.positiveBuckets = this.positiveBuckets;
    same.negativeBuckets = this.negativeBuckets;
    return same;
  }

  /** Multiplies count, sum and all buckets in place; a negative factor makes a gauge. */
  multiply(factor: number): this {
    this.zeroCount *= factor;
    this.count *= factor;
    this.sum *= factor;
    const { positiveBuckets, negativeBuckets } = this;
    for (let i = 0; i < positiveBuckets.length; i++) positiveBuckets[i]! *= factor;
    for (let i = 0; i < negativeBuckets.length; i++) negativeBuckets[i]! *= factor;
    if (factor < 0) this.resetHint = "gauge";
    return this;
  }

  /** Divides count, sum and all buckets in place; dividing by zero leaves no buckets. */
  divide(divisor: number): this {
    this.zeroCount /= divisor;
    this.count /= divisor;
    this.sum /= divisor;
    if (divisor < 0) this.resetHint = "gauge";
    if (divisor === 0) {
      this.positiveBuckets = [];
      this.positiveSpans = NO_SPANS;
      this.negativeBuckets = [];
      this.negativeSpans = NO_SPANS;
      return this;
    }
    const { positiveBuckets, negativeBuckets } = this;
    for (let i = 0; i < positiveBuckets.length; i++) positiveBuckets[i]! /= divisor;
    for (let i = 0; i < negativeBuckets.length; i++) negativeBuckets[i]! /= divisor;
    return this;
  }

  /** How many samples this value counts for against the sample limit: 16 bytes each. */
  get sampleWeight(): number {
    const numbers =
      this.positiveBuckets.length +
      this.negativeBuckets.length +
      this.positiveSpans.lengths.length +
      this.negativeSpans.lengths.length +
      this.customValues.length;
    return Math.ceil((numbers * 8 + 168) / 16);
  }
}
