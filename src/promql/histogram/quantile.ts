/**
 * Quantiles and fractions of native histograms.
 *
 * Inside a bucket observations are taken as evenly spread on a linear scale (zero bucket, custom
 * buckets) or on a logarithmic one (all others). A zero bucket with only one sign of buckets
 * around is taken as one-sided (Prometheus: promql/quantile.go).
 */
import { allBuckets, type Bucket } from "./bucket-walk.ts";
import type { FloatHistogram } from "./float-histogram.ts";

/** What was odd about the observations. */
export type NanFinding = "none" | "quantile is NaN" | "quantile is skewed";

export interface QuantileOutcome {
  readonly value: number;
  readonly finding: NanFinding;
}

function plain(value: number): QuantileOutcome {
  return { value, finding: "none" };
}

/** The zero bucket as it is used for interpolation. */
function oneSided(bucket: Bucket, histogram: FloatHistogram): Bucket {
  if (histogram.usesCustomBuckets || bucket.lower >= 0 || bucket.upper <= 0) return bucket;
  const hasNegative = histogram.negativeBuckets.length > 0;
  const hasPositive = histogram.positiveBuckets.length > 0;
  if (!hasNegative && hasPositive) return { ...bucket, lower: 0 };
  return hasNegative && !hasPositive ? { ...bucket, upper: 0 } : bucket;
}

/** Where in a bucket the share `fraction` of its observations lies below. */
function interpolated(bucket: Bucket, fraction: number, linear: boolean): number {
  const { lower, upper } = bucket;
  if (linear || (lower <= 0 && upper >= 0)) return lower + (upper - lower) * fraction;
  const logLower = Math.log2(Math.abs(lower));
  const logUpper = Math.log2(Math.abs(upper));
  if (lower > 0) return 2 ** (logLower + (logUpper - logLower) * fraction);
  return -(2 ** (logUpper + (logLower - logUpper) * (1 - fraction)));
}

/** The φ-quantile of the observations in a native histogram. */
export function histogramQuantile(histogram: FloatHistogram, phi: number): QuantileOutcome {
  if (phi < 0) return plain(Number.NEGATIVE_INFINITY);
  if (phi > 1) return plain(Number.POSITIVE_INFINITY);
  if (histogram.count === 0 || Number.isNaN(phi)) return plain(Number.NaN);
  // Observations of NaN are in no bucket; a walk from above would not see them.
  const fromBelow = Number.isNaN(histogram.sum) || phi < 0.5;
  const buckets = allBuckets(histogram);
  if (!fromBelow) buckets.reverse();
  const rank = (fromBelow ? phi : 1 - phi) * histogram.count;
  let count = 0;
  let found: Bucket | undefined;
  for (const bucket of buckets) {
    if (bucket.count === 0) continue;
    found = bucket;
    count += bucket.count;
    if (count >= rank) break;
  }
  if (!found) return plain(Number.NaN);
  const bucket = oneSided(found, histogram);
  if (histogram.usesCustomBuckets) {
    const end = customEnd(bucket);
    if (end !== null) return plain(end);
  }
  // The rank lies among NaN observations.
  if (count < rank) return ranOut(histogram, bucket, fromBelow);
  const into = fromBelow ? rank - (count - found.count) : count - rank;
  const fraction = into / found.count;
  const value = interpolated(
    clippedCustom(bucket, histogram),
    fraction,
    histogram.usesCustomBuckets,
  );
  return { value, finding: hasNanObservations(histogram) ? "quantile is skewed" : "none" };
}

/** A custom bucket with an infinite end gives its finite one. */
function customEnd(bucket: Bucket): number | null {
  if (bucket.lower === -Infinity) return bucket.upper <= 0 ? bucket.upper : null;
  return bucket.upper === Infinity ? bucket.lower : null;
}

/** The lowest custom bucket with a positive bound starts at zero. */
function clippedCustom(bucket: Bucket, histogram: FloatHistogram): Bucket {
  return histogram.usesCustomBuckets && bucket.lower === -Infinity && bucket.upper > 0
    ? { ...bucket, lower: 0 }
    : bucket;
}

function ranOut(histogram: FloatHistogram, bucket: Bucket, fromBelow: boolean): QuantileOutcome {
  if (hasNanObservations(histogram)) return { value: Number.NaN, finding: "quantile is NaN" };
  return plain(fromBelow ? bucket.upper : bucket.lower);
}

/** NaN observations make the sum NaN and count only in the total. */
export function hasNanObservations(histogram: FloatHistogram): boolean {
  return Number.isNaN(histogram.sum);
}

export interface FractionOutcome {
  readonly value: number;
  readonly sawNan: boolean;
}

/** Share of a bucket's observations below `limit`. */
function shareBelow(bucket: Bucket, limit: number, linear: boolean): number {
  const { lower, upper } = bucket;
  if (linear || (lower <= 0 && upper >= 0)) return (limit - lower) / (upper - lower);
  const logLower = Math.log2(Math.abs(lower));
  const logUpper = Math.log2(Math.abs(upper));
  const logLimit = Math.log2(Math.abs(limit));
  if (limit > 0) return (logLimit - logLower) / (logUpper - logLower);
  return 1 - (logLimit - logUpper) / (logLower - logUpper);
}

/** Number of observations below `limit`, by walking all buckets upwards. */
function rankOf(histogram: FloatHistogram, limit: number): number {
  const linear = histogram.usesCustomBuckets;
  let rank = 0;
  for (const found of allBuckets(histogram)) {
    const bucket = clippedCustom(oneSided(found, histogram), histogram);
    if (bucket.upper <= limit) {
      rank += found.count;
      continue;
    }
    if (bucket.lower >= limit) return rank;
    // Nothing is known about where in an endless bucket observations lie: they count as outside.
    if (bucket.lower === -Infinity) return rank + found.count;
    if (bucket.upper === Infinity) return rank;
    return rank + found.count * shareBelow(bucket, limit, linear);
  }
  return rank;
}

/** The share of observations between two limits. */
export function histogramFraction(
  histogram: FloatHistogram,
  lower: number,
  upper: number,
): FractionOutcome {
  const sawNan = hasNanObservations(histogram);
  if (histogram.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) {
    return { value: Number.NaN, sawNan: false };
  }
  if (lower >= upper) return { value: 0, sawNan: false };
  const inBuckets = allBuckets(histogram).reduce((sum, bucket) => sum + bucket.count, 0);
  const above = upper === Infinity ? inBuckets : rankOf(histogram, upper);
  const below = lower === -Infinity ? 0 : rankOf(histogram, lower);
  return { value: (above - below) / histogram.count, sawNan };
}
