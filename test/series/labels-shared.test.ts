import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Labels } from "../../src/series/labels.ts";

const value = fc.string({ minLength: 1, maxLength: 3 });
const base = Labels.fromRecord({ a: "1", b: "2", c: "3" });
const names = ["a", "b", "c"];

/** A set that shares its texts with the base, and its twin that was made by itself. */
const pair = fc.tuple(fc.integer({ min: 0, max: 2 }), value).map(([index, own]) => ({
  shared: base.withValueAt(index, own),
  twin: Labels.fromRecord({ ...base.toRecord(), [names[index]!]: own }),
}));

describe("a label set that shares all but one value", () => {
  it("reads as one that was made by itself", () => {
    fc.assert(
      fc.property(pair, ({ shared, twin }) => {
        expect(shared.toRecord()).toEqual(twin.toRecord());
        expect(shared.namesAndValues).toEqual(twin.namesAndValues);
        expect(shared.key()).toBe(twin.key());
        for (const [i, name] of names.entries()) {
          expect(shared.get(name)).toBe(twin.get(name));
          expect(shared.valueAt(i)).toBe(twin.valueAt(i));
        }
      }),
    );
  });

  it("has its place among others", () => {
    fc.assert(
      fc.property(pair, pair, (left, right) => {
        const order = Math.sign(Labels.compare(left.twin, right.twin));
        expect(Math.sign(Labels.compare(left.shared, right.shared))).toBe(order);
        expect(Math.sign(Labels.compare(left.shared, right.twin))).toBe(order);
      }),
    );
  });
});
