import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { naturalOrder } from "../../src/promql/functions/sorting.ts";
import { compareUtf8 } from "../../src/series/labels.ts";

/** Both texts cut into runs, which are compared one by one. */
function byRuns(left: string, right: string): number {
  const a = left.match(/\d+|\D+/g) ?? [];
  const b = right.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const bothNumeric = /^\d/.test(a[i]!) && /^\d/.test(b[i]!);
    const order = bothNumeric ? Number(a[i]) - Number(b[i]) : compareUtf8(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length || compareUtf8(left, right);
}

describe("natural order of texts", () => {
  it("compares runs of digits as numbers and all else by bytes", () => {
    const unit = fc.constantFrom(
      "0",
      "1",
      "2",
      "9",
      "a",
      "b",
      "!",
      "-",
      "é",
      "\u{1f600}",
      "\uffff",
    );
    const text = fc.string({ unit, maxLength: 6 });
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(Math.sign(naturalOrder(left, right))).toBe(Math.sign(byRuns(left, right)));
      }),
      { numRuns: 2000 },
    );
  });
});
