/**
 * The parser's view of the tokens: one token ahead, and the first problem met.
 *
 * A syntax error stops the parse at once. A semantic problem (unknown function, offset twice) is
 * noted and the parse goes on, because a syntax error further right does not replace it: the first
 * one met is what the caller sees.
 */
import { Lexer } from "./lexer.ts";
import { ParseFailure } from "./parse-failure.ts";
import { NO_PATTERNS, type Patterns } from "./patterns-ahead.ts";
import { describeToken, type Token } from "./token.ts";

export class TokenCursor {
  private readonly lexer: Lexer;
  private ahead: Token | null = null;
  private lexerFailure: unknown = null;
  private problem: ParseFailure | null = null;
  /** Patterns that were compiled before. */
  readonly patterns: Patterns;
  /** Aggregations whose arguments are being parsed: they name the context of a stray token. */
  aggregationDepth = 0;

  constructor(text: string, patterns: Patterns = NO_PATTERNS) {
    this.patterns = patterns;
    this.lexer = new Lexer(text);
    this.advance();
  }

  /** The token ahead. A text that is none fails here, not when the one before it is taken. */
  get current(): Token {
    if (!this.ahead) throw this.lexerFailure;
    return this.ahead;
  }

  private advance(): void {
    try {
      this.ahead = this.lexer.next();
    } catch (failure) {
      this.ahead = null;
      this.lexerFailure = failure;
    }
  }

  /** Consumes the current token and returns it. */
  take(): Token {
    const token = this.current;
    this.advance();
    return token;
  }

  /** Consumes the current token when it is of a kind. */
  accept(kind: string): boolean {
    if (this.current.kind !== kind) return false;
    this.take();
    return true;
  }

  /** Consumes a token of a kind or fails; context and expectation as Prometheus words them. */
  expect(kind: string, context = "", expected = ""): Token {
    if (this.current.kind !== kind) this.unexpected(context, expected);
    return this.take();
  }

  /** Fails at the current token. */
  unexpected(context = "", expected = ""): never {
    const place = context || (this.aggregationDepth > 0 ? "aggregation" : "");
    const within = place ? ` in ${place}` : "";
    const wanted = expected ? `, expected ${expected}` : "";
    const { current } = this;
    throw new ParseFailure(current.start, `unexpected ${describeToken(current)}${within}${wanted}`);
  }

  /** Notes a semantic problem; only the first one counts. */
  note(offset: number, message: string): void {
    this.problem ??= new ParseFailure(offset, message);
  }

  get firstProblem(): ParseFailure | null {
    return this.problem;
  }
}
