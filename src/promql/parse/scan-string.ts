/** Finds the end of a string literal and checks its escapes (Go's), in Prometheus' wording. */
import { ParseFailure } from "./parse-failure.ts";

const SIMPLE = new Set([..."abfnrtv\\"]);

/** "U+0041 'A'", as Go's %#U prints a character. */
function unicodeName(character: string): string {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return `U+${code} '${character}'`;
}

interface Digits {
  readonly count: number;
  readonly base: number;
  /** Of the letter in front of them. */
  readonly skip: number;
}

const OCTAL: Digits = { count: 3, base: 8, skip: 0 };
const HEXADECIMAL: ReadonlyMap<string, Digits> = new Map([
  ["x", { count: 2, base: 16, skip: 1 }],
  ["u", { count: 4, base: 16, skip: 1 }],
  ["U", { count: 8, base: 16, skip: 1 }],
]);

function digitsOf(letter: string): Digits | undefined {
  return letter >= "0" && letter <= "7" ? OCTAL : HEXADECIMAL.get(letter);
}

/** Value of a hexadecimal digit; 16 for what is none. */
function digitValue(character: string): number {
  const code = character.charCodeAt(0);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : 16;
}

/** End of the escape whose letter is at `at`; `start` is the string's own start, for errors. */
function scanEscape(text: string, at: number, start: number, quote: string): number {
  const letter = text[at];
  if (letter === undefined) throw new ParseFailure(start, "escape sequence not terminated");
  if (SIMPLE.has(letter) || letter === quote) return at + 1;
  const digits = digitsOf(letter);
  if (!digits) {
    const found = String.fromCodePoint(text.codePointAt(at)!);
    throw new ParseFailure(start, `unknown escape sequence ${unicodeName(found)}`);
  }
  const from = at + digits.skip;
  let value = 0;
  for (let i = 0; i < digits.count; i++) {
    const character = text[from + i];
    if (character === undefined) throw new ParseFailure(start, "escape sequence not terminated");
    const digit = digitValue(character);
    if (digit >= digits.base) {
      throw new ParseFailure(
        start,
        `illegal character ${unicodeName(character)} in escape sequence`,
      );
    }
    value = value * digits.base + digit;
  }
  const limit = digits.count <= 3 ? 0xff : 0x10ffff;
  if (value > limit || (value >= 0xd800 && value < 0xe000)) {
    throw new ParseFailure(start, "escape sequence is an invalid Unicode code point");
  }
  return from + digits.count;
}

/** U+FFFD, as which Go reads a byte that is no UTF-8, or such a byte itself. */
const NO_CHARACTER = /\ufffd|(?<![\ud800-\udbff])[\udc80-\udcff]/;

/** `end`, when all before it is UTF-8. */
function checked(text: string, start: number, end: number): number {
  if (!NO_CHARACTER.test(text.slice(start, end))) return end;
  throw new ParseFailure(start, "invalid UTF-8 rune");
}

/** Offset behind the closing quote of the literal at `start`. */
export function scanQuoted(text: string, start: number): number {
  const quote = text[start]!;
  const raw = quote === "`";
  for (let at = start + 1; at < text.length; ) {
    const character = text[at]!;
    if (character === quote) return checked(text, start, at + 1);
    if (!raw && character === "\n") break;
    at = !raw && character === "\\" ? scanEscape(text, at + 1, start, quote) : at + 1;
  }
  checked(text, start, text.length);
  throw new ParseFailure(start, raw ? "unterminated raw string" : "unterminated quoted string");
}
