/**
 * Widening the zero bucket: buckets that it comes to cover are counted in it.
 *
 * A threshold inside a bucket that is not empty moves out to that bucket's end.
 */
import {
  keepBuckets,
  negativeList,
  positiveList,
  setNegative,
  setPositive,
} from "./bucket-layout.ts";
import { exponentialBound, negativeBuckets, positiveBuckets } from "./bucket-walk.ts";
import type { FloatHistogram } from "./float-histogram.ts";

export interface ZeroBucket {
  readonly count: number;
  readonly threshold: number;
}

/** Adds the buckets of one side below `limit`; `threshold` moves out when it cuts a bucket. */
function absorb(
  buckets: readonly { readonly near: number; readonly far: number; readonly count: number }[],
  limit: number,
): { count: number; threshold: number } {
  let count = 0;
  for (const bucket of buckets) {
    if (bucket.near >= limit) break;
    count += bucket.count;
    if (bucket.far > limit) return { count, threshold: bucket.count !== 0 ? bucket.far : limit };
  }
  return { count, threshold: limit };
}

/** The zero bucket that a histogram would have with a threshold of at least `threshold`. */
export function zeroBucketFor(histogram: FloatHistogram, threshold: number): ZeroBucket {
  if (threshold === histogram.zeroThreshold) return { count: histogram.zeroCount, threshold };
  const positive = positiveBuckets(histogram).map((bucket) => ({
    near: bucket.lower,
    far: bucket.upper,
    count: bucket.count,
  }));
  const negative = negativeBuckets(histogram).map((bucket) => ({
    near: -bucket.upper,
    far: -bucket.lower,
    count: bucket.count,
  }));
  let limit = threshold;
  for (;;) {
    const above = absorb(positive, limit);
    const below = absorb(negative, above.threshold);
    if (below.threshold === above.threshold) {
      const count = histogram.zeroCount + above.count + below.count;
      return { count, threshold: above.threshold };
    }
    limit = below.threshold;
  }
}

/** Gives a histogram the zero bucket computed for it, in place. */
export function widenZeroBucket(histogram: FloatHistogram, zero: ZeroBucket): void {
  const outside = (index: number): boolean =>
    exponentialBound(index, histogram.schema) > zero.threshold;
  setPositive(histogram, keepBuckets(positiveList(histogram), outside));
  setNegative(histogram, keepBuckets(negativeList(histogram), outside));
  histogram.zeroCount = zero.count;
  histogram.zeroThreshold = zero.threshold;
}

/** Widens both histograms, in place, until they have one threshold. */
export function alignZeroBuckets(left: FloatHistogram, right: FloatHistogram): void {
  while (left.zeroThreshold !== right.zeroThreshold) {
    const narrow = left.zeroThreshold < right.zeroThreshold ? left : right;
    const wide = narrow === left ? right : left;
    widenZeroBucket(narrow, zeroBucketFor(narrow, wide.zeroThreshold));
  }
}
