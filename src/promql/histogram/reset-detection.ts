/**
 * Whether a counter histogram was reset between two samples.
 *
 * The hint of the later sample decides when it says reset or not reset. Otherwise anything that
 * cannot happen to a growing counter is a reset: a smaller count, a smaller or vanished bucket, a
 * finer schema, a narrower zero bucket, a change of the kind of buckets.
 */
import {
  type BucketList,
  combined,
  keepBuckets,
  negativeList,
  positiveList,
  widened,
} from "./bucket-layout.ts";
import { exponentialBound } from "./bucket-walk.ts";
import { commonBounds, rebucketed, sameBounds } from "./custom-bounds.ts";
import type { FloatHistogram } from "./float-histogram.ts";
import { zeroBucketFor } from "./zero-bucket.ts";

/** Whether any bucket of `later` holds less than in `earlier`. */
function anyDecrease(later: BucketList, earlier: BucketList): boolean {
  return combined(later, earlier, -1).counts.some((difference) => difference < 0);
}

function customDecrease(later: FloatHistogram, earlier: FloatHistogram): boolean {
  const now = positiveList(later);
  const before = positiveList(earlier);
  if (sameBounds(later.customValues, earlier.customValues)) return anyDecrease(now, before);
  const common = commonBounds(later.customValues, earlier.customValues);
  return anyDecrease(
    rebucketed(now, later.customValues, common),
    rebucketed(before, earlier.customValues, common),
  );
}

function exponentialDecrease(later: FloatHistogram, earlier: FloatHistogram): boolean {
  if (later.schema > earlier.schema || later.zeroThreshold < earlier.zeroThreshold) return true;
  const zero = zeroBucketFor(earlier, later.zeroThreshold);
  if (zero.threshold !== later.zeroThreshold || later.zeroCount < zero.count) return true;
  const levels = earlier.schema - later.schema;
  const outside = (index: number): boolean =>
    exponentialBound(index, later.schema) > later.zeroThreshold;
  const lists = [positiveList, negativeList] as const;
  return lists.some((listOf) => {
    const before = keepBuckets(widened(listOf(earlier), levels), outside);
    return anyDecrease(keepBuckets(listOf(later), outside), before);
  });
}

/** Whether the counter was reset between `earlier` and `later`. */
export function isReset(later: FloatHistogram, earlier: FloatHistogram): boolean {
  if (later.resetHint === "reset") return true;
  if (later.resetHint === "not_reset") return false;
  if (later.count < earlier.count) return true;
  if (later.usesCustomBuckets !== earlier.usesCustomBuckets) return true;
  return later.usesCustomBuckets
    ? customDecrease(later, earlier)
    : exponentialDecrease(later, earlier);
}
