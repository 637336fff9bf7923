/**
 * The cases of the public suites for receivers of remote write 2.0, one by one: what each must be
 * answered, and which counts the headers must have.
 */
import { deflateRawSync, gzipSync } from "node:zlib";
import { compress } from "snappyjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { bodyOf, type Series, Write2Door } from "./write-2-door.ts";

const STALE = new Float64Array(new BigUint64Array([0x7ff0000000000002n]).buffer)[0]!;
const TYPE_1 = "application/x-protobuf";
/** MetricType by number; 0 is unspecified. */
const TYPES = [
  ...["unknown", "counter", "gauge", "histogram"],
  ...["gaugehistogram", "summary", "info", "stateset"],
];

const door = new Write2Door();
beforeAll(() => door.open());
afterAll(() => door.close());

const sorted = (labels: Record<string, string>) =>
  Object.fromEntries(Object.entries(labels).sort(([l], [r]) => (l < r ? -1 : 1)));
const named = (name: string, more: Record<string, string> = {}) =>
  sorted({ __name__: name, ...more });

const LABEL_SETS: [string, Record<string, string>, boolean][] = [
  ["a name alone", named("plain"), true],
  ["several labels", named("several", { instance: "i", job: "j", zone: "z" }), true],
  ["a label value with line breaks", named("lines", { text: "one\ntwo\r\nthree" }), true],
  ["a dotted label name", named("dots", { "http.method": "GET" }), true],
  ["a dotted metric name", named("http.requests"), true],
  ["a label name with spaces", named("spaces", { "two words": "x" }), true],
  ["a metric name with spaces", named("two words"), true],
  ["no name", { job: "j" }, false],
  ["an empty name", { __name__: "", job: "j" }, false],
  ["no labels", {}, false],
];
const VALUES: [string, number][] = [
  ["1", 1],
  ["a stale marker", STALE],
  ["NaN", Number.NaN],
  ["+Inf", Infinity],
  ["-Inf", -Infinity],
];

describe("samples of remote write 2.0", () => {
  for (const [what, labels, isGood] of LABEL_SETS) {
    it.each(VALUES)(`with ${what} are ${isGood ? "stored" : "refused"}: %s`, async (_, value) => {
      const answer = await door.send(bodyOf([{ labels, samples: door.samples(value) }]));
      expect([answer.status, ...answer.written]).toEqual(
        isGood ? [204, "1", "0", "0"] : [400, "0", "0", "0"],
      );
    });
  }

  it.each([
    ["all four good", [true, true, true, true], 204, "4"],
    ["all four without a name", [false, false, false, false], 400, "0"],
    ["one of four without a name", [true, false, true, true], 400, "3"],
  ] as const)("are counted: %s", async (_, goods, status, count) => {
    const series = goods.map((isGood, i) => ({
      labels: isGood ? named(`of_four_${i}`) : { job: `j${i}` },
      samples: door.samples(),
    }));
    const answer = await door.send(bodyOf(series));
    expect([answer.status, ...answer.written]).toEqual([status, count, "0", "0"]);
  });

  it("are stored whether they are old or new, in one request", async () => {
    const hour = 3_600_000;
    const timestamp = door.later();
    const at = (ago: number) => ({ value: ago, timestamp: timestamp - ago });
    const answer = await door.send(
      bodyOf([
        { labels: named("old"), samples: [at(3 * hour), at(2 * hour)] },
        { labels: named("new"), samples: [at(0)] },
        { labels: named("old_and_new"), samples: [at(hour), at(1000), at(0)] },
      ]),
    );
    expect([answer.status, ...answer.written]).toEqual([204, "6", "0", "0"]);
  });

  it.each([
    ["each sample", (ms: number) => ({ samples: [{ startTimestamp: ms }] })],
    ["the series", (ms: number) => ({ createdTimestamp: ms })],
  ])("of a counter are stored with a start timestamp of %s", async (_, start) => {
    const [sample] = door.samples();
    const parts = start(sample!.timestamp - 60_000);
    const samples = [{ ...sample, ...("samples" in parts ? parts.samples[0] : {}) }];
    const labels = named("started_total");
    const answer = await door.send(bodyOf([{ labels, metadata: { type: 1 }, ...parts, samples }]));
    expect([answer.status, ...answer.written]).toEqual([204, "1", "0", "0"]);
  });
});

const BASE = { sum: 1, schema: 0, zeroThreshold: 1e-128 };
const TWO = [{ offset: 0, length: 2 }];
const NEGATIVE = { negativeSpans: TWO, negativeDeltas: [2, -1] };
const HISTOGRAMS: Record<string, object> = {
  basic: { ...BASE, countInt: 4, zeroCountInt: 1, positiveSpans: TWO, positiveDeltas: [1, 1] },
  "custom buckets": {
    ...{ sum: 4, schema: -53, countInt: 6, customValues: [1, 2, 5] },
    ...{ positiveSpans: [{ offset: 0, length: 4 }], positiveDeltas: [1, 0, 1, 0] },
  },
  "positive only": { ...BASE, countInt: 3, positiveSpans: TWO, positiveDeltas: [1, 1] },
  "negative only": { ...BASE, countInt: 3, ...NEGATIVE },
  "zero bucket only": { ...BASE, countInt: 2, zeroCountInt: 2 },
  empty: { ...BASE, sum: 0, countInt: 0, zeroCountInt: 0 },
  "of floats": { ...BASE, countFloat: 1.5, zeroCountFloat: 0.5, positiveSpans: [TWO[0]] },
};
(HISTOGRAMS["of floats"] as { positiveCounts: number[] }).positiveCounts = [0.5, 0.5];

describe("native histograms of remote write 2.0", () => {
  const at = (histogram: object) => ({ ...histogram, timestamp: door.later() });

  it.each(Object.entries(HISTOGRAMS))("are stored: %s", async (kind, histogram) => {
    const series = { labels: named("wait", { kind }), histograms: [at(histogram)] };
    const answer = await door.send(bodyOf([series]));
    expect([answer.status, ...answer.written]).toEqual([204, "0", "1", "0"]);
  });

  it("are stored: several of one series and of several", async () => {
    const series = ["a", "b"].map((name) => ({
      labels: named(`several_waits_${name}`),
      histograms: ["basic", "basic", "negative only"].map((kind) => at(HISTOGRAMS[kind]!)),
    }));
    const answer = await door.send(bodyOf(series));
    expect([answer.status, ...answer.written]).toEqual([204, "0", "6", "0"]);
  });

  it.each([
    ["each histogram", (ms: number) => [{ startTimestamp: ms }, {}]],
    ["the series", (ms: number) => [{}, { createdTimestamp: ms }]],
  ])("are stored with a start timestamp of %s", async (_, start) => {
    const [own, ofSeries] = start(door.later() - 60_000);
    const histograms = [{ ...at(HISTOGRAMS["basic"]!), ...own }];
    const labels = named("wait_started");
    const answer = await door.send(
      bodyOf([{ labels, metadata: { type: 3 }, ...ofSeries, histograms }]),
    );
    expect([answer.status, ...answer.written]).toEqual([204, "0", "1", "0"]);
  });

  it.each([
    ["a wrong count", { countInt: 9 }],
    ["fewer buckets than its spans", { positiveDeltas: [3] }],
    ["a negative bucket", { positiveDeltas: [-1, 5] }],
    ["an unknown schema", { schema: -9 }],
  ])("are refused: %s", async (_, wrong) => {
    const histograms = [at({ ...HISTOGRAMS["basic"], ...wrong })];
    const answer = await door.send(bodyOf([{ labels: named("wrong"), histograms }]));
    expect([answer.status, ...answer.written]).toEqual([400, "0", "0", "0"]);
  });
});

describe("exemplars of remote write 2.0", () => {
  const many = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, `v${i}`]));
  const cases: [string, Record<string, string>, number[]][] = [
    ["a trace id", { trace_id: "4bf92f3577b34da6a3ce929d0e0e4736" }, [1]],
    ["a span id", { span_id: "00f067aa0ba902b7" }, [1]],
    ["trace and span id", { span_id: "00f067aa0ba902b7", trace_id: "4bf92f35" }, [1]],
    ["many labels", many, [1]],
    ["no labels", {}, [1]],
    ["special characters", { path: 'a"b\\c\n\t{}=,<>&' }, [1]],
    ["other scripts", { user: "żółć 你好 🦀" }, [1]],
    ["special values", { trace_id: "t" }, [0, -1.5, 1e308, Infinity]],
    ["NaN", { trace_id: "t" }, [Number.NaN]],
  ];

  it.each(cases)("are stored: %s", async (what, own, values) => {
    const exemplars = values.map((value) => ({ labels: own, value, timestamp: door.later() }));
    const labels = named("traced_total", { what });
    const answer = await door.send(bodyOf([{ labels, samples: door.samples(), exemplars }]));
    expect([answer.status, ...answer.written]).toEqual([204, "1", "0", String(values.length)]);
    const query = new URLSearchParams({ query: `traced_total{what="${what}"}` });
    const [found] = (await door.ask(`query_exemplars?${query.toString()}`)) as [
      { exemplars: { labels: object }[] },
    ];
    expect(found.exemplars.map((exemplar) => exemplar.labels)).toEqual(values.map(() => own));
  });

  it("may be none", async () => {
    const series = { labels: named("untraced_total"), samples: door.samples(), exemplars: [] };
    const answer = await door.send(bodyOf([series]));
    expect([answer.status, ...answer.written]).toEqual([204, "1", "0", "0"]);
  });

  it("are stored with other times than the sample's, and at native histograms", async () => {
    const timestamp = door.later();
    const exemplars = [-30_000, -500, 0].map((ms) => ({
      ...{ labels: { trace_id: "t" }, value: 1, timestamp: timestamp + ms },
    }));
    const first = { labels: named("timed_total"), samples: [{ value: 1, timestamp }], exemplars };
    const second = {
      labels: named("timed_wait"),
      histograms: [{ ...HISTOGRAMS["basic"], timestamp }],
      exemplars,
    };
    const answer = await door.send(bodyOf([first, second]));
    expect([answer.status, ...answer.written]).toEqual([204, "1", "1", "6"]);
  });

  it.each([
    ["no name", { job: "j" }],
    ["an empty name", { __name__: "", job: "j" }],
  ])("are refused with their series: %s", async (_, labels) => {
    const exemplars = [{ labels: { trace_id: "t" }, value: 1, timestamp: door.later() }];
    const answer = await door.send(bodyOf([{ labels, samples: door.samples(), exemplars }]));
    expect([answer.status, ...answer.written]).toEqual([400, "0", "0", "0"]);
  });

  it("are no fault without samples", async () => {
    const labels = named("traced_total", { what: "a trace id" });
    const exemplars = [{ labels: { trace_id: "later" }, value: 1, timestamp: door.later() }];
    const answer = await door.send(bodyOf([{ labels, exemplars }]));
    expect([answer.status, ...answer.written]).toEqual([204, "0", "0", "1"]);
  });
});

describe("metadata of remote write 2.0", () => {
  const send = (name: string, metadata: Series["metadata"]) =>
    door.send(bodyOf([{ labels: named(name), samples: door.samples(), metadata: metadata! }]));

  it.each([...TYPES.entries()])("is kept: type %i, %s", async (type, word) => {
    const name = `kind_${word}`;
    const answer = await send(name, { type, help: "Help.", unit: "seconds" });
    expect([answer.status, ...answer.written]).toEqual([204, "1", "0", "0"]);
    expect(await door.ask(`metadata?metric=${name}`)).toEqual({
      [name]: [{ type: word, help: "Help.", unit: "seconds" }],
    });
  });

  const texts: [string, { type: number; help?: string; unit?: string }][] = [
    ["no help", { type: 1, unit: "bytes" }],
    ["no unit", { type: 1, help: "Help." }],
    ["neither", { type: 1 }],
    ["special characters", { type: 1, help: 'a "b" \\c\n{}', unit: "µs/%" }],
    ["other scripts", { type: 2, help: "żółć 你好 🦀", unit: "°C" }],
  ];

  it.each(texts)("is kept: %s", async (what, metadata) => {
    const name = `described_${what.replace(" ", "_")}`;
    const answer = await send(name, metadata);
    expect([answer.status, ...answer.written]).toEqual([204, "1", "0", "0"]);
    expect(await door.ask(`metadata?metric=${name}`)).toMatchObject({
      [name]: [{ help: metadata.help ?? "", unit: metadata.unit ?? "" }],
    });
  });

  it.each([
    ["no name", { job: "j" }],
    ["an empty name", { __name__: "", job: "j" }],
  ])("is refused with its series: %s", async (_, labels) => {
    const metadata = { type: 1, help: "Nobody's." };
    const answer = await door.send(bodyOf([{ labels, samples: door.samples(), metadata }]));
    expect([answer.status, ...answer.written]).toEqual([400, "0", "0", "0"]);
  });

  it("is no fault without samples", async () => {
    const metadata = { type: 1, help: "Alone." };
    const answer = await door.send(bodyOf([{ labels: named("alone_total"), metadata }]));
    expect([answer.status, ...answer.written]).toEqual([204, "0", "0", "0"]);
    expect(await door.ask("metadata?metric=alone_total")).toMatchObject({
      alone_total: [{ type: "counter", help: "Alone." }],
    });
  });

  it("is counted with samples and exemplars of 50 series", async () => {
    const series = Array.from({ length: 50 }, (_, i) => ({
      labels: named(`of_fifty_${i}`),
      samples: door.samples(i),
      metadata: { type: 1, help: `Number ${i}.` },
      exemplars: [{ labels: { trace_id: `t${i}` }, value: i, timestamp: door.later() }],
    }));
    const answer = await door.send(bodyOf(series));
    expect([answer.status, ...answer.written]).toEqual([204, "50", "0", "50"]);
  });
});

describe("the door of remote write", () => {
  const good = () => bodyOf([{ labels: named("at_the_door"), samples: door.samples() }]);

  it.each(["application/json", "image/png"])("answers %s with 415", async (type) => {
    expect((await door.send(good(), { type })).status).toBe(415);
  });

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateRawSync],
  ])("answers %s with 415", async (encoding, packed) => {
    const body = new Uint8Array(packed(good()));
    expect((await door.send(body, { encoding })).status).toBe(415);
  });

  it.each([
    ["no snappy", (body: Uint8Array) => new Uint8Array(body.length).fill(0xff)],
    ["a body cut off", (body: Uint8Array) => body.slice(0, -3)],
    ["snappy of no protobuf", () => compress(new Uint8Array([0xff, 0xff, 1, 2, 3]))],
  ])("answers %s with 400, in 2.0 and 1.0", async (_, broken) => {
    const body = new Uint8Array(broken(good()));
    expect((await door.send(body)).status).toBe(400);
    expect((await door.send(body, { type: TYPE_1, version: "0.1.0" })).status).toBe(400);
  });

  it.each(["", "0.1.0"])("takes a 1.0 message with the version header %j", async (version) => {
    const encoder = new WriteRequestEncoder();
    encoder.beginSeries();
    encoder.label("__name__", "of_one");
    encoder.sample(door.later(), 1);
    encoder.endSeries();
    const body = new Uint8Array(compress(encoder.finish()));
    expect((await door.send(body, { type: TYPE_1, version })).status).toBe(204);
  });
});
