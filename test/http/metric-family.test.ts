import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { NewestSample } from "../../src/engine/newest-samples.ts";
import type { LabelPair } from "../../src/http/exposed-names.ts";
import { FamilySplitter } from "../../src/http/metric-family.ts";
import { FamilyEncoder } from "../../src/http/metric-family-bytes.ts";
import { familyTexts } from "../../src/http/metric-family-text.ts";
import { FloatHistogram } from "../../src/promql/histogram/float-histogram.ts";
import { Labels } from "../../src/series/labels.ts";
import { familiesOfBytes, familiesOfText } from "./exposed-families.ts";

const GIVEN: readonly LabelPair[] = [["instance", ""]];

function encode(samples: readonly NewestSample[]): readonly Uint8Array[] {
  const encoder = new FamilyEncoder(GIVEN, "allow-utf-8");
  const splitter = new FamilySplitter(encoder);
  for (const sample of samples) splitter.add(sample);
  return encoder.finish();
}

const print = (samples: readonly NewestSample[], isCompact: boolean) =>
  [...familyTexts(samples, GIVEN, "allow-utf-8", isCompact)].join("");

function sample(labels: Record<string, string>, value: number | FloatHistogram, timeMs = 1000) {
  const histogram = typeof value === "number" ? null : value;
  const number = typeof value === "number" ? value : 0;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, number);
  const words = { valueHigh: bits.getUint32(0), valueLow: bits.getUint32(4) };
  return { labels: Labels.fromRecord(labels), value: number, ...words, histogram, timeMs };
}

function histogram(fields: Partial<FloatHistogram>): FloatHistogram {
  return Object.assign(new FloatHistogram(), fields);
}

const SIDES = histogram({
  ...{ schema: -2, zeroThreshold: 0.001, zeroCount: 2.5, count: 12, sum: -1.5 },
  ...{ positiveSpans: { offsets: [-3, 2], lengths: [1, 2] }, positiveBuckets: [1, 0, 3.5] },
  ...{ negativeSpans: { offsets: [7], lengths: [1] }, negativeBuckets: [5] },
});

describe("families", () => {
  it("are written to the byte", () => {
    const [bytes] = encode([sample({ __name__: "up", job: "a" }, 1)]);
    const hex =
      "2e 0a 02 75 70 18 03 22 26" +
      "0a 08 0a 03 6a 6f 62 12 01 61 0a 0c 0a 08 69 6e 73 74 61 6e 63 65 12 00" +
      "2a 09 09 00 00 00 00 00 00 f0 3f 30 e8 07";
    expect(Buffer.from(bytes!).toString("hex")).toBe(hex.replaceAll(" ", ""));
  });

  it("keep the bits of a NaN", () => {
    const odd = { ...sample({ __name__: "x" }, NaN), valueHigh: 0x7ff80000, valueLow: 0x123 };
    const [bytes] = encode([odd]);
    expect(Buffer.from(bytes!).toString("hex")).toContain(
      "2a09092301000000 00f87f".replace(" ", ""),
    );
  });

  it("are written as text in many lines, and in one", () => {
    const samples = [
      sample({ __name__: "up" }, 1e6),
      sample({ __name__: "x", a: 'ü"\n\x01' }, NaN),
    ];
    expect(print(samples, true)).toBe(
      'name:"up" type:UNTYPED metric:{label:{name:"instance" value:""} untyped:{value:1e+06} ' +
        'timestamp_ms:1000}\nname:"x" type:UNTYPED metric:{label:{name:"a" value:"ü\\"\\n\\x01"} ' +
        'label:{name:"instance" value:""} untyped:{value:nan} timestamp_ms:1000}\n',
    );
    expect(print(samples.slice(0, 1), false)).toBe(
      'name: "up"\ntype: UNTYPED\nmetric: {\n  label: {\n    name: "instance"\n    value: ""\n' +
        "  }\n  untyped: {\n    value: 1e+06\n  }\n  timestamp_ms: 1000\n}\n\n",
    );
  });

  it("hold a histogram with float counts", () => {
    const [family] = familiesOfBytes(Buffer.concat(encode([sample({ __name__: "h" }, SIDES)])));
    expect(family).toMatchObject({ name: ["h"], type: ["HISTOGRAM"] });
    expect(family!["metric"]).toEqual([
      {
        label: [{ name: ["instance"], value: [""] }],
        timestampMs: ["1000"],
        histogram: [
          {
            ...{ sampleCountFloat: ["12"], sampleSum: ["-1.5"], schema: ["-2"] },
            ...{ zeroThreshold: ["0.001"], zeroCountFloat: ["2.5"] },
            negativeSpan: [{ offset: ["7"], length: ["1"] }],
            negativeCount: ["5"],
            positiveSpan: [
              { offset: ["-3"], length: ["1"] },
              { offset: ["2"], length: ["2"] },
            ],
            positiveCount: ["1", "0", "3.5"],
          },
        ],
      },
    ]);
  });

  it("are parted where the kind of their series changes", () => {
    const gauge = SIDES.withHint("gauge");
    const values = [1, 2, SIDES, gauge, gauge, SIDES, 3];
    const samples = values.map((value, i) => sample({ __name__: "m", i: String(i) }, value));
    const types = familiesOfBytes(Buffer.concat(encode(samples))).map(({ type, metric }) => [
      ...type!,
      metric!.length,
    ]);
    const parts = [
      ["UNTYPED", 2],
      ["HISTOGRAM", 1],
      ["GAUGE_HISTOGRAM", 2],
      ["HISTOGRAM", 1],
    ];
    expect(types).toEqual([...parts, ["UNTYPED", 1]]);
  });

  it("have no histogram with custom buckets", () => {
    const custom = histogram({ schema: -53, customValues: [1], count: 1 });
    expect(encode([sample({ __name__: "h" }, custom)])).toEqual([]);
    expect(print([sample({ __name__: "h" }, custom)], true)).toBe("");
  });

  it("of which one is long come in pieces, short ones together", () => {
    const series = (name: string, count: number) =>
      Array.from({ length: count }, (_, i) => sample({ __name__: name, i: `${i}` }, i));
    const samples = [...series("a", 1), ...series("b", 5000), ...series("c", 1), ...series("d", 1)];
    const pieces = encode(samples);
    expect(pieces.length).toBeGreaterThan(3);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(66_000);
    const families = familiesOfBytes(Buffer.concat(pieces));
    expect(families.map(({ name, metric }) => [name, metric!.length])).toEqual([
      ...[
        [["a"], 1],
        [["b"], 5000],
        [["c"], 1],
        [["d"], 1],
      ],
    ]);
  });
});

const numbers = fc.double();
const spans = fc
  .array(fc.tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.nat({ max: 2 ** 31 })), {
    maxLength: 4,
  })
  .map((list) => ({ offsets: list.map(([at]) => at), lengths: list.map(([, length]) => length) }));
const histograms = fc
  .record({
    ...{ schema: fc.integer({ min: -4, max: 8 }), resetHint: fc.constantFrom("gauge", "unknown") },
    ...{ zeroThreshold: numbers, zeroCount: numbers, count: numbers, sum: numbers },
    ...{ positiveSpans: spans, positiveBuckets: fc.array(numbers, { maxLength: 5 }) },
    ...{ negativeSpans: spans, negativeBuckets: fc.array(numbers, { maxLength: 5 }) },
  })
  .map((fields) => histogram(fields as Partial<FloatHistogram>));
const texts = fc.string({ unit: "grapheme", minLength: 1 });
const anySample = fc
  .record({
    ...{ name: fc.constantFrom("a", "b", "ü.1"), label: texts, text: texts },
    ...{ value: fc.oneof(numbers, histograms) },
    timeMs: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
  })
  .map(({ name, label, text, value, timeMs }) =>
    sample({ [label]: text, __name__: name }, value, timeMs),
  );

/** What a reader should find of a sample. */
function expected({ labels, value, histogram: h, timeMs }: NewestSample): object {
  const text = (number: number) => (Object.is(number, -0) ? "-0" : String(number));
  const filled = (fields: Record<string, readonly unknown[]>) =>
    Object.fromEntries(Object.entries(fields).filter(([, list]) => list.length > 0));
  const side = ({ offsets, lengths }: FloatHistogram["positiveSpans"]) =>
    offsets.map((at, i) => ({ offset: [text(at)], length: [text(lengths[i]!)] }));
  const pairs = Object.entries(labels.toRecord()).filter(([name]) => name !== "__name__");
  if (!labels.has("instance")) pairs.push(["instance", ""]);
  return {
    label: pairs.map(([name, label]) => ({ name: [name], value: [label] })),
    timestampMs: [text(timeMs)],
    ...(h === null
      ? { untyped: [{ value: [text(value)] }] }
      : {
          histogram: [
            filled({
              ...{ sampleCountFloat: [text(h.count)], sampleSum: [text(h.sum)] },
              ...{ schema: [text(h.schema)], zeroThreshold: [text(h.zeroThreshold)] },
              ...{ zeroCountFloat: [text(h.zeroCount)] },
              ...{ negativeSpan: side(h.negativeSpans), positiveSpan: side(h.positiveSpans) },
              negativeCount: h.negativeBuckets.map(text),
              positiveCount: h.positiveBuckets.map(text),
            }),
          ],
        }),
  };
}

describe("any samples", () => {
  test.prop([fc.array(anySample, { maxLength: 6 })])("are read as written", (samples) => {
    const families = familiesOfBytes(Buffer.concat(encode(samples)));
    expect(families.flatMap(({ metric }) => metric!)).toEqual(samples.map(expected));
    expect(familiesOfText(print(samples, true))).toEqual(families);
    expect(familiesOfText(print(samples, false))).toEqual(families);
  });
});
