/** Aggregations: OPERATOR by (…) (ARGUMENTS), with the clause before or after the arguments. */
import {
  type Aggregation,
  type AggregationOperator,
  type Expression,
  takesParameter,
} from "../ast.ts";
import { parseLabelList } from "./label-list.ts";
import { ParseFailure } from "./parse-failure.ts";
import type { ParseOptions } from "./parse-options.ts";
import type { Token } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

interface Clause {
  readonly grouping: readonly string[];
  readonly without: boolean;
}

function parseClause(cursor: TokenCursor): Clause | null {
  const { kind } = cursor.current;
  if (kind !== "by" && kind !== "without") return null;
  cursor.take();
  return { grouping: parseLabelList(cursor), without: kind === "without" };
}

/** Parses what follows an aggregation operator that has been taken. */
export function parseAggregation(
  cursor: TokenCursor,
  options: ParseOptions,
  name: Token,
  parseArguments: () => Expression[],
): Aggregation {
  cursor.aggregationDepth++;
  const before = parseClause(cursor);
  const args = parseArguments();
  cursor.aggregationDepth--;
  const clause = before ?? parseClause(cursor) ?? { grouping: [], without: false };
  const operator = name.kind as AggregationOperator;
  const withParameter = takesParameter(operator);
  checkArguments(cursor, options, name, args.length, withParameter ? 2 : 1);
  return {
    kind: "aggregation",
    start: name.start,
    operator,
    grouping: clause.grouping,
    without: clause.without,
    parameter: withParameter ? (args[0] ?? null) : null,
    expression: args[withParameter ? 1 : 0] ?? failMissing(cursor, name),
  };
}

function failMissing(cursor: TokenCursor, name: Token): never {
  throw cursor.firstProblem ?? new ParseFailure(name.start, "aggregation without a vector");
}

function checkArguments(
  cursor: TokenCursor,
  options: ParseOptions,
  name: Token,
  count: number,
  wanted: number,
): void {
  const { start, kind } = name;
  if (count === 0) {
    cursor.note(start, "no arguments for aggregate expression provided");
  } else if (/^limit/.test(kind) && !options.experimentalFunctions) {
    const flag = "--enable-feature=promql-experimental-functions";
    cursor.note(start, `${kind}() is experimental and must be enabled with ${flag}`);
  } else if (count !== wanted) {
    const amounts = `expected ${wanted}, got ${count}`;
    const problem = `wrong number of arguments for aggregate expression provided, ${amounts}`;
    cursor.note(start, problem);
  }
}
