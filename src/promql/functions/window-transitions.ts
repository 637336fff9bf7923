/**
 * changes and resets: transitions between neighbouring samples of a window.
 *
 * For floats alone the transitions are counted once per series, so each step is a subtraction.
 * An anchored window starts at the last sample before its left edge.
 */
import type { RangeFunction, RangeInput } from "../evaluate/range-call.ts";
import { firstAfter } from "../evaluate/smoothing.ts";
import type { StepColumn } from "../evaluate/step-column.ts";
import type { ScalarColumn } from "../evaluate/vector-stream.ts";
import { equalHistograms } from "../histogram/arithmetic.ts";
import { isReset } from "../histogram/reset-detection.ts";
import { startsAnew } from "./start-times.ts";

export type TransitionKind = "changes" | "resets";

/** Where a window starts among the floats and the histograms. */
interface FirstSamples {
  readonly float: number;
  readonly histogram: number;
}

export class WindowTransitions implements RangeFunction {
  readonly scalars: readonly ScalarColumn[] = [];
  readonly expectsCounter = false;
  readonly readsWindows = false;
  private readonly kind: TransitionKind;
  /** Number of transitions up to each float of the current series. */
  private counts = new Int32Array(64);

  constructor(kind: TransitionKind) {
    this.kind = kind;
  }

  evaluate(input: RangeInput, column: StepColumn): void {
    const mixed = input.samples.histograms.length > 0;
    if (!mixed) this.countFloats(input);
    const { high } = input.floats;
    for (let step = input.fromStep; step < input.toStep; step++) {
      const first = this.firstOf(input, step);
      if (!first) continue;
      if (mixed) column.setFloat(step, this.walk(input, step, first));
      else column.setFloat(step, this.counts[high[step]! - 1]! - this.counts[first.float]!);
    }
  }

  private countFloats(input: RangeInput): void {
    const { length } = input.samples.floats;
    if (length > this.counts.length) this.counts = new Int32Array(length * 2);
    this.counts[0] = 0;
    for (let i = 1; i < length; i++) {
      this.counts[i] = this.counts[i - 1]! + (this.floatTransition(input, i - 1, i) ? 1 : 0);
    }
  }

  private floatTransition(input: RangeInput, i: number, j: number): boolean {
    const { values, times } = input.samples.floats;
    const earlier = values[i]!;
    const later = values[j]!;
    if (this.kind === "changes") {
      return later !== earlier && !(Number.isNaN(later) && Number.isNaN(earlier));
    }
    const starts = input.samples.floatStarts;
    if (starts && startsAnew(starts[i]!, times[i]!, starts[j]!, times[j]!)) return true;
    return later < earlier;
  }

  private histogramTransition(input: RangeInput, i: number, j: number): boolean {
    const { histograms, histogramTimes: times, histogramStarts: starts } = input.samples;
    const earlier = histograms[i]!;
    const later = histograms[j]!;
    if (this.kind === "changes") return !equalHistograms(later, earlier);
    if (starts && startsAnew(starts[i]!, times[i]!, starts[j]!, times[j]!)) return true;
    return isReset(later, earlier);
  }

  /** Where the window starts; null when it has nothing to measure. */
  private firstOf(input: RangeInput, step: number): FirstSamples | null {
    const { floats, histograms } = input;
    const float = floats.low[step]!;
    const histogram = histograms.low[step]!;
    if (float === floats.high[step] && histogram === histograms.high[step]) return null;
    return input.anchored ? anchorOf(input, step) : { float, histogram };
  }

  /** Counts the transitions of a window with histograms, a change of kind included. */
  private walk(input: RangeInput, step: number, first: FirstSamples): number {
    const { samples } = input;
    let float = first.float;
    let histogram = first.histogram;
    let previous: "none" | "float" | "histogram" = "none";
    let count = 0;
    const floatEnd = input.floats.high[step]!;
    const histogramEnd = input.histograms.high[step]!;
    while (float < floatEnd || histogram < histogramEnd) {
      const takeFloat =
        histogram >= histogramEnd ||
        (float < floatEnd && samples.floats.times[float]! < samples.histogramTimes[histogram]!);
      const kind = takeFloat ? "float" : "histogram";
      if (previous !== "none") {
        const changed =
          previous !== kind ||
          (takeFloat
            ? this.floatTransition(input, float - 1, float)
            : this.histogramTransition(input, histogram - 1, histogram));
        if (changed) count++;
      }
      previous = kind;
      if (takeFloat) float++;
      else histogram++;
    }
    return count;
  }
}

/**
 * The start of an anchored window: the newest sample of either kind at or before the left edge,
 * with all samples after it; null when no sample lies after the edge.
 */
function anchorOf(input: RangeInput, step: number): FirstSamples | null {
  const { samples, floats, histograms } = input;
  const startMs = input.windows.startOf(step);
  const float =
    firstAfter(samples.floats.times, floats.low[step]!, floats.high[step]!, startMs) - 1;
  const histogram =
    firstAfter(samples.histogramTimes, histograms.low[step]!, histograms.high[step]!, startMs) - 1;
  if (float + 1 >= floats.high[step]! && histogram + 1 >= histograms.high[step]!) return null;
  const hasFloat = float >= floats.low[step]!;
  const hasHistogram = histogram >= histograms.low[step]!;
  const floatIsNewer =
    hasFloat &&
    (!hasHistogram || samples.floats.times[float]! >= samples.histogramTimes[histogram]!);
  return {
    float: floatIsNewer ? float : float + 1,
    histogram: hasHistogram && !floatIsNewer ? histogram : histogram + 1,
  };
}
