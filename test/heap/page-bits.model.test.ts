import fc from "fast-check";
import { expect, it } from "vitest";
import { runs, zeroRuns } from "../../src/heap/page-bits.ts";

/** Words in which whole and empty ones, and short runs, are as frequent as others. */
const word = fc.oneof(
  fc.constantFrom(0, 0xffffffff, 1, 0x80000000, 0x7fffffff, 0xfffffffe),
  fc.integer({ min: 0, max: 0xffffffff }),
);

function naive(words: readonly number[]) {
  const bits = words.map((one) => [...one.toString(2).padStart(32, "0")].reverse().join(""));
  const text = bits.join("");
  const lengths = text.split("1").map((zeros) => zeros.length);
  return {
    start: lengths[0],
    longest: Math.max(...lengths),
    end: lengths.at(-1),
    ones: lengths.length - 1,
  };
}

it("measures the runs of zeros of any words as reading their digits does", () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 16 }), fc.nat(3), (words, before) => {
      const row = Uint32Array.from([...Array<number>(before).fill(0x0f0f0f0f), ...words]);
      zeroRuns(row, before, words.length);
      expect({ ...runs }).toEqual(naive(words));
    }),
    { numRuns: 2000 },
  );
});
