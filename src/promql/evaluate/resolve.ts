/**
 * Settles what of a query depends on its time range: arithmetic in durations, @ start() and
 * @ end(). Gives a new tree; the parsed one may be used for other ranges.
 */
import { TsdbError } from "../../base/errors.ts";
import type {
  DurationExpression,
  DurationOperation,
  Expression,
  TimeModifiers,
  VectorSelector,
} from "../ast.ts";
import { lineAndColumn } from "../parse/position.ts";
import { goPower } from "./go-power.ts";

/** The range of a query as its text can ask for it. */
export interface QueryRange {
  readonly startMs: number;
  readonly endMs: number;
  /** 0 for an instant query. */
  readonly stepMs: number;
}

export class Resolver {
  private readonly text: string;
  private readonly range: QueryRange;

  constructor(text: string, range: QueryRange) {
    this.text = text;
    this.range = range;
  }

  /** The tree with all durations and times settled. Throws QUERY_PARSE for a bad duration. */
  resolve(node: Expression): Expression {
    switch (node.kind) {
      case "vector-selector":
        return this.selector(node);
      case "matrix-selector":
        return {
          ...node,
          selector: this.selector(node.selector),
          rangeMs: this.positive(node.rangeMs, node.rangeExpression),
        };
      case "subquery":
        return {
          ...node,
          ...this.modifiers(node),
          expression: this.resolve(node.expression),
          rangeMs: this.positive(node.rangeMs, node.rangeExpression),
          stepMs: this.positive(node.stepMs, node.stepExpression),
        };
      case "call":
        return { ...node, args: node.args.map((arg) => this.resolve(arg)) };
      case "aggregation":
        return {
          ...node,
          parameter: node.parameter && this.resolve(node.parameter),
          expression: this.resolve(node.expression),
        };
      case "binary":
        return { ...node, left: this.resolve(node.left), right: this.resolve(node.right) };
      case "unary":
      case "paren":
        return { ...node, expression: this.resolve(node.expression) };
      default:
        return node;
    }
  }

  private selector(node: VectorSelector): VectorSelector {
    return { ...node, ...this.modifiers(node) };
  }

  private modifiers(node: TimeModifiers): TimeModifiers {
    const { startMs, endMs } = this.range;
    const edge = node.atEdge === "start" ? startMs : endMs;
    return {
      offsetMs: node.offsetExpression ? this.milliseconds(node.offsetExpression) : node.offsetMs,
      offsetExpression: node.offsetExpression,
      atMs: node.atEdge ? edge : node.atMs,
      atEdge: node.atEdge,
    };
  }

  private positive(literalMs: number, expression: DurationOperation | null): number {
    if (!expression) return literalMs;
    const ms = this.milliseconds(expression);
    if (ms <= 0) this.fail(expression, "duration must be greater than 0");
    return ms;
  }

  private milliseconds(expression: DurationExpression): number {
    const seconds = this.seconds(expression);
    if (!(Math.abs(seconds) < 2 ** 63)) this.fail(expression, "duration is out of range");
    return Math.trunc(seconds * 1000);
  }

  private seconds(node: DurationExpression): number {
    if (node.kind === "number") return node.value;
    const left = node.left ? this.seconds(node.left) : 0;
    const right = node.right ? this.seconds(node.right) : 0;
    switch (node.operator) {
      case "step":
        return this.range.stepMs / 1000;
      case "range":
        return (this.range.endMs - this.range.startMs) / 1000;
      case "min_of":
        return Math.min(left, right);
      case "max_of":
        return Math.max(left, right);
      case "+":
        return left + right;
      case "-":
        return left - right;
      case "*":
        return left * right;
      case "/":
        if (right === 0) this.fail(node, "division by zero");
        return left / right;
      case "%":
        if (right === 0) this.fail(node, "modulo by zero");
        return left % right;
      case "^":
        return goPower(left, right);
    }
  }

  private fail(node: DurationExpression, message: string): never {
    throw new TsdbError("QUERY_PARSE", `${lineAndColumn(this.text, node.start)}: ${message}`);
  }
}
