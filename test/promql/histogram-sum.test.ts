import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { combineHistograms, equalHistograms } from "../../src/promql/histogram/arithmetic.ts";
import { compact } from "../../src/promql/histogram/bucket-layout.ts";
import { FloatHistogram } from "../../src/promql/histogram/float-histogram.ts";
import { HistogramSum } from "../../src/promql/histogram/histogram-sum.ts";

const gaps = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 30 });

/** Histograms of one schema with a bucket here and there, negative ones as well. */
const sparse = fc.record({
  positive: gaps,
  negative: gaps,
  first: fc.integer(),
  schema: fc.nat(2),
});

function side(first: number, lengths: readonly number[]): [number[], number[], number[]] {
  const offsets = lengths.map((gap, i) => (i === 0 ? first % 50 : gap));
  const widths = lengths.map((gap) => gap % 3);
  const buckets = widths.reduce((sum, width) => sum + width, 0);
  return [offsets, widths, Array.from({ length: buckets }, (_, i) => (i * 7) % 11)];
}

const histograms = sparse.map(({ positive, negative, first, schema }) => {
  const histogram = new FloatHistogram();
  const [offsets, lengths, buckets] = side(first, positive);
  const [below, belowLengths, belowBuckets] = side(first >> 3, negative);
  histogram.schema = schema;
  histogram.positiveSpans = { offsets, lengths };
  histogram.positiveBuckets = buckets;
  histogram.negativeSpans = { offsets: below, lengths: belowLengths };
  histogram.negativeBuckets = belowBuckets;
  histogram.zeroCount = positive.length;
  const observed = [...buckets, ...belowBuckets].reduce((a, b) => a + b, 0);
  histogram.count = observed + histogram.zeroCount;
  histogram.sum = first % 1000;
  return histogram;
});

describe("a running sum of native histograms", () => {
  test.prop([fc.array(histograms, { minLength: 1, maxLength: 12 })])(
    "is what adding one after the other gives, whatever buckets they have",
    (all) => {
      const [first, ...rest] = all;
      const sum = new HistogramSum(first!);
      let expected = first!;
      for (const histogram of rest) {
        expect(sum.add(histogram)).toBe(true);
        expected = combineHistograms(expected, histogram, 1)!.histogram;
      }
      expect(equalHistograms(sum.result(), compact(expected.copy()))).toBe(true);
    },
  );
});
