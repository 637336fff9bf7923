/**
 * rate, increase and delta of native histograms: last minus first plus what was there before each
 * reset. The result is a gauge.
 */
import { messages } from "../evaluate/messages.ts";
import type { RangeInput } from "../evaluate/range-call.ts";
import type { StepColumn } from "../evaluate/step-column.ts";
import { combineHistograms } from "../histogram/arithmetic.ts";
import { compact, reduceSchema } from "../histogram/bucket-layout.ts";
import { FloatHistogram } from "../histogram/float-histogram.ts";
import { isReset } from "../histogram/reset-detection.ts";
import { extrapolationFactor, type SampledWindow } from "./extrapolation.ts";
import { startsAnew, startsOverlapping } from "./start-times.ts";

export interface RateKind {
  readonly isCounter: boolean;
  readonly isRate: boolean;
}

/** left ± right with the notes that belong to it; null when they do not mix. */
export function combineNoted(
  input: RangeInput,
  left: FloatHistogram,
  right: FloatHistogram,
  sign: 1 | -1,
): FloatHistogram | null {
  const outcome = combineHistograms(left, right, sign);
  if (!outcome) {
    input.notes.mixedBuckets();
    return null;
  }
  if (outcome.boundsReconciled) {
    input.notes.info(messages.reconciledBounds(sign === 1 ? "addition" : "subtraction"));
  }
  return outcome.histogram;
}

/** Whether the counter started anew at position `i`. */
function restarts(input: RangeInput, i: number, earlier: FloatHistogram): boolean {
  const { histograms, histogramTimes, histogramStarts } = input.samples;
  if (
    histogramStarts &&
    startsAnew(
      histogramStarts[i - 1]!,
      histogramTimes[i - 1]!,
      histogramStarts[i]!,
      histogramTimes[i]!,
    )
  ) {
    return true;
  }
  return isReset(histograms[i]!, earlier);
}

/** An empty histogram in the layout of another one. */
function emptyLike(histogram: FloatHistogram): FloatHistogram {
  const empty = new FloatHistogram();
  empty.schema = histogram.schema;
  empty.customValues = histogram.customValues;
  empty.resetHint = histogram.resetHint;
  return empty;
}

/** Checks the hints and buckets of a window; false when exponential and custom buckets mix. */
function checkWindow(
  kind: RateKind,
  input: RangeInput,
  low: number,
  high: number,
  first: FloatHistogram,
): boolean {
  const { histograms } = input.samples;
  const last = histograms[high - 1]!;
  const ends = [histograms[low]!, last];
  if (kind.isCounter && ends.some((end) => end.resetHint === "gauge")) input.notes.notCounter();
  if (last.usesCustomBuckets !== first.usesCustomBuckets) {
    input.notes.mixedBuckets();
    return false;
  }
  if (!kind.isCounter) {
    if (ends.some((end) => end.resetHint !== "gauge")) input.notes.notGauge();
    return true;
  }
  for (let i = low + 1; i < high - 1; i++) {
    if (histograms[i]!.resetHint === "gauge") input.notes.notCounter();
    if (histograms[i]!.usesCustomBuckets === first.usesCustomBuckets) continue;
    input.notes.mixedBuckets();
    return false;
  }
  return true;
}

/** The lowest schema among the samples that count. */
function lowestSchema(
  kind: RateKind,
  input: RangeInput,
  low: number,
  high: number,
  first: FloatHistogram,
): number {
  const { histograms } = input.samples;
  let schema = Math.min(first.schema, histograms[high - 1]!.schema);
  if (!kind.isCounter) return schema;
  for (let i = low + 1; i < high - 1; i++) schema = Math.min(schema, histograms[i]!.schema);
  return schema;
}

/** Increase over samples [low, high), at least two; null when they do not mix. */
function increaseOf(
  kind: RateKind,
  input: RangeInput,
  low: number,
  high: number,
): FloatHistogram | null {
  const { histograms } = input.samples;
  let earlier = histograms[low]!;
  // A first sample before a reset does not matter, so its buckets need not fit.
  if (kind.isCounter && restarts(input, low + 1, earlier))
    earlier = emptyLike(histograms[low + 1]!);
  if (!checkWindow(kind, input, low, high, earlier)) return null;
  const last = histograms[high - 1]!.copy();
  if (!last.usesCustomBuckets) reduceSchema(last, lowestSchema(kind, input, low, high, earlier));
  let increase = combineNoted(input, last, earlier, -1);
  if (increase && kind.isCounter) {
    noteOverlap(input, low, high);
    for (let i = low + 1; i < high && increase; i++) {
      if (restarts(input, i, earlier)) increase = combineNoted(input, increase, earlier, 1);
      earlier = histograms[i]!;
    }
  }
  if (increase) increase.resetHint = "gauge";
  return increase && compact(increase);
}

function noteOverlap(input: RangeInput, low: number, high: number): void {
  const { histogramTimes, histogramStarts } = input.samples;
  if (!histogramStarts) return;
  for (let i = low + 1; i < high; i++) {
    if (!startsOverlapping(histogramStarts[i - 1]!, histogramTimes[i - 1]!, histogramStarts[i]!)) {
      continue;
    }
    input.notes.startTimeOverlap();
    return;
  }
}

/** Writes the rate of a window that holds histograms only. */
export function rateOfHistograms(
  kind: RateKind,
  input: RangeInput,
  step: number,
  column: StepColumn,
): void {
  const low = input.histograms.low[step]!;
  const high = input.histograms.high[step]!;
  const { histograms, histogramTimes, histogramStarts } = input.samples;
  const window: SampledWindow = {
    startMs: input.windows.startOf(step),
    endMs: input.windows.ends[step]!,
    firstMs: histogramTimes[low]!,
    lastMs: histogramTimes[high - 1]!,
    count: high - low,
  };
  let increase = high - low > 1 ? increaseOf(kind, input, low, high) : null;
  if (!increase && high - low > 1) return;
  const start = kind.isCounter ? (histogramStarts?.[low] ?? 0) : 0;
  const inside = start !== 0 && start > window.startMs && start < window.firstMs;
  if (inside) {
    const first = histograms[low]!;
    increase = increase ? combineNoted(input, increase, first, 1) : first.copy();
  }
  if (!increase) return;
  const seconds = kind.isRate ? input.windows.rangeSeconds : 0;
  const first = histograms[low]!;
  const canReachZero = kind.isCounter && increase.count > 0 && first.count >= 0;
  const share = canReachZero ? first.count / increase.count : Infinity;
  const factor = extrapolationFactor(window, share, inside ? start : 0, seconds);
  column.setHistogram(step, increase.multiply(factor));
}
