/** Functions that treat floats and histograms alike: how many, which first, which last, when. */
import type { RangeFunction, RangeInput } from "../evaluate/range-call.ts";
import type { StepColumn } from "../evaluate/step-column.ts";
import type { ScalarColumn } from "../evaluate/vector-stream.ts";

abstract class SampleFunction implements RangeFunction {
  readonly scalars: readonly ScalarColumn[] = [];
  readonly expectsCounter = false;
  readonly readsWindows = false;

  evaluate(input: RangeInput, column: StepColumn): void {
    const { floats, histograms } = input;
    for (let step = input.fromStep; step < input.toStep; step++) {
      const floatCount = floats.high[step]! - floats.low[step]!;
      const histogramCount = histograms.high[step]! - histograms.low[step]!;
      if (floatCount + histogramCount > 0) this.at(input, step, column);
    }
  }

  /** Writes the value of a window that is not empty. */
  protected abstract at(input: RangeInput, step: number, column: StepColumn): void;
}

/** Position of a window's first or last sample: which kind it is and where. */
interface Picked {
  readonly isFloat: boolean;
  readonly position: number;
  readonly timeMs: number;
}

function pick(input: RangeInput, step: number, edge: "first" | "last"): Picked {
  const { floats, histograms, samples } = input;
  const float = edge === "first" ? floats.low[step]! : floats.high[step]! - 1;
  const histogram = edge === "first" ? histograms.low[step]! : histograms.high[step]! - 1;
  const hasFloat = floats.high[step]! > floats.low[step]!;
  const hasHistogram = histograms.high[step]! > histograms.low[step]!;
  const floatTime = samples.floats.times[float]!;
  const histogramTime = samples.histogramTimes[histogram]!;
  const floatWins = edge === "first" ? floatTime < histogramTime : floatTime > histogramTime;
  return hasFloat && (!hasHistogram || floatWins)
    ? { isFloat: true, position: float, timeMs: floatTime }
    : { isFloat: false, position: histogram, timeMs: histogramTime };
}

/** count_over_time. */
export class WindowCount extends SampleFunction {
  protected override at(input: RangeInput, step: number, column: StepColumn): void {
    const { floats, histograms } = input;
    const count = floats.high[step]! - floats.low[step]!;
    column.setFloat(step, count + histograms.high[step]! - histograms.low[step]!);
  }
}

/** present_over_time, and the first half of absent_over_time. */
export class WindowPresence extends SampleFunction {
  protected override at(_input: RangeInput, step: number, column: StepColumn): void {
    column.setFloat(step, 1);
  }
}

/** first_over_time and last_over_time. */
export class WindowEdge extends SampleFunction {
  private readonly edge: "first" | "last";

  constructor(edge: "first" | "last") {
    super();
    this.edge = edge;
  }

  protected override at(input: RangeInput, step: number, column: StepColumn): void {
    const { isFloat, position } = pick(input, step, this.edge);
    if (isFloat) column.setFloat(step, input.samples.floats.values[position]!);
    else column.setHistogram(step, input.samples.histograms[position]!);
  }
}

/** ts_of_first_over_time and ts_of_last_over_time. */
export class WindowEdgeTime extends SampleFunction {
  private readonly edge: "first" | "last";

  constructor(edge: "first" | "last") {
    super();
    this.edge = edge;
  }

  protected override at(input: RangeInput, step: number, column: StepColumn): void {
    column.setFloat(step, pick(input, step, this.edge).timeMs / 1000);
  }
}
