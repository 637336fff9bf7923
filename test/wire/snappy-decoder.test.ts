import fc from "fast-check";
import { compress, uncompress } from "snappyjs";
import { describe, expect, it } from "vitest";
import { SnappyDecoder } from "../../src/wire/snappy-decoder.ts";
import { flipBit } from "./mutations.ts";
import { bodyOfElements, type Element, naiveUncompress } from "./naive-snappy.ts";

const LIMIT = 1 << 20;

function codeOf(body: Uint8Array, limitBytes = LIMIT): string {
  try {
    new SnappyDecoder().decode(body, limitBytes);
  } catch (error) {
    return (error as { code?: string }).code ?? `not a TsdbError: ${String(error)}`;
  }
  return "accepted";
}

/** Decoded bytes, or null when the body was refused as SNAPPY_INVALID. */
function decoded(decoder: SnappyDecoder, body: Uint8Array): Uint8Array | null {
  try {
    return decoder.decode(body, LIMIT).slice();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "SNAPPY_INVALID" && code !== "BODY_TOO_LARGE") throw error;
    return null;
  }
}

/** Bytes with the repetitions that real bodies have, NaN patterns among them. */
const compressible = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom("__name__", "namespace", "kubernetes-node-exporter-metrics").map(bytesOf),
      fc.constant(Uint8Array.from([9, 2, 0, 0, 0, 0, 0, 0xf0, 0x7f])),
      fc.constant(new Uint8Array(70)),
    ),
    { maxLength: 60 },
  )
  .map(joined);

/** Whether one of the last four bytes may be the tag of a literal in long form. */
function endsInLongLiteral(body: Uint8Array): boolean {
  return body.subarray(-4).some((byte) => (byte & 3) === 0 && byte >>> 2 >= 60);
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Elements that fit together, drawn as (kind, size, share of the output to go back). */
const elements = fc
  .array(
    fc.oneof(
      fc.record({ literal: fc.uint8Array({ minLength: 1, maxLength: 60 }) }),
      fc.record({
        literal: fc.uint8Array({ minLength: 4, maxLength: 90 }),
        lengthBytes: fc.constantFrom(1, 2, 3, 4),
      }),
      fc.record({
        kind: fc.constantFrom(1 as const, 2 as const, 3 as const),
        bytes: fc.integer({ min: 1, max: 64 }),
        back: fc.integer({ min: 1, max: 200 }),
      }),
    ),
    { maxLength: 30 },
  )
  .map(fitting);

function fitting(drawn: readonly Element[]): { length: number; elements: Element[] } {
  const kept: Element[] = [];
  let length = 0;
  for (const element of drawn) {
    if ("literal" in element) {
      kept.push(element);
      length += element.literal.length;
    } else if (length > 0) {
      const bytes = element.kind === 1 ? 4 + (element.bytes % 8) : element.bytes;
      kept.push({ kind: element.kind, bytes, back: 1 + (element.back % length) });
      length += bytes;
    }
  }
  return { length, elements: kept };
}

describe("snappy decoder", () => {
  it("gives back what snappyjs compressed", () => {
    const decoder = new SnappyDecoder();
    fc.assert(
      fc.property(compressible, (bytes) => {
        expect(decoded(decoder, compress(bytes))).toEqual(bytes);
      }),
    );
  });

  it("agrees with the naive decoder on every kind of element", () => {
    const decoder = new SnappyDecoder();
    fc.assert(
      fc.property(elements, (drawn) => {
        const body = bodyOfElements(drawn.length, drawn.elements);
        const expected = naiveUncompress(body);
        expect(expected).not.toBeNull();
        expect(decoded(decoder, body)).toEqual(expected);
        expect(uncompress(body)).toEqual(expected);
      }),
    );
  });

  it("gives the naive decoder's verdict on bodies with changed bits", () => {
    const decoder = new SnappyDecoder();
    fc.assert(
      fc.property(compressible, fc.nat(), fc.nat(), (bytes, first, second) => {
        const body = flipBit(flipBit(compress(bytes), first), second);
        expect(decoded(decoder, body)).toEqual(naiveUncompress(body));
      }),
      { numRuns: 1000 },
    );
  });

  it("accepts nothing that snappyjs refuses, nor reads it otherwise", () => {
    const decoder = new SnappyDecoder();
    fc.assert(
      fc.property(compressible, fc.nat(), (bytes, bit) => {
        const body = flipBit(compress(bytes), bit);
        const ours = decoded(decoder, body);
        if (ours !== null && !endsInLongLiteral(body)) expect(ours).toEqual(uncompress(body));
      }),
      { numRuns: 500 },
    );
  });

  it("accepts a short literal in long form at the end, which snappyjs refuses", () => {
    const body = bodyOfElements(1, [{ literal: bytesOf("a"), lengthBytes: 1 }]);
    expect(() => uncompress(body)).toThrow("Invalid Snappy bitstream");
    expect(codeOf(body)).toBe("accepted");
  });

  it("refuses a body cut off at any byte", () => {
    const body = compress(joined([bytesOf("abcdefgh".repeat(40)), new Uint8Array(300)]));
    for (let length = 0; length < body.length; length++) {
      expect(codeOf(body.subarray(0, length))).toBe("SNAPPY_INVALID");
    }
    expect(codeOf(body)).toBe("accepted");
  });

  it("refuses bytes behind the end, which snappyjs accepts", () => {
    const body = bodyOfElements(3, [{ literal: bytesOf("abc") }, { literal: bytesOf("d") }]);
    expect(uncompress(body)).toEqual(bytesOf("abc"));
    expect(codeOf(body)).toBe("SNAPPY_INVALID");
  });

  it("refuses a body shorter than it declares, which snappyjs pads with zeros", () => {
    const body = bodyOfElements(5, [{ literal: bytesOf("abc") }]);
    expect(uncompress(body)).toEqual(Uint8Array.from([97, 98, 99, 0, 0]));
    expect(codeOf(body)).toBe("SNAPPY_INVALID");
  });

  it("refuses a copy whose offset is cut off, which snappyjs accepts", () => {
    const body = bodyOfElements(7, [{ literal: bytesOf("abc") }, { kind: 1, bytes: 4, back: 3 }]);
    expect(uncompress(body.subarray(0, body.length - 1))).toHaveLength(7);
    expect(codeOf(body.subarray(0, body.length - 1))).toBe("SNAPPY_INVALID");
  });

  it("refuses a declared length above the limit before it allocates", () => {
    const body = bodyOfElements(2 ** 31, [{ literal: bytesOf("a") }]);
    expect(codeOf(body, 2 ** 25)).toBe("BODY_TOO_LARGE");
  });

  it("refuses a declared length that its bytes cannot expand to", () => {
    const body = bodyOfElements(2 ** 24, [{ literal: bytesOf("a") }]);
    expect(() => new SnappyDecoder().decode(body, 2 ** 25)).toThrow(
      "snappy body invalid at byte 0: 6 bytes cannot hold the declared 16777216",
    );
  });

  it("refuses a declared length of more than 32 bits or 5 bytes", () => {
    expect(codeOf(Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x1f, 0]))).toBe("SNAPPY_INVALID");
    expect(codeOf(Uint8Array.from([0x80, 0x80, 0x80, 0x80, 0x80, 0]))).toBe("SNAPPY_INVALID");
  });

  it("accepts the empty block", () => {
    expect(new SnappyDecoder().decode(Uint8Array.of(0), LIMIT)).toHaveLength(0);
  });

  it("accepts exactly the limit", () => {
    const body = compress(new Uint8Array(1000));
    expect(codeOf(body, 1000)).toBe("accepted");
    expect(codeOf(body, 999)).toBe("BODY_TOO_LARGE");
  });

  it("holds no large buffer behind a body, whether it took or refused it", () => {
    const decoder = new SnappyDecoder();
    const limit = 1 << 24;
    const text = new Uint8Array(limit).map((_, i) => i >> 9);
    const body = compress(text);
    expect(Buffer.compare(decoder.decode(body, limit), text)).toBe(0);
    expect(decoder.heldBytes).toBe(0);
    expect(() => decoder.decode(body.subarray(0, body.length - 1), limit)).toThrow("snappy");
    expect(decoder.heldBytes).toBe(0);
    decoder.decode(compress(text.subarray(0, 1000)), limit);
    expect(decoder.heldBytes).toBeGreaterThan(1000);
  });

  it("says where and what is wrong", () => {
    const body = bodyOfElements(7, [{ literal: bytesOf("abc") }, { kind: 2, bytes: 4, back: 9 }]);
    expect(() => new SnappyDecoder().decode(body, LIMIT)).toThrow(
      "snappy body invalid at byte 5: copy reaches 6 bytes before the start",
    );
  });

  it("keeps the bits of signalling NaNs at every alignment", () => {
    const pattern = Uint8Array.from([2, 0, 0, 0, 0, 0, 0xf0, 0x7f]);
    for (let lead = 0; lead < 16; lead++) {
      const seed = joined([new Uint8Array(lead).fill(1), pattern, pattern, pattern]);
      const copy: Element = { kind: 2, bytes: seed.length, back: seed.length };
      const body = bodyOfElements(seed.length * 2, [{ literal: seed }, copy]);
      // Many rounds, so that the optimised code is what is tested.
      const decoder = new SnappyDecoder();
      for (let i = 0; i < 2000; i++) decoder.decode(body, LIMIT);
      expect(decoder.decode(body, LIMIT)).toEqual(joined([seed, seed]));
    }
  });

  it("decodes bodies that lie anywhere in a larger buffer", () => {
    const body = compress(bytesOf("inside a pool ".repeat(20)));
    const pool = new Uint8Array(body.length + 13);
    pool.set(body, 7);
    const inside = pool.subarray(7, 7 + body.length);
    expect(new SnappyDecoder().decode(inside, LIMIT)).toEqual(uncompress(body));
  });
});
