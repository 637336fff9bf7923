/** Patterns asked about long label values: piece by piece, and refused where one takes too long. */
import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/promql/engine.ts";
import { MemorySource } from "../../src/promql/promqltest/memory-source.ts";
import { resultJson } from "../../src/promql/result/result-json.ts";
import { Labels } from "../../src/series/labels.ts";

/** Of a piece that weighs about 512, more than it may be asked about, and less. */
const TOO_LONG = 3000;
const LONG = 900;
const PIECES = Array.from({ length: 40 }, (_, i) => `x${i}.{400}(y)`).join("|");

function sourceOf(length: number): MemorySource {
  const source = new MemorySource();
  for (const n of ["1", "2", "3"]) {
    const labels = { __name__: "x", n, long: `${n}-${"abc".repeat(length / 3)}` };
    source.append(Labels.fromRecord(labels), 0, Number(n), 0);
  }
  return source;
}

function fault(source: MemorySource, query: string): string {
  try {
    createEngine({ timeoutMs: 0 }).instant(source, query, 0);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const replaced = (pattern: string): string => `label_replace(x, "to", "$1", "long", "${pattern}")`;

describe("a pattern asked about long values", () => {
  it("is refused when weight and length are too much together", () => {
    const refusal = /^regular expression of weight \d+ on a label value of 300\d characters: /;
    expect(fault(sourceOf(TOO_LONG), 'x{long=~".*[ab].{500}[cd]"}')).toMatch(refusal);
    expect(fault(sourceOf(TOO_LONG), 'x{long!~".*[ab].{500}[cd]"}')).toMatch(refusal);
    expect(fault(sourceOf(TOO_LONG), replaced("(.*)a(.{500})"))).toMatch(refusal);
    expect(fault(sourceOf(LONG), 'x{long=~".*[ab].{500}[cd]"}')).toBe("");
    expect(fault(sourceOf(LONG), replaced("(.*)a(.{500})"))).toBe("");
  });

  it("may be light and the value as long as one can be stored", () => {
    const longest = sourceOf(65_000);
    expect(fault(longest, 'x{long=~".*ab.*",n=~"1|2"}')).toBe("");
    expect(fault(longest, 'x{long=~"(a|b).*|.*"}')).toBe("");
    expect(fault(longest, replaced("(.).*"))).toBe("");
  });

  it("gives what it gives in one go when it is paused between its pieces", () => {
    const source = sourceOf(LONG);
    let nowMs = 0;
    const hasty = { nowMs: () => 0, monotonicMs: () => (nowMs += 1000) };
    for (const query of [replaced(PIECES), replaced(`${PIECES}|([12]).*`)]) {
      const whole = createEngine({ timeoutMs: 0 }).instant(source, query, 0);
      const engine = createEngine({ timeoutMs: 0, clock: hasty });
      const evaluation = engine.beginInstant(source, query, 0);
      let slices = 1;
      while (!evaluation.run(1)) slices++;
      expect(resultJson(evaluation.result().value)).toBe(resultJson(whole.value));
      evaluation.close();
      expect(slices).toBeGreaterThan(60);
    }
  });
});
