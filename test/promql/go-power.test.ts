import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goPower } from "../../src/promql/evaluate/go-power.ts";

describe("Go's power", () => {
  it.each([
    [Number.NaN, 0, 1],
    [1, Number.NaN, 1],
    [1, Infinity, 1],
    [-1, -Infinity, 1],
    [0, -1, Infinity],
    [-0, -3, -Infinity],
    [-0, 3, -0],
    [-0, 2, 0],
    [0.5, Infinity, 0],
    [-2, -Infinity, 0],
    [-2, Infinity, Infinity],
    [-Infinity, 3, -Infinity],
    [-Infinity, -3, -0],
    [Infinity, -1, 0],
    [-8, 1 / 3, Number.NaN],
    [2, 10, 1024],
    [2, -1074, 5e-324],
    [2, 1024, Infinity],
    [-2, 1025, -Infinity],
    [10, 22, 1e22],
    [4, 0.5, 2],
    [4, -0.5, 0.5],
    [-1, 2 ** 60, 1],
    [3, 2 ** 64, Infinity],
    [0.3, 2 ** 64, 0],
    [22.9, 22.9, 1.381123597553653e31],
  ])("%s ^ %s = %s", (base, exponent, power) => {
    expect(goPower(base, exponent)).toBe(power);
  });

  it("agrees with JavaScript's to the last digits", () => {
    const numbers = fc.double({ noNaN: true, noDefaultInfinity: true, min: -300, max: 300 });
    fc.assert(
      fc.property(numbers, numbers, (base, exponent) => {
        const expected = base ** exponent;
        const given = goPower(base, exponent);
        if (Number.isNaN(expected) || !Number.isFinite(expected) || Math.abs(expected) < 1e-300) {
          return;
        }
        expect(Math.abs(given - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected));
      }),
    );
  });
});
