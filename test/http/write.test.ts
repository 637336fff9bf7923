import { describe, expect, it } from "vitest";
import { TsdbError } from "../../src/base/errors.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { testServer } from "./test-server.ts";
import { literalSnappy } from "./write-bodies.ts";

const { send, service, parts, bugs } = await testServer();
const { counts } = parts;
const PATH = "/api/v1/write";
const HEADERS = { "content-type": "application/x-protobuf", "content-encoding": "snappy" };

function request(sampleCount: number): Buffer {
  const encoder = new WriteRequestEncoder();
  for (let i = 0; i < sampleCount; i++) {
    encoder.beginSeries();
    encoder.label("__name__", "up");
    encoder.label("instance", `host-${i}`);
    encoder.sample(1_700_000_000_000 + i, i);
    encoder.endSeries();
  }
  return literalSnappy(encoder.finish());
}

function written(status: number): number {
  const found = counts.requests().find((c) => c.handler === PATH && c.status === status);
  return found?.count ?? 0;
}

describe("POST /api/v1/write", () => {
  it("stores a request and answers 204 without a body", async () => {
    const before = written(204);
    const answer = await send("POST", PATH, request(3), HEADERS);
    expect(answer.status).toBe(204);
    expect(answer.text).toBe("");
    expect(service.writes.at(-1)).toEqual({ samples: 3, metadata: 0 });
    expect(written(204)).toBe(before + 1);
  });

  it("takes a request without samples", async () => {
    expect((await send("POST", PATH, literalSnappy(new Uint8Array(0)), HEADERS)).status).toBe(204);
  });

  it.each<[Record<string, string>, string]>([
    [{}, "no headers at all"],
    [{ "content-type": "application/x-protobuf;proto=prometheus.WriteRequest" }, "the 1.0 message"],
    [{ "content-type": 'Application/X-Protobuf ; Proto = "prometheus.WriteRequest"' }, "spaces"],
    [{ "content-type": "application/x-protobuf; charset=utf-8" }, "another parameter"],
    [{ "content-encoding": "Snappy" }, "capitals in the encoding"],
    [{ "x-prometheus-remote-write-version": "0.1.0", "retry-attempt": "2" }, "a retry"],
  ])("reads %j: %s", async (headers) => {
    expect((await send("POST", PATH, request(1), headers)).status).toBe(204);
  });

  it.each<[Record<string, string>, string]>([
    [{ "content-type": "application/json" }, "application/json"],
    [{ "content-type": "image/png" }, "image/png"],
    [{ "content-type": "application/x-protobuf; proto=unknown" }, "proto="],
    [{ "content-type": "application/x-protobuf; proto" }, "has no value"],
    [{ "content-encoding": "gzip" }, "want snappy"],
    [{ "content-encoding": "deflate" }, "want snappy"],
  ])("answers %j with 415", async (headers, text) => {
    const answer = await send("POST", PATH, request(1), headers);
    expect(answer.status).toBe(415);
    expect(answer.text).toContain(text);
    expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
  });

  it("answers a body that is no snappy with 400", async () => {
    const answer = await send("POST", PATH, Buffer.from("not snappy at all"), HEADERS);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("snappy body");
    expect((await send("POST", PATH, Buffer.alloc(0), HEADERS)).status).toBe(400);
  });

  it("answers a body that is no write request with 400", async () => {
    const answer = await send("POST", PATH, literalSnappy(Buffer.from([0x0a, 0x05, 0])), HEADERS);
    expect(answer.status).toBe(400);
  });

  it("answers a compressed body above the limit with 413 and closes", async () => {
    const answer = await send("POST", PATH, Buffer.alloc(64 * 1024 + 1), HEADERS);
    expect(answer.status).toBe(413);
    expect(answer.text).toBe("body is larger than the limit of 65536 bytes\n");
    expect(answer.headers["connection"]).toBe("close");
  });

  it("tells a sender of 2.0 of exemplars that are out of order, and no sender of 1.0", async () => {
    const stored = { samplesStored: 3, histogramsStored: 0, samplesUnchanged: 0, refusals: [] };
    const lateExemplars = { reason: "out of order exemplar", count: 1, first: "up{} at 5 ms" };
    service.nextWrite = { ...stored, exemplarsWritten: 2, lateExemplars };
    expect((await send("POST", PATH, request(3), HEADERS)).status).toBe(204);
    service.nextWrite = { ...stored, exemplarsWritten: 2, lateExemplars };
    const type = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
    const headers = { ...HEADERS, "content-type": type };
    const answer = await send("POST", PATH, literalSnappy(Buffer.alloc(0)), headers);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("out of order exemplar: 1 exemplar, first: up{} at 5 ms\n");
    expect(answer.headers["x-prometheus-remote-write-exemplars-written"]).toBe("2");
  });

  it("answers a declared size above the limit with 400", async () => {
    const answer = await send("POST", PATH, Buffer.from([0x81, 0x80, 0x08, 0x00]), HEADERS);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("declares 131073 bytes; the limit is 131072");
  });

  it("answers refused samples with 400, how many and the first of each kind", async () => {
    service.nextWrite = {
      samplesStored: 7,
      histogramsStored: 0,
      samplesUnchanged: 0,
      exemplarsWritten: 0,
      lateExemplars: null,
      refusals: [
        { reason: "out of order sample", count: 2, first: "up{} at 5" },
        { reason: "invalid labels", count: 1, first: "no metric name" },
      ],
    };
    const answer = await send("POST", PATH, request(10), HEADERS);
    expect(answer.status).toBe(400);
    expect(answer.text).toBe(
      "out of order sample: 2 samples, first: up{} at 5\n" +
        "invalid labels: 1 sample, first: no metric name\n" +
        "7 other samples of the request were stored\n",
    );
  });

  it("answers a full heap with 429 and when to come again", async () => {
    service.nextWrite = new TsdbError("HEAP_LIMIT", "heap limit reached");
    const answer = await send("POST", PATH, request(1), HEADERS);
    expect(answer.status).toBe(429);
    expect(answer.text).toBe("heap limit reached\n");
    expect(answer.headers["retry-after"]).toBe("10");
  });

  it.each(["restoring", "stopping"] as const)("answers 503 while %s", async (state) => {
    service.state = state;
    const answer = await send("POST", PATH, request(1), HEADERS);
    service.state = "ready";
    expect(answer.status).toBe(503);
    expect(answer.text).toBe("Service Unavailable\n");
  });

  it("answers a bug with 500, hides its text and reports it", async () => {
    service.nextWrite = new Error("a secret");
    const answer = await send("POST", PATH, request(1), HEADERS);
    expect(answer.status).toBe(500);
    expect(answer.text).toBe("internal error\n");
    expect(bugs).toEqual([new Error("a secret")]);
  });

  it.each(["GET", "PUT", "DELETE"] as const)("answers %s with 405", async (method) => {
    const answer = await send(method, PATH);
    expect(answer.status).toBe(405);
    expect(answer.headers["allow"]).toBe("OPTIONS, POST");
  });

  it("counts bytes, and what is sent but not kept", async () => {
    const encoder = new WriteRequestEncoder();
    const before = Object.assign({}, counts);
    encoder.beginSeries();
    encoder.label("__name__", "up");
    encoder.endSeries();
    // A histogram and an exemplar in a series, both empty; then an empty metadata entry.
    const series = Buffer.from([...encoder.finish(), 0x0a, 0x04, 0x22, 0, 0x1a, 0, 0x1a, 0]);
    const body = literalSnappy(series);
    expect((await send("POST", PATH, body, HEADERS)).status).toBe(204);
    expect(counts.writeBodyBytes - before.writeBodyBytes).toBe(body.length);
    expect(counts.writeDecodedBytes - before.writeDecodedBytes).toBe(series.length);
    expect(counts.writeExemplars - before.writeExemplars).toBe(1);
    expect(counts.writeMetadata - before.writeMetadata).toBe(1);
  });
});
