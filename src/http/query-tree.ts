/**
 * A query's tree as /api/v1/parse_query answers it: the shape that Prometheus' own page reads.
 *
 * Units: …range, offset, step and timestamp are milliseconds, as there.
 */
import type {
  Expression,
  MatrixSelector,
  Subquery,
  TimeModifiers,
  VectorMatching,
  VectorSelector,
} from "../promql/ast.ts";
import { formatGeneral } from "../promql/format-value.ts";
import { signatureOf } from "../promql/functions/signatures.ts";

const EXPONENT_MIN = 21;

/** A node as JSON. */
export type TreeNode = Readonly<Record<string, unknown>>;

function modifiers({ offsetMs, atMs, atEdge }: TimeModifiers): TreeNode {
  return { offset: offsetMs, timestamp: atMs, startOrEnd: atEdge };
}

function matchersOf({ matchers }: VectorSelector): TreeNode[] {
  return matchers.map(({ name, value, type }) => ({ name, value, type }));
}

function matrixNode({ selector, rangeMs }: MatrixSelector): TreeNode {
  const { name } = selector;
  const matchers = matchersOf(selector);
  return { type: "matrixSelector", name, range: rangeMs, matchers, ...modifiers(selector) };
}

function subqueryNode(subquery: Subquery): TreeNode {
  const { rangeMs, stepMs } = subquery;
  const expr = treeOf(subquery.expression);
  return { type: "subquery", expr, range: rangeMs, step: stepMs, ...modifiers(subquery) };
}

function callNode(name: string, args: readonly Expression[]): TreeNode {
  const signature = signatureOf(name);
  const func = {
    name,
    argTypes: signature?.args ?? [],
    variadic: signature?.variadic ?? 0,
    returnType: signature?.result ?? "vector",
  };
  return { type: "call", func, args: args.map(treeOf) };
}

function matchingNode(matching: VectorMatching | null): TreeNode | null {
  if (matching === null) return null;
  const { cardinality, labels, on, include } = matching;
  return { card: cardinality, labels, on, include };
}

/** The tree of an expression. */
export function treeOf(expression: Expression): TreeNode {
  switch (expression.kind) {
    case "number":
      return { type: "numberLiteral", val: formatGeneral(expression.value, EXPONENT_MIN) };
    case "string":
      return { type: "stringLiteral", val: expression.value };
    case "vector-selector": {
      const { name } = expression;
      const matchers = matchersOf(expression);
      return { type: "vectorSelector", name, matchers, ...modifiers(expression) };
    }
    case "matrix-selector":
      return matrixNode(expression);
    case "subquery":
      return subqueryNode(expression);
    case "call":
      return callNode(expression.name, expression.args);
    case "aggregation": {
      const { operator: op, grouping, without, parameter } = expression;
      const param = parameter === null ? null : treeOf(parameter);
      return {
        type: "aggregation",
        op,
        grouping,
        without,
        param,
        expr: treeOf(expression.expression),
      };
    }
    case "binary": {
      const { operator: op, returnBool: bool } = expression;
      const matching = matchingNode(expression.matching);
      const [lhs, rhs] = [expression.left, expression.right].map(treeOf);
      return { type: "binaryExpr", op, lhs, rhs, matching, bool };
    }
    case "unary":
      return { type: "unaryExpr", op: expression.operator, expr: treeOf(expression.expression) };
    case "paren":
      return { type: "parenExpr", expr: treeOf(expression.expression) };
  }
}

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
