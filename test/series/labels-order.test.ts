import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareUtf8 } from "../../src/series/labels.ts";

const end = fc.string({
  unit: fc.constantFrom("a", "b", "é", "\u{1f600}", "\uffff"),
  maxLength: 4,
});
/** Texts whose beginnings are the same for some blocks, or nearly. */
const beginning = fc
  .tuple(fc.constantFrom(0, 1, 509, 510, 511, 512, 1023, 1024, 1025), end)
  .map(([length, text]) => "x".repeat(length) + text);

describe("the order of two texts", () => {
  it("is that of their bytes", () => {
    fc.assert(
      fc.property(beginning, end, beginning, end, (a, aEnd, b, bEnd) => {
        for (const [left, right] of [
          [a + aEnd, b + bEnd],
          [a + aEnd, a + bEnd],
        ] as const) {
          const order = Buffer.compare(Buffer.from(left), Buffer.from(right));
          expect(Math.sign(compareUtf8(left, right))).toBe(order);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
