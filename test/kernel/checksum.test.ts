import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c as plainCrc32c } from "../../src/base/crc32c.ts";
import { Prng } from "../../src/base/prng.ts";
import { crc32c } from "../../src/kernel/checksum.ts";

/** From here on the WebAssembly is used. */
const LONG_BYTES = 64 << 10;
const SEGMENT_BYTES = 64 << 10;
const TAIL_BYTES = 5275 * 4;

const prng = new Prng(1);
const bytes = Uint8Array.from({ length: 1 << 20 }, () => prng.below(256));

/** Ranges of every length near `length`. */
function expectEqualNear(length: number): void {
  for (let by = -9; by <= 9; by++) {
    const to = 3 + length + by;
    expect(crc32c(bytes, 3, to)).toBe(plainCrc32c(bytes, 3, to));
  }
}

describe("the checksum in WebAssembly", () => {
  it("equals the plain one on any range, going on from any checksum", () => {
    const offset = fc.integer({ min: 0, max: bytes.length });
    const previous = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(offset, offset, previous, (left, right, before) => {
        const from = Math.min(left, right);
        const to = Math.max(left, right);
        expect(crc32c(bytes, from, to, before)).toBe(plainCrc32c(bytes, from, to, before));
      }),
      { numRuns: 300 },
    );
  });

  it("equals the plain one where the WebAssembly begins to be used", () => {
    expectEqualNear(LONG_BYTES);
  });

  it("equals the plain one where segments end", () => {
    for (let segments = 1; segments <= 4; segments++) {
      expectEqualNear(TAIL_BYTES + segments * SEGMENT_BYTES);
    }
  });

  it("keeps nothing from one range to the next", () => {
    const first = crc32c(bytes, 0, 200_000);
    crc32c(bytes, 7, 900_001, 0xffffffff);
    expect(crc32c(bytes, 0, 200_000)).toBe(first);
  });

  it("reads a view that does not start at its buffer's start", () => {
    const view = bytes.subarray(13);
    expect(crc32c(view, 2, 300_000)).toBe(plainCrc32c(bytes, 15, 300_013));
  });

  it("notices any flipped bit", () => {
    const copy = bytes.slice(0, 150_000);
    const whole = crc32c(copy, 0, copy.length);
    const bit = fc.integer({ min: 0, max: copy.length * 8 - 1 });
    fc.assert(
      fc.property(bit, (at) => {
        copy[at >>> 3]! ^= 1 << (at & 7);
        expect(crc32c(copy, 0, copy.length)).not.toBe(whole);
        copy[at >>> 3]! ^= 1 << (at & 7);
      }),
      { numRuns: 60 },
    );
  });

  it("refuses a range outside the bytes", () => {
    expect(() => crc32c(bytes, 0, bytes.length + 1)).toThrow("outside");
    expect(() => crc32c(bytes, -100_000, 10)).toThrow("outside");
  });
});
