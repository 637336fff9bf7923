/**
 * Splits a query into tokens.
 *
 * Three states, as in Prometheus' lexer: outside (keywords count), inside braces (every word is an
 * identifier) and inside brackets (durations and their arithmetic only). Comments run from # to the
 * end of the line and yield nothing.
 *
 * Throws ParseFailure with Prometheus' wording at the start of the offending token.
 */
import { ParseFailure } from "./parse-failure.ts";
import { scanNumber, skipDurationUnits } from "./scan-number.ts";
import { scanQuoted } from "./scan-string.ts";
import { quote, quoteCharacter } from "./string-text.ts";
import {
  DURATION,
  END,
  FILL_MODIFIERS,
  IDENTIFIER,
  keywordKind,
  METRIC_IDENTIFIER,
  NUMBER,
  STRING,
  type Token,
} from "./token.ts";

const SPACE = /[ \t\n\r]/;
const DIGIT = /[0-9]/;
const LETTER = /[A-Za-z_]/;
const WORD = /[A-Za-z0-9_]/;
const NAME = /[A-Za-z0-9_:]+/y;
/** Blanks and the beginning of a comment are no higher. */
const LAST_BLANK = 0x23;
const DURATION_WORDS = new Set(["step", "range", "min", "max", "min_of", "max_of"]);
/** Symbols that stand for themselves outside braces; the longer ones are tried first. */
const TWO_CHARACTER_OPERATORS = new Set(["==", "!=", "<=", ">=", "</", ">/"]);
const ONE_CHARACTER_TOKENS = new Set([..."+-*/%^<>=@,"]);
const DURATION_SYMBOLS = new Set([..."+-*/%^,"]);

export class Lexer {
  private readonly text: string;
  private position = 0;
  private parenDepth = 0;
  private braceOpen = false;
  private bracketOpen = false;
  private colonSeen = false;
  private durationSeen = false;

  constructor(text: string) {
    this.text = text;
  }

  /** The next token; END for ever after the last one. */
  next(): Token {
    this.skipBlank();
    if (this.braceOpen) return this.insideBraces();
    return this.bracketOpen ? this.insideBrackets() : this.outside();
  }

  private skipBlank(): void {
    // Most tokens begin at once, behind "#" in ASCII.
    while (!(this.text.charCodeAt(this.position) > LAST_BLANK)) {
      while (SPACE.test(this.peek())) this.position++;
      if (this.peek() !== "#") return;
      while (this.position < this.text.length && !/[\r\n]/.test(this.peek())) this.position++;
    }
  }

  private peek(ahead = 0): string {
    return this.text[this.position + ahead] ?? "";
  }

  private character(): string {
    const code = this.text.codePointAt(this.position);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  private fail(message: string, offset = this.position): never {
    throw new ParseFailure(offset, message);
  }

  private take(kind: string, length: number): Token {
    const start = this.position;
    this.position += length;
    return { kind, start, text: this.text.slice(start, this.position) };
  }

  private outside(): Token {
    const first = this.peek();
    if (first === "") {
      if (this.parenDepth !== 0) this.fail("unclosed left parenthesis");
      return this.take(END, 0);
    }
    if (LETTER.test(first) || first === ":") return this.word();
    const pair = first + this.peek(1);
    if (TWO_CHARACTER_OPERATORS.has(pair)) return this.take(pair, 2);
    if (pair === "=~") this.fail("unexpected character after '=': '~'");
    if (first === "!") {
      this.position++;
      const follower = this.character() === "" ? "'\ufffd'" : quoteCharacter(this.character());
      this.position--;
      this.fail(`unexpected character after '!': ${follower}`);
    }
    if (ONE_CHARACTER_TOKENS.has(first)) return this.take(first, 1);
    if (DIGIT.test(first) || (first === "." && DIGIT.test(this.peek(1)))) return this.number();
    if (first === '"' || first === "'" || first === "`") return this.string();
    return this.bracket(first);
  }

  private bracket(first: string): Token {
    switch (first) {
      case "(":
        this.parenDepth++;
        return this.take("(", 1);
      case ")":
        if (this.parenDepth === 0) this.fail("unexpected right parenthesis ')'", this.position + 1);
        this.parenDepth--;
        return this.take(")", 1);
      case "{":
        this.braceOpen = true;
        return this.take("{", 1);
      case "[":
        this.bracketOpen = true;
        this.colonSeen = false;
        this.durationSeen = false;
        return this.take("[", 1);
      case "]":
        return this.fail("unexpected right bracket ']'");
      default:
        return this.fail(`unexpected character: ${quoteCharacter(this.character())}`);
    }
  }

  private insideBrackets(): Token {
    const first = this.peek();
    if (first === "") {
      if (!this.durationSeen) this.fail("unexpected end of input in duration expression");
      this.fail(this.parenDepth > 0 ? "unclosed left parenthesis" : "unclosed left bracket");
    }
    if (DURATION_SYMBOLS.has(first)) return this.take(first, 1);
    if (first === "(" || first === ")") return this.bracket(first);
    if (first === "]") {
      this.bracketOpen = false;
      return this.take("]", 1);
    }
    if (first === ":") return this.colon();
    if (DIGIT.test(first) || (first === "." && DIGIT.test(this.peek(1)))) {
      this.durationSeen = true;
      return this.number();
    }
    if (LETTER.test(first) || !this.durationSeen) return this.durationWord(first);
    // After a duration everything is read as outside, though nothing of it can follow.
    if (first === "[") this.fail("unexpected left bracket '['");
    return this.outside();
  }

  private colon(): Token {
    if (!this.durationSeen) this.fail("unexpected colon before duration in duration expression");
    if (this.colonSeen) this.fail("unexpected repeated colon in duration expression");
    this.colonSeen = true;
    return this.take(":", 1);
  }

  private durationWord(first: string): Token {
    let length = 0;
    while (LETTER.test(this.peek(length))) length++;
    const word = this.text.slice(this.position, this.position + length).toLowerCase();
    if (DURATION_WORDS.has(word)) {
      this.durationSeen = true;
      return this.take(word, length);
    }
    const found = quoteCharacter(this.character());
    return this.fail(
      this.durationSeen && LETTER.test(first)
        ? `unexpected character: ${found}, expected ':'`
        : `unexpected character in duration expression: ${found}`,
    );
  }

  private insideBraces(): Token {
    const first = this.peek();
    if (first === "") this.fail("unexpected end of input inside braces");
    if (LETTER.test(first)) {
      let length = 1;
      while (WORD.test(this.peek(length))) length++;
      return this.take(IDENTIFIER, length);
    }
    if (first === ",") return this.take(",", 1);
    if (first === '"' || first === "'" || first === "`") return this.string();
    if (first === "=") return this.peek(1) === "~" ? this.take("=~", 2) : this.take("=", 1);
    if (first === "!") {
      const second = this.peek(1);
      if (second === "~" || second === "=") return this.take(`!${second}`, 2);
      const found = second === "" ? "'\ufffd'" : quoteCharacter(second);
      this.fail(`unexpected character after '!' inside braces: ${found}`);
    }
    if (first === "{") this.fail("unexpected left brace '{'");
    if (first === "}") {
      this.braceOpen = false;
      return this.take("}", 1);
    }
    return this.fail(`unexpected character inside braces: ${quoteCharacter(this.character())}`);
  }

  private string(): Token {
    return this.take(STRING, scanQuoted(this.text, this.position) - this.position);
  }

  private number(): Token {
    const scan = scanNumber(this.text, this.position);
    if (scan.isNumber) return this.take(NUMBER, scan.end - this.position);
    const end = skipDurationUnits(this.text, scan.end);
    if (end > 0) return this.take(DURATION, end - this.position);
    const tried = this.text.slice(this.position, Math.min(-end, this.text.length));
    return this.fail(`bad number or duration syntax: ${quote(tried)}`);
  }

  private word(): Token {
    NAME.lastIndex = this.position;
    NAME.test(this.text);
    const length = NAME.lastIndex - this.position;
    const word = this.text.slice(this.position, this.position + length);
    if (word.includes(":")) return this.take(METRIC_IDENTIFIER, length);
    const kind = keywordKind(word);
    if (kind) return this.take(kind, length);
    if (FILL_MODIFIERS.has(word.toLowerCase()) && this.opensParenthesis(length)) {
      return this.take(word.toLowerCase(), length);
    }
    return this.take(IDENTIFIER, length);
  }

  private opensParenthesis(ahead: number): boolean {
    let at = ahead;
    while (SPACE.test(this.peek(at))) at++;
    return this.peek(at) === "(";
  }
}
