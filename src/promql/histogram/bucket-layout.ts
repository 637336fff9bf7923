/**
 * Buckets as plain lists of (index, count), and back into spans.
 *
 * I1  Indexes of a list rise strictly.
 * I2  compact() leaves no empty bucket and no two spans without a gap between them.
 */
import { spanIndexes } from "./bucket-walk.ts";
import { type BucketSpans, type FloatHistogram, noSpans } from "./float-histogram.ts";

export interface BucketList {
  readonly indexes: number[];
  readonly counts: number[];
}

/** The positive buckets of a histogram as a list. */
export function positiveList(histogram: FloatHistogram): BucketList {
  return {
    indexes: spanIndexes(histogram.positiveSpans),
    counts: histogram.positiveBuckets.slice(),
  };
}

/** The negative buckets of a histogram as a list. */
export function negativeList(histogram: FloatHistogram): BucketList {
  return {
    indexes: spanIndexes(histogram.negativeSpans),
    counts: histogram.negativeBuckets.slice(),
  };
}

function spansOf(indexes: readonly number[]): BucketSpans {
  const spans = noSpans();
  let expected = 0;
  for (const index of indexes) {
    if (spans.lengths.length > 0 && index === expected) {
      spans.lengths[spans.lengths.length - 1]!++;
    } else {
      spans.offsets.push(index - expected);
      spans.lengths.push(1);
    }
    expected = index + 1;
  }
  return spans;
}

/** Replaces the positive buckets of a histogram. */
export function setPositive(histogram: FloatHistogram, list: BucketList): void {
  histogram.positiveSpans = spansOf(list.indexes);
  histogram.positiveBuckets = list.counts;
}

/** Replaces the negative buckets of a histogram. */
export function setNegative(histogram: FloatHistogram, list: BucketList): void {
  histogram.negativeSpans = spansOf(list.indexes);
  histogram.negativeBuckets = list.counts;
}

/** The list without the buckets for which `keep` is false. */
export function keepBuckets(
  list: BucketList,
  keep: (index: number, count: number) => boolean,
): BucketList {
  const kept: BucketList = { indexes: [], counts: [] };
  for (let i = 0; i < list.indexes.length; i++) {
    if (!keep(list.indexes[i]!, list.counts[i]!)) continue;
    kept.indexes.push(list.indexes[i]!);
    kept.counts.push(list.counts[i]!);
  }
  return kept;
}

/** The list in a schema with `1 << levels` times wider buckets (on a logarithmic scale). */
export function widened(list: BucketList, levels: number): BucketList {
  if (levels === 0) return list;
  const wide: BucketList = { indexes: [], counts: [] };
  for (let i = 0; i < list.indexes.length; i++) {
    const index = Math.floor((list.indexes[i]! - 1) / 2 ** levels) + 1;
    const last = wide.indexes.length - 1;
    if (last >= 0 && wide.indexes[last] === index) wide.counts[last]! += list.counts[i]!;
    else {
      wide.indexes.push(index);
      wide.counts.push(list.counts[i]!);
    }
  }
  return wide;
}

/** left + sign · right, bucket by bucket. */
export function combined(left: BucketList, right: BucketList, sign: 1 | -1): BucketList {
  const result: BucketList = { indexes: [], counts: [] };
  let i = 0;
  let j = 0;
  while (i < left.indexes.length || j < right.indexes.length) {
    const a = left.indexes[i] ?? Number.POSITIVE_INFINITY;
    const b = right.indexes[j] ?? Number.POSITIVE_INFINITY;
    result.indexes.push(Math.min(a, b));
    const fromLeft = a <= b ? left.counts[i++]! : 0;
    const fromRight = b <= a ? right.counts[j++]! : 0;
    result.counts.push(a > b ? sign * fromRight : b > a ? fromLeft : fromLeft + sign * fromRight);
  }
  return result;
}

/** Removes empty buckets and joins spans, in place. */
export function compact(histogram: FloatHistogram): FloatHistogram {
  const filled = (_index: number, count: number): boolean => count !== 0;
  setPositive(histogram, keepBuckets(positiveList(histogram), filled));
  setNegative(histogram, keepBuckets(negativeList(histogram), filled));
  return histogram;
}

/** Lowers the schema of an exponential histogram in place. */
export function reduceSchema(histogram: FloatHistogram, schema: number): FloatHistogram {
  const levels = histogram.schema - schema;
  if (levels <= 0) return histogram;
  setPositive(histogram, widened(positiveList(histogram), levels));
  setNegative(histogram, widened(negativeList(histogram), levels));
  histogram.schema = schema;
  return histogram;
}
