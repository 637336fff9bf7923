import { describe, expect, it } from "vitest";
import { shownAnnotations } from "../../src/promql/result/annotation-list.ts";
import { labelsJson, labelsParts } from "../../src/promql/result/label-json.ts";
import type { QueryValue } from "../../src/promql/result/query-result.ts";
import { resultJson, resultPieces, timeText } from "../../src/promql/result/result-json.ts";
import { Labels } from "../../src/series/labels.ts";

const labels = Labels.fromRecord({ b: 'say "hi"', __name__: "x", a: "é\n" });

describe("a time in a reply", () => {
  it.each([
    [0, "0"],
    [1_435_781_451_781, "1435781451.781"],
    [1_435_781_451_000, "1435781451"],
    [5, "0.005"],
    [120, "0.120"],
    [-1500, "-1.500"],
    [-5, "-0.005"],
  ])("%s ms is %s", (timeMs, text) => {
    expect(timeText(timeMs)).toBe(text);
  });
});

describe("a result in a reply", () => {
  it("is one value for a scalar or string", () => {
    expect(resultJson({ type: "scalar", timeMs: 1500, value: Infinity })).toBe(
      '{"resultType":"scalar","result":[1.500,"+Inf"]}',
    );
    expect(resultJson({ type: "string", timeMs: 0, value: 'a"\udcff' })).toBe(
      '{"resultType":"string","result":[0,"a\\"\ufffd"]}',
    );
  });

  it("has sorted labels in a vector", () => {
    const vector: QueryValue = {
      type: "vector",
      timeMs: 1000,
      labels: [labels, Labels.empty],
      values: Float64Array.of(1.5, Number.NaN),
      histograms: null,
    };
    expect(resultJson(vector)).toBe(
      '{"resultType":"vector","result":[' +
        '{"metric":{"__name__":"x","a":"é\\n","b":"say \\"hi\\""},"value":[1,"1.5"]},' +
        '{"metric":{},"value":[1,"NaN"]}]}',
    );
  });

  it("leaves absent points of a matrix out", () => {
    const matrix: QueryValue = {
      type: "matrix",
      series: [
        {
          labels: Labels.empty,
          times: Float64Array.of(0, 500, 1000),
          values: Float64Array.of(1, 0, 1e21),
          kinds: Uint8Array.of(1, 0, 1),
          histograms: null,
        },
      ],
    };
    expect(resultJson(matrix)).toBe(
      '{"resultType":"matrix","result":[{"metric":{},"values":[[0,"1"],[1,"1e+21"]]}]}',
    );
  });

  it("comes in pieces when it is long", () => {
    const count = 20_000;
    const matrix: QueryValue = {
      type: "matrix",
      series: [
        {
          labels,
          times: Float64Array.from({ length: count }, (_, i) => i * 1000),
          values: Float64Array.from({ length: count }, (_, i) => i / 7),
          kinds: new Uint8Array(count).fill(1),
          histograms: null,
        },
      ],
    };
    const pieces = [...resultPieces(matrix)];
    expect(pieces.length).toBeGreaterThan(5);
    expect(JSON.parse(Buffer.concat(pieces).toString()).result[0].values).toHaveLength(count);
  });

  it("comes in pieces when a label set is long", () => {
    const record = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`name${i + 10}`, `${i}\u0001`.repeat(30_000)]),
    );
    const wide = Labels.fromRecord(record);
    expect([...labelsParts(wide)].join("")).toBe(labelsJson(wide));
    const times = Float64Array.of(0);
    const values = Float64Array.of(1);
    const series = [{ labels: wide, times, values, kinds: Uint8Array.of(1), histograms: null }];
    const results: QueryValue[] = [
      { type: "vector", timeMs: 0, labels: [wide], values, histograms: null },
      { type: "matrix", series },
    ];
    for (const result of results) {
      const pieces = [...resultPieces(result)];
      expect(pieces.length).toBeGreaterThan(10);
      expect(JSON.parse(Buffer.concat(pieces).toString()).result[0].metric).toEqual(record);
    }
  });
});

describe("the annotations of a reply", () => {
  it("are ten and the number of the others", () => {
    const texts = Array.from({ length: 13 }, (_, i) => `text ${i}`);
    expect(shownAnnotations(texts.slice(0, 10), "info")).toHaveLength(10);
    expect(shownAnnotations(texts, "warning").at(-1)).toBe("3 more warning annotations omitted");
  });
});
