import { fileURLToPath } from "node:url";
import fc from "fast-check";
import protobuf from "protobufjs";
import { uncompress } from "snappyjs";
import { describe, expect, it } from "vitest";
import { ReadFrameEncoder } from "../../src/wire/read-frames.ts";
import { decodeReadRequest } from "../../src/wire/read-request.ts";
import { SnappyPieces, varintOf } from "../../src/wire/snappy-pieces.ts";

const proto = fileURLToPath(new URL("../../proto/", import.meta.url));
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => proto + target;
root.loadSync("remote_read.proto");
const readRequest = root.lookupType("prometheus.ReadRequest");
const chunkedResponse = root.lookupType("prometheus.ChunkedReadResponse");

const encoded = (request: object) =>
  readRequest.encode(readRequest.fromObject(request)).finish().slice();

const matcher = fc.record({
  type: fc.integer({ min: 0, max: 3 }),
  name: fc.string(),
  value: fc.string({ unit: "grapheme" }),
});
const query = fc.record({
  startTimestampMs: fc.integer(),
  endTimestampMs: fc.maxSafeInteger(),
  matchers: fc.array(matcher, { maxLength: 4 }),
});

describe("a read request", () => {
  it("is read as protobufjs wrote it", () => {
    fc.assert(
      fc.property(fc.array(query, { maxLength: 3 }), (queries) => {
        const types = ["=", "!=", "=~", "!~"];
        expect(decodeReadRequest(encoded({ queries }))).toEqual({
          queries: queries.map(({ startTimestampMs, endTimestampMs, matchers }) => ({
            fromMs: startTimestampMs,
            toMs: endTimestampMs,
            matchers: matchers.map(({ type, name, value }) => ({ type: types[type], name, value })),
          })),
          responseType: 0,
        });
      }),
    );
  });

  for (const [accepted, chosen] of [
    [[], 0],
    [[1, 0], 1],
    [[0, 1], 0],
    [[7, 1], 1],
  ] as const) {
    it(`that accepts [${accepted}] is answered with type ${chosen}`, () => {
      const request = { acceptedResponseTypes: accepted };
      expect(decodeReadRequest(encoded(request)).responseType).toBe(chosen);
    });
  }

  it("that accepts only what is not known is refused", () => {
    const bytes = encoded({ acceptedResponseTypes: [9] });
    expect(() => decodeReadRequest(bytes)).toThrow(/none of the accepted response types/);
  });

  it("never does anything but be read or refused, whatever its bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          decodeReadRequest(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "PROTOBUF_INVALID" });
          expect((error as Error).message).toMatch(/^read request/);
        }
      }),
    );
  });
});

describe("frames of chunks", () => {
  const bytes = Uint8Array.from({ length: 600 }, (_, i) => i);
  const chunk = (i: number) => ({ minTimeMs: i - 5, maxTimeMs: i + 9, encoding: 1, bytes });
  const chunks = [0, 20, 40].map(chunk);
  const labels = ["__name__", "up", "job", "a"];

  /** Splits a stream of frames; the checksum's position is checked by its known value. */
  function payloads(frames: Uint8Array[]): Uint8Array[] {
    return frames.map((frame) => {
      let length = 0;
      let at = 0;
      for (let shift = 1; ; shift *= 128) {
        const byte = frame[at++] as number;
        length += (byte & 127) * shift;
        if (byte < 128) break;
      }
      expect(frame.length).toBe(at + 4 + length);
      return frame.subarray(at + 4);
    });
  }

  it("hold a whole series in one frame while it fits", () => {
    const frames = new ReadFrameEncoder(1 << 20).frames(3, { labels, chunks });
    expect(frames).toHaveLength(1);
    const message = chunkedResponse.toObject(chunkedResponse.decode(payloads(frames)[0]!), {
      longs: Number,
      enums: Number,
    });
    expect(message).toMatchObject({
      queryIndex: 3,
      chunkedSeries: [
        {
          labels: [
            { name: "__name__", value: "up" },
            { name: "job", value: "a" },
          ],
          chunks: [{ minTimeMs: -5, maxTimeMs: 9, type: 1 }, { minTimeMs: 15 }, { minTimeMs: 35 }],
        },
      ],
    });
    expect(Uint8Array.from(message["chunkedSeries"][0].chunks[2].data)).toEqual(bytes);
  });

  it("go on in another frame with the same labels when one is full", () => {
    const frames = new ReadFrameEncoder(700).frames(0, { labels, chunks });
    const counts = payloads(frames).map((payload) => {
      const { chunkedSeries } = chunkedResponse.toObject(chunkedResponse.decode(payload));
      expect(chunkedSeries[0].labels).toHaveLength(2);
      return chunkedSeries[0].chunks.length;
    });
    expect(counts).toEqual([2, 1]);
  });
});

describe("a snappy block in pieces", () => {
  it("is what snappy reads as one block", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 }), (parts) => {
        const pieces = new SnappyPieces();
        for (const part of parts) pieces.add(part);
        const whole = Buffer.concat(parts);
        expect(Buffer.from(uncompress(Buffer.concat(pieces.block())))).toEqual(whole);
      }),
    );
  });

  it("writes lengths as varints", () => {
    expect([...varintOf(0)]).toEqual([0]);
    expect([...varintOf(300)]).toEqual([0xac, 2]);
  });
});
