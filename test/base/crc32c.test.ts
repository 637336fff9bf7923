import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/base/crc32c.ts";
import { Prng } from "../../src/base/prng.ts";

/** The naive twin: one bit at a time. */
function bitwise(bytes: Uint8Array, from: number, to: number): number {
  let state = 0xffffffff;
  for (let i = from; i < to; i++) {
    state ^= bytes[i]!;
    for (let bit = 0; bit < 8; bit++) {
      state = (state & 1) === 1 ? (state >>> 1) ^ 0x82f63b78 : state >>> 1;
    }
  }
  return ~state >>> 0;
}

function randomBytes(length: number, seed: number): Uint8Array {
  const prng = new Prng(seed);
  return Uint8Array.from({ length }, () => prng.below(256));
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe("crc32c", () => {
  it("gives the check value of the standard", () => {
    expect(crc32c(text("123456789"), 0, 9)).toBe(0xe3069283);
  });

  it("gives the published values of RFC 3720", () => {
    expect(crc32c(new Uint8Array(32), 0, 32)).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255), 0, 32)).toBe(0x62a8ab43);
    const rising = Uint8Array.from({ length: 32 }, (_, i) => i);
    expect(crc32c(rising, 0, 32)).toBe(0x46dd794e);
  });

  it("is 0 for no bytes", () => {
    expect(crc32c(new Uint8Array(0), 0, 0)).toBe(0);
  });

  it("equals the bit by bit computation at every length and alignment", () => {
    const bytes = randomBytes(1400, 1);
    for (let from = 0; from < 5; from++) {
      for (let to = from; to < bytes.length; to += to < 40 ? 1 : 37) {
        expect(crc32c(bytes, from, to)).toBe(bitwise(bytes, from, to));
      }
    }
  });

  it("equals the bit by bit computation on long ranges, where it folds", () => {
    const bytes = randomBytes(600_000, 2);
    for (const [from, to] of [
      [0, 600_000],
      [1, 599_999],
      [6, 131_078],
      [3, 131_075],
      [0, 147_484],
    ] as const) {
      expect(crc32c(bytes, from, to)).toBe(bitwise(bytes, from, to));
    }
  });

  it("goes on from an earlier checksum", () => {
    const bytes = randomBytes(300_000, 3);
    const whole = crc32c(bytes, 0, bytes.length);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length }), (cut) => {
        const head = crc32c(bytes, 0, cut);
        expect(crc32c(bytes, cut, bytes.length, head)).toBe(whole);
      }),
      { numRuns: 40 },
    );
  });

  it("reads a view that does not start at its buffer's start", () => {
    const bytes = randomBytes(4096, 4);
    const view = bytes.subarray(13);
    expect(crc32c(view, 2, 3000)).toBe(bitwise(bytes, 15, 3013));
  });

  it("refuses a range outside the bytes", () => {
    expect(() => crc32c(new Uint8Array(4), 0, 5)).toThrow("outside");
  });
});
