import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HashSlots } from "../../src/base/hash-slots.ts";

/** Numbers by key, whose hash may be that of many others. */
class Twin {
  private readonly slots = new HashSlots();
  private readonly keys: number[] = [];
  private readonly hashOf: (key: number) => number;

  constructor(hashOf: (key: number) => number) {
    this.hashOf = hashOf;
  }

  numberOf(key: number): number {
    for (let n = this.slots.first(this.hashOf(key)); n >= 0; n = this.slots.next()) {
      if (this.keys[n] === key) return n;
    }
    this.slots.insert(this.keys.length);
    return this.keys.push(key) - 1;
  }
}

function expectAsMap(keys: readonly number[], hashOf: (key: number) => number): void {
  const twin = new Twin(hashOf);
  const map = new Map<number, number>();
  for (const key of keys) {
    if (!map.has(key)) map.set(key, map.size);
  }
  const numbers = keys.map((key) => map.get(key));
  expect(keys.map((key) => twin.numberOf(key))).toEqual(numbers);
  expect(keys.map((key) => twin.numberOf(key))).toEqual(numbers);
}

describe("slots of a hash table", () => {
  it("find what a map finds, whatever the hashes are", () => {
    const keys = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 600 });
    const masks = fc.constantFrom(0, 1, 7, 0xff, -1);
    fc.assert(fc.property(keys, masks, (some, mask) => expectAsMap(some, (key) => key & mask)));
  });

  it("find each of very many", () => {
    const twin = new Twin((key) => key);
    const keys = Array.from({ length: 50_000 }, (_, key) => key);
    expect(keys.map((key) => twin.numberOf(key))).toEqual(keys);
    expect(keys.map((key) => twin.numberOf(key))).toEqual(keys);
  });

  it("find each of many that have one hash", () => {
    expectAsMap(
      Array.from({ length: 3000 }, (_, i) => i),
      () => 42,
    );
  });
});
