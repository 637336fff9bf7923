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
  const entries: { time: number; value: number; histogram: FloatHistogram | undefined }[] = [];
  for (let i = low; i < high; i++) {
    entries.push({ time: floats.times[i]!, value: floats.values[i]!, histogram: undefined });
  }
  for (let i = positions.low[0]!; i < positions.high[0]!; i++) {
    entries.push({ time: histogramTimes[i]!, value: 0, histogram: histograms[i] });
  }
  entries.sort((left, right) => left.time - right.time);
  return {
    times: Float64Array.from(entries, (entry) => entry.time),
    values: Float64Array.from(entries, (entry) => entry.value),
    kinds: Uint8Array.from(entries, (entry) => (entry.histogram ? HISTOGRAM : FLOAT)),
    histograms: entries.map((entry) => entry.histogram),
  };
}
