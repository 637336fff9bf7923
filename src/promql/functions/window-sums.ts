/**
 * sum_over_time and avg_over_time, of floats or of native histograms.
 *
 * Floats are summed with compensation, window by window from the left, as the order decides the
 * last digits. The mean divides the sum; when that would overflow it goes on incrementally.
 */
import { sumError } from "../evaluate/go-math.ts";
import { messages } from "../evaluate/messages.ts";
import type { RangeFunction, RangeInput } from "../evaluate/range-call.ts";
import type { StepColumn } from "../evaluate/step-column.ts";
import type { ScalarColumn } from "../evaluate/vector-stream.ts";
import { HistogramSum } from "../histogram/histogram-sum.ts";

/** Compensated sum of values[low, high). */
export function sumOf(values: Float64Array, low: number, high: number): number {
  let sum = 0;
  let error = 0;
  for (let i = low; i < high; i++) {
    const value = values[i]!;
    const next = sum + value;
    if (next === Infinity || next === -Infinity) error = 0;
    else error += sumError(sum, value, next);
    sum = next;
  }
  return sum === Infinity || sum === -Infinity ? sum : sum + error;
}

/** Mean of values[low, high), which is not empty. */
export function meanOf(values: Float64Array, low: number, high: number): number {
  let sum = values[low]!;
  let error = 0;
  for (let i = low + 1; i < high; i++) {
    const value = values[i]!;
    const next = sum + value;
    if (next === Infinity || next === -Infinity) {
      return incrementalMean(values, low, i, high, sum, error);
    }
    error += sumError(sum, value, next);
    sum = next;
  }
  const count = high - low;
  return sum / count + error / count;
}

/** Goes on from the sum of values[low, from) with a running mean. */
function incrementalMean(
  values: Float64Array,
  low: number,
  from: number,
  high: number,
  sum: number,
  sumCompensation: number,
): number {
  let mean = sum / (from - low);
  let error = sumCompensation / (from - low);
  for (let i = from; i < high; i++) {
    const count = i - low + 1;
    const share = (count - 1) / count;
    const scaled = share * mean;
    const part = values[i]! / count;
    const next = scaled + part;
    error = Math.abs(next) === Infinity ? 0 : share * error + sumError(scaled, part, next);
    mean = next;
  }
  return mean + error;
}

export class WindowSum implements RangeFunction {
  readonly scalars: readonly ScalarColumn[] = [];
  readonly expectsCounter = false;
  readonly readsWindows = true;
  private readonly isMean: boolean;

  constructor(isMean: boolean) {
    this.isMean = isMean;
  }

  evaluate(input: RangeInput, column: StepColumn): void {
    const { low, high } = input.floats;
    const { values } = input.samples.floats;
    const reduce = this.isMean ? meanOf : sumOf;
    const mixed = input.samples.histograms.length > 0;
    for (let step = input.fromStep; step < input.toStep; step++) {
      if (mixed && this.withHistograms(input, step, column)) continue;
      if (low[step] === high[step]) continue;
      column.setFloat(step, reduce(values, low[step]!, high[step]!));
    }
  }

  /** Handles a window with histograms; false when it has none. */
  private withHistograms(input: RangeInput, step: number, column: StepColumn): boolean {
    const low = input.histograms.low[step]!;
    const high = input.histograms.high[step]!;
    if (low === high) return false;
    if (input.floats.high[step]! > input.floats.low[step]!) {
      input.notes.mixedKinds();
      return true;
    }
    const { histograms } = input.samples;
    const sum = new HistogramSum(histograms[low]!);
    for (let i = low + 1; i < high; i++) {
      if (sum.add(histograms[i]!)) continue;
      input.notes.mixedBuckets();
      return true;
    }
    if (sum.resetSeen && sum.notResetSeen) input.notes.warn(messages.resetCollision("aggregation"));
    if (sum.boundsReconciled) input.notes.info(messages.reconciledBounds("aggregation"));
    column.setHistogram(step, sum.result(this.isMean ? high - low : 1));
    return true;
  }
}
