/**
 * Adding and subtracting native histograms.
 *
 * Exponential ones meet in the lower schema and the wider zero bucket, custom ones on their common
 * bounds; exponential and custom ones do not mix.
 */
import {
  combined,
  negativeList,
  positiveList,
  reduceSchema,
  setNegative,
  setPositive,
} from "./bucket-layout.ts";
import { commonBounds, rebucketed, sameBounds } from "./custom-bounds.ts";
import type { FloatHistogram, ResetHint } from "./float-histogram.ts";
import { alignZeroBuckets } from "./zero-bucket.ts";

export interface HistogramOutcome {
  readonly histogram: FloatHistogram;
  /** One side said "reset", the other "not reset". */
  readonly hintsCollided: boolean;
  /** Custom bounds differed and were reduced to the common ones. */
  readonly boundsReconciled: boolean;
}

/** Hint of a sum; "collision" where the two contradict each other. */
function combinedHint(left: ResetHint, right: ResetHint): ResetHint | "collision" {
  if (left === right) return left;
  if (left === "gauge" || right === "gauge") return "gauge";
  return left === "unknown" || right === "unknown" ? "unknown" : "collision";
}

/**
 * left + right or left - right as a new histogram, or null when exponential and custom buckets
 * would mix.
 */
export function combineHistograms(
  left: FloatHistogram,
  right: FloatHistogram,
  sign: 1 | -1,
): HistogramOutcome | null {
  if (left.usesCustomBuckets !== right.usesCustomBuckets) return null;
  const result = left.copy();
  const other = right.copy();
  const hint = combinedHint(left.resetHint, right.resetHint);
  result.resetHint = hint === "collision" ? "unknown" : hint;
  const boundsReconciled = result.usesCustomBuckets
    ? combineCustom(result, other, sign)
    : combineExponential(result, other, sign);
  result.count += sign * other.count;
  result.sum += sign * other.sum;
  return { histogram: result, hintsCollided: hint === "collision", boundsReconciled };
}

function combineExponential(result: FloatHistogram, other: FloatHistogram, sign: 1 | -1): boolean {
  alignZeroBuckets(result, other);
  result.zeroCount += sign * other.zeroCount;
  reduceSchema(result, other.schema);
  reduceSchema(other, result.schema);
  setPositive(result, combined(positiveList(result), positiveList(other), sign));
  setNegative(result, combined(negativeList(result), negativeList(other), sign));
  return false;
}

function combineCustom(result: FloatHistogram, other: FloatHistogram, sign: 1 | -1): boolean {
  const own = positiveList(result);
  const others = positiveList(other);
  if (sameBounds(result.customValues, other.customValues)) {
    setPositive(result, combined(own, others, sign));
    return false;
  }
  const common = commonBounds(result.customValues, other.customValues);
  const left = rebucketed(own, result.customValues, common);
  const right = rebucketed(others, other.customValues, common);
  setPositive(result, combined(left, right, sign));
  result.customValues = common;
  return true;
}

/** Whether two histograms are equal: same schema and bounds, counts, sum and filled buckets. */
export function equalHistograms(left: FloatHistogram, right: FloatHistogram): boolean {
  if (left.schema !== right.schema || !Object.is(left.count, right.count)) return false;
  if (!Object.is(left.sum, right.sum) && left.sum !== right.sum) return false;
  if (left.usesCustomBuckets) {
    if (!sameBounds(left.customValues, right.customValues)) return false;
  } else if (left.zeroThreshold !== right.zeroThreshold || left.zeroCount !== right.zeroCount) {
    return false;
  }
  const positive = combined(positiveList(left), positiveList(right), -1);
  const negative = combined(negativeList(left), negativeList(right), -1);
  return [...positive.counts, ...negative.counts].every((difference) => difference === 0);
}
