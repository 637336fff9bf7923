/**
 * TypeScript source as tokens: enough to tell code from comments, strings, templates and regular
 * expressions, and to match brackets. It knows no grammar.
 *
 * I1  Tokens are in source order and do not overlap; white space lies between them.
 * I2  The code inside `${…}` of a template is tokens like any other; the text around it is
 *     "template" tokens.
 * I3  A slash starts a regular expression only where an operand may stand and when one closes on
 *     the same line; otherwise it is an operator.
 *
 * Units: `line` counts from 1; `from` and `to` are offsets into the text.
 */

export type TokenKind = "word" | "number" | "string" | "template" | "regex" | "punct" | "comment";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /(?:0[xob][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?)n?/iy;
const REGEX = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const STRING = /"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/y;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|^#![^\n]*/y;
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{)/y;

/** Words after which an operand stands, so that a slash is a regular expression. */
const OPERAND_FOLLOWS = new Set(
  "return typeof case in of void delete throw new else do instanceof await yield".split(" "),
);

/** Splits TypeScript text into tokens. */
export function scanTokens(text: string): Token[] {
  return new TokenScanner(text).scan();
}

/** Tokens without comments: what the compiler sees. */
export function scanCode(text: string): Token[] {
  return scanTokens(text).filter((token) => token.kind !== "comment");
}

class TokenScanner {
  private readonly text: string;
  private readonly tokens: Token[] = [];
  /** Brace depth at each open `${`, innermost last. */
  private readonly templateDepths: number[] = [];
  private depth = 0;
  private at = 0;
  private line = 1;

  constructor(text: string) {
    this.text = text;
  }

  scan(): Token[] {
    while (this.at < this.text.length) {
      if (/\s/.test(this.text[this.at]!)) this.skip(1);
      else this.token();
    }
    return this.tokens;
  }

  private token(): void {
    const character = this.text[this.at]!;
    if (this.matched("comment", COMMENT)) return;
    if (character === "`" || this.closesTemplateCode(character)) this.templateText();
    else if (!this.operand(character)) this.punctuation(character);
  }

  private operand(character: string): boolean {
    if (this.matched("string", STRING) || this.matched("word", WORD)) return true;
    if (this.matched("number", NUMBER)) return true;
    return character === "/" && this.operandExpected() && this.matched("regex", REGEX);
  }

  private punctuation(character: string): void {
    if (character === "{") this.depth++;
    if (character === "}") this.depth--;
    this.push("punct", this.text.startsWith("=>", this.at) ? 2 : 1);
  }

  private closesTemplateCode(character: string): boolean {
    return character === "}" && this.templateDepths.at(-1) === this.depth;
  }

  /** Reads template text from a backtick or a closing brace to the next backtick or `${`. */
  private templateText(): void {
    if (this.text[this.at] === "}") this.templateDepths.pop();
    TEMPLATE_TEXT.lastIndex = this.at + 1;
    const rest = TEMPLATE_TEXT.exec(this.text)?.[0] ?? this.text.slice(this.at + 1);
    if (rest.endsWith("${")) this.templateDepths.push(this.depth);
    this.push("template", 1 + rest.length);
  }

  private operandExpected(): boolean {
    const code = this.tokens.filter((token) => token.kind !== "comment");
    const last = code.at(-1);
    if (last === undefined) return true;
    if (last.kind === "word") return OPERAND_FOLLOWS.has(last.text);
    if (last.kind !== "punct") return last.kind === "template" && last.text.endsWith("${");
    if (last.text === "!") return code.at(-2)?.to !== last.from;
    return last.text !== ")" && last.text !== "]";
  }

  private matched(kind: TokenKind, pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null || match[0] === "") return false;
    this.push(kind, match[0].length);
    return true;
  }

  private push(kind: TokenKind, length: number): void {
    const to = this.at + length;
    const text = this.text.slice(this.at, to);
    this.tokens.push({ kind, text, line: this.line, from: this.at, to });
    this.skip(length);
  }

  private skip(length: number): void {
    for (let i = 0; i < length; i++) if (this.text[this.at + i] === "\n") this.line++;
    this.at += length;
  }
}
