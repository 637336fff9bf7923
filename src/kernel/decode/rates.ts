/**
 * Windows and rates over the columns that decode() has filled: rate, increase and delta of one
 * series at every step (promql/functions/rate.ts has the same in words and for all cases).
 *
 * Memory of the kernel, in bytes, behind that of decode-xor.ts:
 *   ENDS    right edge of each step's window, rising, as 64-bit floats
 *   RATES   results by step
 *   KINDS   1 where a step has a result, else 0; a byte each
 *   RESETS  positions of samples that are lower than the one before, 32 bits each
 *
 * I1  A window is (end - range, end]; both of its edges only move forward in the columns.
 * I2  Every operation on floats is the one of rate.ts and extrapolation.ts, in the same order.
 *
 * Units: times are milliseconds; positions are indexes into the columns.
 */
import { TIMES, VALUES } from "./decode-xor.ts";

/** Most steps. */
export const STEPS_MAX: i32 = 11264;
export const ENDS: i32 = 344064;
export const RATES: i32 = 434176;
export const KINDS: i32 = 524288;
export const RESETS: i32 = 535552;

const DUE_FACTOR: f64 = 1.1;

function timeAt(position: i32): f64 {
  return f64.load(TIMES + (position << 3));
}

function valueAt(position: i32): f64 {
  return f64.load(VALUES + (position << 3));
}

function resetAt(index: i32): i32 {
  return i32.load(RESETS + (index << 2));
}

/** Takes the stale markers out of the first `count` samples; returns how many are left. */
export function dropStale(count: i32): i32 {
  let kept: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const at = i << 3;
    if (i32.load(VALUES + at + 4) === 0x7ff00000 && i32.load(VALUES + at) === 2) continue;
    i64.store(VALUES + (kept << 3), i64.load(VALUES + at));
    i64.store(TIMES + (kept << 3), i64.load(TIMES + at));
    kept++;
  }
  return kept;
}

function findResets(count: i32): i32 {
  let found: i32 = 0;
  let before = valueAt(0);
  for (let i: i32 = 1; i < count; i++) {
    const value = valueAt(i);
    if (value < before) {
      i32.store(RESETS + (found << 2), i);
      found++;
    }
    before = value;
  }
  return found;
}

/** The position of the first of `count` samples behind `position` that is later than `time`. */
function behind(time: f64, position: i32, stride: i32, count: i32): i32 {
  let at = position;
  while (at + stride < count && timeAt(at + stride) <= time) at += stride;
  while (at < count && timeAt(at) <= time) at++;
  return at;
}

/** Factor from the increase inside a window to that of the whole; see extrapolation.ts. */
function extrapolation(
  startGap: f64,
  endGap: f64,
  between: f64,
  distances: f64,
  first: f64,
  increase: f64,
  isCounter: i32,
): f64 {
  const sampled = between / 1000;
  const average = sampled / distances;
  let left = startGap / 1000;
  if (left >= average * DUE_FACTOR) left = average / 2;
  if (isCounter !== 0 && increase > 0 && first >= 0) {
    const toZero = sampled * (first / increase);
    if (toZero < left) left = toZero;
  }
  let right = endGap / 1000;
  if (right >= average * DUE_FACTOR) right = average / 2;
  return sampled !== 0 ? (sampled + left + right) / sampled : 1;
}

/**
 * Results at every step from the first `count` samples, of which there is at least one; returns how
 * many steps have one. `rateSeconds` 0 is an increase, not a rate.
 */
export function rates(count: i32, steps: i32, range: f64, rateSeconds: f64, isCounter: i32): i32 {
  const resets = isCounter !== 0 ? findResets(count) : 0;
  let low: i32 = 0;
  let high: i32 = 0;
  let stride: i32 = 1;
  let firstReset: i32 = 0;
  let present: i32 = 0;
  for (let step: i32 = 0; step < steps; step++) {
    const end = f64.load(ENDS + (step << 3));
    const start = end - range;
    const before = high;
    high = behind(end, high, stride, count);
    low = behind(start, low, stride, count);
    stride = high - before > 1 ? high - before : 1;
    i32.store8(KINDS + step, 0);
    if (high - low < 2) continue;
    const first = valueAt(low);
    let increase = valueAt(high - 1) - first;
    while (firstReset < resets && resetAt(firstReset) <= low) firstReset++;
    for (let i = firstReset; i < resets && resetAt(i) < high; i++) {
      increase = increase + valueAt(resetAt(i) - 1);
    }
    const firstTime = timeAt(low);
    const lastTime = timeAt(high - 1);
    const distances = f64(high - low - 1);
    let factor = extrapolation(
      firstTime - start,
      end - lastTime,
      lastTime - firstTime,
      distances,
      first,
      increase,
      isCounter,
    );
    if (rateSeconds !== 0) factor = factor / rateSeconds;
    f64.store(RATES + (step << 3), increase * factor);
    i32.store8(KINDS + step, 1);
    present++;
  }
  return present;
}
