import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatValue } from "../../src/promql/format-value.ts";
import { NUMBER_BYTES_MAX, putTime, putValue } from "../../src/promql/result/number-bytes.ts";
import { timeText } from "../../src/promql/result/result-json.ts";

type Put = (bytes: Uint8Array, at: number, number: number) => number;

/** What is written between two bytes that must stay. */
function written(put: Put, number: number): string {
  const bytes = new Uint8Array(NUMBER_BYTES_MAX + 2).fill(0x7e);
  const end = put(bytes, 1, number);
  expect(end - 1).toBeLessThanOrEqual(NUMBER_BYTES_MAX);
  expect(bytes[0]).toBe(0x7e);
  expect(bytes.subarray(end).every((byte) => byte === 0x7e)).toBe(true);
  return Buffer.from(bytes.subarray(1, end)).toString("latin1");
}

const wholes = fc
  .tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 16 }))
  .map(([number, digits]) => Math.trunc(number / 10 ** digits));

describe("the bytes of a number", () => {
  it("are those of its text", () => {
    const special = [0, -0, NaN, Infinity, -Infinity, 1e21, -1e21, 5e-324, -1.7976931348623157e308];
    for (const value of special) expect(written(putValue, value)).toBe(formatValue(value));
    const values = fc.oneof(fc.double(), wholes);
    fc.assert(
      fc.property(values, (value) => {
        expect(written(putValue, value)).toBe(formatValue(value));
      }),
      { numRuns: 2000 },
    );
  });

  it("are those of its text around every power of ten and of two", () => {
    const powers = Array.from({ length: 16 }, (_, i) => 10 ** i);
    const all = [...powers, ...Array.from({ length: 54 }, (_, i) => 2 ** i)];
    for (const power of all) {
      for (const value of [power - 1, power, power + 1, -power, 1 - power]) {
        expect(written(putValue, value)).toBe(formatValue(value));
      }
    }
  });

  it("are those of a time in seconds", () => {
    fc.assert(
      fc.property(wholes, (timeMs) => {
        expect(written(putTime, timeMs)).toBe(timeText(timeMs));
      }),
      { numRuns: 2000 },
    );
  });
});
