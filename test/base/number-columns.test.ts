/** Sets and maps of small integers beside those of the language. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NumberPages } from "../../src/base/number-pages.ts";
import { NumberSet } from "../../src/base/number-set.ts";
import { TextIndex } from "../../src/base/text-index.ts";

const number = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.integer({ min: 0, max: 200_000 }),
  fc.constantFrom(1023, 1024, 32_767, 32_768),
);

describe("a set of small integers", () => {
  it("has what a set has, in its order", () => {
    fc.assert(
      fc.property(fc.array(number), fc.array(number), (added, asked) => {
        const set = new NumberSet<number>();
        for (const member of added) set.add(member);
        const twin = new Set(added);
        expect([...set]).toEqual([...twin]);
        expect(set.size).toBe(twin.size);
        for (const member of asked) expect(set.has(member)).toBe(twin.has(member));
      }),
    );
  });
});

describe("numbers by small integers", () => {
  it("are those that were set last", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(number, fc.integer())), fc.array(number), (pairs, asked) => {
        const pages = new NumberPages(-1);
        for (const [key, value] of pairs) pages.set(key, value | 0);
        const twin = new Map(pairs);
        for (const key of [...asked, ...twin.keys()]) {
          expect(pages.get(key)).toBe((twin.get(key) ?? -1) | 0);
        }
      }),
    );
  });
});

describe("an index of texts", () => {
  it("numbers them in the order in which they came", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 })), (texts) => {
        const index = new TextIndex();
        const twin = [...new Set(texts)];
        for (const text of texts) expect(index.add(text)).toBe(twin.indexOf(text));
        expect(index.count).toBe(twin.length);
        for (const [at, text] of twin.entries()) expect(index.textOf(at)).toBe(text);
      }),
    );
  });
});
