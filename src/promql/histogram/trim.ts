/**
 * The trim operators: `h </ x` keeps the observations below x, `h >/ x` those above.
 *
 * A bucket that x cuts is split as quantiles would interpolate it. The sum loses what the removed
 * observations are estimated to be: the middle of the removed part, geometric for exponential
 * buckets. Of an endless bucket nothing is known, so all of it goes when x lies in it.
 */
import { compact } from "./bucket-layout.ts";
import { type Bucket, negativeBuckets, positiveBuckets, zeroBucket } from "./bucket-walk.ts";
import type { FloatHistogram } from "./float-histogram.ts";

type TrimSide = "upper" | "lower";

/** What remains of a bucket, and where the removed part is taken to lie. */
interface Cut {
  readonly kept: number;
  readonly middle: number;
}

/** Number of a finite bucket's observations at or below `limit`. */
function countBelow(bucket: Bucket, limit: number, positive: boolean, linear: boolean): number {
  const { lower, upper, count } = bucket;
  if (limit <= lower) return 0;
  if (limit >= upper) return count;
  if (linear) return (count * (limit - lower)) / (upper - lower);
  const logLower = Math.log2(Math.abs(lower));
  const logUpper = Math.log2(Math.abs(upper));
  const logLimit = Math.log2(Math.abs(limit));
  const fraction = positive
    ? (logLimit - logLower) / (logUpper - logLower)
    : 1 - (logLimit - logUpper) / (logLower - logUpper);
  return count * fraction;
}

function cutEndless(bucket: Bucket, limit: number, side: TrimSide): Cut {
  const { lower, upper, count } = bucket;
  if (lower === -Infinity) {
    if (side === "upper" && limit >= upper) return { kept: count, middle: 0 };
    if (limit >= 0 && upper > limit && upper !== Infinity) {
      // Custom buckets only: the lowest one starts at zero when its bound is positive.
      return side === "upper"
        ? { kept: (count * limit) / upper, middle: (limit + upper) / 2 }
        : { kept: count * (1 - limit / upper), middle: limit / 2 };
    }
    return { kept: 0, middle: upper };
  }
  return side === "lower" && limit <= lower
    ? { kept: count, middle: 0 }
    : { kept: 0, middle: lower };
}

function cut(
  bucket: Bucket,
  limit: number,
  side: TrimSide,
  positive: boolean,
  linear: boolean,
): Cut {
  const { lower, upper, count } = bucket;
  if (lower === -Infinity || upper === Infinity) return cutEndless(bucket, limit, side);
  const below = countBelow(bucket, limit, positive, linear);
  const product = Math.abs(limit) * Math.abs(side === "upper" ? lower : upper);
  const geometric = positive ? Math.sqrt(product) : -Math.sqrt(product);
  return {
    kept: side === "upper" ? below : count - below,
    middle: linear ? (lower + upper) / 2 : geometric,
  };
}

class Trimmer {
  private readonly limit: number;
  private readonly side: TrimSide;
  private readonly custom: boolean;
  count = 0;
  removedSum = 0;
  hasPositive = false;
  hasNegative = false;

  constructor(limit: number, side: TrimSide, custom: boolean) {
    this.limit = limit;
    this.side = side;
    this.custom = custom;
  }

  /** Trims one side's buckets; `counts` is changed in place. */
  trim(buckets: readonly Bucket[], counts: number[], positive: boolean): void {
    buckets.forEach((bucket, i) => {
      if (bucket.count === 0) return;
      this.noteSigns(bucket, positive);
      counts[i] = this.trimBucket(bucket, positive);
      this.count += counts[i]!;
    });
  }

  private noteSigns(bucket: Bucket, positive: boolean): void {
    if (!positive || (this.custom && bucket.lower < 0)) this.hasNegative = true;
    if (positive && (!this.custom || bucket.upper > 0)) this.hasPositive = true;
    if (this.custom && bucket.upper <= 0) this.hasNegative = true;
  }

  private trimBucket(bucket: Bucket, positive: boolean): number {
    const { lower, upper, count } = bucket;
    const upperSide = this.side === "upper";
    if (upperSide ? upper <= this.limit : lower >= this.limit) return count;
    const parts = cut(bucket, this.limit, this.side, positive, this.custom);
    if (upperSide ? lower < this.limit : upper > this.limit) {
      this.removedSum += (count - parts.kept) * parts.middle;
      return parts.kept;
    }
    const product = Math.sqrt(lower * upper);
    const middle = this.custom ? parts.middle : product;
    this.removedSum += count * middle;
    return 0;
  }
}

/** A copy of a histogram without the observations beyond `limit`. */
export function trimHistogram(
  histogram: FloatHistogram,
  limit: number,
  side: TrimSide,
): FloatHistogram {
  const result = histogram.copy();
  const trimmer = new Trimmer(limit, side, histogram.usesCustomBuckets);
  trimmer.trim(positiveBuckets(histogram), result.positiveBuckets, true);
  trimmer.trim(negativeBuckets(histogram), result.negativeBuckets, false);
  if (result.zeroCount > 0) {
    const below = countBelow(zeroBucket(histogram), limit, true, true);
    result.zeroCount = side === "upper" ? below : histogram.zeroCount - below;
    trimmer.count += result.zeroCount;
  }
  result.count = trimmer.count;
  result.sum = remainingSum(histogram.sum, trimmer);
  return compact(result);
}

/** The sum of what is left, never of the wrong sign. */
function remainingSum(sum: number, trimmer: Trimmer): number {
  if (trimmer.count === 0) return 0;
  const rest = sum - trimmer.removedSum;
  const impossible = (!trimmer.hasNegative && rest < 0) || (!trimmer.hasPositive && rest > 0);
  return impossible ? 0 : rest;
}
