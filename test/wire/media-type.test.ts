import { describe, expect, it } from "vitest";
import { WRITE_REQUEST_1, WRITE_REQUEST_2, writeMessageOf } from "../../src/wire/media-type.ts";

const BOTH = [WRITE_REQUEST_1, WRITE_REQUEST_2] as const;

function refusal(contentType?: string, contentEncoding?: string): string {
  try {
    return `accepted as ${writeMessageOf(contentType, contentEncoding, BOTH)}`;
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
}

describe("media type of a write request", () => {
  it.each([
    [undefined, undefined],
    ["", ""],
    ["application/x-protobuf", "snappy"],
    ["application/x-protobuf;proto=prometheus.WriteRequest", "snappy"],
    ["Application/X-Protobuf ; Proto=Prometheus.writerequest", " Snappy "],
    ['application/x-protobuf; proto="prometheus.WriteRequest"', undefined],
    ["application/x-protobuf; charset=utf-8;", "snappy"],
    ["application/x-protobuf;proto=prometheus.WriteRequest;proto=other", "snappy"],
  ])("is 1.0 for Content-Type %j and Content-Encoding %j", (contentType, contentEncoding) => {
    expect(writeMessageOf(contentType, contentEncoding, [WRITE_REQUEST_1])).toBe(WRITE_REQUEST_1);
  });

  it.each([
    "application/x-protobuf;proto=io.prometheus.write.v2.Request",
    "application/x-protobuf; charset=utf-8; proto = io.prometheus.write.v2.request",
  ])("is 2.0 for Content-Type %j", (contentType) => {
    expect(writeMessageOf(contentType, "snappy", BOTH)).toBe(WRITE_REQUEST_2);
  });

  it("refuses a known message that is switched off", () => {
    const contentType = `application/x-protobuf;proto=${WRITE_REQUEST_2}`;
    expect(() => writeMessageOf(contentType, "snappy", [WRITE_REQUEST_1])).toThrow(
      "Content-Type proto=io.prometheus.write.v2.Request is not switched on",
    );
  });

  it.each([
    ["application/json", 'Content-Type "application/json" is not supported'],
    ["image/png", 'Content-Type "image/png" is not supported'],
    [";proto=prometheus.WriteRequest", 'Content-Type "" is not supported'],
    ["application/x-protobuf;proto=prometheus.Other", 'proto="prometheus.Other" is not a known'],
    ["application/x-protobuf;proto=", 'proto="" is not a known message'],
    ["application/x-protobuf;proto", 'parameter "proto" has no value'],
  ])("refuses Content-Type %j", (contentType, reason) => {
    expect(refusal(contentType, "snappy")).toMatch(/^UNSUPPORTED_MEDIA_TYPE: /);
    expect(refusal(contentType, "snappy")).toContain(reason);
  });

  it.each(["gzip", "deflate", "zstd", "identity", "snappy, gzip", "snappy-framed"])(
    "refuses Content-Encoding %j",
    (contentEncoding) => {
      const reason = `Content-Encoding "${contentEncoding}" is not supported; want snappy`;
      expect(refusal("application/x-protobuf", contentEncoding)).toBe(
        `UNSUPPORTED_MEDIA_TYPE: ${reason}`,
      );
    },
  );
});
