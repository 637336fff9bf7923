/** Many histograms as numbers against a list of the histograms themselves. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FloatHistogram } from "../../src/promql/histogram/float-histogram.ts";
import { HistogramPages } from "../../src/promql/histogram/histogram-pages.ts";

const number = fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, Infinity, 2 ** 53));
const list = fc.array(number, { maxLength: 40 });
const spans = fc
  .array(fc.tuple(fc.integer({ min: -100, max: 100 }), fc.nat(1000)), { maxLength: 5 })
  .map((pairs) => ({ offsets: pairs.map(([gap]) => gap), lengths: pairs.map(([, run]) => run) }));
const histograms = fc
  .record({
    schema: fc.constantFrom(-53, -4, 0, 3, 8),
    resetHint: fc.constantFrom("unknown", "reset", "not_reset", "gauge"),
    zeroThreshold: number,
    zeroCount: number,
    count: number,
    sum: number,
    positiveSpans: spans,
    negativeSpans: spans,
    positiveBuckets: list,
    negativeBuckets: list,
    customValues: list,
  })
  .map((fields) => Object.assign(new FloatHistogram(), fields));

const command = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({ kind: fc.constant("add" as const), histogram: histograms }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("copy" as const), of: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear" as const) }) },
);

describe("histograms in pages", () => {
  test("are what was put there, under any commands", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
        const pages = new HistogramPages();
        const other = new HistogramPages();
        const naive: FloatHistogram[] = [];
        for (const one of commands) {
          if (one.kind === "clear") {
            pages.clear();
            naive.length = 0;
          } else if (one.kind === "add") {
            expect(pages.add(one.histogram)).toBe(naive.length);
            naive.push(one.histogram);
          } else if (naive.length > 0) {
            const of = one.of % naive.length;
            const copy = other.addFrom(pages, of);
            expect(pages.addFrom(other, copy)).toBe(naive.length);
            naive.push(naive[of]!);
          }
        }
        expect(pages.length).toBe(naive.length);
        for (const [index, histogram] of naive.entries()) {
          expect(pages.at(index)).toStrictEqual(histogram);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("longer than a page have one of their own", () => {
    const pages = new HistogramPages();
    const long = new FloatHistogram();
    long.positiveBuckets = Array.from({ length: 100_000 }, (_, i) => i);
    const short = new FloatHistogram();
    short.count = 7;
    for (const histogram of [short, long, short]) pages.add(histogram);
    expect([0, 1, 2].map((index) => pages.at(index))).toStrictEqual([short, long, short]);
    pages.clear();
    expect(pages.at(pages.add(long))).toStrictEqual(long);
  });

  test("are changed by nobody who has been given one", () => {
    const pages = new HistogramPages();
    const histogram = new FloatHistogram();
    histogram.positiveBuckets = [1, 2];
    pages.add(histogram);
    pages.at(0).multiply(2);
    expect(pages.at(0).positiveBuckets).toEqual([1, 2]);
  });
});
