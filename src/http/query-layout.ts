/**
 * PromQL laid out for reading, as /api/v1/format_query answers: an expression that does not fit on
 * a line of 100 characters is broken at its structure and indented by two spaces a level.
 */
import type { Expression } from "../promql/ast.ts";
import { aggregationHead, operatorText, printExpression, subqueryTail } from "./query-print.ts";

const LINE_LENGTH_MAX = 100;

/** The expression, each line indented by `level` steps at least. */
export function layOut(expression: Expression, level = 0): string {
  const line = printExpression(expression);
  const indent = "  ".repeat(level);
  if (line.length <= LINE_LENGTH_MAX) return indent + line;
  const inner = (part: Expression) => layOut(part, level + 1);
  switch (expression.kind) {
    case "call":
      return `${indent}${expression.name}(\n${expression.args.map(inner).join(",\n")}\n${indent})`;
    case "aggregation": {
      const { parameter } = expression;
      const parts = parameter === null ? [] : [parameter];
      const lines = [...parts, expression.expression].map(inner).join(",\n");
      return `${indent}${aggregationHead(expression)}(\n${lines}\n${indent})`;
    }
    case "binary": {
      const middle = `${indent}${operatorText(expression)}`;
      return `${inner(expression.left)}\n${middle}\n${inner(expression.right)}`;
    }
    case "subquery":
      return `${layOut(expression.expression, level)}${subqueryTail(expression)}`;
    case "unary":
      return `${indent}${expression.operator}${layOut(expression.expression, level).trimStart()}`;
    case "paren":
      return `${indent}(\n${inner(expression.expression)}\n${indent})`;
    default:
      return indent + line;
  }
}
