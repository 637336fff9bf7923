/**
 * The checks a query must pass after parsing: types and number of arguments, what operators may
 * stand between, selectors that would match everything.
 *
 * Problems are noted in Prometheus' order (children before what they are used in) and words.
 */
import {
  type Aggregation,
  type BinaryExpression,
  type Call,
  type Expression,
  isComparison,
  isSetOperator,
  type ValueType,
  type VectorSelector,
} from "../ast.ts";
import { type FunctionSignature, signatureOf } from "../functions/signatures.ts";
import { quote } from "./string-text.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** Type names as Prometheus' documentation spells them. */
export const DOCUMENTED_TYPES: Readonly<Record<ValueType, string>> = {
  scalar: "scalar",
  string: "string",
  vector: "instant vector",
  matrix: "range vector",
};

/** The static type of an expression. */
export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "vector-selector":
    case "aggregation":
      return "vector";
    case "matrix-selector":
    case "subquery":
      return "matrix";
    case "call":
      return signatureOf(expression.name)?.result ?? "vector";
    case "unary":
    case "paren":
      return typeOf(expression.expression);
    case "binary":
      return expression.isScalar ? "scalar" : "vector";
  }
}

/** Checks a tree; notes what is wrong with it. Settles the cardinality of set operators. */
export function checkTypes(root: Expression, cursor: TokenCursor): void {
  new TypeChecker(cursor).check(root);
}

class TypeChecker {
  private readonly cursor: TokenCursor;

  constructor(cursor: TokenCursor) {
    this.cursor = cursor;
  }

  check(node: Expression): ValueType {
    switch (node.kind) {
      case "aggregation":
        this.aggregation(node);
        break;
      case "binary":
        this.binary(node);
        break;
      case "call":
        this.call(node);
        break;
      case "paren":
        this.check(node.expression);
        break;
      case "unary":
        this.unary(node.start, this.check(node.expression));
        break;
      case "subquery": {
        const type = this.check(node.expression);
        if (type !== "vector") {
          this.cursor.note(
            node.start,
            `subquery is only allowed on instant vector, got ${type} instead`,
          );
        }
        break;
      }
      case "matrix-selector":
        this.check(node.selector);
        break;
      case "vector-selector":
        this.selector(node);
        break;
    }
    return typeOf(node);
  }

  private expect(node: Expression, wanted: ValueType, context: string): void {
    const type = this.check(node);
    if (type === wanted) return;
    const types = `expected type ${DOCUMENTED_TYPES[wanted]} in ${context}`;
    this.cursor.note(node.start, `${types}, got ${DOCUMENTED_TYPES[type]}`);
  }

  private unary(start: number, type: ValueType): void {
    if (type === "scalar" || type === "vector") return;
    const rule = "unary expression only allowed on expressions of type scalar or instant vector";
    this.cursor.note(start, `${rule}, got "${DOCUMENTED_TYPES[type]}"`);
  }

  private aggregation(node: Aggregation): void {
    this.expect(node.expression, "vector", "aggregation expression");
    if (!node.parameter) return;
    const wanted = node.operator === "count_values" ? "string" : "scalar";
    this.expect(node.parameter, wanted, "aggregation parameter");
  }

  private call(node: Call): void {
    const signature = signatureOf(node.name);
    if (!signature) return;
    this.argumentCount(node, signature);
    if (node.name === "info" && node.args.length > 1) this.infoSelector(node);
    for (let i = 0; i < node.args.length; i++) {
      if (i >= signature.args.length && signature.variadic === 0) break;
      const wanted = signature.args[Math.min(i, signature.args.length - 1)]!;
      this.expect(node.args[i]!, wanted, `call to function "${node.name}"`);
    }
  }

  private argumentCount(node: Call, signature: FunctionSignature): void {
    const given = node.args.length;
    const listed = signature.args.length;
    const least = signature.variadic === 0 ? listed : listed - 1;
    const most = signature.variadic < 0 ? Number.POSITIVE_INFINITY : least + signature.variadic;
    if (given >= least && given <= most) return;
    const bound = signature.variadic === 0 ? "" : given < least ? "at least " : "at most ";
    const wanted = given < least ? least : most;
    this.cursor.note(
      node.start,
      `expected ${bound}${wanted} argument(s) in call to "${node.name}", got ${given}`,
    );
  }

  /** The second argument of info() picks labels, so it has no name and may match everything. */
  private infoSelector(node: Call): void {
    const selector = node.args[1]!;
    if (selector.kind !== "vector-selector") {
      const wanted = 'expected type instant vector in call to function "info"';
      this.cursor.note(node.start, `${wanted}, got ${DOCUMENTED_TYPES[typeOf(selector)]}`);
      return;
    }
    if (selector.name !== "") {
      const problem = "expected label selectors only, got vector selector instead";
      this.cursor.note(selector.start, problem);
    }
    selector.mayMatchAll = true;
  }

  private selector(node: VectorSelector): void {
    if (node.name !== "") {
      for (const matcher of node.matchers.slice(0, -1)) {
        if (matcher.name !== "__name__") continue;
        const names = `${quote(node.name)} or ${quote(matcher.value)}`;
        this.cursor.note(node.start, `metric name must not be set twice: ${names}`);
      }
      return;
    }
    if (node.mayMatchAll || node.matchers.some((matcher) => !matcher.matches(""))) return;
    this.cursor.note(node.start, "vector selector must contain at least one non-empty matcher");
  }

  private binary(node: BinaryExpression): void {
    const left = this.check(node.left);
    const right = this.check(node.right);
    this.operator(node, left, right);
    for (const [side, type] of [
      [node.left, left],
      [node.right, right],
    ] as const) {
      if (type === "scalar" || type === "vector") continue;
      const rule = "binary expression must contain only scalar and instant vector types";
      this.cursor.note(side.start, rule);
    }
    this.matching(node, left === "vector" && right === "vector");
    if (isSetOperator(node.operator) && (left === "scalar" || right === "scalar")) {
      const rule = `set operator "${node.operator}" not allowed in binary scalar expression`;
      this.cursor.note(node.start, rule);
    }
  }

  private operator(node: BinaryExpression, left: ValueType, right: ValueType): void {
    const comparison = isComparison(node.operator);
    if (node.returnBool && !comparison) {
      const rule = "bool modifier can only be used on comparison operators";
      this.cursor.note(node.operatorStart, rule);
    }
    if (comparison && !node.returnBool && left === "scalar" && right === "scalar") {
      const rule = "comparisons between scalars must use BOOL modifier";
      this.cursor.note(node.operatorStart, rule);
    }
    const matching = node.matching;
    if (!matching) return;
    if (isSetOperator(node.operator) && matching.cardinality === "one-to-one") {
      matching.cardinality = "many-to-many";
    }
    if (!matching.on) return;
    for (const label of matching.labels) {
      if (!matching.include.includes(label)) continue;
      const rule = `label ${quote(label)} must not occur in ON and GROUP clause at once`;
      this.cursor.note(node.operatorStart, rule);
    }
  }

  private matching(node: BinaryExpression, bothVectors: boolean): void {
    const matching = node.matching;
    if (!matching) return;
    const filled = matching.fillLeft !== null || matching.fillRight !== null;
    if (!bothVectors) {
      if (matching.labels.length > 0) {
        const rule = "vector matching only allowed between instant vectors";
        this.cursor.note(node.start, rule);
      }
      if (filled) {
        this.cursor.note(
          node.start,
          "filling in missing series only allowed between instant vectors",
        );
      }
      node.matching = null;
      return;
    }
    if (!isSetOperator(node.operator)) return;
    if (matching.cardinality !== "many-to-many") {
      this.cursor.note(node.start, `no grouping allowed for "${node.operator}" operation`);
    }
    if (filled) {
      this.cursor.note(node.start, "filling in missing series not allowed for set operators");
    }
  }
}
