/**
 * Expressions as text on one line, as Prometheus prints them: matchers sorted, grouping before the
 * arguments, `@` before `offset`.
 */
import type {
  Aggregation,
  BinaryExpression,
  DurationExpression,
  Expression,
  MatrixSelector,
  NumberLiteral,
  Subquery,
  TimeModifiers,
  VectorMatching,
  VectorSelector,
} from "../ast.ts";
import { formatPlain } from "../format-value.ts";
import { METRIC_NAME } from "../label-operations.ts";
import { formatDuration } from "../parse/number-text.ts";
import { quote } from "../parse/string-text.ts";

const LEGACY_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function nameText(name: string): string {
  return LEGACY_NAME.test(name) ? name : quote(name);
}

function labelList(labels: readonly string[]): string {
  return `(${labels.map(nameText).join(", ")})`;
}

function numberText({ value, isDuration }: NumberLiteral): string {
  return isDuration ? formatDuration(value * 1000) : formatPlain(value);
}

export function durationText(duration: DurationExpression): string {
  if (duration.kind === "number") return numberText(duration);
  const text = durationOperationText(duration);
  return duration.wrapped ? `(${text})` : text;
}

function durationOperationText(
  duration: Exclude<DurationExpression, { readonly kind: "number" }>,
): string {
  const { operator, left, right } = duration;
  if (operator === "step" || operator === "range") return `${operator}()`;
  const rightText = right ? durationText(right) : "";
  if (!left) return operator === "-" ? `-${rightText}` : rightText;
  return operator === "min_of" || operator === "max_of"
    ? `${operator}(${durationText(left)}, ${rightText})`
    : `${durationText(left)} ${operator} ${rightText}`;
}

/** ` @ 1.000 offset 5m`, or what of it is there. */
function modifiersText(modifiers: TimeModifiers): string {
  const { atMs, atEdge, offsetMs, offsetExpression } = modifiers;
  let text = "";
  if (atMs !== null) text += ` @ ${(atMs / 1000).toFixed(3)}`;
  else if (atEdge) text += ` @ ${atEdge}()`;
  if (offsetExpression) text += ` offset ${durationText(offsetExpression)}`;
  else if (offsetMs !== 0) text += ` offset ${formatDuration(offsetMs)}`;
  return text;
}

/** Name and matchers of a selector, without its modifiers. */
function selectorCore({ name, matchers }: VectorSelector): string {
  const shown = matchers
    .filter((matcher) => matcher.name !== METRIC_NAME || name === "" || matcher.value !== name)
    .map((matcher) => `${nameText(matcher.name)}${matcher.type}${quote(matcher.value)}`)
    .sort();
  return shown.length === 0 && name !== "" ? name : `${name}{${shown.join(",")}}`;
}

function extensionText({ anchored, smoothed }: VectorSelector): string {
  return anchored ? " anchored" : smoothed ? " smoothed" : "";
}

function rangeText(rangeMs: number, expression: DurationExpression | null): string {
  return expression ? durationText(expression) : formatDuration(rangeMs);
}

function matrixText({ selector, rangeMs, rangeExpression }: MatrixSelector): string {
  const range = `[${rangeText(rangeMs, rangeExpression)}]`;
  return selectorCore(selector) + range + extensionText(selector) + modifiersText(selector);
}

/** What follows the expression of a subquery: `[5m:1m] offset 1m`. */
export function subquerySuffix(node: Subquery): string {
  const step = node.stepExpression
    ? durationText(node.stepExpression)
    : node.stepMs === 0
      ? ""
      : formatDuration(node.stepMs);
  return `[${rangeText(node.rangeMs, node.rangeExpression)}:${step}]${modifiersText(node)}`;
}

/** `sum by (a, b) ` or plain `sum`. */
export function aggregationHead({ operator, without, grouping }: Aggregation): string {
  if (without) return `${operator} without ${labelList(grouping)} `;
  return grouping.length > 0 ? `${operator} by ${labelList(grouping)} ` : operator;
}

function fillText({ fillLeft, fillRight }: VectorMatching): string {
  if (fillLeft !== null && Object.is(fillLeft, fillRight))
    return ` fill (${formatPlain(fillLeft)})`;
  const left = fillLeft === null ? "" : ` fill_left (${formatPlain(fillLeft)})`;
  return fillRight === null ? left : `${left} fill_right (${formatPlain(fillRight)})`;
}

function matchingText(matching: VectorMatching): string {
  const { cardinality, on, labels, include } = matching;
  const grouped = cardinality === "many-to-one" || cardinality === "one-to-many";
  let text = "";
  if (on || grouped || labels.length > 0) text += ` ${on ? "on" : "ignoring"} ${labelList(labels)}`;
  if (grouped) {
    text += ` group_${cardinality === "many-to-one" ? "left" : "right"} ${labelList(include)}`;
  }
  return text + fillText(matching);
}

/** The operator of a binary expression with `bool`, matching and fill modifiers. */
export function operatorText({ operator, returnBool, matching }: BinaryExpression): string {
  return operator + (returnBool ? " bool" : "") + (matching ? matchingText(matching) : "");
}

/** An expression on one line. */
export function expressionText(node: Expression): string {
  switch (node.kind) {
    case "number":
      return numberText(node);
    case "string":
      return quote(node.value);
    case "vector-selector":
      return selectorCore(node) + extensionText(node) + modifiersText(node);
    case "matrix-selector":
      return matrixText(node);
    case "subquery":
      return expressionText(node.expression) + subquerySuffix(node);
    case "call":
      return `${node.name}(${node.args.map(expressionText).join(", ")})`;
    case "aggregation": {
      const parameter = node.parameter ? `${expressionText(node.parameter)}, ` : "";
      return `${aggregationHead(node)}(${parameter}${expressionText(node.expression)})`;
    }
    case "binary": {
      const { left, right } = node;
      return `${expressionText(left)} ${operatorText(node)} ${expressionText(right)}`;
    }
    case "unary":
      return node.operator + expressionText(node.expression);
    case "paren":
      return `(${expressionText(node.expression)})`;
  }
}
