/** Remote write 2.0 over real HTTP: what a receiver answers to the cases of the public suites. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, encoded, TYPE_2 as TYPE, Write2Door } from "./write-2-door.ts";

const door = new Write2Door();
const later = () => door.later();
const samples = (value?: number) => door.samples(value);
const send = (body: Uint8Array<ArrayBuffer>, type = TYPE, encoding = "snappy") =>
  door.send(body, { type, encoding });

beforeAll(() => door.open());
afterAll(() => door.close());

const named = (name: string, more = {}) => ({ labels: { __name__: name, ...more } });
const histogram = () => ({
  countInt: 5,
  sum: 12,
  schema: 0,
  zeroThreshold: 1e-128,
  zeroCountInt: 1,
  positiveSpans: [{ offset: 0, length: 2 }],
  positiveDeltas: [1, 2],
  timestamp: later(),
});

describe("remote write 2.0", () => {
  it("stores all samples and says how many", async () => {
    const series = ["a", "b", "c", "d"].map((name) => ({ ...named(name), samples: samples() }));
    expect(await send(bodyOf(series))).toMatchObject({ status: 204, written: ["4", "0", "0"] });
    const answer = await fetch(`${door.server}/api/v1/query?query=count({__name__=~"a|b|c|d"})`);
    expect(await answer.text()).toContain('"4"');
  });

  for (const value of [Number.NaN, Infinity, -Infinity, 0, -0]) {
    it(`stores the value ${value}`, async () => {
      const body = bodyOf([{ ...named("value"), samples: samples(value) }]);
      expect(await send(body)).toMatchObject({ status: 204, written: ["1", "0", "0"] });
    });
  }

  for (const labels of [
    { job: "a", instance: "b" },
    { text: "two\nlines" },
    { "dotted.name": "x" },
    { "name with space": "x" },
  ]) {
    it(`stores a series with the labels ${JSON.stringify(labels)}`, async () => {
      const sorted = Object.fromEntries(
        Object.entries({ __name__: "labelled", ...labels }).sort(([l], [r]) => (l < r ? -1 : 1)),
      );
      const body = bodyOf([{ labels: sorted, samples: samples() }]);
      expect(await send(body)).toMatchObject({ status: 204, written: ["1", "0", "0"] });
    });
  }

  it("refuses series without a name and stores the others", async () => {
    const nameless = { labels: { job: "a" }, samples: samples() };
    expect(await send(bodyOf([nameless]))).toMatchObject({
      status: 400,
      written: ["0", "0", "0"],
    });
    const good = ["e", "f", "g"].map((name) => ({ ...named(name), samples: samples() }));
    expect(await send(bodyOf([...good, nameless]))).toMatchObject({
      status: 400,
      written: ["3", "0", "0"],
    });
    const empty = { labels: {}, samples: samples() };
    expect(await send(bodyOf([empty]))).toMatchObject({ status: 400, written: ["0", "0", "0"] });
  });

  it("refuses a sample that is out of order and stores the others", async () => {
    const late = { ...named("ordered"), samples: samples() };
    const newer = { ...named("ordered"), samples: samples() };
    expect(await send(bodyOf([newer]))).toMatchObject({ status: 204 });
    const other = { ...named("other"), samples: samples() };
    expect(await send(bodyOf([late, other]))).toMatchObject({
      status: 400,
      text: expect.stringContaining("out of order"),
      written: ["1", "0", "0"],
    });
  });

  it("counts a request that is repeated as written", async () => {
    const body = bodyOf([{ ...named("repeated"), samples: samples() }]);
    await send(body);
    expect(await send(body)).toMatchObject({ status: 204, written: ["1", "0", "0"] });
  });

  it("stores native histograms, and refuses one whose count is wrong", async () => {
    const good = bodyOf([{ ...named("h"), histograms: [histogram()] }]);
    expect(await send(good)).toMatchObject({ status: 204, written: ["0", "1", "0"] });
    const wrong = bodyOf([{ ...named("h"), histograms: [{ ...histogram(), countInt: 9 }] }]);
    expect(await send(wrong)).toMatchObject({ status: 400, written: ["0", "0", "0"] });
  });

  it("takes metadata, start timestamps and exemplars beside samples", async () => {
    const symbols = ["", "__name__", "requests_total", "Requests.", "trace_id", "abc"];
    const [sample] = samples();
    const series = {
      labelsRefs: [1, 2],
      samples: [{ ...sample, startTimestamp: sample!.timestamp - 5000 }],
      metadata: { type: 1, helpRef: 3 },
      exemplars: [{ labelsRefs: [4, 5], value: 1, timestamp: sample!.timestamp }],
    };
    const answer = await send(encoded({ symbols, timeseries: [series] }));
    expect(answer).toMatchObject({ status: 204, written: ["1", "0", "1"] });
    const metadata = await fetch(`${door.server}/api/v1/metadata?metric=requests_total`);
    expect(await metadata.text()).toContain('"type":"counter"');
  });

  it("stores exemplars, counts those it has and refuses those out of order", async () => {
    const symbols = ["", "__name__", "traced_total", "trace_id", "abc"];
    const first = later();
    const traced = (...exemplars: object[]) => {
      const samples = [{ value: 1, timestamp: later() }];
      return send(encoded({ symbols, timeseries: [{ labelsRefs: [1, 2], samples, exemplars }] }));
    };
    const one = { labelsRefs: [3, 4], value: 1.5, timestamp: first };
    const two = { labelsRefs: [], value: 2, timestamp: later() };
    expect(await traced(one, two)).toMatchObject({ status: 204, written: ["1", "0", "2"] });
    expect(await traced(two)).toMatchObject({ status: 204, written: ["1", "0", "1"] });
    const late = await traced(one);
    expect(late).toMatchObject({ status: 400, written: ["1", "0", "0"] });
    expect(late.text).toContain("out of order exemplar: 1 exemplar, first: traced_total{} at ");
    const query = new URLSearchParams({ query: "rate(traced_total[5m])" });
    const url = `${door.server}/api/v1/query_exemplars`;
    const answer = await (await fetch(url, { method: "POST", body: query })).json();
    expect(answer).toEqual({
      status: "success",
      data: [
        {
          seriesLabels: { __name__: "traced_total" },
          exemplars: [
            { labels: { trace_id: "abc" }, value: "1.5", timestamp: first / 1000 },
            { labels: {}, value: "2", timestamp: two.timestamp / 1000 },
          ],
        },
      ],
    });
  });

  it("refuses references that lead nowhere", async () => {
    const sample = samples();
    for (const labelsRefs of [[1], [1, 99]]) {
      const body = encoded({ symbols: ["", "a"], timeseries: [{ labelsRefs, samples: sample }] });
      expect((await send(body)).status).toBe(400);
    }
  });

  for (const [type, encoding, status] of [
    ["application/json", "snappy", 415],
    ["image/png", "snappy", 415],
    [TYPE, "gzip", 415],
    ["application/x-protobuf;proto=unknown.Message", "snappy", 415],
    ["application/x-protobuf; proto=io.prometheus.write.v2.Request", "snappy", 204],
  ] as const) {
    it(`answers ${type} in ${encoding} with ${status}`, async () => {
      const body = bodyOf([{ ...named("typed"), samples: samples() }]);
      expect((await send(body, type, encoding)).status).toBe(status);
    });
  }

  it("refuses a body that is cut off", async () => {
    const body = bodyOf([{ ...named("cut"), samples: samples() }]);
    expect((await send(body.slice(0, body.length - 3))).status).toBe(400);
  });
});
