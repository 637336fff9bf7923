/** Tables that queries put their groups into, beside plain ones. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StepColumn } from "../../src/promql/evaluate/step-column.ts";
import { StepFlags } from "../../src/promql/evaluate/step-flags.ts";
import { TupleIndex } from "../../src/promql/evaluate/tuple-index.ts";
import { NONE, OTHER, ValueCounts } from "../../src/promql/evaluate/value-counts.ts";

describe("an index of tuples", () => {
  it("numbers them in the order in which they came", () => {
    const width = fc.constantFrom(0, 1, 3, 20_000);
    fc.assert(
      fc.property(
        width,
        fc.array(fc.array(fc.integer({ min: -1, max: 2 }), { maxLength: 20 })),
        (wide, lists) => {
          const index = new TupleIndex(wide);
          const known: string[] = [];
          for (const list of lists) {
            const tuple = Int32Array.from({ length: wide }, (_, i) => list[i] ?? 0);
            const key = tuple.subarray(0, 20).join();
            if (!known.includes(key)) known.push(key);
            const number = index.add(tuple);
            expect(number).toBe(known.indexOf(key));
            if (wide > 0) expect(index.at(number, wide - 1)).toBe(tuple[wide - 1]);
          }
          expect(index.count).toBe(known.length);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("keeps each of very many", () => {
    const index = new TupleIndex(2);
    const numbers = Array.from({ length: 30_000 }, (_, i) => i);
    expect(numbers.map((i) => index.add(Int32Array.of(i % 7, i)))).toEqual(numbers);
    expect(numbers.map((i) => index.at(i, 1))).toEqual(numbers);
  });
});

describe("flags of steps", () => {
  it("are those that were marked", () => {
    const at = fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 9 }));
    fc.assert(
      fc.property(fc.array(at), fc.array(at), (marked, asked) => {
        const flags = new StepFlags(10);
        for (const [row, step] of marked) flags.mark(row, step);
        const twin = new Set(marked.map(String));
        for (const one of [...marked, ...asked]) {
          expect(flags.isMarked(...one)).toBe(twin.has(String(one)));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("counts of values", () => {
  const STEPS = 4;
  const value = fc.constantFrom(0, -0, 1, 0.1, Number.NaN, Number.POSITIVE_INFINITY, null);
  const sample = fc.record({
    group: fc.integer({ min: 0, max: 3 }),
    step: fc.integer({ min: 0, max: STEPS - 1 }),
    value,
  });

  it("are by group, value and step, values in the order in which they came", () => {
    fc.assert(
      fc.property(fc.array(sample), (samples) => {
        const counts = new ValueCounts();
        const twin = Array.from({ length: 4 }, () => new Map<number | null, number[]>());
        for (const one of samples) {
          if (one.value === null) counts.add(one.group, one.step, OTHER, 7);
          else counts.addFloat(one.group, one.step, one.value);
          // A Map takes -0 for 0.
          const key = Object.is(one.value, -0) ? -1 : one.value;
          const steps = twin[one.group]!.get(key) ?? new Array<number>(STEPS).fill(0);
          steps[one.step]!++;
          twin[one.group]!.set(key, steps);
        }
        for (const [group, expected] of twin.entries()) {
          const got: [number | null, number[]][] = [];
          const column = new StepColumn(STEPS);
          for (let at = counts.firstOf(group); at !== NONE; at = counts.after(at)) {
            column.clear();
            counts.fill(at, column);
            const float = counts.highOf(at) === OTHER ? null : counts.floatOf(at);
            const byStep = Array.from(column.kinds, (kind, step) =>
              kind === 0 ? 0 : column.values[step]!,
            );
            got.push([Object.is(float, -0) ? -1 : float, byStep]);
          }
          expect(got).toEqual([...expected]);
        }
      }),
    );
  });
});
