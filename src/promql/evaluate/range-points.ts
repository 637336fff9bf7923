/**
 * The samples of one window as result points, floats and histograms in order of time.
 *
 * An anchored window gets points of its own at both edges: the sample before the left edge and the
 * last one, moved there; a smoothed window gets interpolated ones.
 */
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import type { RangePoints } from "./range-stream.ts";
import type { SampleSeries } from "./sample-series.ts";
import { extendedFloats } from "./smoothing.ts";
import { FLOAT, HISTOGRAM } from "./step-column.ts";
import { WindowPositions, type Windows } from "./windows.ts";

/** Points of the first step's window; they may be views of the samples. */
export function rangePoints(
  samples: SampleSeries,
  windows: Windows,
  extended: boolean,
  smoothed: boolean,
): RangePoints {
  const { floats } = samples;
  const positions = new WindowPositions(windows.count);
  windows.locate(floats.times, floats.length, positions);
  const low = positions.low[0]!;
  const high = positions.high[0]!;
  if (extended) {
    const points = extendedFloats(
      floats,
      low,
      high,
      windows.startOf(0),
      windows.ends[0]!,
      smoothed,
    );
    return { ...points, kinds: new Uint8Array(points.times.length).fill(FLOAT), histograms: null };
  }
  const times = floats.times.subarray(low, high);
  if (samples.histograms.length === 0) {
    const values = floats.values.subarray(low, high);
    return { times, values, kinds: new Uint8Array(high - low).fill(FLOAT), histograms: null };
  }
  return mixedPoints(samples, windows, low, high);
}

function mixedPoints(
  samples: SampleSeries,
  windows: Windows,
  low: number,
  high: number,
): RangePoints {
  const { floats, histograms, histogramTimes } = samples;
  const positions = new WindowPositions(windows.count);
  windows.locate(histogramTimes, histogramTimes.length, positions);
  const from = positions.low[0]!;
  const to = positions.high[0]!;
  const count = high - low + to - from;
  const times = new Float64Array(count);
  const values = new Float64Array(count);
  const kinds = new Uint8Array(count);
  const found = new Array<FloatHistogram | undefined>(count);
  let float = low;
  let histogram = from;
  for (let point = 0; point < count; point++) {
    const isFloat =
      histogram === to || (float < high && floats.times[float]! <= histogramTimes[histogram]!);
    times[point] = isFloat ? floats.times[float]! : histogramTimes[histogram]!;
    kinds[point] = isFloat ? FLOAT : HISTOGRAM;
    if (isFloat) values[point] = floats.values[float++]!;
    else found[point] = histograms[histogram++];
  }
  return { times, values, kinds, histograms: found };
}
