/** Expressions as the plain objects that Prometheus' parse_query gives. */
import { assert } from "../../base/assert.ts";
import type {
  Aggregation,
  BinaryExpression,
  Call,
  Expression,
  Subquery,
  TimeModifiers,
  VectorSelector,
} from "../ast.ts";
import { formatPlain } from "../format-value.ts";
import { signatureOf } from "../functions/signatures.ts";

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

function modifiersJson({ offsetMs, atMs, atEdge }: TimeModifiers): Record<string, JsonValue> {
  return { offset: Math.trunc(offsetMs), startOrEnd: atEdge, timestamp: atMs };
}

function selectorJson(node: VectorSelector): Record<string, JsonValue> {
  return {
    name: node.name,
    matchers: node.matchers.map(({ name, type, value }) => ({ name, type, value })),
    ...modifiersJson(node),
    ...(node.anchored ? { anchored: true } : {}),
    ...(node.smoothed ? { smoothed: true } : {}),
  };
}

function subqueryJson(node: Subquery): JsonValue {
  return {
    type: "subquery",
    expr: expressionJson(node.expression),
    range: Math.trunc(node.rangeMs),
    step: Math.trunc(node.stepMs),
    ...modifiersJson(node),
  };
}

function callJson({ name, args }: Call): JsonValue {
  const signature = signatureOf(name);
  assert(signature !== undefined, "a parsed call has a known function");
  return {
    type: "call",
    func: {
      name,
      argTypes: signature.args,
      variadic: signature.variadic,
      returnType: signature.result,
    },
    args: args.map(expressionJson),
  };
}

function aggregationJson(node: Aggregation): JsonValue {
  return {
    type: "aggregation",
    op: node.operator,
    expr: expressionJson(node.expression),
    param: node.parameter ? expressionJson(node.parameter) : null,
    grouping: node.grouping,
    without: node.without,
  };
}

function binaryJson(node: BinaryExpression): JsonValue {
  const { matching } = node;
  return {
    type: "binaryExpr",
    op: node.operator,
    lhs: expressionJson(node.left),
    rhs: expressionJson(node.right),
    matching: matching && {
      card: matching.cardinality,
      labels: matching.labels,
      on: matching.on,
      include: matching.include,
      ...(matching.fillLeft === null ? {} : { fillLeft: formatPlain(matching.fillLeft) }),
      ...(matching.fillRight === null ? {} : { fillRight: formatPlain(matching.fillRight) }),
    },
    bool: node.returnBool,
  };
}

/** The object form of an expression, ready for JSON.stringify. */
export function expressionJson(node: Expression): JsonValue {
  switch (node.kind) {
    case "number":
      return { type: "numberLiteral", val: formatPlain(node.value) };
    case "string":
      return { type: "stringLiteral", val: node.value };
    case "vector-selector":
      return { type: "vectorSelector", ...selectorJson(node) };
    case "matrix-selector":
      return {
        type: "matrixSelector",
        ...selectorJson(node.selector),
        range: Math.trunc(node.rangeMs),
      };
    case "subquery":
      return subqueryJson(node);
    case "call":
      return callJson(node);
    case "aggregation":
      return aggregationJson(node);
    case "binary":
      return binaryJson(node);
    case "unary":
      return { type: "unaryExpr", op: node.operator, expr: expressionJson(node.expression) };
    case "paren":
      return { type: "parenExpr", expr: expressionJson(node.expression) };
  }
}
