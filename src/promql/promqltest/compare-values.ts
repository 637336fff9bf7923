/**
 * When a value counts as the expected one: floats within relative 1e-6, histograms field by field.
 */
import { compact } from "../histogram/bucket-layout.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { histogramText } from "../histogram/histogram-text.ts";
import { type Item, isStaleBits } from "./series-values.ts";

const TOLERANCE = 1e-6;
const NORMAL_MIN = 2 ** -1022;

/** Equal up to rounding; NaN equals NaN. */
export function almostEqual(left: number, right: number): boolean {
  if (Number.isNaN(left) && Number.isNaN(right)) return true;
  if (left === right) return true;
  const sum = Math.abs(left) + Math.abs(right);
  const difference = Math.abs(left - right);
  if (left === 0 || right === 0 || sum < NORMAL_MIN) return difference < TOLERANCE * NORMAL_MIN;
  return difference / Math.min(sum, Number.MAX_VALUE) < TOLERANCE;
}

function allAlmostEqual(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, i) => almostEqual(value, right[i]!));
}

function sameNumbers(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, i) => value === right[i]!);
}

/** Whether two histograms look alike once their empty buckets are gone. */
export function almostEqualHistograms(left: FloatHistogram, right: FloatHistogram): boolean {
  const a = compact(left.copy());
  const b = compact(right.copy());
  return (
    a.schema === b.schema &&
    sameNumbers(a.customValues, b.customValues) &&
    almostEqual(a.count, b.count) &&
    almostEqual(a.sum, b.sum) &&
    almostEqual(a.zeroCount, b.zeroCount) &&
    almostEqual(a.zeroThreshold, b.zeroThreshold) &&
    sameNumbers(a.positiveSpans.offsets, b.positiveSpans.offsets) &&
    sameNumbers(a.positiveSpans.lengths, b.positiveSpans.lengths) &&
    sameNumbers(a.negativeSpans.offsets, b.negativeSpans.offsets) &&
    sameNumbers(a.negativeSpans.lengths, b.negativeSpans.lengths) &&
    allAlmostEqual(a.positiveBuckets, b.positiveBuckets) &&
    allAlmostEqual(a.negativeBuckets, b.negativeBuckets)
  );
}

/** A value that a query gave: a histogram, or element `index` of a column of floats. */
export interface GivenValue {
  readonly histogram: FloatHistogram | undefined;
  readonly values: Float64Array;
  readonly index: number;
}

function isStale({ values, index }: GivenValue): boolean {
  const words = new Uint32Array(values.buffer, values.byteOffset + 8 * index, 2);
  return isStaleBits(words[1]!, words[0]!);
}

/** A value for a report. */
function shown(histogram: FloatHistogram): string {
  return `${histogramText(histogram)} schema ${histogram.schema} hint ${histogram.resetHint}`;
}

/** How a value differs from what was expected, or null when it does not. */
export function valueDifference(item: Item, given: GivenValue): string | null {
  const { histogram } = given;
  if (item.kind === "gap") return "a value where none was expected";
  if (item.kind === "histogram") {
    const { histogram: wanted, writtenHint } = item.written;
    const text = `got ${histogram ? shown(histogram) : given.values[given.index]}`;
    if (!histogram || !almostEqualHistograms(wanted, histogram)) {
      return `${text}; want ${shown(wanted)}`;
    }
    return writtenHint !== null && writtenHint !== histogram.resetHint
      ? `${text}; want the hint ${writtenHint}`
      : null;
  }
  const wanted = item.kind === "stale" ? "a stale marker" : String(item.value);
  if (histogram) return `got ${shown(histogram)}; want ${wanted}`;
  const stale = isStale(given);
  const value = given.values[given.index]!;
  const alike = item.kind === "stale" ? stale : !stale && almostEqual(item.value, value);
  return alike ? null : `got ${value}; want ${wanted}`;
}
