/** A native histogram of 40 buckets that have counted n times. */
import { FloatHistogram } from "../../src/promql/histogram/float-histogram.ts";

const BUCKETS = 40;

/** The histogram after n steps of counting. */
export function longHistogram(n: number): FloatHistogram {
  const histogram = new FloatHistogram();
  histogram.schema = 2;
  histogram.zeroThreshold = 0.001;
  histogram.zeroCount = n;
  histogram.positiveSpans = { offsets: [-8], lengths: [BUCKETS] };
  histogram.positiveBuckets = Array.from({ length: BUCKETS }, (_, i) => n * ((i % 5) + 1));
  histogram.count = histogram.positiveBuckets.reduce((sum, count) => sum + count, n);
  histogram.sum = 3 * n;
  return histogram;
}
