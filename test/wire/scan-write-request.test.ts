import { describe, expect, it } from "vitest";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { WRITE_ENTRIES_MAX, WriteBatch } from "../../src/wire/write-batch.ts";
import { encodeReference, labelsOf, plainOfBatch } from "./request-oracle.ts";

function scanned(bytes: Uint8Array): WriteBatch {
  const batch = new WriteBatch();
  scanWriteRequest(bytes, batch);
  return batch;
}

function refusal(...bytes: number[]): string {
  try {
    scanned(Uint8Array.from(bytes));
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
  return "accepted";
}

/** A field of the given tag byte around `content` (below 128 bytes). */
function field(tag: number, ...content: number[]): number[] {
  return [tag, content.length, ...content];
}

function text(tag: number, value: string): number[] {
  return field(tag, ...new TextEncoder().encode(value));
}

const label = (name: string, value: string): number[] =>
  field(0x0a, ...text(0x0a, name), ...text(0x12, value));
const SAMPLE_AT_5 = field(0x12, 0x10, 5);
const TEN_BYTES = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

describe("write request scanner", () => {
  it("takes the labels of the usual series as they lie in the body", () => {
    const body = encodeReference({
      timeseries: [
        { labels: [{ name: "__name__", value: "up" }], samples: [{ value: 1, timestamp: 2e12 }] },
      ],
    });
    const batch = scanned(body);
    expect(Uint8Array.from(batch.bytes)).toEqual(Uint8Array.from(body));
    expect(labelsOf(batch.bytes.subarray(batch.labelsFromOf(0), batch.labelsToOf(0)))).toEqual([
      ["__name__", "up"],
    ]);
    expect([batch.timeOf(0), batch.valueHighOf(0), batch.valueLowOf(0)]).toEqual([
      2e12, 0x3ff00000, 0,
    ]);
  });

  it("reads an absent value as 0 and an absent timestamp as 0", () => {
    const batch = scanned(Uint8Array.from(field(0x0a, ...label("a", "b"), ...field(0x12))));
    expect([batch.timeOf(0), batch.valueHighOf(0), batch.valueLowOf(0)]).toEqual([0, 0, 0]);
  });

  it.each([
    ["the stale marker", 0x7ff00000, 2],
    ["an ordinary NaN", 0x7ff80000, 1],
    ["a negative NaN with a payload", 0xfff12345, 0x89abcdef],
    ["minus zero", 0x80000000, 0],
    ["the smallest denormal", 0, 1],
  ])("keeps the bits of %s", (_name, high, low) => {
    const encoder = new WriteRequestEncoder();
    encoder.beginSeries();
    encoder.label("a", "b");
    encoder.sampleBits(1_800_000_000_000, high, low);
    encoder.sampleBits(5, high, low);
    encoder.endSeries();
    encoder.beginSeries();
    encoder.label("a", "b");
    encoder.sampleBits(1_800_000_000_000, high, low);
    encoder.endSeries();
    const batch = scanned(encoder.finish());
    for (let s = 0; s < 3; s++) {
      expect([batch.valueHighOf(s), batch.valueLowOf(s)]).toEqual([high, low]);
    }
  });

  it.each([
    -1,
    -(2 ** 53),
    0,
    1,
    2 ** 28 - 1,
    2 ** 35 - 1,
    2 ** 35,
    1_795_436_934_080,
    2 ** 42 - 1,
    2 ** 42,
    2 ** 53,
  ])("reads timestamp %d", (timeMs) => {
    for (const value of [0, 1.5]) {
      const encoder = new WriteRequestEncoder();
      encoder.beginSeries();
      encoder.label("a", "b");
      encoder.sample(timeMs, value);
      encoder.endSeries();
      expect(scanned(encoder.finish()).timeOf(0)).toBe(timeMs);
    }
  });

  it("rounds a timestamp beyond 2^53 to the nearest double", () => {
    const sample = field(0x12, 0x10, ...TEN_BYTES.slice(0, 8), 0x7f);
    const batch = scanned(Uint8Array.from(field(0x0a, ...label("a", "b"), ...sample)));
    expect(batch.timeOf(0)).toBe(2 ** 63);
  });

  it("takes several samples of a series in their order", () => {
    const samples = [3, 4, 5].map((timestamp) => ({ timestamp, value: timestamp * 2 }));
    const labels = [{ name: "a", value: "b" }];
    const body = encodeReference({
      timeseries: [
        { labels, samples },
        { labels, samples: [] },
      ],
    });
    const batch = scanned(body);
    expect([batch.sampleStartOf(0), batch.sampleEndOf(0)]).toEqual([0, 3]);
    expect([batch.sampleStartOf(1), batch.sampleEndOf(1)]).toEqual([3, 3]);
    expect(plainOfBatch(batch).series[0]!.samples).toEqual([
      [3, 6],
      [4, 8],
      [5, 10],
    ]);
  });

  it("gathers labels that have samples between them", () => {
    const series = field(0x0a, ...label("a", "1"), ...SAMPLE_AT_5, ...label("b", "2"));
    const usual = field(0x0a, ...label("c", "3"), ...SAMPLE_AT_5);
    const batch = scanned(Uint8Array.from([...usual, ...series, ...usual]));
    expect(plainOfBatch(batch).series.map((one) => one.labels)).toEqual([
      [["c", "3"]],
      [
        ["a", "1"],
        ["b", "2"],
      ],
      [["c", "3"]],
    ]);
  });

  it.each([
    ["value before name", field(0x0a, ...text(0x12, "v"), ...text(0x0a, "n")), [["n", "v"]]],
    ["no value", field(0x0a, ...text(0x0a, "n")), [["n", ""]]],
    ["no name", field(0x0a, ...text(0x12, "v")), [["", "v"]]],
    ["nothing", field(0x0a), [["", ""]]],
    ["a name twice", field(0x0a, ...text(0x0a, "x"), ...label("n", "v").slice(2)), [["n", "v"]]],
    ["an unknown field", field(0x0a, ...label("n", "v").slice(2), 0x18, 1), [["n", "v"]]],
    [
      "padded lengths",
      [0x0a, 0x88, 0x00, 0x0a, 0x01, 110, 0x12, 0x82, 0x00, 118, 118],
      [["n", "vv"]],
    ],
  ])("gives a label with %s the plain form", (_name, written, expected) => {
    const body = field(0x0a, ...label("a", "b"), ...written, ...SAMPLE_AT_5);
    const labels = plainOfBatch(scanned(Uint8Array.from(body))).series[0]!.labels;
    expect(labels).toEqual([["a", "b"], ...expected]);
  });

  it("rewrites labels too long for one length byte", () => {
    const name = "n".repeat(200);
    const value = "v".repeat(20_000);
    const between = encodeReference({
      timeseries: [{ labels: [{ name, value }], samples: [{ value: 1, timestamp: 1 }] }],
    });
    // The label once more behind the sample, so that both are rewritten.
    const series = [...between.subarray(4), ...between.subarray(4, between.length - 13)];
    const request = [0x0a, (series.length & 127) | 128, ((series.length >>> 7) & 127) | 128];
    const body = Uint8Array.from([...request, series.length >>> 14, ...series]);
    expect(plainOfBatch(scanned(body)).series[0]!.labels).toEqual([
      [name, value],
      [name, value],
    ]);
  });

  it("steps over unknown fields of every wire type", () => {
    const varint = [0x28, ...TEN_BYTES, 1];
    const fixed = [0x29, 1, 2, 3, 4, 5, 6, 7, 8, 0x2d, 1, 2, 3, 4];
    const otherReceivers = [0x10, 3];
    const unknown = [...varint, ...fixed, ...field(0x32, 9, 9), ...otherReceivers];
    const inSeries = unknown.slice(0, -2);
    const series = field(0x0a, ...label("a", "b"), ...inSeries, ...SAMPLE_AT_5, ...inSeries);
    const batch = scanned(Uint8Array.from([...unknown, ...series, ...unknown]));
    expect(plainOfBatch(batch).series).toEqual([{ labels: [["a", "b"]], samples: [[5, 0]] }]);
  });

  it("keeps metadata as text ranges", () => {
    const encoder = new WriteRequestEncoder();
    encoder.metadata(1, "requests_total", "How many.", "");
    encoder.metadata(9, "strange", "", "bytes");
    expect(plainOfBatch(scanned(encoder.finish())).metadata).toEqual([
      { type: "counter", name: "requests_total", help: "How many.", unit: "" },
      { type: "unknown", name: "strange", help: "", unit: "bytes" },
    ]);
  });

  it("reads a 2.0 message as empty, since its numbers are not 1.0's", () => {
    const symbols = [...text(0x22, ""), ...text(0x22, "__name__"), ...text(0x22, "up")];
    const batch = scanned(Uint8Array.from([...symbols, ...field(0x2a, 0x0a, 2, 1, 2)]));
    expect([batch.seriesCount, batch.sampleCount, batch.metadataCount]).toEqual([0, 0, 0]);
  });

  it("starts from nothing with every request", () => {
    const batch = new WriteBatch();
    const odd = field(0x0a, ...SAMPLE_AT_5, ...label("a", "1"));
    scanWriteRequest(Uint8Array.from([...odd, ...field(0x1a, 8, 1)]), batch);
    expect([batch.seriesCount, batch.sampleCount, batch.metadataCount]).toEqual([1, 1, 1]);
    const empty = new Uint8Array(0);
    scanWriteRequest(empty, batch);
    expect([batch.seriesCount, batch.sampleCount, batch.metadataCount]).toEqual([0, 0, 0]);
    expect(batch.bytes).toHaveLength(0);
  });
});

describe("write request scanner refuses the whole body", () => {
  it("cut off anywhere within a field", () => {
    const body = encodeReference({
      timeseries: [
        {
          labels: [{ name: "a", value: "v".repeat(150) }],
          samples: [{ value: 1, timestamp: 2e12 }],
          exemplars: [{ labels: [{ name: "id", value: "7" }], value: 1, timestamp: 1 }],
          histograms: [{ countInt: 1, positiveSpans: [{ offset: 1, length: 1 }], timestamp: 1 }],
        },
      ],
    });
    for (let length = 1; length < body.length; length++) {
      expect(() => scanned(body.slice(0, length))).toThrow("write request invalid at byte");
    }
  });

  it.each([
    ["a label past its series", [...field(0x0a, 0x0a, 9), ...label("a", "b")]],
    ["a name past its label", field(0x0a, ...field(0x0a, 0x0a, 9), ...label("a", "b"))],
    ["a value past its label", field(0x0a, ...field(0x0a, 0x0a, 0, 0x12, 9), ...label("a", "b"))],
    ["a timestamp past its sample", field(0x0a, ...field(0x12, 0x10, 0x80), 0x01)],
    ["a value past its sample", field(0x0a, ...field(0x12, 9, 0, 0), 0, 0, 0, 0, 0, 0, 0)],
    ["an unknown field past its message", [...field(0x0a, 0x2a, 5), 1, 2, 3, 4, 5]],
    ["packed values that are no multiple of 8 bytes", field(0x0a, ...field(0x22, 0x52, 1, 0))],
  ])("for %s", (_name, bytes) => {
    expect(refusal(...bytes)).toMatch(/^PROTOBUF_INVALID: write request invalid at byte \d+/);
  });

  it.each([
    ["field number 0", [0x02, 0], "at byte 0: invalid field number"],
    ["a tag beyond 32 bits", [0xff, 0xff, 0xff, 0xff, 0x1f, 0], "at byte 0: invalid field number"],
    ["a group", [0x2b, 0x2c], "at byte 1: wire type 3 of field 5 is not known"],
    ["an end of group", [0x2c], "at byte 1: wire type 4 of field 5 is not known"],
    ["wire type 6", [0x2e, 0], "at byte 1: wire type 6 of field 5 is not known"],
    ["wire type 7", [0x2f, 0], "at byte 1: wire type 7 of field 5 is not known"],
    ["a series that is a number", [0x08, 1], "byte 0: field 1 of WriteRequest has wire type 0"],
    ["metadata that is a number", [0x18, 1], "byte 0: field 3 of WriteRequest has wire type 0"],
    ["a sample that is a number", field(0x0a, 0x10, 1), "field 2 of TimeSeries has wire type 0"],
    [
      "a name that is a number",
      field(0x0a, ...field(0x0a, 0x08, 1)),
      "byte 4: field 1 of Label has wire type 0",
    ],
    [
      "a value that is a varint",
      field(0x0a, ...field(0x12, 0x08, 1)),
      "byte 4: field 1 of Sample has wire type 0",
    ],
    [
      "a timestamp that is fixed",
      field(0x0a, ...field(0x12, 0x11, 1, 2, 3, 4, 5, 6, 7, 8)),
      "byte 4: field 2 of Sample has wire type 1",
    ],
    [
      "a varint of 11 bytes",
      field(0x0a, ...field(0x12, 0x10, ...TEN_BYTES, 0x81, 0)),
      "byte 5: varint has more than 10 bytes",
    ],
    [
      "a length beyond any body",
      [0x0a, ...TEN_BYTES, 1],
      "at byte 1: field ends at byte 18446744073709552000",
    ],
    [
      "an exemplar's value as a varint",
      field(0x0a, ...field(0x1a, 0x10, 1)),
      "byte 4: field 2 of Exemplar has wire type 0",
    ],
    [
      "a histogram's span as a number",
      field(0x0a, ...field(0x22, 0x40, 1)),
      "byte 4: field 8 of Histogram has wire type 0",
    ],
    [
      "a metadata type as text",
      field(0x1a, ...text(0x0a, "x")),
      "byte 2: field 1 of MetricMetadata has wire type 2",
    ],
  ])("for %s", (_name, bytes, expected) => {
    const message = refusal(...bytes);
    expect(message).toMatch(/^PROTOBUF_INVALID/);
    expect(message).toContain(expected);
  });

  it("when it holds more entries than a request may", () => {
    const one = field(0x0a, ...field(0x12));
    const body = new Uint8Array(one.length * (WRITE_ENTRIES_MAX + 1));
    for (let i = 0; i <= WRITE_ENTRIES_MAX; i++) body.set(one, i * one.length);
    expect(() => scanned(body)).toThrow("more than 1048576 samples in one request");
    expect(scanned(body.subarray(one.length)).sampleCount).toBe(WRITE_ENTRIES_MAX);
  });
});
