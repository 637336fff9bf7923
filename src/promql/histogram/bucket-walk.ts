/**
 * Walking the buckets of a native histogram with their bounds.
 *
 * Bounds of exponential buckets: upper bound of index i in schema n is 2^(i·2^-n); a bucket is
 * (lower, upper] on the positive side and [-upper, -lower) on the negative one. Bounds come from a
 * table of 2^(k/2^n) scaled by a power of two, so equal indexes give equal bounds in every schema.
 */
import { type BucketSpans, CUSTOM_BUCKETS, type FloatHistogram } from "./float-histogram.ts";

/** One bucket with its count. */
export interface Bucket {
  readonly lower: number;
  readonly upper: number;
  readonly lowerInclusive: boolean;
  readonly upperInclusive: boolean;
  readonly count: number;
  readonly index: number;
}

const FRACTIONS: Float64Array[] = [];

/** 2^(k / 2^schema) / 2 for k below 2^schema: mantissas in [0.5, 1). */
function fractionsOf(schema: number): Float64Array {
  let fractions = FRACTIONS[schema];
  if (!fractions) {
    const size = 2 ** schema;
    fractions = Float64Array.from({ length: size }, (_, k) => 2 ** (k / size - 1));
    FRACTIONS[schema] = fractions;
  }
  return fractions;
}

/** Upper bound of the exponential bucket with an index. */
export function exponentialBound(index: number, schema: number): number {
  if (schema < 0) {
    const exponent = index * 2 ** -schema;
    // The bucket that holds the largest double ends there and not at infinity.
    return exponent === 1024 ? Number.MAX_VALUE : 2 ** exponent;
  }
  const size = 2 ** schema;
  const k = ((index % size) + size) % size;
  const fraction = fractionsOf(schema)[k]!;
  const exponent = (index - k) / size + 1;
  if (fraction === 0.5 && exponent === 1025) return Number.MAX_VALUE;
  return exponent > 1023 ? fraction * 2 * 2 ** (exponent - 1) : fraction * 2 ** exponent;
}

/** Upper bound of custom bucket `index`. */
function customBound(index: number, customValues: readonly number[]): number {
  if (index < 0) return Number.NEGATIVE_INFINITY;
  return index < customValues.length ? customValues[index]! : Number.POSITIVE_INFINITY;
}

/** Bound of a positive bucket whatever the schema. */
export function upperBound(histogram: FloatHistogram, index: number): number {
  return histogram.schema === CUSTOM_BUCKETS
    ? customBound(index, histogram.customValues)
    : exponentialBound(index, histogram.schema);
}

/** Indexes of the buckets that spans describe, in order. */
export function spanIndexes(spans: BucketSpans): number[] {
  const indexes: number[] = [];
  let index = 0;
  for (let run = 0; run < spans.lengths.length; run++) {
    index += spans.offsets[run]!;
    for (let i = 0; i < spans.lengths[run]!; i++) indexes.push(index++);
  }
  return indexes;
}

/** The positive (or custom) buckets, lowest first. */
export function positiveBuckets(histogram: FloatHistogram): Bucket[] {
  const indexes = spanIndexes(histogram.positiveSpans);
  const custom = histogram.usesCustomBuckets;
  return indexes.map((index, i) => ({
    lower: upperBound(histogram, index - 1),
    upper: upperBound(histogram, index),
    // The lowest custom bucket reaches down to -Inf, which it includes.
    lowerInclusive: custom && index === 0,
    upperInclusive: true,
    count: histogram.positiveBuckets[i]!,
    index,
  }));
}

/** The negative buckets, nearest to zero first. */
export function negativeBuckets(histogram: FloatHistogram): Bucket[] {
  const indexes = spanIndexes(histogram.negativeSpans);
  return indexes.map((index, i) => ({
    lower: -exponentialBound(index, histogram.schema),
    upper: -exponentialBound(index - 1, histogram.schema),
    lowerInclusive: true,
    upperInclusive: false,
    count: histogram.negativeBuckets[i]!,
    index,
  }));
}

/** The zero bucket. */
export function zeroBucket(histogram: FloatHistogram): Bucket {
  return {
    lower: -histogram.zeroThreshold,
    upper: histogram.zeroThreshold,
    lowerInclusive: true,
    upperInclusive: true,
    count: histogram.zeroCount,
    index: 0,
  };
}

/** A bucket clipped where the zero bucket overlaps it. */
function clipped(bucket: Bucket, threshold: number): Bucket {
  if (threshold === 0) return bucket;
  if (bucket.upper < 0 && bucket.upper > -threshold) return { ...bucket, upper: -threshold };
  if (bucket.lower > 0 && bucket.lower < threshold) return { ...bucket, lower: threshold };
  return bucket;
}

/** All buckets from the lowest to the highest, the zero bucket among them when it has a count. */
export function allBuckets(histogram: FloatHistogram): Bucket[] {
  const threshold = histogram.zeroThreshold;
  const buckets = negativeBuckets(histogram).reverse();
  if (histogram.zeroCount > 0) buckets.push(zeroBucket(histogram));
  buckets.push(...positiveBuckets(histogram));
  return histogram.usesCustomBuckets ? buckets : buckets.map((b) => clipped(b, threshold));
}
