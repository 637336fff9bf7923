import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/promql/engine.ts";
import { quantileOf } from "../../src/promql/evaluate/float-quantile.ts";
import { GroupValues } from "../../src/promql/evaluate/group-values.ts";
import { RankSelection } from "../../src/promql/evaluate/rank-selection.ts";
import { StepColumn } from "../../src/promql/evaluate/step-column.ts";
import { formatValue } from "../../src/promql/format-value.ts";
import { FULL_SYNTAX } from "../../src/promql/parse/parse-options.ts";
import { MemorySource } from "../../src/promql/promqltest/memory-source.ts";
import { resultJson } from "../../src/promql/result/result-json.ts";
import { Labels } from "../../src/series/labels.ts";

/** What a generator returns, and the most that it does between two yields. */
function ended<Result>(steps: Generator<number, Result>): { result: Result; most: number } {
  let most = 0;
  for (;;) {
    const step = steps.next();
    if (step.done) return { result: step.value, most };
    most = Math.max(most, step.value);
  }
}

/** Many values of few, or of any: all bits of those that are near to each other are looked at. */
const numbers = fc.oneof(
  fc.double({ noNaN: true }),
  fc.constantFrom(0, -0, 1, -1, 0.1, Infinity, -Infinity, 5e-324, -5e-324, 1e300),
  fc.integer({ min: 0, max: 1000 }).map((n) => 1 + n * Number.EPSILON),
  fc.integer({ min: 0, max: 1000 }).map((n) => -1 - n * Number.EPSILON),
);
const many = fc
  .tuple(fc.array(numbers, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 400 }))
  .map(([some, times]) =>
    Array.from({ length: some.length * times }, (_, i) => some[i % some.length]!),
  );

describe("the values at a rank and the next one", () => {
  const selection = new RankSelection();

  function expectSorted(values: readonly number[], rank: number): void {
    const sorted = Float64Array.from(values).sort();
    const { result } = ended(
      selection.neighboursAt(rank, Float64Array.from(values), values.length),
    );
    expect(result.lower).toBe(sorted[rank]);
    expect(result.upper).toBe(sorted[Math.min(rank + 1, values.length - 1)]);
  }

  it("are those of the sorted values", () => {
    fc.assert(
      fc.property(many, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        expectSorted(values, Math.floor(share * (values.length - 1)));
      }),
    );
  });

  it("are found among very many that differ in their last bits only", () => {
    const values = Array.from({ length: 20_000 }, (_, i) => 1 + ((i * 7919) % 20_000) * 2 ** -52);
    for (const rank of [0, 1, 9999, 19_998, 19_999]) expectSorted(values, rank);
  });

  it("are found in small steps", () => {
    const values = Float64Array.from({ length: 200_000 }, (_, i) => Math.sin(i));
    expect(ended(selection.neighboursAt(1000, values, values.length)).most).toBeLessThan(10_000);
  });
});

describe("the values of a group", () => {
  const STEPS = 3;
  const value = fc.option(fc.oneof(fc.constant(Number.NaN), fc.integer().map(Number)));

  it("are at each step those that were added, in their order", () => {
    const rows = fc.array(fc.array(value, { minLength: STEPS, maxLength: STEPS }), {
      maxLength: 3000,
    });
    fc.assert(
      fc.property(rows, (added) => {
        const group = new GroupValues(STEPS);
        const column = new StepColumn(STEPS);
        for (const row of added) {
          column.clear();
          row.forEach((one, step) => {
            if (one !== null) column.setFloat(step, one);
          });
          group.add(column);
        }
        expect(group.rowCount).toBe(added.length);
        const target = new Float64Array(added.length);
        for (let step = 0; step < STEPS; step++) {
          const given = added.map((row) => row[step]!).filter((one) => one !== null);
          let count = 0;
          for (let page = 0; page < group.pageCount; page++) {
            count = group.take(page, step, target, count);
          }
          expect([...target.subarray(0, count)]).toEqual(given);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("the quantile of a large group", () => {
  const SERIES = 3000;
  const engine = createEngine({ syntax: FULL_SYNTAX, timeoutMs: 0 });

  it.each([0, 0.001, 0.25, 0.5, 0.999, 1, -1, 2])("is that of its sorted values: %f", (phi) => {
    const source = new MemorySource();
    const values = [0, 1].map((step) =>
      Array.from({ length: SERIES }, (_, n) =>
        n % 100 === step ? Number.NaN : Math.sin(n + step),
      ),
    );
    for (let n = 0; n < SERIES; n++) {
      const labels = Labels.fromRecord({ __name__: "many", n: String(n) });
      source.append(labels, 0, values[0]![n]!, 0);
      source.append(labels, 1000, values[1]![n]!, 0);
    }
    const { value } = engine.range(source, `quantile(${phi}, many)`, 0, 1000, 1000);
    const expected = values.map((row, step) => [
      step,
      formatValue(quantileOf(phi, Float64Array.from(row))),
    ]);
    const { result } = JSON.parse(resultJson(value)) as { result: { values: unknown }[] };
    expect(result.map((series) => series.values)).toEqual([expected]);
  });
});

describe("the quantile of a group at very many steps", () => {
  it("pauses at steps that have no value, too", () => {
    const source = new MemorySource();
    for (let n = 0; n < 300; n++) {
      const labels = Labels.fromRecord({ __name__: "many", n: String(n) });
      source.append(labels, 0, n, 0);
    }
    let nowMs = 0;
    const clock = { nowMs: () => 0, monotonicMs: () => (nowMs += 1000) };
    const engine = createEngine({ syntax: FULL_SYNTAX, timeoutMs: 0, clock });
    const evaluation = engine.beginRange(source, "quantile(0.5, many)", 0, 5_000_000, 1000);
    let slices = 1;
    while (!evaluation.run(1)) slices++;
    evaluation.close();
    // 300 series at 5,000 steps are looked at twice: when they come, and when it is made.
    expect(slices).toBeGreaterThan(800);
  });
});

describe("the quantile of sorted values", () => {
  it.each([
    [0.5, [1, 2, 3, 4], 2.5],
    [0, [3, 1], 1],
    [1, [3, 1], 3],
    [-0.1, [1], Number.NEGATIVE_INFINITY],
    [1.1, [1], Number.POSITIVE_INFINITY],
    [Number.NaN, [1], Number.NaN],
    [0.5, [], Number.NaN],
    [0, [1, Number.NaN], Number.NaN],
  ])("%f of %j is %f", (phi, values, expected) => {
    expect(quantileOf(phi, Float64Array.from(values))).toBe(expected);
  });
});
