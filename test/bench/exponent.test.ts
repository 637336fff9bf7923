import { describe, expect, it } from "vitest";
import { exponentOf } from "../../bench/curves/exponent.ts";

describe("the exponent of a curve", () => {
  const sizes = [1, 2, 4, 8, 16];

  it("is the power by which the cost grows", () => {
    for (const power of [0, 0.5, 1, 2]) {
      const points = sizes.map((size) => [size, 3 * size ** power] as const);
      expect(exponentOf(points)).toBeCloseTo(power, 12);
    }
  });

  it("lies between two powers when the cost has a part that does not grow", () => {
    const exponent = exponentOf(sizes.map((size) => [size, 5 + size] as const));
    expect(exponent).toBeGreaterThan(0);
    expect(exponent).toBeLessThan(1);
  });
});
