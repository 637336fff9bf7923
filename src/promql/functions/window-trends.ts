/** deriv, predict_linear and double_exponential_smoothing: lines through the floats of a window. */
import type { SampleColumns } from "../../chunk/sample-columns.ts";
import { KahanSum } from "../evaluate/go-math.ts";
import type { RangeFunction, RangeInput } from "../evaluate/range-call.ts";
import type { StepColumn } from "../evaluate/step-column.ts";
import type { ScalarColumn } from "../evaluate/vector-stream.ts";
import { noteIgnored } from "./window-values.ts";

interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/** Least squares through samples [low, high); the intercept is at `originMs`. */
function regression(floats: SampleColumns, low: number, high: number, originMs: number): Line {
  const first = floats.values[low]!;
  const sumX = new KahanSum();
  const sumY = new KahanSum();
  const sumXY = new KahanSum();
  const sumXX = new KahanSum();
  let constant = true;
  for (let i = low; i < high; i++) {
    const x = (floats.times[i]! - originMs) / 1000;
    const y = floats.values[i]!;
    if (i > low && y !== first) constant = false;
    sumX.add(x);
    sumY.add(y);
    sumXY.add(x * y);
    sumXX.add(x * x);
  }
  if (constant) {
    const endless = Math.abs(first) === Infinity;
    return endless ? { slope: Number.NaN, intercept: Number.NaN } : { slope: 0, intercept: first };
  }
  const count = high - low;
  const covariance = sumXY.total - (sumX.total * sumY.total) / count;
  const variance = sumXX.total - (sumX.total * sumX.total) / count;
  const slope = covariance / variance;
  return { slope, intercept: sumY.total / count - (slope * sumX.total) / count };
}

abstract class TrendFunction implements RangeFunction {
  readonly scalars: readonly ScalarColumn[];
  readonly expectsCounter = false;
  readonly readsWindows = true;

  constructor(scalars: readonly ScalarColumn[]) {
    this.scalars = scalars;
  }

  evaluate(input: RangeInput, column: StepColumn): void {
    const { low, high } = input.floats;
    for (let step = input.fromStep; step < input.toStep; step++) {
      if (high[step]! - low[step]! < 2) continue;
      column.setFloat(step, this.valueOf(input, step, low[step]!, high[step]!));
    }
    noteIgnored(input);
  }

  protected abstract valueOf(input: RangeInput, step: number, low: number, high: number): number;
}

/** deriv. The x axis starts at the first sample, to keep numbers small. */
export class WindowSlope extends TrendFunction {
  constructor() {
    super([]);
  }

  protected override valueOf(input: RangeInput, _step: number, low: number, high: number): number {
    const { floats } = input.samples;
    return regression(floats, low, high, floats.times[low]!).slope;
  }
}

/** predict_linear, from the evaluation time on. */
export class WindowForecast extends TrendFunction {
  private readonly seconds: ScalarColumn;

  constructor(seconds: ScalarColumn) {
    super([seconds]);
    this.seconds = seconds;
  }

  protected override valueOf(input: RangeInput, step: number, low: number, high: number): number {
    const line = regression(input.samples.floats, low, high, input.grid.timeOf(step));
    return line.slope * this.seconds.values[step]! + line.intercept;
  }
}

/** double_exponential_smoothing. */
export class WindowSmoothing extends TrendFunction {
  private readonly smoothing: ScalarColumn;
  private readonly trend: ScalarColumn;

  constructor(smoothing: ScalarColumn, trend: ScalarColumn) {
    super([smoothing, trend]);
    this.smoothing = smoothing;
    this.trend = trend;
  }

  protected override valueOf(input: RangeInput, step: number, low: number, high: number): number {
    const smoothing = this.smoothing.values[step]!;
    const trend = this.trend.values[step]!;
    checkFactor(input, "smoothing", "sf", smoothing);
    checkFactor(input, "trend", "tf", trend);
    const { values } = input.samples.floats;
    let before = 0;
    let level = values[low]!;
    let slope = values[low + 1]! - values[low]!;
    for (let i = low + 1; i < high; i++) {
      if (i > low + 1) slope = trend * (level - before) + (1 - trend) * slope;
      const next = smoothing * values[i]! + (1 - smoothing) * (level + slope);
      before = level;
      level = next;
    }
    return level;
  }
}

function checkFactor(input: RangeInput, name: string, symbol: string, value: number): void {
  if (!(value <= 0 || value >= 1)) return;
  input.notes.fail(`invalid ${name} factor. Expected: 0 < ${symbol} < 1, got: ${value.toFixed(6)}`);
}
