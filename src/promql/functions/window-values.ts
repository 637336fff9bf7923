/** Functions of the floats in a window that pass over histograms: extremes, spread, quantiles. */
import type { SampleColumns } from "../../chunk/sample-columns.ts";
import { quantileOf } from "../evaluate/float-quantile.ts";
import { KahanSum } from "../evaluate/go-math.ts";
import { messages } from "../evaluate/messages.ts";
import type { RangeFunction, RangeInput } from "../evaluate/range-call.ts";
import type { StepColumn } from "../evaluate/step-column.ts";
import type { ScalarColumn } from "../evaluate/vector-stream.ts";

/** Value of the floats at positions [low, high), which is not empty. */
type WindowValue = (floats: SampleColumns, low: number, high: number) => number;

/** Notes the windows with floats in which histograms were passed over. */
export function noteIgnored(input: RangeInput, leastFloats = 1): void {
  if (input.samples.histograms.length === 0) return;
  const { floats, histograms } = input;
  for (let step = input.fromStep; step < input.toStep; step++) {
    if (floats.high[step]! - floats.low[step]! < leastFloats) continue;
    if (histograms.high[step]! > histograms.low[step]!) {
      input.notes.ignoredHistograms();
      return;
    }
  }
}

/** A function that looks at all floats of a window. */
export class WindowFunction implements RangeFunction {
  readonly scalars: readonly ScalarColumn[] = [];
  readonly expectsCounter = false;
  readonly readsWindows = true;
  private readonly reduce: WindowValue;

  constructor(reduce: WindowValue) {
    this.reduce = reduce;
  }

  evaluate(input: RangeInput, column: StepColumn): void {
    const { low, high } = input.floats;
    for (let step = input.fromStep; step < input.toStep; step++) {
      if (low[step] === high[step]) continue;
      column.setFloat(step, this.reduce(input.samples.floats, low[step]!, high[step]!));
    }
    noteIgnored(input);
  }
}

export const maxOfWindow: WindowValue = (floats, low, high) => {
  const { values } = floats;
  let best = values[low]!;
  for (let i = low + 1; i < high; i++) {
    const value = values[i]!;
    if (value > best || Number.isNaN(best)) best = value;
  }
  return best;
};

export const minOfWindow: WindowValue = (floats, low, high) => {
  const { values } = floats;
  let best = values[low]!;
  for (let i = low + 1; i < high; i++) {
    const value = values[i]!;
    if (value < best || Number.isNaN(best)) best = value;
  }
  return best;
};

export const timeOfMax: WindowValue = (floats, low, high) => {
  let best = low;
  for (let i = low; i < high; i++) {
    if (floats.values[i]! >= floats.values[best]! || Number.isNaN(floats.values[best]!)) best = i;
  }
  return floats.times[best]! / 1000;
};

export const timeOfMin: WindowValue = (floats, low, high) => {
  let best = low;
  for (let i = low; i < high; i++) {
    if (floats.values[i]! <= floats.values[best]! || Number.isNaN(floats.values[best]!)) best = i;
  }
  return floats.times[best]! / 1000;
};

/** Population variance, by Welford's recurrence with compensated sums. */
export const varianceOfWindow: WindowValue = (floats, low, high) => {
  const mean = new KahanSum();
  const squares = new KahanSum();
  for (let i = low; i < high; i++) {
    const delta = floats.values[i]! - mean.total;
    mean.add(delta / (i - low + 1));
    squares.add(delta * (floats.values[i]! - mean.total));
  }
  return squares.total / (high - low);
};

export const deviationOfWindow: WindowValue = (floats, low, high) =>
  Math.sqrt(varianceOfWindow(floats, low, high));

/** Median of the absolute deviations from the median; NaN when any value is. */
export const medianDeviation: WindowValue = (floats, low, high) => {
  const values = floats.values.slice(low, high);
  if (values.some(Number.isNaN)) return Number.NaN;
  const median = quantileOf(0.5, values);
  return quantileOf(
    0.5,
    values.map((value) => Math.abs(value - median)),
  );
};

/** quantile_over_time. */
export class WindowQuantile implements RangeFunction {
  readonly scalars: readonly ScalarColumn[];
  readonly expectsCounter = false;
  readonly readsWindows = true;
  private readonly phi: ScalarColumn;

  constructor(phi: ScalarColumn) {
    this.phi = phi;
    this.scalars = [phi];
  }

  evaluate(input: RangeInput, column: StepColumn): void {
    const { low, high } = input.floats;
    const { values } = input.samples.floats;
    for (let step = input.fromStep; step < input.toStep; step++) {
      if (low[step] === high[step]) continue;
      const phi = this.phi.values[step]!;
      if (!(phi >= 0 && phi <= 1)) input.notes.warn(messages.quantileRange(phi));
      column.setFloat(step, quantileOf(phi, values.slice(low[step], high[step])));
    }
    noteIgnored(input);
  }
}
