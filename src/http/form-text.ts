/**
 * Query strings and form bodies, read as Go reads them, which is what clients of Prometheus know.
 *
 * I1  A pair that is damaged (a broken escape, a semicolon in it) is passed over; the others count.
 * I2  "+" and "%XX" stand for bytes and the bytes are UTF-8; bytes that are not are kept as string
 *     literals of queries keep them (string-text.ts), so that a parser can name them.
 */
import { textOfBytes } from "../promql/parse/string-text.ts";
import type { ParsedForm } from "./parameters.ts";

const BROKEN_ESCAPE = /%(?![0-9a-fA-F]{2})/;
const ESCAPE = /%([0-9a-fA-F]{2})/g;
const ASCII = /^[\0-\x7f]*$/;

function decoded(bytes: string): string {
  const spaced = bytes.includes("+") ? bytes.replaceAll("+", " ") : bytes;
  const plain = spaced.includes("%")
    ? spaced.replace(ESCAPE, (_all, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16)),
      )
    : spaced;
  return ASCII.test(plain) ? plain : textOfBytes(Buffer.from(plain, "latin1"));
}

/** Parses a text of which each character is one byte, as Node gives the query string of a URL. */
export function formOfBytes(bytes: string): ParsedForm {
  const form: Record<string, string[]> = Object.create(null);
  for (const pair of bytes.split("&")) {
    if (pair === "" || pair.includes(";") || BROKEN_ESCAPE.test(pair)) continue;
    const equals = pair.indexOf("=");
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? "" : decoded(pair.slice(equals + 1));
    const values = form[name];
    if (values === undefined) form[name] = [value];
    else values.push(value);
  }
  return form;
}

/** Parses a form body. */
export function formOfText(text: string): ParsedForm {
  return formOfBytes(ASCII.test(text) ? text : Buffer.from(text, "utf8").toString("latin1"));
}
