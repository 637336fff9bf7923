/** A small store of random series: gauges, counters, histograms, gaps, stale markers. */
import type { Prng } from "../../src/base/prng.ts";
import { FloatHistogram } from "../../src/promql/histogram/float-histogram.ts";
import { MemorySource, type StoredValue } from "../../src/promql/promqltest/memory-source.ts";
import { Labels } from "../../src/series/labels.ts";

const SAMPLES = 60;
const INTERVAL_MS = 15_000;

function nativeHistogram(scale: number, prng: Prng): FloatHistogram {
  const histogram = new FloatHistogram();
  histogram.schema = prng.below(2);
  histogram.zeroThreshold = 0.001;
  histogram.zeroCount = scale;
  histogram.positiveSpans = { offsets: [0, 1], lengths: [1, 2] };
  histogram.positiveBuckets = [scale, 2 * scale, scale];
  histogram.count = 5 * scale;
  histogram.sum = 9 * scale;
  return histogram;
}

/** The next value of a series of a name. */
function nextValue(name: string, index: number, before: number, prng: Prng): StoredValue {
  if (name === "gauge") return prng.below(40) === 0 ? Number.NaN : prng.below(100) - 50;
  if (name === "size") return nativeHistogram(before + prng.below(3), prng);
  if (name === "mixed" && index % 20 >= 10) return nativeHistogram(index, prng);
  return prng.below(25) === 0 ? prng.below(3) : before + prng.below(10);
}

function addSeries(source: MemorySource, labels: Labels, prng: Prng): void {
  const name = labels.get("__name__");
  const phaseMs = prng.below(INTERVAL_MS);
  let before = 0;
  let gap = 0;
  for (let i = 0; i < SAMPLES; i++) {
    const timeMs = i * INTERVAL_MS + phaseMs;
    if (gap > 0) {
      gap--;
      continue;
    }
    if (prng.below(30) === 0) {
      gap = prng.below(25);
      if (prng.below(2) === 0) source.append(labels, timeMs, "stale", 0);
      continue;
    }
    const value = nextValue(name, i, before, prng);
    before = typeof value === "number" && !Number.isNaN(value) ? value : before + 1;
    source.append(labels, timeMs, value, 0);
  }
}

/** Fills a store: 15 minutes of samples from the epoch on. */
export function randomSource(prng: Prng): MemorySource {
  const source = new MemorySource();
  for (const name of ["gauge", "count_total", "size", "mixed"]) {
    for (const a of ["1", "2"]) {
      for (const b of ["x", "y"]) {
        const isPresent = name === "gauge" || prng.below(4) > 0;
        const labels = Labels.fromRecord({ __name__: name, a, b });
        if (isPresent) addSeries(source, labels, prng);
      }
    }
  }
  for (const le of ["1", "2", "+Inf"]) {
    addSeries(source, Labels.fromRecord({ __name__: "bucket", a: "1", le }), prng);
  }
  return source;
}
