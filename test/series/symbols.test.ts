import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SymbolRef } from "../../src/base/units.ts";
import { PairTable } from "../../src/series/pairs.ts";
import { SymbolTable } from "../../src/series/symbols.ts";

const encoder = new TextEncoder();

function intern(table: SymbolTable, text: string): SymbolRef {
  const bytes = encoder.encode(text);
  return table.intern(bytes, 0, bytes.length);
}

describe("symbols", () => {
  it("give equal texts equal refs and forget a text with its last holder", () => {
    const table = new SymbolTable(7);
    const first = intern(table, "job");
    expect(intern(table, "job")).toBe(first);
    table.release(first);
    expect(table.findText("job")).toBe(first);
    table.release(first);
    expect(table.findText("job")).toBe(-1);
    expect(table.liveCount).toBe(0);
  });

  it("equal a map of counts under random interning and releasing", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.boolean()), { maxLength: 300 }), (steps) => {
        const table = new SymbolTable(1);
        const twin = new Map<string, number>();
        for (const [t, add] of steps) {
          const held = twin.get(t) ?? 0;
          if (add) {
            expect(table.textOf(intern(table, t))).toBe(t);
            twin.set(t, held + 1);
          } else if (held > 0) {
            table.release(table.findText(t) as SymbolRef);
            twin.set(t, held - 1);
          }
        }
        for (const [t, held] of twin) expect(table.findText(t) >= 0).toBe(held > 0);
      }),
      { numRuns: 60 },
    );
  });
});

describe("label pairs", () => {
  it("live as long as a series carries them and list the values of a name", () => {
    const symbols = new SymbolTable(1);
    const pairs = new PairTable(symbols, 1);
    const a = pairs.intern(intern(symbols, "job"), intern(symbols, "a"));
    const b = pairs.intern(intern(symbols, "job"), intern(symbols, "b"));
    pairs.addSeries(Uint32Array.of(a), 1, 1 as never);
    pairs.addSeries(Uint32Array.of(b), 1, 2 as never);
    expect(pairs.intern(intern(symbols, "job"), intern(symbols, "a"))).toBe(a);
    const name = symbols.findText("job") as SymbolRef;
    expect(pairs.valueCountOf(name)).toBe(2);
    pairs.removeDead(a, (series) => series === 1);
    expect(pairs.isLive(a)).toBe(false);
    expect(pairs.firstOfName(name)).toBe(b);
    pairs.removeDead(b, () => true);
    expect(symbols.liveCount).toBe(0);
  });
});
