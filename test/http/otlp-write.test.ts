/** The OTLP route: who may send what, and what is answered. */
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { TsdbError } from "../../src/base/errors.ts";
import { protobufOf, responseType } from "../otlp/random-request.ts";
import { fakeParts } from "./fake-service.ts";
import { testServer } from "./test-server.ts";

const PATH = "/api/v1/otlp/v1/metrics";
const PROTOBUF = { "content-type": "application/x-protobuf" };
const JSON_TYPE = { "content-type": "application/json" };
const POINT = { timeUnixNano: "1800000000000000000", asInt: "1" };

function requestOf(...metrics: object[]) {
  return { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
}

const GAUGE = { name: "g", gauge: { dataPoints: [POINT] } };
const DELTA = { name: "d", sum: { aggregationTemporality: 1, dataPoints: [POINT, POINT] } };
const BODY = JSON.stringify(requestOf(GAUGE));

function open(changes: object = {}) {
  const { settings } = fakeParts().parts;
  return testServer({ settings: { ...settings, enableOtlpReceiver: true, ...changes } });
}

describe("POST /api/v1/otlp/v1/metrics", () => {
  it("is not there unless it is enabled", async () => {
    const { send, service } = await testServer();
    const { status, text } = await send("POST", PATH, BODY, JSON_TYPE);
    expect([status, text]).toEqual([
      404,
      "otlp write receiver needs to be enabled with --web.enable-otlp-receiver\n",
    ]);
    expect(service.writes).toEqual([]);
  });

  it("answers 200 without a body when all of it was stored", async () => {
    const { send, service, parts } = await open();
    const request = requestOf(GAUGE);
    const bodies = [
      send("POST", PATH, BODY, JSON_TYPE),
      send("POST", PATH, Buffer.from(protobufOf(request)), PROTOBUF),
      send("POST", PATH, gzipSync(BODY), { ...JSON_TYPE, "content-encoding": "gzip" }),
    ];
    for (const answer of await Promise.all(bodies)) {
      expect([answer.status, answer.text]).toEqual([200, ""]);
    }
    expect(service.writes).toEqual(Array.from({ length: 3 }, () => ({ samples: 1, metadata: 1 })));
    expect(parts.counts.requests()).toEqual([{ handler: PATH, status: 200, count: 3 }]);
  });

  it("says in the request's own form what was left out, and stores the rest", async () => {
    const { send, app, service, parts } = await open();
    const request = requestOf(DELTA, GAUGE);
    const errorMessage = 'metric "d": only cumulative temporality is stored (2 points)';
    const json = await send("POST", PATH, JSON.stringify(request), JSON_TYPE);
    expect([json.status, json.headers["content-type"]]).toEqual([200, "application/json"]);
    expect(JSON.parse(json.text)).toEqual({
      partialSuccess: { rejectedDataPoints: "2", errorMessage },
    });
    const payload = Buffer.from(protobufOf(request));
    const answer = await app.inject({ method: "POST", url: PATH, headers: PROTOBUF, payload });
    expect(answer.headers["content-type"]).toBe("application/x-protobuf");
    const message = responseType.decode(answer.rawPayload);
    expect(responseType.toObject(message, { longs: Number })).toEqual({
      partialSuccess: { rejectedDataPoints: 2, errorMessage },
    });
    expect(service.writes).toHaveLength(2);
    expect(parts.counts.otlpPointsLeftOut).toBe(4);
  });

  it("answers 400 when samples were refused, and counts the rest of them", async () => {
    const { send, service } = await open();
    service.nextWrite = {
      ...{ samplesStored: 3, histogramsStored: 0, samplesUnchanged: 0 },
      ...{ exemplarsWritten: 0, lateExemplars: null },
      refusals: [{ reason: "out of order sample", count: 1, first: "g{} at 5 ms" }],
    };
    const { status, text } = await send("POST", PATH, BODY, JSON_TYPE);
    expect([status, text]).toEqual([
      400,
      "out of order sample: 1 sample, first: g{} at 5 ms\n" +
        "3 other samples of the request were stored\n",
    ]);
  });

  it.each([
    ["a charset", BODY, { "content-type": "application/json; charset=utf-8" }, "content type"],
    ["no type", BODY, {}, "unsupported content type"],
    ["zstd", BODY, { ...JSON_TYPE, "content-encoding": "zstd" }, "unsupported compression"],
    ["no gzip", BODY, { ...JSON_TYPE, "content-encoding": "gzip" }, "gzip: "],
    ["no JSON", "{", JSON_TYPE, "request is not JSON"],
    ["a cut message", Buffer.from([0x0a, 5]), PROTOBUF, "invalid at byte"],
    ["a number of 65 bits", BODY.replace('"18', '"998'), JSON_TYPE, "is not within"],
    ["a text for a list", '{"resourceMetrics":"x"}', JSON_TYPE, "resourceMetrics: want a list"],
    ["nesting", `{"resourceMetrics":[${nested(80)}]}`, JSON_TYPE, "nested deeper than 64"],
  ])("answers 400 to %s", async (_what, body, headers, said) => {
    const { send, service } = await open();
    const { status, text } = await send("POST", PATH, body, headers);
    expect(status).toBe(400);
    expect(text).toContain(said);
    expect(service.writes).toEqual([]);
  });

  it("answers 413 to what is too large, compressed or not", async () => {
    const { send } = await open({ writeBodyBytesMax: 2000, writeDecodedBytesMax: 2000 });
    const large = `${BODY}${" ".repeat(3000)}`;
    const gzip = { ...JSON_TYPE, "content-encoding": "gzip" };
    expect((await send("POST", PATH, large, JSON_TYPE)).status).toBe(413);
    expect((await send("POST", PATH, gzipSync(large), gzip)).status).toBe(413);
  });

  it("asks senders to wait as remote write does", async () => {
    const { send, service } = await open();
    service.nextWrite = new TsdbError("HEAP_LIMIT", "no room");
    const full = await send("POST", PATH, BODY, JSON_TYPE);
    expect([full.status, full.headers["retry-after"]]).toEqual([429, "10"]);
    const lost = Promise.reject(new TsdbError("JOURNAL_FAILED", "disk"));
    lost.catch(() => {});
    service.nextWritten = lost;
    expect((await send("POST", PATH, BODY, JSON_TYPE)).status).toBe(503);
    service.nextWritten = null;
    service.state = "restoring";
    expect((await send("POST", PATH, BODY, JSON_TYPE)).status).toBe(503);
  });

  it("holds a client to its samples together with remote write", async () => {
    const { send } = await open({ clientSamplesPerSecond: 1 });
    const dataPoints = Array.from({ length: 30 }, () => POINT);
    const many = JSON.stringify(requestOf({ name: "g", gauge: { dataPoints } }));
    expect((await send("POST", PATH, many, JSON_TYPE)).status).toBe(200);
    expect((await send("POST", PATH, BODY, JSON_TYPE)).status).toBe(429);
    expect((await send("POST", "/api/v1/write", "")).status).toBe(429);
  });

  it("takes nothing but POST", async () => {
    const { get } = await open();
    expect((await get(PATH)).status).toBe(405);
  });
});

/** A resource whose only attribute is a list in a list in a list … */
function nested(depth: number): string {
  const open = '{"arrayValue":{"values":['.repeat(depth);
  const value = `${open}{"boolValue":true}${"]}}".repeat(depth)}`;
  return `{"resource":{"attributes":[{"key":"k","value":${value}}]}}`;
}
