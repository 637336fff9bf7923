/**
 * The syntax tree of PromQL: a discriminated union over `kind`.
 *
 * I1  `start` is where the node's text starts: a UTF-16 offset into the query text. A binary
 *     expression starts where its left side starts.
 * I2  After parsing, every selector carries a matcher for its metric name, and the tree passed the
 *     checks of parse/check-types.ts.
 * I3  A duration that is an expression (step(), 5m * 2) is null in its …Ms field until
 *     resolve-durations.ts has computed it for one query.
 *
 * Units: …Ms is milliseconds (fractions possible where the text had them), literals are seconds
 * where they stand for a duration.
 */
import type { Matcher } from "../series/matcher.ts";
import type { Patterns } from "./parse/patterns.ts";

export type ValueType = "scalar" | "string" | "vector" | "matrix";

/** A binary operator as written. */
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator;
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%" | "^" | "atan2" | "</" | ">/";
export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";
export type SetOperator = "and" | "or" | "unless";

export type AggregationOperator =
  | "avg"
  | "bottomk"
  | "count"
  | "count_values"
  | "group"
  | "limit_ratio"
  | "limitk"
  | "max"
  | "min"
  | "quantile"
  | "stddev"
  | "stdvar"
  | "sum"
  | "topk";

export interface NumberLiteral {
  readonly kind: "number";
  start: number;
  value: number;
  /** Written as a duration (5m): matters for printing only. */
  readonly isDuration: boolean;
}

export interface StringLiteral {
  readonly kind: "string";
  readonly start: number;
  readonly value: string;
}

/** Arithmetic over durations inside brackets or after `offset`; a null side means unary or call. */
export interface DurationOperation {
  readonly kind: "duration";
  readonly start: number;
  readonly operator: "+" | "-" | "*" | "/" | "%" | "^" | "step" | "range" | "min_of" | "max_of";
  readonly left: DurationExpression | null;
  readonly right: DurationExpression | null;
  wrapped: boolean;
}

export type DurationExpression = NumberLiteral | DurationOperation;

/** What the modifiers `offset` and `@` say about a selector or subquery. */
export interface TimeModifiers {
  offsetMs: number;
  offsetExpression: DurationOperation | null;
  atMs: number | null;
  atEdge: "start" | "end" | null;
}

export interface VectorSelector extends TimeModifiers {
  readonly kind: "vector-selector";
  readonly start: number;
  readonly name: string;
  readonly matchers: readonly Matcher[];
  anchored: boolean;
  smoothed: boolean;
  /** Second argument of info(): may match everything. */
  mayMatchAll: boolean;
}

export interface MatrixSelector {
  readonly kind: "matrix-selector";
  readonly start: number;
  readonly selector: VectorSelector;
  rangeMs: number;
  readonly rangeExpression: DurationOperation | null;
}

export interface Subquery extends TimeModifiers {
  readonly kind: "subquery";
  readonly start: number;
  readonly expression: Expression;
  rangeMs: number;
  readonly rangeExpression: DurationOperation | null;
  /** 0 = the engine's default interval. */
  stepMs: number;
  readonly stepExpression: DurationOperation | null;
}

export interface Call {
  readonly kind: "call";
  readonly start: number;
  readonly name: string;
  readonly args: readonly Expression[];
}

export interface Aggregation {
  readonly kind: "aggregation";
  readonly start: number;
  readonly operator: AggregationOperator;
  readonly grouping: readonly string[];
  readonly without: boolean;
  readonly parameter: Expression | null;
  readonly expression: Expression;
}

export type Cardinality = "one-to-one" | "many-to-one" | "one-to-many" | "many-to-many";

export interface VectorMatching {
  cardinality: Cardinality;
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly include: readonly string[];
  readonly fillLeft: number | null;
  readonly fillRight: number | null;
}

export interface BinaryExpression {
  readonly kind: "binary";
  /** Whether both sides are scalars: chains of operators are deep, so it is found once. */
  readonly isScalar: boolean;
  readonly start: number;
  readonly operator: BinaryOperator;
  /** Where the operator stands. */
  readonly operatorStart: number;
  readonly returnBool: boolean;
  /** Null when a side is a scalar. */
  matching: VectorMatching | null;
  readonly left: Expression;
  readonly right: Expression;
}

export interface UnaryExpression {
  readonly kind: "unary";
  readonly start: number;
  readonly operator: "+" | "-";
  readonly expression: Expression;
}

export interface ParenExpression {
  readonly kind: "paren";
  readonly start: number;
  readonly expression: Expression;
}

export type Expression =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Call
  | Aggregation
  | BinaryExpression
  | UnaryExpression
  | ParenExpression;

/** A parsed query: its text (positions of annotations refer to it) and its tree. */
export interface ParsedQuery {
  readonly text: string;
  readonly root: Expression;
  /** Patterns that were compiled apart from the parse. */
  readonly patterns?: Patterns | undefined;
}

export function isComparison(operator: BinaryOperator): operator is ComparisonOperator {
  return (
    operator === "==" ||
    operator === "!=" ||
    operator === "<" ||
    operator === "<=" ||
    operator === ">" ||
    operator === ">="
  );
}

export function isSetOperator(operator: BinaryOperator): operator is SetOperator {
  return operator === "and" || operator === "or" || operator === "unless";
}

/** Whether an aggregation takes a parameter before its vector. */
export function takesParameter(operator: AggregationOperator): boolean {
  return (
    operator === "topk" ||
    operator === "bottomk" ||
    operator === "quantile" ||
    operator === "count_values" ||
    operator === "limitk" ||
    operator === "limit_ratio"
  );
}

/** The expression inside any number of parentheses. */
export function unwrapParens(expression: Expression): Expression {
  let inner = expression;
  while (inner.kind === "paren") inner = inner.expression;
  return inner;
}

/** The direct sub-expressions of a node, in evaluation order. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "matrix-selector":
      return [expression.selector];
    case "subquery":
    case "unary":
    case "paren":
      return [expression.expression];
    case "call":
      return expression.args;
    case "aggregation":
      return expression.parameter
        ? [expression.parameter, expression.expression]
        : [expression.expression];
    case "binary":
      return [expression.left, expression.right];
    default:
      return [];
  }
}
