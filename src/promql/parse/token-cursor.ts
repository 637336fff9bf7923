/**
 * The parser's view of the tokens: one token ahead, and the first problem met.
 *
 * A syntax error stops the parse at once. A semantic problem (unknown function, offset twice) is
 * noted and the parse goes on, because a syntax error further right does not replace it: the first
 * one met is what the caller sees.
 *
 * I1  A text of more than TOKENS_MAX tokens is refused where the next one begins: what a query
 *     costs before it runs, in one turn of the thread, grows with them and hardly with characters.
 */
import { Lexer } from "./lexer.ts";
import { ParseFailure } from "./parse-failure.ts";
import type { Patterns } from "./patterns.ts";
import { describeToken, type Token } from "./token.ts";

export const TOKENS_MAX = 8192;

export class TokenCursor {
  private readonly lexer: Lexer;
  private ahead: Token | null = null;
  private tokenCount = 0;
  private lexerFailure: unknown = null;
  private problem: ParseFailure | null = null;
  /** Patterns that are compiled by others; null when the parser compiles them. */
  readonly patterns: Patterns | null;
  /** Aggregations whose arguments are being parsed: they name the context of a stray token. */
  aggregationDepth = 0;

  constructor(text: string, patterns: Patterns | null = null) {
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
      if (++this.tokenCount > TOKENS_MAX) {
        const { start } = this.ahead;
        throw new ParseFailure(start, `expression has more than ${TOKENS_MAX} tokens`);
      }
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
