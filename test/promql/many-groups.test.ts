import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/promql/engine.ts";
import { FULL_SYNTAX } from "../../src/promql/parse/parse-options.ts";
import { MemorySource } from "../../src/promql/promqltest/memory-source.ts";
import { resultJson } from "../../src/promql/result/result-json.ts";
import { Labels } from "../../src/series/labels.ts";

const GROUPS = 1500;
const STEPS = 10;
const STEP_MS = 15_000;

/** Two equal series of each of very many groups, no two of which are alike. */
function manyGroups(): MemorySource {
  const source = new MemorySource();
  for (let step = 0; step < STEPS; step++) {
    for (const half of ["a", "b"]) {
      for (let n = 0; n < GROUPS; n++) {
        const labels = { n: String(n), half };
        if ((n + step) % 7 === 0) continue;
        const value = n * STEPS + step;
        source.append(Labels.fromRecord({ __name__: "pair", ...labels }), step * STEP_MS, value, 0);
      }
    }
  }
  return source;
}

describe("an aggregation of more groups than a page has", () => {
  const source = manyGroups();
  const engine = createEngine({ syntax: FULL_SYNTAX, timeoutMs: 0, lookbackMs: 1000 });
  const answer = (query: string) =>
    resultJson(engine.range(source, query, 0, (STEPS - 1) * STEP_MS, STEP_MS).value);
  // Without `half` and the name, what each group is made of.
  const single = (factor: string) => answer(`sum without (half) (pair{half="a"})${factor}`);

  it.each([
    ["sum without (half) (pair)", " * 2"],
    ["avg without (half) (pair)", ""],
    ["min without (half) (pair)", ""],
    ["max without (half) (pair)", ""],
    ["quantile without (half) (0.5, pair)", ""],
    ["stddev without (half) (pair)", " * 0"],
    ["count without (half) (pair)", " * 0 + 2"],
    ["group without (half) (pair)", " * 0 + 1"],
  ])("keeps each apart: %s", (query, factor) => {
    expect(answer(query)).toBe(single(factor));
  });

  it("has them as they were written", () => {
    const { result } = JSON.parse(single("")) as {
      result: { metric: { n: string }; values: [number, string][] }[];
    };
    expect(result).toHaveLength(GROUPS);
    for (const { metric, values } of result) {
      const n = Number(metric.n);
      const steps = Array.from({ length: STEPS }, (_, step) => step);
      const expected = steps
        .filter((step) => (n + step) % 7 !== 0)
        .map((step) => [(step * STEP_MS) / 1000, String(n * STEPS + step)]);
      expect(values).toEqual(expected);
    }
  });
});
