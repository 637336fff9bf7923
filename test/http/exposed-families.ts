/**
 * Readers of MetricFamily messages: protobufjs for their bytes, and a naive one for their text.
 * Both give the same plain objects; numbers are strings, so that NaN and -0 compare.
 */
import protobuf from "protobufjs";
import { loadContract } from "../wire/request-oracle.ts";

export const metricFamily = loadContract("metrics.proto").lookupType(
  "io.prometheus.client.MetricFamily",
);

/** A message: every field a list of numbers and texts as strings, or of messages. */
export interface PlainMessage {
  readonly [field: string]: readonly (string | PlainMessage)[];
}

const numberText = (value: number) => (Object.is(value, -0) ? "-0" : String(value));

function plain(value: unknown): string | PlainMessage {
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object" || value === null) return String(value);
  const fields = Object.entries(value).map(([name, field]) => {
    const list: unknown[] = Array.isArray(field) ? field : [field];
    return [name, list.map(plain)] as const;
  });
  return Object.fromEntries(fields);
}

/** The families in bytes, each behind its length. Throws where they are no such messages. */
export function familiesOfBytes(bytes: Uint8Array): PlainMessage[] {
  const reader = protobuf.Reader.create(bytes);
  const families: PlainMessage[] = [];
  while (reader.pos < reader.len) {
    const decoded = metricFamily.decodeDelimited(reader);
    const object = metricFamily.toObject(decoded, { longs: String, enums: String });
    families.push(plain(object) as PlainMessage);
  }
  return families;
}

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|([{}:])|([^\s{}:"]+))/y;
const ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(.))/g;
const LETTERS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
const NUMBERS: Readonly<Record<string, string>> = {
  nan: "NaN",
  inf: "Infinity",
  "-inf": "-Infinity",
};

function unescaped(text: string): string {
  return text.replace(ESCAPE, (_all, byte?: string, unit?: string, letter = "") => {
    const code = byte ?? unit;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return LETTERS[letter] ?? letter;
  });
}

/** Camel case, as protobufjs names fields. */
const fieldName = (name: string) =>
  name.replace(/_([a-z])/g, (_all, letter) => letter.toUpperCase());

class TextReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get isAtEnd(): boolean {
    return this.text.slice(this.at).trim() === "";
  }

  /** Fields up to the closing brace; at the outermost, up to the next `name`. */
  message(isOutermost: boolean): PlainMessage {
    const fields: Record<string, (string | PlainMessage)[]> = {};
    for (;;) {
      if (isOutermost && this.isAtEnd) return fields;
      const before = this.at;
      const name = this.token();
      if (!isOutermost && name === "}") return fields;
      if (isOutermost && name === "name" && fields["name"] !== undefined) {
        this.at = before;
        return fields;
      }
      if (this.token() !== ":") throw new Error(`no colon at ${this.at}`);
      const field = fieldName(name);
      fields[field] = [...(fields[field] ?? []), this.value()];
    }
  }

  private value(): string | PlainMessage {
    const before = this.at;
    const word = this.token();
    if (word === "{") return this.message(false);
    if (this.text.slice(before).trimStart().startsWith('"')) return word;
    const number = Number(word);
    return NUMBERS[word] ?? (Number.isNaN(number) ? word : numberText(number));
  }

  private token(): string {
    TOKEN.lastIndex = this.at;
    const match = TOKEN.exec(this.text);
    if (match === null) throw new Error(`no token at ${this.at}`);
    this.at = TOKEN.lastIndex;
    return match[1] === undefined ? (match[2] ?? match[3]!) : unescaped(match[1]);
  }
}

/** The families in a text, in many lines or one each. */
export function familiesOfText(text: string): PlainMessage[] {
  const reader = new TextReader(text);
  const families: PlainMessage[] = [];
  while (!reader.isAtEnd) families.push(reader.message(true));
  return families;
}
