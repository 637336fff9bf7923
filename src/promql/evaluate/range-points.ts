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
import type { Windows } from "./windows.ts";

/** Points of the first step's window. */
export function rangePoints(
  samples: SampleSeries,
  windows: Windows,
  extended: boolean,
  smoothed: boolean,
): RangePoints {
  const { floats } = samples;
  windows.locate(floats.times, floats.length);
  const low = windows.low[0]!;
  const high = windows.high[0]!;
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
  const times = floats.times.slice(low, high);
  if (samples.histograms.length === 0) {
    const values = floats.values.slice(low, high);
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
  windows.locate(histogramTimes, histogramTimes.length);
  const entries: { time: number; value: number; histogram: FloatHistogram | undefined }[] = [];
  for (let i = low; i < high; i++) {
    entries.push({ time: floats.times[i]!, value: floats.values[i]!, histogram: undefined });
  }
  for (let i = windows.low[0]!; i < windows.high[0]!; i++) {
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
