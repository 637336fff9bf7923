/** irate and idelta: the last two samples of a window, whatever their kinds. */
import type { RangeFunction, RangeInput } from "../evaluate/range-call.ts";
import type { StepColumn } from "../evaluate/step-column.ts";
import type { ScalarColumn } from "../evaluate/vector-stream.ts";
import { compact } from "../histogram/bucket-layout.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { isReset } from "../histogram/reset-detection.ts";
import { combineNoted } from "./histogram-rate.ts";
import { startsAnew } from "./start-times.ts";

interface Sample {
  readonly timeMs: number;
  readonly value: number;
  readonly histogram: FloatHistogram | null;
  readonly startMs: number;
}

export class InstantRate implements RangeFunction {
  readonly scalars: readonly ScalarColumn[] = [];
  readonly expectsCounter = false;
  readonly readsWindows = false;
  private readonly isRate: boolean;

  constructor(isRate: boolean) {
    this.isRate = isRate;
  }

  evaluate(input: RangeInput, column: StepColumn): void {
    const plain = input.samples.histograms.length === 0 && input.samples.floatStarts === null;
    for (let step = input.fromStep; step < input.toStep; step++) {
      if (plain) this.ofFloats(input, step, column);
      else this.ofSamples(input, step, column);
    }
  }

  private ofFloats(input: RangeInput, step: number, column: StepColumn): void {
    const last = input.floats.high[step]! - 1;
    if (last <= input.floats.low[step]!) return;
    const { times, values } = input.samples.floats;
    const later = values[last]!;
    const earlier = values[last - 1]!;
    const change = this.isRate && later < earlier ? later : later - earlier;
    const seconds = (times[last]! - times[last - 1]!) / 1000;
    column.setFloat(step, this.isRate ? change / seconds : change);
  }

  private ofSamples(input: RangeInput, step: number, column: StepColumn): void {
    const [earlier, later] = lastTwo(input, step);
    if (!earlier || !later) return;
    if ((earlier.histogram === null) !== (later.histogram === null)) {
      input.notes.mixedKinds();
      return;
    }
    const seconds = (later.timeMs - earlier.timeMs) / 1000;
    const restarted = startsAnew(earlier.startMs, earlier.timeMs, later.startMs, later.timeMs);
    if (earlier.histogram && later.histogram) {
      const change = this.histogramChange(input, earlier.histogram, later.histogram, restarted);
      if (change) column.setHistogram(step, this.isRate ? change.divide(seconds) : change);
      return;
    }
    const reset = this.isRate && (later.value < earlier.value || restarted);
    const change = reset ? later.value : later.value - earlier.value;
    column.setFloat(step, this.isRate ? change / seconds : change);
  }

  private histogramChange(
    input: RangeInput,
    earlier: FloatHistogram,
    later: FloatHistogram,
    restarted: boolean,
  ): FloatHistogram | null {
    const both = [earlier, later];
    if (this.isRate && both.some((one) => one.resetHint === "gauge")) input.notes.notCounter();
    if (!this.isRate && both.some((one) => one.resetHint !== "gauge")) input.notes.notGauge();
    const reset = this.isRate && (restarted || isReset(later, earlier));
    const change = reset ? later.copy() : combineNoted(input, later, earlier, -1);
    if (!change) return null;
    change.resetHint = "gauge";
    return compact(change);
  }
}

/** The last two samples of a window in order of time, or fewer. */
function lastTwo(input: RangeInput, step: number): (Sample | undefined)[] {
  const { floats, histograms, samples } = input;
  const found: Sample[] = [];
  for (let i = Math.max(floats.low[step]!, floats.high[step]! - 2); i < floats.high[step]!; i++) {
    found.push({
      timeMs: samples.floats.times[i]!,
      value: samples.floats.values[i]!,
      histogram: null,
      startMs: samples.floatStarts?.[i] ?? 0,
    });
  }
  const from = Math.max(histograms.low[step]!, histograms.high[step]! - 2);
  for (let i = from; i < histograms.high[step]!; i++) {
    found.push({
      timeMs: samples.histogramTimes[i]!,
      value: 0,
      histogram: samples.histograms[i]!,
      startMs: samples.histogramStarts?.[i] ?? 0,
    });
  }
  found.sort((left, right) => left.timeMs - right.timeMs);
  return found.length < 2 ? [] : found.slice(-2);
}
