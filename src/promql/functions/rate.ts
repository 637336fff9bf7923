/**
 * rate, increase and delta.
 *
 * Counter resets are found once per series; a step adds those inside its window, in order, so the
 * sums have the same rounding as a walk over the window, and a window without resets costs nothing.
 */
import type { RangeFunction, RangeInput } from "../evaluate/range-call.ts";
import type { StepColumn } from "../evaluate/step-column.ts";
import type { ScalarColumn } from "../evaluate/vector-stream.ts";
import { extendedRate } from "./extended-rate.ts";
import { extrapolationFactor, type SampledWindow } from "./extrapolation.ts";
import { rateOfHistograms } from "./histogram-rate.ts";
import { startsAnew, startsOverlapping } from "./start-times.ts";

export class RateFunction implements RangeFunction {
  readonly scalars: readonly ScalarColumn[] = [];
  /** Counts resets (rate, increase). */
  readonly isCounter: boolean;
  /** Per second (rate). */
  readonly isRate: boolean;
  /** A window may be full of resets. */
  readonly readsWindows = true;
  readonly kernelRate: { readonly isCounter: boolean; readonly isRate: boolean };
  /** Positions of the samples at which the counter of the current series started anew. */
  private resets = new Int32Array(16);
  private resetCount = 0;
  /** The first reset that may be inside the next step's window. */
  private firstReset = 0;

  constructor(isCounter: boolean, isRate: boolean) {
    this.isCounter = isCounter;
    this.isRate = isRate;
    this.kernelRate = { isCounter, isRate };
  }

  get expectsCounter(): boolean {
    return this.isCounter;
  }

  evaluate(input: RangeInput, column: StepColumn): void {
    if (input.anchored || input.smoothed) {
      extendedRate(this, input, column);
      return;
    }
    if (input.fromStep === 0) this.beginSeries(input);
    this.evaluateFloats(input, column);
    if (input.samples.histograms.length > 0) this.evaluateHistograms(input, column);
  }

  private beginSeries(input: RangeInput): void {
    this.resetCount = 0;
    this.firstReset = 0;
    if (this.isCounter) this.findResets(input);
  }

  private findResets(input: RangeInput): void {
    const { times, values, length } = input.samples.floats;
    const starts = input.samples.floatStarts;
    for (let i = 1; i < length; i++) {
      const restarted =
        starts !== null && startsAnew(starts[i - 1]!, times[i - 1]!, starts[i]!, times[i]!);
      if (restarted || values[i]! < values[i - 1]!) this.noteReset(i);
    }
  }

  private noteReset(position: number): void {
    if (this.resetCount === this.resets.length) {
      const longer = new Int32Array(this.resetCount * 2);
      longer.set(this.resets);
      this.resets = longer;
    }
    this.resets[this.resetCount++] = position;
  }

  private evaluateFloats(input: RangeInput, column: StepColumn): void {
    const { low, high } = input.floats;
    const { values } = input.samples.floats;
    const starts = input.samples.floatStarts;
    const { resets, resetCount } = this;
    let { firstReset } = this;
    for (let step = input.fromStep; step < input.toStep; step++) {
      const from = low[step]!;
      const to = high[step]!;
      if (to - from < 2) {
        if (starts && to > from) this.withStarts(input, step, 0, column);
        continue;
      }
      let increase = values[to - 1]! - values[from]!;
      while (firstReset < resetCount && resets[firstReset]! <= from) firstReset++;
      for (let i = firstReset; i < resetCount && resets[i]! < to; i++) {
        increase += values[resets[i]! - 1]!;
      }
      if (starts && this.isCounter) this.withStarts(input, step, increase, column);
      else column.setFloat(step, this.extrapolated(input, step, increase));
    }
    this.firstReset = firstReset;
  }

  private extrapolated(input: RangeInput, step: number, increase: number): number {
    const from = input.floats.low[step]!;
    const first = input.samples.floats.values[from]!;
    const canReachZero = this.isCounter && increase > 0 && first >= 0;
    const share = canReachZero ? first / increase : Infinity;
    const seconds = this.isRate ? input.windows.rangeSeconds : 0;
    return increase * extrapolationFactor(this.windowOf(input, step), share, 0, seconds);
  }

  private windowOf(input: RangeInput, step: number): SampledWindow {
    const from = input.floats.low[step]!;
    const to = input.floats.high[step]!;
    const { times } = input.samples.floats;
    return {
      startMs: input.windows.startOf(step),
      endMs: input.windows.ends[step]!,
      firstMs: times[from]!,
      lastMs: times[to - 1]!,
      count: to - from,
    };
  }

  /** The same for a series with start times: the first sample may count from its own start. */
  private withStarts(input: RangeInput, step: number, increase: number, column: StepColumn): void {
    if (!this.isCounter) return;
    const from = input.floats.low[step]!;
    const { times, values } = input.samples.floats;
    const starts = input.samples.floatStarts!;
    this.noteOverlap(input, step, starts);
    const start = starts[from]!;
    const inside = start !== 0 && start > input.windows.startOf(step) && start < times[from]!;
    if (!inside) {
      const enough = input.floats.high[step]! - from > 1;
      if (enough) column.setFloat(step, this.extrapolated(input, step, increase));
      return;
    }
    const seconds = this.isRate ? input.windows.rangeSeconds : 0;
    const factor = extrapolationFactor(this.windowOf(input, step), Infinity, start, seconds);
    column.setFloat(step, (increase + values[from]!) * factor);
  }

  private noteOverlap(input: RangeInput, step: number, starts: readonly number[]): void {
    const { times } = input.samples.floats;
    for (let i = input.floats.low[step]! + 1; i < input.floats.high[step]!; i++) {
      if (!startsOverlapping(starts[i - 1]!, times[i - 1]!, starts[i]!)) continue;
      input.notes.startTimeOverlap();
      return;
    }
  }

  private evaluateHistograms(input: RangeInput, column: StepColumn): void {
    const { floats, histograms } = input;
    for (let step = input.fromStep; step < input.toStep; step++) {
      if (histograms.low[step] === histograms.high[step]) continue;
      if (floats.low[step] === floats.high[step]) {
        rateOfHistograms(this, input, step, column);
      } else {
        input.notes.mixedKinds();
        column.kinds[step] = 0;
      }
    }
  }
}
