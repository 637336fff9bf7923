/**
 * PromQL printed in the standard form, as Prometheus' String() does: one line, one way to write it.
 *
 * Units: durations in the tree are milliseconds, `@` times in the text are seconds.
 */
import { formatDuration } from "../base/duration.ts";
import type {
  Aggregation,
  BinaryExpression,
  DurationExpression,
  Expression,
  MatrixSelector,
  Subquery,
  TimeModifiers,
  VectorMatching,
  VectorSelector,
} from "../promql/ast.ts";
import { formatGeneral } from "../promql/format-value.ts";
import { quote } from "../promql/parse/string-text.ts";

/** Exponent from which Go's %v writes a float with an exponent. */
const EXPONENT_MIN = 21;
const CLASSIC_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function labelName(name: string): string {
  return CLASSIC_LABEL.test(name) ? name : quote(name);
}

function labelNames(names: readonly string[]): string {
  return `(${names.map(labelName).join(", ")})`;
}

/** A duration as written in brackets and behind `offset`; negative ones keep their sign. */
function durationText(durationMs: number): string {
  return durationMs < 0 ? `-${formatDuration(-durationMs)}` : formatDuration(durationMs);
}

/** Arithmetic over durations, or a plain duration. */
function durationExpressionText(node: DurationExpression | null, durationMs: number): string {
  if (node === null) return durationText(durationMs);
  if (node.kind === "number") return durationText(node.value * 1000);
  const { operator, left, right, wrapped } = node;
  const sides = [left, right].filter((side) => side !== null);
  const texts = sides.map((side) => durationExpressionText(side, 0));
  if (/^[a-z]/.test(operator)) return `${operator}(${texts.join(", ")})`;
  const text = texts.length === 1 ? `${operator}${texts[0]}` : texts.join(` ${operator} `);
  return wrapped ? `(${text})` : text;
}

/** ` @ …` and ` offset …` behind a selector. */
function modifierText({ atMs, atEdge, offsetMs, offsetExpression }: TimeModifiers): string {
  let text = "";
  if (atMs !== null) text += ` @ ${(atMs / 1000).toFixed(3)}`;
  else if (atEdge !== null) text += ` @ ${atEdge}()`;
  if (offsetExpression !== null) {
    text += ` offset ${durationExpressionText(offsetExpression, 0)}`;
  } else if (offsetMs !== 0) text += ` offset ${durationText(offsetMs)}`;
  return text;
}

/** A selector without range and modifiers. */
function selectorText({ name, matchers, anchored, smoothed }: VectorSelector): string {
  const parts: string[] = [];
  for (const matcher of matchers) {
    const isName = matcher.name === "__name__" && matcher.type === "=" && matcher.value === name;
    if (isName && name !== "") continue;
    parts.push(`${labelName(matcher.name)}${matcher.type}${quote(matcher.value)}`);
  }
  const braces = parts.length > 0 || name === "" ? `{${parts.join(",")}}` : "";
  return `${name}${braces}${anchored ? " anchored" : smoothed ? " smoothed" : ""}`;
}

function matrixText({ selector, rangeMs, rangeExpression }: MatrixSelector): string {
  const range = durationExpressionText(rangeExpression, rangeMs);
  return `${selectorText(selector)}[${range}]${modifierText(selector)}`;
}

/** The brackets and modifiers of a subquery. */
export function subqueryTail(subquery: Subquery): string {
  const { rangeMs, rangeExpression, stepMs, stepExpression } = subquery;
  const range = durationExpressionText(rangeExpression, rangeMs);
  const hasStep = stepMs !== 0 || stepExpression !== null;
  const step = hasStep ? durationExpressionText(stepExpression, stepMs) : "";
  return `[${range}:${step}]${modifierText(subquery)}`;
}

/** What stands before the parenthesis of an aggregation: "sum by (job) ". */
export function aggregationHead({ operator, grouping, without }: Aggregation): string {
  if (without) return `${operator} without ${labelNames(grouping)} `;
  return grouping.length === 0 ? operator : `${operator} by ${labelNames(grouping)} `;
}

function matchingText(matching: VectorMatching | null): string {
  if (matching === null) return "";
  const { cardinality, fillLeft, fillRight, include, labels, on } = matching;
  let text = labels.length > 0 || on ? ` ${on ? "on" : "ignoring"} ${labelNames(labels)}` : "";
  if (cardinality === "many-to-one") text += ` group_left ${labelNames(include)}`;
  if (cardinality === "one-to-many") text += ` group_right ${labelNames(include)}`;
  if (fillLeft !== null && Object.is(fillLeft, fillRight)) return `${text} fill (${fillLeft})`;
  if (fillLeft !== null) text += ` fill_left (${formatGeneral(fillLeft, EXPONENT_MIN)})`;
  if (fillRight !== null) text += ` fill_right (${formatGeneral(fillRight, EXPONENT_MIN)})`;
  return text;
}

/** What stands between the sides of a binary expression: "+ on (job)". */
export function operatorText({ operator, returnBool, matching }: BinaryExpression): string {
  return `${operator}${returnBool ? " bool" : ""}${matchingText(matching)}`;
}

/** The expression on one line. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case "number":
      if (expression.isDuration) return durationText(expression.value * 1000);
      return formatGeneral(expression.value, EXPONENT_MIN);
    case "string":
      return quote(expression.value);
    case "vector-selector":
      return selectorText(expression) + modifierText(expression);
    case "matrix-selector":
      return matrixText(expression);
    case "subquery":
      return printExpression(expression.expression) + subqueryTail(expression);
    case "call":
      return `${expression.name}(${expression.args.map(printExpression).join(", ")})`;
    case "aggregation": {
      const { parameter } = expression;
      const before = parameter === null ? "" : `${printExpression(parameter)}, `;
      return `${aggregationHead(expression)}(${before}${printExpression(expression.expression)})`;
    }
    case "binary": {
      const [left, right] = [expression.left, expression.right].map(printExpression);
      return `${left} ${operatorText(expression)} ${right}`;
    }
    case "unary":
      return expression.operator + printExpression(expression.expression);
    case "paren":
      return `(${printExpression(expression.expression)})`;
  }
}
