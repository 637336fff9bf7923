/**
 * Interpolation at the edges of anchored and smoothed windows, for floats.
 *
 * An anchored window starts from the last sample at or before its left edge; a smoothed one has
 * interpolated values at both edges (Prometheus: promql/functions.go, extendedRate).
 *
 * Units: times are milliseconds since the epoch; positions are sample indexes.
 */
import type { SampleColumns } from "../../chunk/sample-columns.ts";

/** First position in [low, high) whose time passes `test`'s limit; `high` when none does. */
export function firstAfter(
  times: ArrayLike<number>,
  low: number,
  high: number,
  limit: number,
): number {
  let position = low;
  while (position < high && times[position]! <= limit) position++;
  return position;
}

/** First position in [low, high) whose time is at or after `limit`; `high` when none is. */
export function firstAtOrAfter(
  times: ArrayLike<number>,
  low: number,
  high: number,
  limit: number,
): number {
  let position = low;
  while (position < high && times[position]! < limit) position++;
  return position;
}

/** Positions of the first and last sample that an extended window uses. */
export interface Edges {
  readonly first: number;
  readonly last: number;
}

/** The edges of a window over the samples [low, high), which must not be empty. */
export function edgesOf(
  times: ArrayLike<number>,
  low: number,
  high: number,
  startMs: number,
  endMs: number,
  smoothed: boolean,
): Edges {
  const last = high - 1;
  const first = Math.max(low, firstAfter(times, low, last, startMs) - 1);
  return { first, last: smoothed ? firstAtOrAfter(times, low, last, endMs) : last };
}

/** The value at `time` on the line between samples i and i + 1; a counter reset starts from 0. */
export function interpolate(
  floats: SampleColumns,
  i: number,
  time: number,
  isCounter: boolean,
): number {
  const t1 = floats.times[i]!;
  const t2 = floats.times[i + 1]!;
  const v2 = floats.values[i + 1]!;
  const v1 = isCounter && v2 < floats.values[i]! ? 0 : floats.values[i]!;
  return v1 + ((v2 - v1) * (time - t1)) / (t2 - t1);
}

/** The value that stands for the left edge. */
export function leftValue(
  floats: SampleColumns,
  first: number,
  startMs: number,
  smoothed: boolean,
  isCounter: boolean,
): number {
  return smoothed && floats.times[first]! < startMs
    ? interpolate(floats, first, startMs, isCounter)
    : floats.values[first]!;
}

/** The value that stands for the right edge; `low` is the first sample there is. */
export function rightValue(
  floats: SampleColumns,
  low: number,
  last: number,
  endMs: number,
  smoothed: boolean,
  isCounter: boolean,
): number {
  return smoothed && last > low && floats.times[last]! > endMs
    ? interpolate(floats, last - 1, endMs, isCounter)
    : floats.values[last]!;
}

/** An extended window as points: one at each edge and those between. */
export function extendedFloats(
  floats: SampleColumns,
  low: number,
  high: number,
  startMs: number,
  endMs: number,
  smoothed: boolean,
): { times: Float64Array; values: Float64Array } {
  const empty = { times: new Float64Array(0), values: new Float64Array(0) };
  if (low >= high) return empty;
  let { first, last } = edgesOf(floats.times, low, high, startMs, endMs, smoothed);
  if (floats.times[last]! <= startMs) return empty;
  const left = leftValue(floats, first, startMs, smoothed, false);
  const right = rightValue(floats, low, last, endMs, smoothed, false);
  if (floats.times[first]! <= startMs) first++;
  if (floats.times[last]! >= endMs) last--;
  return {
    times: between(startMs, floats.times.subarray(first, last + 1), endMs),
    values: between(left, floats.values.subarray(first, last + 1), right),
  };
}

/** Numbers with one in front and one behind; there may be more than a call takes arguments. */
function between(left: number, inner: Float64Array, right: number): Float64Array {
  const all = new Float64Array(inner.length + 2);
  all[0] = left;
  all.set(inner, 1);
  all[inner.length + 1] = right;
  return all;
}
