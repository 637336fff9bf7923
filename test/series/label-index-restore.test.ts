import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PairRef, SeriesRef, SymbolRef } from "../../src/base/units.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { LabelIndex } from "../../src/series/label-index.ts";
import { NO_KEY } from "../../src/series/series-keys.ts";
import { labelBytes } from "./label-fixtures.ts";

type LabelSet = readonly (readonly [string, string])[];

const encoder = new TextEncoder();

/** Interns the pairs of a label set as a snapshot's index would. */
function pairsOf(index: LabelIndex, labels: LabelSet): Uint32Array {
  const intern = (text: string): SymbolRef => {
    const bytes = encoder.encode(text);
    return index.symbols.intern(bytes, 0, bytes.length);
  };
  return Uint32Array.from(labels, ([name, value]) =>
    index.pairs.intern(intern(name), intern(value)),
  );
}

/** By pair text: the series that the postings list. */
function postingsOf(index: LabelIndex): Map<string, number[]> {
  const lists = new Map<string, number[]>();
  for (let pair = 0 as PairRef; pair < index.pairs.upperBound; pair++) {
    if (!index.pairs.isLive(pair)) continue;
    const into = new Uint32Array(index.pairs.seriesCountOf(pair));
    index.pairs.copySeries(pair, into);
    into.sort();
    const text = [index.pairs.nameOf(pair), index.pairs.valueOf(pair)].map((symbol) =>
      index.symbols.textOf(symbol),
    );
    lists.set(text.join("="), [...into]);
  }
  return lists;
}

const sets = fc.uniqueArray(fc.tuple(fc.nat(3), fc.nat(40), fc.nat(1)), {
  maxLength: 120,
  selector: (set) => set.join(),
});

function labelsOf([metric, instance, hasJob]: readonly [number, number, number]): LabelSet {
  const job: LabelSet = hasJob === 1 ? [["job", "node"]] : [];
  return [["__name__", `m${metric}`], ["instance", `host-${instance}`], ...job];
}

describe("a label index that is restored", () => {
  it("equals one that met the same series on the wire, and goes on in the same way", () => {
    fc.assert(
      fc.property(sets, sets, (drawn, later) => {
        const restored = new LabelIndex(0, 5, new Kernel());
        const twin = new LabelIndex(0, 5, new Kernel());
        restored.beginRestore(drawn.length);
        for (const [nth, set] of drawn.entries()) {
          const pairs = pairsOf(restored, labelsOf(set));
          expect(restored.restore(pairs, pairs.length, nth)).toBe(nth);
        }
        restored.endRestore();
        for (const set of [...drawn, ...drawn, ...later]) {
          const bytes = labelBytes(labelsOf(set));
          const wanted = twin.keys.seriesOf(twin.intern(bytes, 0, bytes.length, NO_KEY, true));
          const key = restored.intern(bytes, 0, bytes.length, NO_KEY, true);
          expect(restored.keys.seriesOf(key)).toBe(wanted);
        }
        expect(postingsOf(restored)).toEqual(postingsOf(twin));
        expect(restored.keys.heldBytes).toBe(twin.keys.heldBytes);
        restored.verify();
      }),
      { numRuns: 60 },
    );
  });

  it("has the series numbers that were asked for, with those between them free", () => {
    const index = new LabelIndex(0, 5, new Kernel());
    index.beginRestore(3);
    const labels = [3, 7, 20].map((nth) => labelsOf([0, nth, 1]));
    const refs = labels.map((set, i) => {
      const pairs = pairsOf(index, set);
      return index.restore(pairs, pairs.length, [3, 7, 20][i]!);
    });
    index.endRestore();
    expect(refs).toEqual([3, 7, 20]);
    expect(postingsOf(index).get("job=node")).toEqual([3, 7, 20]);
    index.kill(7 as SeriesRef);
    while (index.cleanStep(1000));
    expect(postingsOf(index).get("job=node")).toEqual([3, 20]);
    index.verify();
  });

  it("lets pairs go that no series took", () => {
    const index = new LabelIndex(0, 5, new Kernel());
    index.beginRestore(1);
    pairsOf(index, [["never", "used"]]);
    const pairs = pairsOf(index, labelsOf([0, 1, 0]));
    index.restore(pairs, pairs.length, 0);
    index.endRestore();
    index.pairs.removeUnused();
    expect([...postingsOf(index).keys()]).toEqual(["__name__=m0", "instance=host-1"]);
    expect(index.symbols.findText("never")).toBeLessThan(0);
    index.verify();
  });
});
