import { describe, expect, it } from "vitest";
import {
  formatGeneral,
  formatOpenMetrics,
  formatPlain,
  formatPrecise,
  formatValue,
} from "../../src/promql/format-value.ts";

/** What Go prints for formats f (of its JSON encoder's limits), 'f' and 'g', all with -1 digits. */
const CASES: readonly (readonly [number, string, string, string])[] = [
  [0, "0", "0", "0"],
  [-0, "-0", "-0", "-0"],
  [1, "1", "1", "1"],
  [-1.5, "-1.5", "-1.5", "-1.5"],
  [0.1, "0.1", "0.1", "0.1"],
  [1 / 3, "0.3333333333333333", "0.3333333333333333", "0.3333333333333333"],
  [123456, "123456", "123456", "123456"],
  [1234567, "1234567", "1234567", "1.234567e+06"],
  [1e20, "100000000000000000000", "100000000000000000000", "1e+20"],
  [1e21, "1e+21", "1000000000000000000000", "1e+21"],
  [-1.25e22, "-1.25e+22", "-12500000000000000000000", "-1.25e+22"],
  [0.0001, "0.0001", "0.0001", "0.0001"],
  [0.00001234, "0.00001234", "0.00001234", "1.234e-05"],
  [0.000001, "0.000001", "0.000001", "1e-06"],
  [1e-7, "1e-07", "0.0000001", "1e-07"],
  [1.5e-10, "1.5e-10", "0.00000000015", "1.5e-10"],
  [5e-324, "5e-324", `0.${"0".repeat(323)}5`, "5e-324"],
  [Number.NaN, "NaN", "NaN", "NaN"],
  [Infinity, "+Inf", "+Inf", "+Inf"],
  [-Infinity, "-Inf", "-Inf", "-Inf"],
];

describe("a number as Go prints it", () => {
  it.each(CASES)("%s in a reply: %s", (value, reply) => {
    expect(formatValue(value)).toBe(reply);
  });

  it.each(CASES)("%s without exponent", (value, _reply, plain) => {
    expect(formatPlain(value)).toBe(plain);
  });

  it.each(CASES)("%s in general", (value, _reply, _plain, general) => {
    expect(formatGeneral(value)).toBe(general);
  });

  it("keeps the digits it is asked for", () => {
    expect(formatPrecise(0.038123, 2)).toBe("0.038");
    expect(formatPrecise(1234.5, 3)).toBe("1.23e+03");
    expect(formatPrecise(100, 3)).toBe("100");
  });

  it("shows whole numbers as floats in OpenMetrics", () => {
    expect(formatOpenMetrics(1)).toBe("1.0");
    expect(formatOpenMetrics(0.5)).toBe("0.5");
    expect(formatOpenMetrics(1e21)).toBe("1e+21");
  });
});
