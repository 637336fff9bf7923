import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INPUT } from "../../src/kernel/code/layout.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { LabelFields } from "../../src/series/label-fields.ts";
import { PairTable } from "../../src/series/pairs.ts";
import { SymbolTable } from "../../src/series/symbols.ts";
import { labelBytes } from "./label-fixtures.ts";

const kernel = new Kernel();
const TO = INPUT + (8 << 20);
const encoder = new TextEncoder();

/** Tables, and label fields that have so much room for their bytes. */
function fieldsWith(room: number | null) {
  const symbols = new SymbolTable(3);
  const pairs = new PairTable(symbols, 3);
  const intern = (text: string) =>
    symbols.intern(encoder.encode(text), 0, encoder.encode(text).length);
  const fields = new LabelFields(kernel, symbols, pairs, room === null ? undefined : INPUT + room);
  return {
    fields,
    pairOf: (name: string, value: string) => pairs.intern(intern(name), intern(value)),
  };
}

const text = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 8 }),
  fc.string({ minLength: 120, maxLength: 300 }),
);
const labels = fc.array(fc.tuple(fc.constantFrom("__name__", "job", "é"), text), {
  minLength: 1,
  maxLength: 6,
});

describe("label sets put together from fields", () => {
  it("have the bytes of labels written one by one, with room for all fields, some or none", () => {
    const rooms = fc.constantFrom(null, 0, 40, 300);
    fc.assert(
      fc.property(fc.array(labels, { maxLength: 20 }), rooms, (sets, room) => {
        const { fields, pairOf } = fieldsWith(room);
        for (const set of sets) {
          const pairs = Uint32Array.from(set, ([name, value]) => pairOf(name, value));
          const expected = labelBytes(set);
          expect(fields.measure(pairs, pairs.length)).toBe(expected.length);
          expect(fields.join(pairs, pairs.length, TO)).toBe(expected.length);
          const joined = kernel.bytes.subarray(TO, TO + expected.length);
          expect(joined.equals(expected)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("take more pairs than a first table has", () => {
    const { fields, pairOf } = fieldsWith(null);
    for (let nth = 0; nth < 5000; nth++) {
      const pairs = Uint32Array.of(pairOf("a", "same"), pairOf("b", `v${nth}`));
      const expected = labelBytes([
        ["a", "same"],
        ["b", `v${nth}`],
      ]);
      expect(fields.measure(pairs, 2)).toBe(expected.length);
      fields.join(pairs, 2, TO);
      expect(kernel.bytes.subarray(TO, TO + expected.length).equals(expected)).toBe(true);
    }
  });
});
