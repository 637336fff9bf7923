import fc from "fast-check";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { parseExposition } from "../../src/wire/exposition.ts";

/** The only sample of a one-line text. */
function sampleOf(line: string): object {
  const { samples } = parseExposition(`${line}\n`);
  expect(samples).toHaveLength(1);
  return samples[0]!;
}

const labelName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/);
const blanks = fc.stringMatching(/^[ \t]{0,2}$/);

describe("text exposition reader", () => {
  it("reads a name and a value", () => {
    expect(sampleOf("up 1")).toEqual({ labels: ["__name__", "up"], value: 1, timeMs: null });
  });

  it("reads a timestamp", () => {
    expect(sampleOf("up 1 -1795436934080")).toHaveProperty("timeMs", -1795436934080);
  });

  it("sorts labels by name, capitals before __name__, and drops empty values", () => {
    expect(sampleOf('x{b="2",A="1",c="",}1')).toHaveProperty("labels", [
      "A",
      "1",
      "__name__",
      "x",
      "b",
      "2",
    ]);
  });

  it("undoes the escapes of label values", () => {
    expect(sampleOf(String.raw`x{a="q\"b\\n\nä"} 1`)).toHaveProperty("labels", [
      "__name__",
      "x",
      "a",
      'q"b\\n\nä',
    ]);
  });

  it.each([
    ["1e3", 1000],
    ["-.5", -0.5],
    ["5.", 5],
    ["+Inf", Infinity],
    ["-Inf", -Infinity],
    ["inf", Infinity],
    ["NaN", Number.NaN],
    ["Nan", Number.NaN],
    ["1.7976931348623157e308", Number.MAX_VALUE],
  ])("reads value %s", (word, value) => {
    expect(sampleOf(`x ${word}`)).toHaveProperty("value", value);
  });

  it("reads HELP and TYPE, and steps over other comments and empty lines", () => {
    const text = [
      "# HELP requests_total How many.\\nSecond line \\\\ done.",
      "# TYPE requests_total counter",
      "# anything else",
      "#",
      "",
      "# HELP bare",
      "requests_total 5",
    ].join("\n");
    const { samples, families } = parseExposition(text);
    expect(samples).toHaveLength(1);
    expect(families).toEqual([
      { name: "requests_total", type: "counter", help: "How many.\nSecond line \\ done." },
      { name: "bare", type: "untyped", help: "" },
    ]);
  });

  it("reads any labels back, however they are spaced", () => {
    fc.assert(
      fc.property(
        fc.dictionary(labelName, fc.string({ unit: "grapheme", minLength: 1 })),
        fc.double().map((value) => value + 0),
        blanks,
        (labels, value, space) => {
          const escaped = (text: string): string =>
            text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
          const pairs = Object.entries({ ...labels }).filter(([name]) => name !== "__name__");
          const inside = pairs.map(
            ([name, text]) => `${space}${name}${space}=${space}"${escaped(text)}"${space}`,
          );
          const line = `m${space}{${inside.join(",")}}${space}${value}`;
          const read = sampleOf(line) as { labels: string[]; value: number };
          const expected = [...pairs, ["__name__", "m"]].sort(([a], [b]) => (a! < b! ? -1 : 1));
          expect(read.labels).toEqual(expected.flat());
          expect(read.value).toEqual(value);
        },
      ),
    );
  });

  it("reads what prom-client prints", async () => {
    const registers = [new Registry()];
    new Gauge({ name: "g", help: 'with "quotes"', registers }).set(Number.NaN);
    new Counter({ name: "c_total", help: "h", labelNames: ["code"], registers }).inc({ code: "2" });
    new Histogram({ name: "h", help: "h", buckets: [1, 2], registers }).observe(1.5);
    const { samples, families } = parseExposition(await registers[0]!.metrics());
    expect(samples.map(({ labels, value }) => [labels.join(" "), value])).toEqual([
      ["__name__ g", Number.NaN],
      ["__name__ c_total code 2", 1],
      ["__name__ h_bucket le 1", 0],
      ["__name__ h_bucket le 2", 1],
      ["__name__ h_bucket le +Inf", 1],
      ["__name__ h_sum", 1.5],
      ["__name__ h_count", 1],
    ]);
    expect(families.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "g gauge",
      "c_total counter",
      "h histogram",
    ]);
  });

  it.each([
    ["x", "line 2: want a value at column 2"],
    ["x one", 'line 2: value "one" is not a number at column 6'],
    ["x 0x10", 'line 2: value "0x10" is not a number at column 7'],
    ["x 1 1.5", 'line 2: timestamp "1.5" is not a whole number at column 8'],
    ["x 1 2 3", "line 2: text behind the timestamp at column 6"],
    ["9x 1", "line 2: want a metric name at column 1"],
    ['x{a="1" b="2"} 1', 'line 2: want "," at column 9'],
    ['x{a="1",a="2"} 1', "line 2: label a is given twice at column 14"],
    ['x{__name__="y"} 1', "line 2: label __name__ is given twice at column 15"],
    ["x{a=1} 1", "line 2: want a quoted label value at column 5"],
    ['x{a="1} 1', "line 2: want a quoted label value at column 5"],
    ['x{"a b"} 1', "line 2: want a label name at column 3"],
    ["# TYPE x strange", 'line 2: type "strange" is not known'],
  ])("refuses %j", (line, reason) => {
    const read = (): unknown => parseExposition(`ok 1\n${line}\n`);
    expect(read).toThrow(`metrics text invalid in ${reason}`);
    expect(read).toThrow(expect.objectContaining({ code: "EXPOSITION_INVALID" }));
  });
});
