import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combineHistograms, equalHistograms } from "../../src/promql/histogram/arithmetic.ts";
import { compact, reduceSchema } from "../../src/promql/histogram/bucket-layout.ts";
import { allBuckets } from "../../src/promql/histogram/bucket-walk.ts";
import { CUSTOM_BUCKETS, FloatHistogram } from "../../src/promql/histogram/float-histogram.ts";
import { histogramJson } from "../../src/promql/histogram/histogram-json.ts";
import { histogramText } from "../../src/promql/histogram/histogram-text.ts";
import { histogramFraction, histogramQuantile } from "../../src/promql/histogram/quantile.ts";
import { isReset } from "../../src/promql/histogram/reset-detection.ts";
import { readHistogram } from "../../src/promql/promqltest/histogram-literal.ts";
import { TextScanner } from "../../src/promql/promqltest/text-scanner.ts";

/** A histogram as scripts write it. */
function written(text: string): FloatHistogram {
  return readHistogram(new TextScanner(`{{${text}}}`)).histogram;
}

const counts = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 8 });

/** Exponential histograms with whole counts. */
const histograms = fc
  .record({
    schema: fc.integer({ min: -2, max: 3 }),
    zeroCount: fc.integer({ min: 0, max: 5 }),
    positiveOffset: fc.integer({ min: -4, max: 4 }),
    negativeOffset: fc.integer({ min: -4, max: 4 }),
    positive: counts,
    negative: counts,
  })
  .map((shape) => {
    const histogram = new FloatHistogram();
    histogram.schema = shape.schema;
    histogram.zeroThreshold = 2 ** -128;
    histogram.zeroCount = shape.zeroCount;
    histogram.positiveBuckets = shape.positive;
    histogram.negativeBuckets = shape.negative;
    const { positive, negative, positiveOffset, negativeOffset } = shape;
    histogram.positiveSpans = { offsets: [positiveOffset], lengths: [positive.length] };
    histogram.negativeSpans = { offsets: [negativeOffset], lengths: [negative.length] };
    histogram.count = [...positive, ...negative].reduce((a, b) => a + b, shape.zeroCount);
    histogram.sum = histogram.count * 1.5;
    return histogram;
  });

/** The number of observations up to each bound, as pairs. */
function cumulative(histogram: FloatHistogram): [number, number][] {
  let total = 0;
  return allBuckets(histogram).map(({ upper, count }) => {
    total += count;
    return [upper, total];
  });
}

describe("native histograms", () => {
  it("add up in any order", () => {
    fc.assert(
      fc.property(histograms, histograms, (a, b) => {
        const left = combineHistograms(a, b, 1)!.histogram;
        const right = combineHistograms(b, a, 1)!.histogram;
        expect(equalHistograms(left, right)).toBe(true);
        expect(left.count).toBe(a.count + b.count);
        const inBuckets = allBuckets(left).reduce((sum, { count }) => sum + count, 0);
        expect(inBuckets).toBe(left.count);
      }),
    );
  });

  it("give back what was added when it is taken away", () => {
    fc.assert(
      fc.property(histograms, histograms, (a, b) => {
        const sum = combineHistograms(a, b, 1)!.histogram;
        const rest = combineHistograms(sum, b, -1)!.histogram;
        expect(equalHistograms(rest, reduceSchema(a.copy(), rest.schema))).toBe(true);
      }),
    );
  });

  it("leave their operands alone", () => {
    fc.assert(
      fc.property(histograms, histograms, (a, b) => {
        const before = [histogramText(a), histogramText(b)];
        combineHistograms(a, b, -1);
        expect([histogramText(a), histogramText(b)]).toEqual(before);
      }),
    );
  });

  it("keep their counts at the bounds of a lower resolution", () => {
    fc.assert(
      fc.property(histograms, fc.integer({ min: -3, max: 2 }), (histogram, schema) => {
        const fine = new Map(cumulative(histogram));
        for (const [bound, count] of cumulative(reduceSchema(histogram.copy(), schema))) {
          if (fine.has(bound)) expect(count).toBe(fine.get(bound));
        }
      }),
    );
  });

  it("are no different without their empty buckets", () => {
    fc.assert(
      fc.property(histograms, (histogram) => {
        const small = compact(histogram.copy());
        expect(equalHistograms(small, histogram)).toBe(true);
        expect(small.positiveBuckets).not.toContain(0);
        expect(histogramJson(small)).toBe(histogramJson(histogram));
      }),
    );
  });

  it("have rising quantiles inside their buckets", () => {
    fc.assert(
      fc.property(histograms, (histogram) => {
        if (histogram.count === 0) return;
        let before = -Infinity;
        for (let phi = 0; phi <= 1; phi += 0.125) {
          const { value } = histogramQuantile(histogram, phi);
          expect(value).toBeGreaterThanOrEqual(before);
          before = value;
        }
      }),
    );
  });

  it("have as much below a quantile as it says", () => {
    const histogram = written("schema:1 count:15 sum:30 buckets:[1 2 3 4 5]");
    for (const phi of [0.1, 0.25, 0.5, 0.8, 0.99]) {
      const { value } = histogramQuantile(histogram, phi);
      expect(histogramFraction(histogram, -Infinity, value).value).toBeCloseTo(phi, 10);
    }
  });

  it("were reset when any bucket has less than before", () => {
    fc.assert(
      fc.property(histograms, histograms, (a, b) => {
        expect(isReset(combineHistograms(a, b, 1)!.histogram, a)).toBe(false);
      }),
    );
    const before = written("count:9 buckets:[4 5]");
    expect(isReset(written("count:10 buckets:[3 7]"), before)).toBe(true);
    expect(isReset(written("count:8 buckets:[4 4]"), before)).toBe(true);
    expect(isReset(written("count:20 buckets:[9 11] counter_reset_hint:reset"), before)).toBe(true);
    expect(isReset(written("count:1 counter_reset_hint:not_reset"), before)).toBe(false);
  });

  it("do not mix with custom buckets", () => {
    const custom = written("schema:-53 count:3 custom_values:[1 2] buckets:[1 2]");
    expect(custom.schema).toBe(CUSTOM_BUCKETS);
    expect(combineHistograms(custom, written("count:1 buckets:[1]"), 1)).toBeNull();
  });

  it("print as text", () => {
    const text = "count:7 sum:2.5 z_bucket:1 z_bucket_w:0.5 buckets:[0 3 2] n_buckets:[1]";
    expect(histogramText(written(text))).toBe(
      "{count:7, sum:2.5, [-1,-0.5):1, [-0.5,0.5]:1, (1,2]:3, (2,4]:2}",
    );
  });

  it("print as JSON with the rule of each bucket's ends", () => {
    const text = "count:3 sum:2.5 z_bucket:1 z_bucket_w:0.5 buckets:[0 1] n_buckets:[1]";
    expect(histogramJson(written(text))).toBe(
      '{"count":"3","sum":"2.5","buckets":' +
        '[[1,"-1","-0.5","1"],[3,"-0.5","0.5","1"],[0,"1","2","1"]]}',
    );
    expect(histogramJson(new FloatHistogram())).toBe('{"count":"0","sum":"0"}');
  });
});
