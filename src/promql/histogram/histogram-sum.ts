/**
 * A running sum of native histograms with compensated summation in every part: count, sum, zero
 * bucket and each bucket.
 *
 * I1  Buckets are kept by index in the lowest schema seen and outside the widest zero bucket seen.
 * I2  Once a histogram of the other kind (exponential or custom) was offered, the sum is void.
 */
import { KahanSum } from "../evaluate/go-math.ts";
import {
  type BucketList,
  compact,
  negativeList,
  positiveList,
  reduceSchema,
  setNegative,
  setPositive,
} from "./bucket-layout.ts";
import { commonBounds, rebucketed, sameBounds } from "./custom-bounds.ts";
import { FloatHistogram } from "./float-histogram.ts";
import { alignZeroBuckets } from "./zero-bucket.ts";

type Sums = Map<number, KahanSum>;

function addList(sums: Sums, list: BucketList): void {
  for (let i = 0; i < list.indexes.length; i++) {
    let sum = sums.get(list.indexes[i]!);
    if (!sum) {
      sum = new KahanSum();
      sums.set(list.indexes[i]!, sum);
    }
    sum.add(list.counts[i]!);
  }
}

function listOf(sums: Sums, divisor: number): BucketList {
  const indexes = [...sums.keys()].sort((a, b) => a - b);
  return { indexes, counts: indexes.map((index) => dividedTotal(sums.get(index)!, divisor)) };
}

function dividedTotal(sum: KahanSum, divisor: number): number {
  return divisor === 1 ? sum.total : sum.sum / divisor + sum.compensation / divisor;
}

export class HistogramSum {
  /** Schema, bounds, zero threshold and hint of the sum; its counts are not used. */
  private frame: FloatHistogram;
  private readonly count = new KahanSum();
  private readonly sum = new KahanSum();
  private readonly zero = new KahanSum();
  private positive: Sums = new Map();
  private negative: Sums = new Map();
  /** Custom bounds differed somewhere. */
  boundsReconciled = false;
  resetSeen = false;
  notResetSeen = false;

  constructor(first: FloatHistogram) {
    this.frame = first.copy();
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

  /** Whether any part has become infinite. */
  get overflows(): boolean {
    const parts = [this.count, this.sum, this.zero, ...this.positive.values()];
    parts.push(...this.negative.values());
    return parts.some((part) => Math.abs(part.sum) === Infinity);
  }

  /** The sum, divided by `divisor`, without empty buckets. */
  result(divisor = 1): FloatHistogram {
    const histogram = new FloatHistogram();
    histogram.schema = this.frame.schema;
    histogram.customValues = this.frame.customValues;
    histogram.zeroThreshold = this.frame.zeroThreshold;
    histogram.resetHint = this.frame.resetHint;
    histogram.count = dividedTotal(this.count, divisor);
    histogram.sum = dividedTotal(this.sum, divisor);
    histogram.zeroCount = dividedTotal(this.zero, divisor);
    setPositive(histogram, listOf(this.positive, divisor));
    setNegative(histogram, listOf(this.negative, divisor));
    return compact(histogram);
  }

  private take(histogram: FloatHistogram): void {
    this.count.add(histogram.count);
    this.sum.add(histogram.sum);
    this.zero.add(histogram.zeroCount);
    addList(this.positive, positiveList(histogram));
    addList(this.negative, negativeList(histogram));
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
    const fitted = histogram.copy();
    if (fitted.usesCustomBuckets) return this.fitCustom(fitted);
    const sameZero = fitted.zeroThreshold === this.frame.zeroThreshold;
    if (sameZero && fitted.schema === this.frame.schema) return fitted;
    const own = this.plain();
    alignZeroBuckets(own, fitted);
    reduceSchema(own, fitted.schema);
    reduceSchema(fitted, own.schema);
    this.rebuild(own);
    return fitted;
  }

  private fitCustom(fitted: FloatHistogram): FloatHistogram {
    const { customValues } = this.frame;
    if (sameBounds(customValues, fitted.customValues)) return fitted;
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
    setPositive(histogram, listOf(this.positive, 1));
    setNegative(histogram, listOf(this.negative, 1));
    return histogram;
  }

  private rebuild(histogram: FloatHistogram): void {
    this.frame = histogram;
    this.zero.sum = histogram.zeroCount;
    this.zero.compensation = 0;
    this.positive = new Map();
    this.negative = new Map();
    addList(this.positive, positiveList(histogram));
    addList(this.negative, negativeList(histogram));
  }
}
