import { describe, expect, it } from "vitest";
import { openMetricsSamples } from "../../src/import/openmetrics.ts";

const read = (text: string) => [...openMetricsSamples(text)];

describe("OpenMetrics text", () => {
  it("gives samples with times in milliseconds and labels sorted", () => {
    const text = [
      "# HELP http_requests_total Requests.",
      "# TYPE http_requests_total counter",
      "# UNIT http_requests_total requests",
      'http_requests_total{code="200",Zone="a"} 1.5e3 1565133713.989',
      "up 1 1565133714",
      "# EOF",
      "",
    ].join("\n");
    expect(read(text)).toEqual([
      {
        labels: ["Zone", "a", "__name__", "http_requests_total", "code", "200"],
        timeMs: 1565133713989,
        value: 1500,
      },
      { labels: ["__name__", "up"], timeMs: 1565133714000, value: 1 },
    ]);
  });

  it("reads quoted names, escapes, special values and passes over exemplars", () => {
    const text = [
      '{"my.metric","label.x"="a\\n\\"b\\\\"} +Inf 1',
      'a_bucket{le="1"} NaN 2 # {trace_id="x"} 0.5 1.9',
      'b{x=""} -inf -3.5',
      "# EOF",
    ].join("\n");
    expect(read(text)).toEqual([
      { labels: ["__name__", "my.metric", "label.x", 'a\n"b\\'], timeMs: 1000, value: Infinity },
      { labels: ["__name__", "a_bucket", "le", "1"], timeMs: 2000, value: Number.NaN },
      { labels: ["__name__", "b"], timeMs: -3500, value: -Infinity },
    ]);
  });

  it("is empty when it only ends", () => {
    expect(read("# EOF\n")).toEqual([]);
  });

  for (const [text, message] of [
    ["a 1 1\n", /line 2, column 1: want # EOF/],
    ["a 1\n# EOF", /line 1, column 4: want a timestamp/],
    ["a 1 x\n# EOF", /line 1, column 6: "x" is not a number/],
    ["a 1 NaN\n# EOF", /timestamp NaN is not a time/],
    ["a{b=1} 1 1\n# EOF", /line 1, column 5: want a quoted label value/],
    ['a{b="1",b="2"} 1 1\n# EOF', /label b is given twice/],
    ['{b="1"} 1 1\n# EOF', /the sample has no metric name/],
    ["a 1 1 junk\n# EOF", /text behind the timestamp/],
    ["# EOF\na 1 1\n", /line 2, column 1: text behind # EOF/],
  ] as const) {
    it(`refuses ${JSON.stringify(text)} with the place`, () => {
      expect(() => read(text)).toThrow(message);
    });
  }
});
