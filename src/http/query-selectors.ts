/**
 * Counting the selectors of a query: one without any has no exemplars to answer.
 */
import type { Expression } from "../promql/ast.ts";

/** How many selectors an expression has. */
export function countSelectors(expression: Expression): number {
  switch (expression.kind) {
    case "number":
    case "string":
      return 0;
    case "vector-selector":
    case "matrix-selector":
      return 1;
    case "call":
      return sum(expression.args);
    case "aggregation": {
      const { parameter } = expression;
      return sum(parameter === null ? [] : [parameter]) + countSelectors(expression.expression);
    }
    case "binary":
      return sum([expression.left, expression.right]);
    default:
      return countSelectors(expression.expression);
  }
}

function sum(expressions: readonly Expression[]): number {
  return expressions.reduce((count, part) => count + countSelectors(part), 0);
}
