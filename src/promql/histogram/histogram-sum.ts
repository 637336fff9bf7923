/**
 * A running sum of native histograms with compensated summation in every part: count, sum, zero
 * bucket and each bucket.
 *
 * I1  Buckets are kept by index in the lowest schema seen and outside the widest zero bucket seen.
 * I2  Once a histogram of the other kind (exponential or custom) was offered, the sum is void.
 */
import { KahanSum, sumError } from "../evaluate/go-math.ts";
import {
  type BucketList,
  compact,
  positiveList,
  reduceSchema,
  setNegative,
  setPositive,
} from "./bucket-layout.ts";
import { commonBounds, rebucketed, sameBounds } from "./custom-bounds.ts";
import { type BucketSpans, FloatHistogram } from "./float-histogram.ts";
import { alignZeroBuckets } from "./zero-bucket.ts";

/**
 * Compensated sums by bucket index, rising, as columns: many sums are alive at a time, and each of
 * their objects would be moved by every collection.
 */
class BucketSums {
  private indexes: number[] = [];
  private sums: number[] = [];
  private errors: number[] = [];

  /** Adds a side of a histogram. */
  add(spans: BucketSpans, counts: readonly number[]): void {
    const { offsets, lengths } = spans;
    let at = 0;
    let bucket = 0;
    let index = 0;
    for (let span = 0; span < lengths.length; span++) {
      index += offsets[span]!;
      const end = index + lengths[span]!;
      for (; index < end; index++) {
        while (at < this.indexes.length && this.indexes[at]! < index) at++;
        // What it makes room for lies behind the buckets that were passed.
        if (this.indexes[at] !== index) this.merge(spans);
        this.addAt(at, counts[bucket++]!);
      }
    }
  }

  /** The sums, divided. */
  list(divisor: number): BucketList {
    const { sums, errors } = this;
    const counts = sums.map((sum, i) => dividedTotal(sum, errors[i]!, divisor));
    return { indexes: this.indexes.slice(), counts };
  }

  clear(): void {
    this.indexes = [];
    this.sums = [];
    this.errors = [];
  }

  /** Makes room for all buckets of a side. */
  private merge(spans: BucketSpans): void {
    const { indexes, sums, errors } = this;
    this.clear();
    let at = 0;
    const takeBelow = (bound: number): void => {
      for (; at < indexes.length && indexes[at]! < bound; at++) {
        this.push(indexes[at]!, sums[at]!, errors[at]!);
      }
    };
    let index = 0;
    for (let span = 0; span < spans.lengths.length; span++) {
      index += spans.offsets[span]!;
      const end = index + spans.lengths[span]!;
      for (; index < end; index++) {
        takeBelow(index);
        if (indexes[at] !== index) this.push(index, 0, 0);
      }
    }
    takeBelow(Number.POSITIVE_INFINITY);
  }

  private push(index: number, sum: number, error: number): void {
    this.indexes.push(index);
    this.sums.push(sum);
    this.errors.push(error);
  }

  private addAt(at: number, value: number): void {
    const sum = this.sums[at]!;
    const next = sum + value;
    if (next === Infinity || next === -Infinity) this.errors[at] = 0;
    else this.errors[at]! += sumError(sum, value, next);
    this.sums[at] = next;
  }
}

function dividedTotal(sum: number, error: number, divisor: number): number {
  return divisor === 1 ? sum + error : sum / divisor + error / divisor;
}

function dividedSum({ sum, compensation }: KahanSum, divisor: number): number {
  return dividedTotal(sum, compensation, divisor);
}

export class HistogramSum {
  /** Schema, bounds, zero threshold and hint of the sum; its counts are not used. */
  private frame: FloatHistogram;
  private readonly count = new KahanSum();
  private readonly sum = new KahanSum();
  private readonly zero = new KahanSum();
  private readonly positive = new BucketSums();
  private readonly negative = new BucketSums();
  /** Custom bounds differed somewhere. */
  boundsReconciled = false;
  resetSeen = false;
  notResetSeen = false;

  constructor(first: FloatHistogram) {
    this.frame = first.frame();
    this.take(first);
  }

  /** Adds a histogram; false when exponential and custom buckets would mix. */
  add(histogram: FloatHistogram): boolean {
    if (histogram.usesCustomBuckets !== this.frame.usesCustomBuckets) return false;
    const fitted = this.fit(histogram);
    this.take(fitted);
    this.adjustHint(histogram);
    return true;
  }

  /** The sum, divided by `divisor`, without empty buckets. */
  result(divisor = 1): FloatHistogram {
    const histogram = new FloatHistogram();
    histogram.schema = this.frame.schema;
    histogram.customValues = this.frame.customValues;
    histogram.zeroThreshold = this.frame.zeroThreshold;
    histogram.resetHint = this.frame.resetHint;
    histogram.count = dividedSum(this.count, divisor);
    histogram.sum = dividedSum(this.sum, divisor);
    histogram.zeroCount = dividedSum(this.zero, divisor);
    setPositive(histogram, this.positive.list(divisor));
    setNegative(histogram, this.negative.list(divisor));
    return compact(histogram);
  }

  private take(histogram: FloatHistogram): void {
    this.count.add(histogram.count);
    this.sum.add(histogram.sum);
    this.zero.add(histogram.zeroCount);
    this.addBuckets(histogram);
    if (histogram.resetHint === "reset") this.resetSeen = true;
    if (histogram.resetHint === "not_reset") this.notResetSeen = true;
  }

  private adjustHint(histogram: FloatHistogram): void {
    const own = this.frame.resetHint;
    if (own === histogram.resetHint || own === "gauge") return;
    this.frame.resetHint = histogram.resetHint === "gauge" ? "gauge" : "unknown";
  }

  /** The histogram in the layout of the sum; the sum's own layout is widened where needed. */
  private fit(histogram: FloatHistogram): FloatHistogram {
    if (histogram.usesCustomBuckets) return this.fitCustom(histogram);
    const sameZero = histogram.zeroThreshold === this.frame.zeroThreshold;
    if (sameZero && histogram.schema === this.frame.schema) return histogram;
    const fitted = histogram.copy();
    const own = this.plain();
    alignZeroBuckets(own, fitted);
    reduceSchema(own, fitted.schema);
    reduceSchema(fitted, own.schema);
    this.rebuild(own);
    return fitted;
  }

  private fitCustom(histogram: FloatHistogram): FloatHistogram {
    const { customValues } = this.frame;
    if (sameBounds(customValues, histogram.customValues)) return histogram;
    const fitted = histogram.copy();
    const common = commonBounds(customValues, fitted.customValues);
    const own = this.plain();
    setPositive(own, rebucketed(positiveList(own), customValues, common));
    setPositive(fitted, rebucketed(positiveList(fitted), fitted.customValues, common));
    own.customValues = common;
    fitted.customValues = common;
    this.boundsReconciled = true;
    this.rebuild(own);
    return fitted;
  }

  /** The sums so far as a histogram; compensations of the buckets are folded in. */
  private plain(): FloatHistogram {
    const histogram = this.frame.copy();
    histogram.zeroCount = this.zero.total;
    setPositive(histogram, this.positive.list(1));
    setNegative(histogram, this.negative.list(1));
    return histogram;
  }

  private rebuild(histogram: FloatHistogram): void {
    this.frame = histogram;
    this.zero.sum = histogram.zeroCount;
    this.zero.compensation = 0;
    this.positive.clear();
    this.negative.clear();
    this.addBuckets(histogram);
  }

  private addBuckets(histogram: FloatHistogram): void {
    this.positive.add(histogram.positiveSpans, histogram.positiveBuckets);
    this.negative.add(histogram.negativeSpans, histogram.negativeBuckets);
  }
}
