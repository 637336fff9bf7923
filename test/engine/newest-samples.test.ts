import { describe, expect, it } from "vitest";
import { Slices } from "../../src/base/slices.ts";
import { HistogramColumns } from "../../src/chunk/histogram-columns.ts";
import { newestSamples } from "../../src/engine/newest-samples.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { draftOf, type NaiveHistogram, STALE_BITS } from "../chunk/naive-histogram.ts";
import { closingSource } from "./closing-source.ts";
import { append, START_MS, seriesOf, storeAt } from "./store-fixtures.ts";

const { clock, store } = storeAt(START_MS);
const NO_SIDE = { spans: [], counts: [] };
const EMPTY: NaiveHistogram = {
  ...{ timeMs: 0, isFloat: false, hint: 0, schema: 0, threshold: 0, count: 0n, zeroCount: 0n },
  ...{ sum: 0n, positive: NO_SIDE, negative: NO_SIDE, bounds: [] },
};

function addHistogram(name: string, timeMs: number, fields: Partial<NaiveHistogram>): void {
  const columns = new HistogramColumns();
  columns.push(draftOf({ ...EMPTY, ...fields, timeMs }));
  store.head.appendHistogram(seriesOf(store, [["__name__", name]]), columns, 0);
}

function addNumber(name: string, timeMs: number, value: number): void {
  append(store, seriesOf(store, [["__name__", name]]), timeMs, value);
}

const at = (step: number) => START_MS - 60_000 + step * 15_000;

async function newest(toMs: number) {
  const everything = [new Matcher("!=", "__name__", "")];
  const slices = new Slices(clock, 5);
  const source = closingSource(new HeadSource(store.head));
  return newestSamples(source, [everything, everything], at(0), toMs, slices, (found) =>
    [...found].map(({ labels, value, histogram, timeMs }) => [
      ...[labels.get("__name__"), (timeMs - at(0)) / 15_000],
      histogram === null
        ? value
        : { count: histogram.count, isGauge: histogram.resetHint === "gauge" },
    ]),
  );
}

addNumber("number", at(0), 1);
addNumber("number", at(1), 2);
addHistogram("integer", at(1), { count: 1n, zeroCount: 1n });
addHistogram("integer", at(2), { count: 2n, zeroCount: 2n });
addHistogram("gauge", at(2), { isFloat: true, count: 2.5, zeroCount: 2.5, hint: 3 });
addNumber("became_histogram", at(1), 7);
addHistogram("became_histogram", at(2), { count: 3n, zeroCount: 3n });
addHistogram("became_number", at(1), { count: 4n, zeroCount: 4n });
addNumber("became_number", at(2), 8);
addHistogram("ended", at(1), { count: 5n, zeroCount: 5n });
addHistogram("ended", at(2), { sum: STALE_BITS });
addHistogram("too_old", at(-1), { count: 1n, zeroCount: 1n });

describe("the newest samples", () => {
  it("are numbers and histograms, none of a series that has ended, each once", async () => {
    expect(await newest(at(2))).toEqual([
      ["became_histogram", 2, { count: 3, isGauge: false }],
      ["became_number", 2, 8],
      ["gauge", 2, { count: 2.5, isGauge: true }],
      ["integer", 2, { count: 2, isGauge: false }],
      ["number", 1, 2],
    ]);
  });

  it("are those up to the end of the range", async () => {
    expect(await newest(at(1))).toEqual([
      ["became_histogram", 1, 7],
      ["became_number", 1, { count: 4, isGauge: false }],
      ["ended", 1, { count: 5, isGauge: false }],
      ["integer", 1, { count: 1, isGauge: false }],
      ["number", 1, 2],
    ]);
  });
});
