/**
 * The parser of PromQL: precedence climbing over tokens, one tree out.
 *
 * I1  Binding powers, low to high: or; and unless; comparisons and trims; + -; * / % atan2; ^
 *     (which alone associates to the right). Unary minus binds like *.
 * I2  Postfix parts ([range], [range:step], offset, @, anchored, smoothed) bind tighter than any
 *     operator, so they belong to the operand they follow.
 *
 * Errors carry Prometheus' wording and position; see token-cursor.ts for which one wins.
 */
import {
  type BinaryOperator,
  type Call,
  type Expression,
  type ParsedQuery,
  unwrapParens,
} from "../ast.ts";
import { signatureOf } from "../functions/signatures.ts";
import { BinaryModifierParser } from "./binary-modifiers.ts";
import { checkTypes, typeOf } from "./check-types.ts";
import { parseAggregation } from "./parse-aggregation.ts";
import { DurationParser, parseNumberOrDuration } from "./parse-duration.ts";
import { ParseFailure } from "./parse-failure.ts";
import { FULL_SYNTAX, type ParseOptions } from "./parse-options.ts";
import { parseSelector } from "./parse-selector.ts";
import type { Patterns } from "./patterns.ts";
import { PostfixParser } from "./postfix.ts";
import { unquote } from "./string-text.ts";
import {
  AGGREGATORS,
  END,
  IDENTIFIER,
  isMetricName,
  QUERY_CONTEXT_WORDS,
  STRING,
  startsOperand,
  type Token,
} from "./token.ts";
import { TokenCursor } from "./token-cursor.ts";

const POWERS: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  "==": 3,
  "!=": 3,
  "<": 3,
  "<=": 3,
  ">": 3,
  ">=": 3,
  "</": 3,
  ">/": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  "%": 5,
  atan2: 5,
  "^": 6,
};
const UNARY_POWER = 5;
const DEPTH_MAX = 500;
/** Operators chain to the left, each one a level deeper: what walks the tree needs stack for it. */
const OPERATORS_MAX = 2000;
/** Place of the pattern among the arguments of label_replace. */
const PATTERN_ARGUMENT = 4;

export class ExpressionParser {
  private readonly cursor: TokenCursor;
  private readonly options: ParseOptions;
  private readonly modifiers: BinaryModifierParser;
  private readonly postfix: PostfixParser;
  private depth = 0;
  private operatorCount = 0;

  constructor(text: string, options: ParseOptions, patterns?: Patterns) {
    this.cursor = new TokenCursor(text, patterns);
    this.options = options;
    const durations = new DurationParser(this.cursor, options);
    this.modifiers = new BinaryModifierParser(this.cursor, options);
    this.postfix = new PostfixParser(this.cursor, durations, options);
  }

  /** The whole text as one expression; checks types and throws the first problem met. */
  parse(): Expression {
    if (this.cursor.current.kind === END) throw new ParseFailure(0, "no expression found in input");
    try {
      const root = this.expression(0);
      if (this.cursor.current.kind !== END) this.cursor.unexpected();
      if (!this.cursor.firstProblem) checkTypes(root, this.cursor);
      if (this.cursor.firstProblem) throw this.cursor.firstProblem;
      return root;
    } catch (error) {
      throw this.cursor.firstProblem ?? error;
    }
  }

  private expression(power: number): Expression {
    if (++this.depth > DEPTH_MAX) {
      throw new ParseFailure(this.cursor.current.start, "expression is nested too deeply");
    }
    let left = this.operand();
    for (;;) {
      const token = this.cursor.current;
      const binding = POWERS[token.kind];
      if (binding === undefined || binding < power) break;
      left = this.binary(left, binding);
    }
    this.depth--;
    return left;
  }

  private binary(left: Expression, binding: number): Expression {
    const { kind, start } = this.cursor.take();
    if (++this.operatorCount > OPERATORS_MAX) {
      throw new ParseFailure(start, `expression has more than ${OPERATORS_MAX} operators`);
    }
    const modifiers = this.modifiers.parse();
    const right = this.expression(kind === "^" ? binding : binding + 1);
    return {
      kind: "binary",
      isScalar: typeOf(left) === "scalar" && typeOf(right) === "scalar",
      start: left.start,
      operator: kind as BinaryOperator,
      operatorStart: start,
      returnBool: modifiers.returnBool,
      matching: modifiers.matching,
      left,
      right,
    };
  }

  private operand(): Expression {
    const token = this.cursor.current;
    if (token.kind !== "-" && token.kind !== "+") return this.postfix.parse(this.primary());
    this.cursor.take();
    const expression = this.expression(UNARY_POWER + 1);
    if (expression.kind === "number") {
      if (token.kind === "-") expression.value = -expression.value;
      expression.start = token.start;
      return expression;
    }
    return { kind: "unary", start: token.start, operator: token.kind, expression };
  }

  private primary(): Expression {
    const token = this.cursor.current;
    const literal = parseNumberOrDuration(this.cursor);
    if (literal) return literal;
    if (token.kind === STRING) {
      this.cursor.take();
      return { kind: "string", start: token.start, value: unquote(token.text) };
    }
    if (token.kind === "(") {
      this.cursor.take();
      const expression = this.expression(0);
      this.cursor.expect(")");
      return { kind: "paren", start: token.start, expression };
    }
    if (token.kind === "{") return parseSelector(this.cursor, null);
    if (isMetricName(token)) return this.named();
    return this.cursor.unexpected();
  }

  /** A selector, call or aggregation: what follows the name decides. */
  private named(): Expression {
    const name = this.cursor.take();
    const follower = this.cursor.current.kind;
    const isCall = name.kind === IDENTIFIER || QUERY_CONTEXT_WORDS.has(name.kind);
    if (follower === "(" && isCall) return this.call(name);
    if (AGGREGATORS.has(name.kind) && /^(?:\(|by|without)$/.test(follower)) {
      return parseAggregation(this.cursor, this.options, name, () => this.argumentList());
    }
    return parseSelector(this.cursor, name);
  }

  private call(name: Token): Call {
    const args = this.argumentList();
    const signature = signatureOf(name.text);
    if (!signature) {
      this.cursor.note(name.start, `unknown function with name "${name.text}"`);
    } else if (signature.experimental && !this.options.experimentalFunctions) {
      this.cursor.note(name.start, `function "${name.text}" is not enabled`);
    }
    if (name.text === "label_replace") this.notePattern(args);
    return { kind: "call", start: name.start, name: name.text, args };
  }

  private notePattern(args: readonly Expression[]): void {
    const pattern = args[PATTERN_ARGUMENT] && unwrapParens(args[PATTERN_ARGUMENT]);
    if (pattern?.kind === "string") this.cursor.patterns?.noteGroups(pattern.value);
  }

  /** Arguments in parentheses, which start at the current token. */
  private argumentList(): Expression[] {
    this.cursor.expect("(");
    const args: Expression[] = [];
    if (this.cursor.accept(")")) return args;
    for (;;) {
      args.push(this.expression(0));
      const comma = this.cursor.current;
      if (!this.cursor.accept(",")) break;
      if (!startsOperand(this.cursor.current)) {
        this.cursor.note(comma.start, "trailing commas not allowed in function call args");
      }
      if (this.cursor.current.kind === ")") break;
    }
    this.cursor.expect(")");
    return args;
  }
}

/**
 * Parses a query. Throws TsdbError QUERY_PARSE with `LINE:COLUMN: parse error: …`, columns counted
 * in bytes from 1.
 */
export function parseExpression(
  text: string,
  options: ParseOptions = FULL_SYNTAX,
  patterns?: Patterns,
): ParsedQuery {
  try {
    return { text, root: new ExpressionParser(text, options, patterns).parse(), patterns };
  } catch (error) {
    if (error instanceof ParseFailure) throw error.toError(text);
    throw error;
  }
}
