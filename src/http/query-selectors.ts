/**
 * The selectors of a query: one without any has no exemplars to answer.
 */
import type { Expression } from "../promql/ast.ts";
import type { Matcher } from "../series/matcher.ts";

type Selectors = readonly (readonly Matcher[])[];

/** The matchers of each selector of an expression, the metric name's among them. */
export function selectorsOf(expression: Expression): Selectors {
  switch (expression.kind) {
    case "number":
    case "string":
      return [];
    case "vector-selector":
      return [expression.matchers];
    case "matrix-selector":
      return [expression.selector.matchers];
    case "call":
      return ofAll(expression.args);
    case "aggregation": {
      const { parameter } = expression;
      return ofAll([...(parameter === null ? [] : [parameter]), expression.expression]);
    }
    case "binary":
      return ofAll([expression.left, expression.right]);
    default:
      return selectorsOf(expression.expression);
  }
}

function ofAll(expressions: readonly Expression[]): Selectors {
  return expressions.flatMap(selectorsOf);
}
