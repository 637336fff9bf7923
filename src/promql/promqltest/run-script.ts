/** Runs a test script: loads, evaluates, compares, and asks instant queries in further ways. */
import { createEngine, type Engine } from "../engine.ts";
import { ABSENT } from "../evaluate/step-column.ts";
import { FULL_SYNTAX } from "../parse/parse-options.ts";
import {
  listOf,
  type MatrixResult,
  type QueryResult,
  type VectorResult,
} from "../result/query-result.ts";
import {
  instantDifference,
  matrixDifference,
  sortDifference,
  vectorDifference,
} from "./compare-result.ts";
import { almostEqual } from "./compare-values.ts";
import { load } from "./load.ts";
import { MemorySource } from "./memory-source.ts";
import { parseScript } from "./parse-script.ts";
import type { EvalCommand, Expectation, ScriptCommand, TextRule } from "./script.ts";
import { textPattern } from "./text-pattern.ts";
import { fixTime, hasRangeVariant, variantTimes } from "./variants.ts";

const MINUTE_MS = 60_000;

/** How one eval went. */
export interface EvalOutcome {
  readonly line: number;
  readonly expression: string;
  /** Null = as expected. */
  readonly difference: string | null;
}

/** The engine that scripts are written for. */
function scriptEngine(): Engine {
  return createEngine({
    syntax: FULL_SYNTAX,
    samplesMax: 10_000,
    delayedNameRemoval: true,
    startTimestamps: true,
  });
}

/** What came of asking: a result or the text of an error. */
type Answer = { readonly result: QueryResult } | { readonly error: string };

function answer(ask: () => QueryResult): Answer {
  try {
    return { result: ask() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function satisfies(rule: TextRule, text: string): boolean {
  if (rule.kind === "any") return true;
  return rule.kind === "equal" ? rule.text === text : textPattern(rule.pattern)(text);
}

/** Compares annotations of one kind: each rule meets a text, each text a rule if there are any. */
function annotationDifference(
  rules: readonly TextRule[],
  none: boolean,
  texts: readonly string[],
  kind: string,
): string | null {
  if (none && texts.length > 0) return `unexpected ${kind}: ${texts[0]}`;
  for (const rule of rules) {
    if (!texts.some((text) => satisfies(rule, text))) {
      const wanted = rule.kind === "equal" ? rule.text : rule.kind === "any" ? "any" : rule.pattern;
      return `missing ${kind}: ${wanted}; got ${texts.join(" | ") || "none"}`;
    }
  }
  if (rules.length === 0) return null;
  const stray = texts.find((text) => !rules.some((rule) => satisfies(rule, text)));
  return stray === undefined ? null : `unexpected ${kind}: ${stray}`;
}

function annotationsDifference(expectation: Expectation, result: QueryResult): string | null {
  const { warnings, infos, noWarnings, noInfos } = expectation;
  return (
    annotationDifference(warnings, noWarnings, result.warnings, "warning") ??
    annotationDifference(infos, noInfos, result.infos, "info")
  );
}

function failureDifference(expectation: Expectation, given: Answer): string | null {
  if ("result" in given) return expectation.fail ? "no error; want one" : null;
  if (!expectation.fail) return `error: ${given.error}`;
  return satisfies(expectation.fail, given.error) ? null : `unexpected error: ${given.error}`;
}

/** The elements of a range query's result at one of its times. */
function vectorAt(matrix: MatrixResult, timeMs: number): VectorResult {
  const points = listOf(matrix.series).flatMap((series) => {
    const index = series.times.indexOf(timeMs);
    return index < 0 || series.kinds[index] === ABSENT ? [] : [{ series, index }];
  });
  return {
    type: "vector",
    timeMs,
    labels: points.map(({ series }) => series.labels),
    values: Float64Array.from(points, ({ series, index }) => series.values[index]!),
    histograms: points.map(({ series, index }) => series.histograms?.at(index)),
  };
}

class ScriptRun {
  private readonly engine: Engine;
  private source = new MemorySource();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  run(commands: readonly ScriptCommand[]): EvalOutcome[] {
    const outcomes: EvalOutcome[] = [];
    for (const command of commands) {
      if (command.kind === "clear") this.source = new MemorySource();
      else if (command.kind === "load") load(command, this.source);
      else {
        const { line, expression } = command;
        outcomes.push({ line, expression, difference: this.evaluate(command) });
      }
    }
    return outcomes;
  }

  private evaluate(command: EvalCommand): string | null {
    if (command.range) return this.evaluateRange(command);
    return this.evaluateInstant(command) ?? this.evaluateVariants(command);
  }

  private evaluateRange({ expression, range, expectation }: EvalCommand): string | null {
    const { startMs, endMs, stepMs } = range!;
    const given = answer(() => this.engine.range(this.source, expression, startMs, endMs, stepMs));
    if ("error" in given || expectation.fail) return failureDifference(expectation, given);
    const { value } = given.result;
    if (value.type !== "matrix") return `got a ${value.type}; want a matrix`;
    return (
      annotationsDifference(expectation, given.result) ??
      matrixDifference(expectation, value, range!)
    );
  }

  private evaluateInstant(command: EvalCommand): string | null {
    const { expression, timeMs, expectation } = command;
    const given = answer(() => this.engine.instant(this.source, expression, timeMs));
    if ("error" in given || expectation.fail) return failureDifference(expectation, given);
    return (
      annotationsDifference(expectation, given.result) ??
      instantDifference(expectation, given.result.value) ??
      this.evaluateAsRange(command)
    );
  }

  private evaluateVariants(command: EvalCommand): string | null {
    const { expression, timeMs, expectation } = command;
    if (expectation.fail) return null;
    for (const variantMs of variantTimes(timeMs)) {
      const query = this.engine.parse(expression);
      if (!fixTime(query, timeMs)) return null;
      const given = answer(() => this.engine.instant(this.source, query, variantMs));
      const found =
        "error" in given
          ? `error: ${given.error}`
          : (annotationsDifference(expectation, given.result) ??
            instantDifference(expectation, given.result.value));
      if (found) return `with @ at ${variantMs} ms: ${found}`;
    }
    return null;
  }

  /** The middle of three steps must be what the instant query gave. */
  private evaluateAsRange({ expression, timeMs, expectation }: EvalCommand): string | null {
    if (expectation.ordered || expectation.string !== null || expectation.rangeVector) return null;
    const query = this.engine.parse(expression);
    if (!hasRangeVariant(query)) return null;
    const start = timeMs - MINUTE_MS;
    const given = answer(() =>
      this.engine.range(this.source, query, start, timeMs + MINUTE_MS, MINUTE_MS),
    );
    if ("error" in given) return `as a range: error: ${given.error}`;
    const { value } = given.result;
    if (value.type !== "matrix") return `as a range: got a ${value.type}`;
    const found = sortDifference(value) ?? middleDifference(expectation, value, timeMs);
    return found && `as a range: ${found}`;
  }
}

function middleDifference(
  expectation: Expectation,
  matrix: MatrixResult,
  timeMs: number,
): string | null {
  const vector = vectorAt(matrix, timeMs);
  if (expectation.scalar === null) return vectorDifference(expectation, vector);
  const value = vector.values[0];
  return value !== undefined && almostEqual(value, expectation.scalar) ? null : `got ${value}`;
}

/** Runs a script. Throws ScriptError when its text is wrong. */
export function runScript(text: string): EvalOutcome[] {
  const commands = parseScript(text);
  return new ScriptRun(scriptEngine()).run(commands);
}
