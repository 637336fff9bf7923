import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PairRef, SeriesRef, SymbolRef } from "../../src/base/units.ts";
import type { LabelReader } from "../../src/series/label-reader.ts";
import { Labels } from "../../src/series/labels.ts";

type Pairs = readonly (readonly [name: string, value: string])[];

/** A store of label sets: equal labels are one pair, equal texts one symbol. */
class Store implements LabelReader {
  private readonly symbols: string[] = [];
  private readonly pairs: (readonly [SymbolRef, SymbolRef])[] = [];
  private readonly series: PairRef[][] = [];

  add(labels: Pairs): SeriesRef {
    const refs = labels.map(([name, value]) => this.pair(this.symbol(name), this.symbol(value)));
    return (this.series.push(refs) - 1) as SeriesRef;
  }

  clear(): void {
    for (const part of [this.symbols, this.pairs, this.series]) part.length = 0;
  }

  labelCountOf(series: SeriesRef): number {
    return this.series[series]!.length;
  }

  pairAt(series: SeriesRef, position: number): PairRef {
    return this.series[series]![position]!;
  }

  nameOf(pair: PairRef): SymbolRef {
    return this.pairs[pair]![0];
  }

  valueOf(pair: PairRef): SymbolRef {
    return this.pairs[pair]![1];
  }

  textOf(symbol: SymbolRef): string {
    return this.symbols[symbol]!;
  }

  private symbol(text: string): SymbolRef {
    const known = this.symbols.indexOf(text);
    return (known < 0 ? this.symbols.push(text) - 1 : known) as SymbolRef;
  }

  private pair(name: SymbolRef, value: SymbolRef): PairRef {
    const known = this.pairs.findIndex((pair) => pair[0] === name && pair[1] === value);
    return (known < 0 ? this.pairs.push([name, value]) - 1 : known) as PairRef;
  }
}

const store = new Store();
const value = fc.constantFrom("1", "2", "10", "é", "\u{1f600}");
const names = fc.subarray(["__name__", "a", "ab", "b", "c"]);
const change = fc.record({ at: fc.nat(), value: fc.option(value, { nil: "" }) });

/** The set with a change, and the same change of a plain list. */
function changed([labels, pairs]: [Labels, Pairs], { at, value }: { at: number; value: string }) {
  if (pairs.length === 0) return [labels, pairs] as [Labels, Pairs];
  const index = at % pairs.length;
  const set = value === "" ? labels.withoutAt(index) : labels.withValueAt(index, value);
  const own = [[pairs[index]![0], value] as const];
  const list = [...pairs.slice(0, index), ...(value === "" ? [] : own), ...pairs.slice(index + 1)];
  return [set, list] as [Labels, Pairs];
}

/** A set that reads or shares its texts, and its twin that was made by itself. */
const pair = fc
  .record({
    names,
    values: fc.array(value, { minLength: 5, maxLength: 5 }),
    lies: fc.boolean(),
    changes: fc.array(change, { maxLength: 3 }),
  })
  .map(({ names, values, lies, changes }) => {
    const pairs: Pairs = names.map((name, i) => [name, values[i]!]);
    const labels = lies ? Labels.lyingIn(store, store.add(pairs)) : Labels.ofSorted(pairs.flat());
    const [shared, list] = changes.reduce(changed, [labels, pairs] as [Labels, Pairs]);
    return { shared, twin: Labels.fromPairs(list) };
  });

function expectSame(shared: Labels, twin: Labels): void {
  expect(shared.size).toBe(twin.size);
  expect(shared.namesAndValues).toEqual(twin.namesAndValues);
  expect(shared.toRecord()).toEqual(twin.toRecord());
  expect(shared.key()).toBe(twin.key());
  for (const name of ["__name__", "a", "ab", "b", "c"]) {
    expect(shared.get(name)).toBe(twin.get(name));
    expect(shared.has(name)).toBe(twin.has(name));
  }
  for (let i = 0; i < twin.size; i++) {
    expect(shared.nameAt(i)).toBe(twin.nameAt(i));
    expect(shared.valueAt(i)).toBe(twin.valueAt(i));
  }
}

describe("a label set that lies in a store, or shares all but one label", () => {
  it("reads as one that was made by itself", () => {
    fc.assert(fc.property(pair, ({ shared, twin }) => expectSame(shared, twin)));
  });

  it("has its place among others", () => {
    fc.assert(
      fc.property(pair, pair, (left, right) => {
        const order = Math.sign(Labels.compare(left.twin, right.twin));
        expect(Math.sign(Labels.compare(left.shared, right.shared))).toBe(order);
        expect(Math.sign(Labels.compare(left.shared, right.twin))).toBe(order);
      }),
      { numRuns: 1000 },
    );
  });

  it("has its place among sets of the same texts with another label changed", () => {
    fc.assert(
      fc.property(pair, change, change, ({ shared, twin }, one, other) => {
        const pairs: Pairs = Object.entries(twin.toRecord());
        const [left, leftList] = changed([shared, pairs], one);
        const [right, rightList] = changed([shared, pairs], other);
        const twins = [Labels.fromPairs(leftList), Labels.fromPairs(rightList)] as const;
        expect(Math.sign(Labels.compare(left, right))).toBe(Math.sign(Labels.compare(...twins)));
      }),
      { numRuns: 1000 },
    );
  });

  it("is the same when it has its texts itself", () => {
    fc.assert(fc.property(pair, ({ shared, twin }) => expectSame(shared.settled(), twin)));
  });

  it("does not ask the store any more when it has them", () => {
    const own = new Store();
    const lying = Labels.lyingIn(own, own.add([["a", "1"]]))
      .withValueAt(0, "2")
      .settled();
    own.clear();
    expect(lying.toRecord()).toEqual({ a: "2" });
  });
});
