/**
 * Query strings and form bodies, read as Go reads them, which is what clients of Prometheus know.
 *
 * I1  A pair that is damaged (a broken escape, a semicolon in it) is passed over; the others count.
 *     Some routes refuse such a form, in Go's words: see formFault().
 * I2  "+" and "%XX" stand for bytes and the bytes are UTF-8; bytes that are not are kept as string
 *     literals of queries keep them (string-text.ts), so that a parser can name them.
 */
import { quote, textOfBytes } from "../promql/parse/string-text.ts";
import type { ParsedForm } from "./parameters.ts";

const BROKEN_ESCAPE = /%(?![0-9a-fA-F]{2})/;
const SEMICOLON = "invalid semicolon separator in query";
const PERCENT = 0x25;
/** Length that is parsed between two yields, and a pair more. */
const STEP_LENGTH = 4096;
const ASCII = /^[\0-\x7f]*$/;

function decoded(bytes: string): string {
  const spaced = bytes.includes("+") ? bytes.replaceAll("+", " ") : bytes;
  if (spaced.includes("%")) return textOfBytes(unescaped(Buffer.from(spaced, "latin1")));
  return ASCII.test(spaced) ? spaced : textOfBytes(Buffer.from(spaced, "latin1"));
}

/** The same bytes without escapes, in place; none of these is broken. */
function unescaped(bytes: Uint8Array): Uint8Array {
  let to = 0;
  for (let from = 0; from < bytes.length; from++) {
    if (bytes[from] !== PERCENT) bytes[to++] = bytes[from]!;
    else bytes[to++] = (hexOf(bytes[++from]!) << 4) | hexOf(bytes[++from]!);
  }
  return bytes.subarray(0, to);
}

/** Value of a hexadecimal digit in ASCII. */
function hexOf(digit: number): number {
  return (digit & 0x0f) + (digit > 0x39 ? 9 : 0);
}

/** What is damaged in forms that are. */
const faults = new WeakMap<ParsedForm, string>();

/** What is damaged in a form that was parsed here, or null. */
export function formFault(form: ParsedForm): string | null {
  return faults.get(form) ?? null;
}

/** What Go finds in a pair, name before value; null when nothing is damaged. */
function pairFault(pair: string): string | null {
  if (pair.includes(";")) return SEMICOLON;
  const at = pair.search(BROKEN_ESCAPE);
  if (at < 0) return null;
  const equals = pair.indexOf("=");
  const end = at < equals ? Math.min(at + 3, equals) : at + 3;
  return `invalid URL escape ${quote(textOfBytes(Buffer.from(pair.slice(at, end), "latin1")))}`;
}

/** Parses a text of which each character is one byte; yields wherever others may run. */
function* formInSteps(bytes: string): Generator<void, ParsedForm> {
  const form: Record<string, string[]> = Object.create(null);
  let stepEnd = STEP_LENGTH;
  for (let from = 0, end = 0; from <= bytes.length; from = end + 1) {
    const ampersand = bytes.indexOf("&", from);
    end = ampersand < 0 ? bytes.length : ampersand;
    const pair = bytes.slice(from, end);
    if (pair === "") continue;
    if (from > stepEnd) {
      stepEnd = from + STEP_LENGTH;
      yield;
    }
    const fault = pairFault(pair);
    if (fault !== null) {
      // A semicolon is told whatever was found before.
      if (fault === SEMICOLON || !faults.has(form)) faults.set(form, fault);
      continue;
    }
    const equals = pair.indexOf("=");
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : decoded(pair.slice(equals + 1));
    const values = form[name];
    if (values === undefined) form[name] = [value];
    else values.push(value);
  }
  return form;
}

/** Parses a text of which each character is one byte, as Node gives the query string of a URL. */
export function formOfBytes(bytes: string): ParsedForm {
  const steps = formInSteps(bytes);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Parses a form body; yields wherever others may run. */
export function* formOfText(text: string): Generator<void, ParsedForm> {
  return yield* formInSteps(ASCII.test(text) ? text : Buffer.from(text, "utf8").toString("latin1"));
}
