/**
 * Which expressions have the same value at every step: those whose selectors all have a fixed time
 * (`@`), and literals. They are evaluated once and repeated.
 */
import type { BinaryExpression, Expression } from "../ast.ts";

/** Functions whose result depends on the evaluation time even when their arguments do not. */
const TIME_DEPENDENT = new Set([
  "day_of_month",
  "day_of_week",
  "day_of_year",
  "days_in_month",
  "hour",
  "minute",
  "month",
  "predict_linear",
  "time",
  "timestamp",
  "year",
]);

/** Of chains of operators, which would else be looked at again at each of them. */
const known = new WeakMap<BinaryExpression, boolean>();

function isBinaryInvariant(node: BinaryExpression): boolean {
  let is = known.get(node);
  if (is === undefined) {
    is = isStepInvariant(node.left) && isStepInvariant(node.right);
    known.set(node, is);
  }
  return is;
}

/** Whether a resolved expression does not depend on the step. */
export function isStepInvariant(node: Expression): boolean {
  switch (node.kind) {
    case "number":
    case "string":
      return true;
    case "vector-selector":
      return node.atMs !== null;
    case "matrix-selector":
      return node.selector.atMs !== null;
    case "subquery":
      return node.atMs !== null;
    case "call":
      return !TIME_DEPENDENT.has(node.name) && node.args.every(isStepInvariant);
    case "aggregation":
      return (
        isStepInvariant(node.expression) && (!node.parameter || isStepInvariant(node.parameter))
      );
    case "binary":
      return isBinaryInvariant(node);
    case "unary":
    case "paren":
      return isStepInvariant(node.expression);
  }
}
