import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PairRef, SeriesRef, SymbolRef } from "../../src/base/units.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { LabelIndex } from "../../src/series/label-index.ts";
import { NO_KEY } from "../../src/series/series-keys.ts";
import { labelBytes } from "./label-fixtures.ts";

type LabelSet = readonly (readonly [string, string])[];

/** The series that carry a label, by their texts. */
function seriesWith(index: LabelIndex, name: string, value: string): number[] {
  const names = index.symbols.findText(name);
  const values = index.symbols.findText(value);
  if (names < 0 || values < 0) return [];
  const pair = index.pairs.find(names as SymbolRef, values as SymbolRef);
  if (!index.pairs.isLive(pair)) return [];
  const into = new Uint32Array(index.pairs.seriesCountOf(pair));
  index.pairs.copySeries(pair as PairRef, into);
  return [...into.sort()];
}

function textOf(labels: LabelSet): string {
  return labels.map(([name, value]) => `${name}=${value}`).join();
}

const NAMES = ["a", "b", "c", "é"];
const labelSet = fc
  .tuple(fc.nat(2), fc.array(fc.nat(6), { minLength: NAMES.length, maxLength: NAMES.length }))
  .map(([metric, values]): LabelSet => {
    const rest = NAMES.map((name, i) => [name, `v${values[i]}`] as const);
    return [["__name__", `m${metric}`], ...rest.filter(([, value]) => value !== "v0")];
  });

describe("a label index", () => {
  it("knows series by their labels as a map does, while they come and go", () => {
    const add = fc.record({ kind: fc.constant("add" as const), labels: labelSet });
    const kill = fc.record({ kind: fc.constant("kill" as const), nth: fc.nat() });
    const look = fc.record({ kind: fc.constant("look" as const), labels: labelSet });
    const clean = fc.record({ kind: fc.constant("clean" as const) });
    const weighted = fc.oneof(
      { arbitrary: add, weight: 8 },
      { arbitrary: kill, weight: 2 },
      { arbitrary: look, weight: 2 },
      { arbitrary: clean, weight: 1 },
    );
    fc.assert(
      fc.property(fc.array(weighted, { maxLength: 150 }), (commands) => {
        const index = new LabelIndex(0, 5, new Kernel());
        const twin = new Map<string, { series: SeriesRef; labels: LabelSet }>();
        let previous = NO_KEY;
        for (const command of commands) {
          if (command.kind === "add") {
            const bytes = labelBytes(command.labels);
            previous = index.intern(bytes, 0, bytes.length, previous, true);
            const series = index.keys.seriesOf(previous);
            const known = twin.get(textOf(command.labels));
            if (known) expect(series).toBe(known.series);
            twin.set(textOf(command.labels), { series, labels: command.labels });
            const texts = Array.from({ length: index.labelsOf(series).size }, (_, i) => [
              index.labelsOf(series).nameAt(i),
              index.labelsOf(series).valueAt(i),
            ]);
            expect(texts).toEqual(command.labels);
          } else if (command.kind === "kill" && twin.size > 0) {
            const [text, { series }] = [...twin][command.nth % twin.size]!;
            index.kill(series);
            twin.delete(text);
            previous = NO_KEY;
          } else if (command.kind === "clean") {
            while (index.cleanStep(7));
            index.verify();
          } else if (command.kind === "look") {
            for (const [name, value] of command.labels) {
              const expected = [...twin.values()]
                .filter(({ labels }) => labels.some(([n, v]) => n === name && v === value))
                .map(({ series }) => series as number);
              const found = seriesWith(index, name, value).filter((s) => index.series.isLive(s));
              expect(found).toEqual(expected.sort((a, b) => a - b));
            }
          }
        }
        index.verify();
      }),
      { numRuns: 150 },
    );
  });
});
