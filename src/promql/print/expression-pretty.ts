/** Expressions over several lines: what is longer than 100 characters is split and indented. */
import type { Expression } from "../ast.ts";
import {
  aggregationHead,
  expressionText,
  operatorText,
  subquerySuffix,
} from "./expression-text.ts";

const LINE_MAX = 100;

function indent(level: number): string {
  return "  ".repeat(level);
}

/** Arguments, one a line. */
function listText(nodes: readonly Expression[], level: number): string {
  return nodes.map((node) => prettyText(node, level)).join(",\n");
}

/** `head(` arguments `)` over several lines. */
function blockText(head: string, nodes: readonly Expression[], level: number): string {
  return `${indent(level)}${head}(\n${listText(nodes, level + 1)}\n${indent(level)})`;
}

/** An expression, its lines indented by `level` steps. */
export function prettyText(node: Expression, level = 0): string {
  // Prometheus keeps the sign of a unary expression on the first line of what it negates.
  if (node.kind === "unary") {
    return indent(level) + node.operator + prettyText(node.expression, level).trimStart();
  }
  const text = expressionText(node);
  if (text.length <= LINE_MAX) return node.kind === "subquery" ? text : indent(level) + text;
  switch (node.kind) {
    case "aggregation": {
      const args = node.parameter ? [node.parameter, node.expression] : [node.expression];
      return blockText(aggregationHead(node), args, level);
    }
    case "call":
      return blockText(node.name, node.args, level);
    case "paren":
      return blockText("", [node.expression], level);
    case "subquery":
      return prettyText(node.expression, level) + subquerySuffix(node);
    case "binary": {
      const { left, right } = node;
      const operator = indent(level) + operatorText(node);
      return `${prettyText(left, level + 1)}\n${operator}\n${prettyText(right, level + 1)}`;
    }
    default:
      return indent(level) + text;
  }
}
