/**
 * String literals of PromQL: Go's escapes in, Go's quoting out.
 *
 * A text in this engine is a JavaScript string. Bytes that are no UTF-8 (escapes like "\xff" make
 * them, and clients that send them) are kept as lone low surrogates U+DC80 to U+DCFF, one a byte:
 * no valid text contains one, so hasInvalidBytes() tells, and quoting prints them as \xNN again.
 */

const SIMPLE_ESCAPES = new Map([
  ["a", 7],
  ["b", 8],
  ["f", 12],
  ["n", 10],
  ["r", 13],
  ["t", 9],
  ["v", 11],
  ["\\", 92],
]);

/** What a byte that is no UTF-8 is kept as. */
const INVALID_UNIT = 0xdc00;
const INVALID_BYTE = /[\uDC80-\uDCFF]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** All but printable ASCII without quote and backslash. */
const UNUSUAL = /[^ !#-[\]-~]/gu;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const BACKSLASH = 0x5c;

/** Of one UTF-16 unit. */
const UTF8_BYTES_MAX = 3;

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether a text contains bytes that are not UTF-8. */
export function hasInvalidBytes(text: string): boolean {
  return INVALID_BYTE.test(text) && LONE_SURROGATE.test(text);
}

/** Length of the UTF-8 sequence that starts at `at`, or 0 when it is not valid. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (at + length > bytes.length) return 0;
  for (let i = 1; i < length; i++) {
    if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  }
  const second = bytes[at + 1]!;
  // Not the shortest form, a surrogate, or beyond the last character.
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f)) return 0;
  if ((first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return 0;
  return length;
}

/** Bits of the first byte of a sequence of so many bytes that are of its character. */
const FIRST_BITS = [0, 0x7f, 0x1f, 0x0f, 0x07];

/** The text of some bytes; those that are no UTF-8 are kept. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return textOfBrokenBytes(bytes);
  }
}

function textOfBrokenBytes(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length);
  let count = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    let code = length === 0 ? INVALID_UNIT | bytes[at]! : bytes[at]! & FIRST_BITS[length]!;
    for (let i = 1; i < length; i++) code = (code << 6) | (bytes[at + i]! & 0x3f);
    at += Math.max(1, length);
    if (code > 0xffff) {
      units[count++] = 0xd7c0 + (code >>> 10);
      code = 0xdc00 | (code & 0x3ff);
    }
    units[count++] = code;
  }
  return Buffer.from(units.buffer, 0, 2 * count).toString("utf16le");
}

/** Value of a string literal as written, quotes included; the lexer has checked its escapes. */
export function unquote(literal: string): string {
  const quote = literal[0];
  const body = literal.slice(1, -1);
  if (quote === "`") return body;
  if (!body.includes("\\")) return body;
  const bytes = new Uint8Array(UTF8_BYTES_MAX * body.length);
  const escaped: number[] = [];
  let length = 0;
  let at = 0;
  while (at < body.length) {
    const code = body.charCodeAt(at);
    if (code === BACKSLASH) {
      escaped.length = 0;
      at = appendEscape(body, at + 1, escaped);
      for (const byte of escaped) bytes[length++] = byte;
    } else if (code < 0x80) {
      bytes[length++] = code;
      at++;
    } else {
      const end = nextEscape(body, at);
      length += encoder.encodeInto(body.slice(at, end), bytes.subarray(length)).written;
      at = end;
    }
  }
  return textOfBytes(bytes.subarray(0, length));
}

function nextEscape(body: string, from: number): number {
  const at = body.indexOf("\\", from);
  return at < 0 ? body.length : at;
}

/** Appends the bytes of the escape whose letter is at `at`; returns where the text goes on. */
function appendEscape(body: string, at: number, bytes: number[]): number {
  const letter = body[at]!;
  const simple = SIMPLE_ESCAPES.get(letter);
  if (simple !== undefined) {
    bytes.push(simple);
    return at + 1;
  }
  if (letter >= "0" && letter <= "7") {
    bytes.push(Number.parseInt(body.slice(at, at + 3), 8));
    return at + 3;
  }
  const digits = letter === "x" ? 2 : letter === "u" ? 4 : letter === "U" ? 8 : 0;
  if (digits === 0) {
    bytes.push(letter.charCodeAt(0));
    return at + 1;
  }
  const value = Number.parseInt(body.slice(at + 1, at + 1 + digits), 16);
  if (letter === "x") bytes.push(value);
  else appendCharacter(value, bytes);
  return at + 1 + digits;
}

/** Appends a character in UTF-8; it is no surrogate. */
function appendCharacter(code: number, bytes: number[]): void {
  if (code < 0x80) {
    bytes.push(code);
    return;
  }
  const following = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  // Ones in front, as many as bytes.
  const lead = (0xf00 >>> (following + 1)) & 0xff;
  bytes.push(lead | (code >>> (6 * following)));
  for (let i = following - 1; i >= 0; i--) bytes.push(0x80 | ((code >>> (6 * i)) & 0x3f));
}

const QUOTED_CONTROL = ["\\a", "\\b", "\\t", "\\n", "\\v", "\\f", "\\r"];

function quotedCharacter(character: string, quote: string): string {
  const code = character.codePointAt(0)!;
  if (character === quote || character === "\\") return `\\${character}`;
  if (code >= 7 && code <= 13) return QUOTED_CONTROL[code - 7]!;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code & 0xff).toString(16)}`;
  if (code >= 0xd800 && code <= 0xdfff) return "\ufffd";
  if (PRINTABLE.test(character)) return character;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000
    ? `\\u${code.toString(16).padStart(4, "0")}`
    : `\\U${code.toString(16).padStart(8, "0")}`;
}

/** A text in double quotes, escaped as Go's %q does. */
export function quote(text: string): string {
  return `"${text.replace(UNUSUAL, (character) => quotedCharacter(character, '"'))}"`;
}

/** One character in single quotes, escaped as Go's %q does for a rune. */
export function quoteCharacter(character: string): string {
  return `'${quotedCharacter(character, "'")}'`;
}
