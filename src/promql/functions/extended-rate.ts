/**
 * rate, increase and delta of anchored and smoothed selectors: between the values at the edges of
 * the window, without extrapolation.
 */

import { messages } from "../evaluate/messages.ts";
import type { RangeInput } from "../evaluate/range-call.ts";
import { edgesOf, leftValue, rightValue } from "../evaluate/smoothing.ts";
import type { StepColumn } from "../evaluate/step-column.ts";
import { combineHistograms } from "../histogram/arithmetic.ts";
import { compact } from "../histogram/bucket-layout.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { isReset } from "../histogram/reset-detection.ts";
import { combineNoted, type RateKind } from "./histogram-rate.ts";

/** Fills a column with the extended rates of one series. */
export function extendedRate(kind: RateKind, input: RangeInput, column: StepColumn): void {
  const { floats, histograms } = input;
  for (let step = input.fromStep; step < input.toStep; step++) {
    const hasFloats = floats.high[step]! > floats.low[step]!;
    const hasHistograms = histograms.high[step]! > histograms.low[step]!;
    if (hasFloats && hasHistograms) input.notes.mixedKinds();
    else if (hasFloats) rateOfFloats(kind, input, step, column);
    else if (hasHistograms) rateOfHistograms(kind, input, step, column);
  }
}

function rateOfFloats(kind: RateKind, input: RangeInput, step: number, column: StepColumn): void {
  const { floats } = input.samples;
  const low = input.floats.low[step]!;
  const startMs = input.windows.startOf(step);
  const endMs = input.windows.ends[step]!;
  const { smoothed } = input;
  let { first, last } = edgesOf(
    floats.times,
    low,
    input.floats.high[step]!,
    startMs,
    endMs,
    smoothed,
  );
  if (floats.times[last]! <= startMs) return;
  if (smoothed && floats.times[first]! > endMs) return;
  const left = leftValue(floats, first, startMs, smoothed, kind.isCounter);
  const right = rightValue(floats, low, last, endMs, smoothed, kind.isCounter);
  let increase = right - left;
  if (kind.isCounter) {
    if (floats.times[first]! <= startMs) first++;
    if (floats.times[last]! >= endMs) last--;
    increase += resetCorrection(floats.values, first, last, left, right);
  }
  column.setFloat(step, kind.isRate ? increase / input.windows.rangeSeconds : increase);
}

/** What the counter had before each reset between the two edges. */
function resetCorrection(
  values: Float64Array,
  first: number,
  last: number,
  left: number,
  right: number,
): number {
  let correction = 0;
  let earlier = left;
  for (let i = first; i <= last; i++) {
    if (values[i]! < earlier) correction += earlier;
    earlier = values[i]!;
  }
  return right < earlier ? correction + earlier : correction;
}

/** The histogram at `timeMs` between samples i and i + 1; null when they do not mix. */
export function interpolateHistograms(
  samples: {
    readonly histograms: readonly FloatHistogram[];
    readonly histogramTimes: readonly number[];
  },
  i: number,
  timeMs: number,
  isCounter: boolean,
  onReconciled: (operation: string) => void,
): FloatHistogram | null {
  const before = samples.histograms[i]!;
  const after = samples.histograms[i + 1]!;
  const t1 = samples.histogramTimes[i]!;
  const t2 = samples.histogramTimes[i + 1]!;
  if (before.usesCustomBuckets !== after.usesCustomBuckets) return null;
  if (timeMs === t1) return before.copy();
  if (timeMs === t2) return after.copy();
  const share = (timeMs - t1) / (t2 - t1);
  if (isCounter && isReset(after, before)) return after.copy().multiply(share);
  const difference = combineHistograms(after, before, -1);
  if (!difference) return null;
  if (difference.boundsReconciled) onReconciled("subtraction");
  const sum = combineHistograms(difference.histogram.multiply(share), before, 1);
  if (!sum) return null;
  if (sum.boundsReconciled) onReconciled("addition");
  return sum.histogram;
}

function rateOfHistograms(
  kind: RateKind,
  input: RangeInput,
  step: number,
  column: StepColumn,
): void {
  const { histogramTimes: times } = input.samples;
  const low = input.histograms.low[step]!;
  const high = input.histograms.high[step]!;
  const startMs = input.windows.startOf(step);
  const endMs = input.windows.ends[step]!;
  const { first, last } = edgesOf(times, low, high, startMs, endMs, input.smoothed);
  if (times[last]! <= startMs || (input.smoothed && times[first]! > endMs)) return;
  if (!validate(kind, input, first, last)) return;
  const left = edgeHistogram(kind, input, first, startMs, times[first]! < startMs, first);
  const right = edgeHistogram(
    kind,
    input,
    last - 1,
    endMs,
    last > low && times[last]! > endMs,
    last,
  );
  if (!left || !right) {
    input.notes.mixedBuckets();
    return;
  }
  if (!kind.isCounter && (left.resetHint !== "gauge" || right.resetHint !== "gauge")) {
    input.notes.notGauge();
  }
  let result = combineNoted(input, right, left, -1);
  if (result && kind.isCounter) {
    for (const lost of lostHistograms(input, first, last, left, right, startMs)) {
      result = result && combineNoted(input, result, lost, 1);
    }
  }
  if (!result) return;
  if (kind.isRate) result.divide(input.windows.rangeSeconds);
  result.resetHint = "gauge";
  column.setHistogram(step, compact(result));
}

/** Checks kinds and hints of the samples that are used. */
function validate(kind: RateKind, input: RangeInput, first: number, last: number): boolean {
  const { histograms } = input.samples;
  const custom = histograms[first]!.usesCustomBuckets;
  for (let i = first; i <= last; i++) {
    if (histograms[i]!.usesCustomBuckets !== custom) {
      input.notes.mixedBuckets();
      return false;
    }
    if (kind.isCounter && histograms[i]!.resetHint === "gauge") input.notes.notCounter();
  }
  return true;
}

/** The histogram at an edge: interpolated from `pair` on, or sample `own` itself. */
function edgeHistogram(
  kind: RateKind,
  input: RangeInput,
  pair: number,
  timeMs: number,
  between: boolean,
  own: number,
): FloatHistogram | null {
  if (!input.smoothed || !between) return input.samples.histograms[own]!.copy();
  return interpolateHistograms(input.samples, pair, timeMs, kind.isCounter, (operation) =>
    input.notes.info(messages.reconciledBounds(operation)),
  );
}

/**
 * What was counted before each reset between the edges. A reset that the left interpolation spans
 * is in its value already; the last sample is represented by the right edge.
 */
function lostHistograms(
  input: RangeInput,
  first: number,
  last: number,
  left: FloatHistogram,
  right: FloatHistogram,
  startMs: number,
): FloatHistogram[] {
  const { histograms, histogramTimes: times } = input.samples;
  let earlier = left;
  let from = first + 1;
  const interpolated = input.smoothed && times[first]! < startMs;
  if (interpolated && isReset(histograms[first + 1]!, histograms[first]!)) {
    earlier = histograms[first + 1]!;
    from++;
  }
  if (from > last) return [];
  const lost: FloatHistogram[] = [];
  for (let i = from; i < last; i++) {
    if (isReset(histograms[i]!, earlier)) lost.push(earlier);
    earlier = histograms[i]!;
  }
  if (isReset(right, earlier)) lost.push(earlier);
  return lost;
}
