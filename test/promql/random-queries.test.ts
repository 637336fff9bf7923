import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { TsdbError } from "../../src/base/errors.ts";
import { Prng } from "../../src/base/prng.ts";
import { createEngine } from "../../src/promql/engine.ts";
import { ABSENT, HISTOGRAM } from "../../src/promql/evaluate/step-column.ts";
import { histogramJson } from "../../src/promql/histogram/histogram-json.ts";
import { parseExpression } from "../../src/promql/parse/parse-expression.ts";
import { FULL_SYNTAX } from "../../src/promql/parse/parse-options.ts";
import { expressionText } from "../../src/promql/print/expression-text.ts";
import { listOf, type QueryResult } from "../../src/promql/result/query-result.ts";
import { resultJson } from "../../src/promql/result/result-json.ts";
import { QueryGenerator } from "./random-query.ts";
import { randomSource } from "./random-series.ts";

const START_MS = 120_000;
const STEP_MS = 47_000;
const STEPS = 12;
const END_MS = START_MS + (STEPS - 1) * STEP_MS;

/** Runs a query; an error of the query itself becomes null. */
function resultOf(ask: () => QueryResult): QueryResult | null {
  try {
    return ask();
  } catch (error) {
    if (error instanceof TsdbError && error.code === "QUERY_EXECUTION") return null;
    throw error;
  }
}

/** A value without its last digits: topk() of a range hands its series on in another order. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(10)));
}

/** The points of a matrix at one time, as sorted lines of text. */
function pointsAt(result: QueryResult, timeMs: number): string[] {
  if (result.value.type !== "matrix") return [];
  return listOf(result.value.series)
    .flatMap((series) => {
      const index = series.times.indexOf(timeMs);
      if (index < 0 || series.kinds[index] === ABSENT) return [];
      const isHistogram = series.kinds[index] === HISTOGRAM;
      const value = isHistogram
        ? histogramJson(series.histograms!.at(index)!)
        : rounded(series.values[index]!);
      return [`${series.labels.key()} ${value}`];
    })
    .sort();
}

/** The elements of an instant vector, as sorted lines of text. */
function elementsOf(result: QueryResult): string[] {
  const { value } = result;
  if (value.type !== "vector") return [];
  return listOf(value.labels)
    .map((labels, i) => {
      const histogram = value.histograms?.at(i);
      const text = histogram ? histogramJson(histogram) : rounded(value.values[i]!);
      return `${labels.key()} ${text}`;
    })
    .sort();
}

/** A clock on which every look takes a second. */
function hastyClock(): Clock {
  let time = 0;
  return { nowMs: () => 0, monotonicMs: () => (time += 1000) };
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

describe("a random query", () => {
  it.each([false, true])(
    "gives at each step of a range what it gives there alone (names at the end: %s)",
    (delayedNameRemoval) => {
      const engine = createEngine({ syntax: FULL_SYNTAX, delayedNameRemoval });
      let compared = 0;
      fc.assert(
        fc.property(seeds, (seed) => {
          const prng = new Prng(seed);
          const source = randomSource(prng);
          const text = new QueryGenerator(prng).vector(3);
          // Sides of `or` that differ only in whether the name goes become one series of a range.
          if (delayedNameRemoval && text.includes(" or ")) return;
          const range = resultOf(() => engine.range(source, text, START_MS, END_MS, STEP_MS));
          if (!range) return;
          for (let timeMs = START_MS; timeMs <= END_MS; timeMs += STEP_MS) {
            const instant = resultOf(() => engine.instant(source, text, timeMs));
            expect(instant && elementsOf(instant), text).toEqual(pointsAt(range, timeMs));
            if (instant && elementsOf(instant).length > 0) compared++;
          }
        }),
        { numRuns: 300 },
      );
      expect(compared).toBeGreaterThan(300);
    },
  );

  it("gives the same in slices as in one go", () => {
    const whole = createEngine({ syntax: FULL_SYNTAX, timeoutMs: 0 });
    fc.assert(
      fc.property(seeds, (seed) => {
        const prng = new Prng(seed);
        const source = randomSource(prng);
        const text = new QueryGenerator(prng).vector(3);
        const expected = resultOf(() => whole.range(source, text, START_MS, END_MS, STEP_MS));
        const hasty = createEngine({ syntax: FULL_SYNTAX, timeoutMs: 0, clock: hastyClock() });
        const sliced = resultOf(() => {
          const evaluation = hasty.beginRange(source, text, START_MS, END_MS, STEP_MS);
          for (let slices = 0; !evaluation.run(1); slices++) expect(slices).toBeLessThan(10_000);
          return evaluation.result();
        });
        expect(sliced && resultJson(sliced.value)).toBe(expected && resultJson(expected.value));
      }),
      { numRuns: 150 },
    );
  });

  it("prints as text that parses to the same text", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const text = new QueryGenerator(new Prng(seed)).vector(4);
        // Inf is printed with its sign, as in Prometheus, and ^ binds tighter than a sign.
        if (/\bInf \^/.test(text)) return;
        const printed = expressionText(parseExpression(text).root);
        expect(expressionText(parseExpression(printed).root)).toBe(printed);
      }),
    );
  });
});

const PIECES = [
  ..."( ) { } [ ] , + - * / % ^ = =~ != == > < @ : ! # . _".split(" "),
  ..."by on bool offset sum rate group_left 5m 1e3 0x foo 'x' \"y\" `z` start() and é \n".split(
    " ",
  ),
];

/** A text with one of its words left out, doubled, or put in place of another. */
function mutated(text: string, prng: Prng): string {
  const words = text.split(/(\W)/).filter((word) => word !== "");
  const [from, to] = [prng.below(words.length), prng.below(words.length)];
  const kind = prng.below(3);
  if (kind === 0) words.splice(from, 1);
  else if (kind === 1) words.splice(to, 0, words[from]!);
  else words[to] = words[from]!;
  return words.join("");
}

describe("a query that has been tampered with", () => {
  it("is answered or refused with a place or a reason, and always comes to an end", () => {
    const engine = createEngine({ syntax: FULL_SYNTAX, samplesMax: 200_000, timeoutMs: 0 });
    const known = ["QUERY_PARSE", "QUERY_EXECUTION", "QUERY_TOO_MANY_SAMPLES"];
    let answered = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const prng = new Prng(seed);
        const text = mutated(new QueryGenerator(prng).vector(3), prng) || "1";
        try {
          engine.range(randomSource(prng), text, START_MS, END_MS, STEP_MS);
          answered++;
        } catch (error) {
          if (!(error instanceof TsdbError)) throw new Error(text, { cause: error });
          expect(known).toContain(error.code);
          if (error.code !== "QUERY_PARSE") return;
          expect(error.message).toMatch(/^(\d+:\d+: parse error: .|invalid expression type ")/s);
        }
      }),
      { numRuns: 500 },
    );
    expect(answered).toBeGreaterThan(50);
  });
});

describe("any text", () => {
  it("parses or fails with a position inside the text", () => {
    const texts = fc.oneof(
      fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join("")),
      fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(" ")),
      fc.string({ unit: "binary", maxLength: 20 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseExpression(text);
        } catch (error) {
          if (!(error instanceof TsdbError)) throw error;
          expect(error.code).toBe("QUERY_PARSE");
          if (text === "") {
            expect(error.message).toMatch(/^unknown position: parse error: ./);
            return;
          }
          const [, line, column] = /^(\d+):(\d+): parse error: ./s.exec(error.message) ?? [];
          const lines = text.split("\n");
          expect(Number(line)).toBeLessThanOrEqual(lines.length);
          const bytes = Buffer.byteLength(lines[Number(line) - 1]!);
          expect(Number(column)).toBeLessThanOrEqual(bytes + 2);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
