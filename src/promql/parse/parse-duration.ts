/**
 * Durations inside brackets and after `offset`: a literal, or arithmetic over literals, step(),
 * range(), min_of() and max_of().
 *
 * After `offset` only a literal, a call or a term in parentheses is taken: `a offset 5m + b` adds
 * b to a. Inside brackets the whole arithmetic of PromQL applies, with its precedences.
 */
import type { DurationExpression, NumberLiteral } from "../ast.ts";
import { parseDuration, parseNumber } from "./number-text.ts";
import { ParseFailure } from "./parse-failure.ts";
import type { ParseOptions } from "./parse-options.ts";
import { quote } from "./string-text.ts";
import { DURATION, NUMBER } from "./token.ts";
import type { TokenCursor } from "./token-cursor.ts";

const POWERS: Readonly<Record<string, number>> = { "+": 1, "-": 1, "*": 2, "/": 2, "%": 2, "^": 3 };
const UNARY_POWER = 2;
const SECONDS_MAX = 2 ** 63 / 1e9;

const DEPTH_MAX = 500;

type Arithmetic = "+" | "-" | "*" | "/" | "%" | "^";

/** What may stand where a duration is wanted. */
export function durationsWanted({ durationExpressions }: ParseOptions): string {
  return durationExpressions ? "number, duration, step(), or range()" : "number or duration";
}

/** Takes a literal; what follows must be a token before the literal itself is judged. */
function takeLiteral(cursor: TokenCursor): void {
  cursor.take();
  cursor.accept("");
}

/** Parses a number or duration literal at the current token; null when there is none. */
export function parseNumberOrDuration(cursor: TokenCursor): NumberLiteral | null {
  const token = cursor.current;
  if (token.kind === NUMBER) {
    takeLiteral(cursor);
    const value = parseNumber(token.text);
    const tooLarge = value === Number.POSITIVE_INFINITY && !/^inf/i.test(token.text);
    if (value === null || tooLarge) {
      const problem = tooLarge ? "value out of range" : "invalid syntax";
      const parsing = `strconv.ParseFloat: parsing ${quote(token.text)}`;
      cursor.note(token.start, `error parsing number: ${parsing}: ${problem}`);
    }
    return { kind: "number", start: token.start, value: value ?? 0, isDuration: false };
  }
  if (token.kind !== DURATION) return null;
  takeLiteral(cursor);
  const outcome = parseDuration(token.text);
  const ms = "ms" in outcome ? outcome.ms : 0;
  if ("problem" in outcome) cursor.note(token.start, outcome.problem);
  else if (ms === 0) cursor.note(token.start, "duration must be greater than 0");
  return { kind: "number", start: token.start, value: ms / 1000, isDuration: true };
}

export class DurationParser {
  private readonly cursor: TokenCursor;
  private readonly options: ParseOptions;
  /** Of operators that chain and of brackets: each is a level of the tree. */
  private depth = 0;

  constructor(cursor: TokenCursor, options: ParseOptions) {
    this.cursor = cursor;
    this.options = options;
  }

  /** A duration inside brackets, which must be positive; null when none starts here. */
  positive(): DurationExpression | null {
    const duration = this.expression(0);
    if (duration?.kind === "number" && duration.value <= 0) {
      this.cursor.note(duration.start, "duration must be greater than 0");
    }
    return duration;
  }

  /** A duration after `offset`, which may be negative; null when none starts here. */
  afterOffset(): DurationExpression | null {
    const sign = this.cursor.current;
    const signed = sign.kind === "-" || sign.kind === "+";
    if (!signed) return this.primary();
    this.cursor.take();
    this.descend();
    const operand = this.afterOffset();
    this.depth--;
    if (operand === null) return null;
    return this.negate(operand, sign.start, sign.kind === "-");
  }

  private expression(power: number): DurationExpression | null {
    const outside = this.depth;
    this.descend();
    let left = this.operand();
    if (left === null) return null;
    for (;;) {
      const operator = this.cursor.current;
      const binding = POWERS[operator.kind];
      if (binding === undefined || binding < power) {
        this.depth = outside;
        return left;
      }
      this.cursor.take();
      this.descend();
      // The power operator associates to the right.
      const right = this.expression(operator.kind === "^" ? binding : binding + 1);
      if (right === null) this.failOperand();
      this.requireArithmetic(left);
      left = this.combine(operator.kind as Arithmetic, operator.start, left, right);
    }
  }

  private descend(): void {
    if (++this.depth <= DEPTH_MAX) return;
    throw new ParseFailure(this.cursor.current.start, "duration is nested too deeply");
  }

  private operand(): DurationExpression | null {
    const sign = this.cursor.current;
    if (sign.kind !== "-" && sign.kind !== "+") return this.primary();
    this.cursor.take();
    const operand = this.expression(UNARY_POWER + 1);
    if (operand === null) this.failOperand();
    return this.negate(operand, sign.start, sign.kind === "-");
  }

  private primary(): DurationExpression | null {
    const token = this.cursor.current;
    const literal = parseNumberOrDuration(this.cursor);
    if (literal) return this.inRange(literal);
    if (token.kind === "(") {
      this.cursor.take();
      const inner = this.expression(0);
      if (inner === null) this.failOperand();
      this.cursor.expect(")", ...this.wanted());
      this.requireArithmetic(inner);
      if (inner.kind === "duration") inner.wrapped = true;
      return inner;
    }
    if (token.kind === "step" || token.kind === "range") return this.queryContext(token.kind);
    return /^(?:min|max)(?:_of)?$/.test(token.text.toLowerCase()) ? this.extremum() : null;
  }

  private queryContext(operator: "step" | "range"): DurationExpression {
    const { start } = this.cursor.take();
    this.cursor.expect("(");
    this.cursor.expect(")");
    const node = { kind: "duration", start, operator, left: null, right: null, wrapped: false };
    this.requireArithmetic(node as DurationExpression);
    return node as DurationExpression;
  }

  private extremum(): DurationExpression {
    const { start, text } = this.cursor.take();
    this.cursor.expect("(");
    const left = this.expression(0);
    if (left === null) this.failOperand();
    this.cursor.expect(",");
    const right = this.expression(0);
    if (right === null) this.failOperand();
    this.cursor.expect(")");
    const operator = text.toLowerCase().startsWith("min") ? "min_of" : "max_of";
    const node: DurationExpression = {
      kind: "duration",
      start,
      operator,
      left,
      right,
      wrapped: false,
    };
    this.requireArithmetic(node);
    return node;
  }

  private combine(
    operator: Arithmetic,
    operatorStart: number,
    left: DurationExpression,
    right: DurationExpression,
  ): DurationExpression {
    if (right.kind === "number" && right.value === 0) {
      if (operator === "/") this.cursor.note(operatorStart, "division by zero");
      if (operator === "%") this.cursor.note(operatorStart, "modulo by zero");
    }
    return { kind: "duration", start: left.start, operator, left, right, wrapped: false };
  }

  private negate(operand: DurationExpression, start: number, minus: boolean): DurationExpression {
    if (operand.kind === "number") {
      if (minus) operand.value = -operand.value;
      operand.start = start;
      return this.inRange(operand);
    }
    if (!minus) return operand;
    return { kind: "duration", start, operator: "-", left: null, right: operand, wrapped: false };
  }

  private inRange(literal: NumberLiteral): NumberLiteral {
    if (!(Math.abs(literal.value) <= SECONDS_MAX)) {
      this.cursor.note(literal.start, "duration out of range");
      literal.value = 0;
    }
    return literal;
  }

  private requireArithmetic(node: DurationExpression): void {
    if (this.options.durationExpressions) return;
    this.cursor.note(node.start, "experimental duration expression is not enabled");
  }

  /** Fails where an operand is missing. */
  failOperand(): never {
    return this.cursor.unexpected(...this.wanted());
  }

  /** Where an operand is missing and what it could be. */
  private wanted(): [string, string] {
    const { durationExpressions } = this.options;
    const place = durationExpressions ? "subquery or range selector" : "subquery selector";
    return [place, durationsWanted(this.options)];
  }
}
