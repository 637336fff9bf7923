import { describe, expect, it } from "vitest";
import { federationLines } from "../../src/http/exposition.ts";
import { Labels } from "../../src/series/labels.ts";

describe("a line of a very long label set", () => {
  it("comes in parts, which are the line", () => {
    const names = Array.from({ length: 9 }, (_, i) => `n${i}`);
    const value = "y".repeat(30_000);
    for (const metric of ["x", "not classic"]) {
      const labels = Labels.fromRecord({
        __name__: metric,
        ...Object.fromEntries(names.map((name) => [name, value])),
      });
      const sample = {
        labels,
        timeMs: 7,
        value: 1,
        valueHigh: 0x3ff00000,
        valueLow: 0,
        histogram: null,
      };
      const parts = [...federationLines([sample], [], "allow-utf-8")];
      const pairs = names.map((name) => `${name}="${value}"`).join(",");
      const line = metric === "x" ? `x{${pairs}} 1 7\n` : `{"not classic",${pairs}} 1 7\n`;
      expect(parts.slice(1).join("")).toBe(line);
      expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(100_000);
    }
  });
});
