import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PairRef, SeriesRef, SymbolRef } from "../../src/base/units.ts";
import type { LabelReader } from "../../src/series/label-reader.ts";
import { LabelSets } from "../../src/series/label-sets.ts";
import { Labels } from "../../src/series/labels.ts";

/** A store in which series have three or four labels with one of four values; many are alike. */
function storeOf(name: string): LabelReader {
  return {
    labelCountOf: (series) => 3 + (series % 2),
    pairAt: (series, position) => (4 * ((series >> (2 * position)) & 3) + position) as PairRef,
    nameOf: (pair) => (2 * (pair % 4)) as SymbolRef,
    valueOf: (pair) => (2 * pair + 1) as SymbolRef,
    textOf(symbol) {
      const pair = symbol >> 1;
      return symbol % 2 === 0 ? `n${pair}` : `${name} ${Math.trunc(pair / 4)}`;
    },
  };
}

const stores = [storeOf("a"), storeOf("b")];

/** Sets that lie in one of two stores, whole or changed in one label, and sets with own texts. */
const set = fc
  .record({
    store: fc.integer({ min: 0, max: 2 }),
    series: fc.nat({ max: 5000 }),
    at: fc.integer({ min: 0, max: 2 }),
    change: fc.constantFrom("none", "left out", "value"),
  })
  .map(({ store, series, at, change }) => {
    const reader = stores[store];
    const labels = reader
      ? Labels.lyingIn(reader, series as SeriesRef)
      : Labels.ofSorted(["x", "1", "y", "2", "z", `${series}`]);
    if (change === "none") return labels;
    return change === "value" ? labels.withValueAt(at, "changed") : labels.withoutAt(at);
  });

describe("very many label sets", () => {
  it("are those that were added, in the same order, wherever they lie", () => {
    fc.assert(
      fc.property(fc.array(set, { maxLength: 50 }), (added) => {
        const sets = new LabelSets();
        for (const one of added) sets.push(one);
        expect(sets.length).toBe(added.length);
        for (const [i, one] of added.entries()) {
          expect(sets.at(i).namesAndValues).toEqual(one.namesAndValues);
          expect(Labels.compare(sets.at(i), one)).toBe(0);
          for (const [j, other] of added.entries()) {
            expect(Math.sign(sets.compare(i, j))).toBe(Math.sign(Labels.compare(one, other)));
          }
        }
      }),
    );
  });
});
