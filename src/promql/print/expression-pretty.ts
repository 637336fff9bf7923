/**
 * Expressions over several lines: what is longer than 100 characters is split and indented.
 *
 * I1  Work is linear in the lines that come out: whether a part is short is found once, from the
 *     bottom up. A text on one line is made of what is short only, and of what cannot be split.
 */
import type { Expression } from "../ast.ts";
import {
  aggregationHead,
  expressionText,
  operatorText,
  subquerySuffix,
} from "./expression-text.ts";

const LINE_MAX = 100;

/** The parts of an expression that are expressions. */
function partsOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case "aggregation":
      return node.parameter ? [node.parameter, node.expression] : [node.expression];
    case "call":
      return node.args;
    case "binary":
      return [node.left, node.right];
    case "unary":
    case "paren":
    case "subquery":
      return [node.expression];
    default:
      return [];
  }
}

class Printer {
  readonly lines: string[] = [];
  /** By expression: its text, when that is short. */
  private readonly short = new Map<Expression, string | null>();

  /** The text of an expression that fits into a line, else null. */
  private shortText(node: Expression): string | null {
    const known = this.short.get(node);
    if (known !== undefined) return known;
    let text: string | null = null;
    if (partsOf(node).every((part) => this.shortText(part) !== null)) {
      const whole = expressionText(node);
      if (whole.length <= LINE_MAX) text = whole;
    }
    this.short.set(node, text);
    return text;
  }

  /** Adds the lines of an expression, indented by `level` steps. */
  add(node: Expression, level: number): void {
    // Prometheus keeps the sign of a unary expression on the first line of what it negates.
    if (node.kind === "unary") {
      const first = this.lines.length;
      this.add(node.expression, level);
      this.lines[first] = indent(level) + node.operator + this.lines[first]!.trimStart();
      return;
    }
    const text = this.shortText(node);
    if (text !== null) this.lines.push(node.kind === "subquery" ? text : indent(level) + text);
    else this.addLong(node, level);
  }

  private addLong(node: Exclude<Expression, { readonly kind: "unary" }>, level: number): void {
    switch (node.kind) {
      case "aggregation":
        this.addBlock(aggregationHead(node), partsOf(node), level);
        break;
      case "call":
        this.addBlock(node.name, node.args, level);
        break;
      case "paren":
        this.addBlock("", [node.expression], level);
        break;
      case "subquery":
        this.add(node.expression, level);
        this.lines.push(this.lines.pop()! + subquerySuffix(node));
        break;
      case "binary":
        this.add(node.left, level + 1);
        this.lines.push(indent(level) + operatorText(node));
        this.add(node.right, level + 1);
        break;
      default:
        this.lines.push(indent(level) + expressionText(node));
    }
  }

  /** `head(` arguments, one a line, `)`. */
  private addBlock(head: string, args: readonly Expression[], level: number): void {
    this.lines.push(`${indent(level)}${head}(`);
    for (const [i, arg] of args.entries()) {
      if (i > 0) this.lines.push(`${this.lines.pop()!},`);
      this.add(arg, level + 1);
    }
    this.lines.push(`${indent(level)})`);
  }
}

function indent(level: number): string {
  return "  ".repeat(level);
}

/** The lines of an expression. */
export function prettyLines(node: Expression): readonly string[] {
  const printer = new Printer();
  printer.add(node, 0);
  return printer.lines;
}

/** An expression over several lines, as one text. */
export function prettyText(node: Expression): string {
  return prettyLines(node).join("\n");
}
