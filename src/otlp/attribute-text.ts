/**
 * The text of an attribute's value: what a label says of it.
 *
 * Texts stand for themselves, numbers as in JSON, bytes in base64; lists and maps are JSON with
 * the keys of a map sorted, as Go's encoder writes it. A value that JSON does not have (NaN inside
 * a list) makes the whole text empty, so that the label is left out.
 */
import type { AnyValue, Attribute } from "./metrics-message.ts";

/** The text of a value; empty when there is none. */
export function attributeText(value: AnyValue | undefined): string {
  if (value === undefined) return "";
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return String(value.boolValue);
  if (value.intValue !== undefined) return String(value.intValue);
  if (value.doubleValue !== undefined) return doubleText(value.doubleValue);
  if (value.bytesValue !== undefined) return value.bytesValue;
  return jsonText(value) ?? "";
}

function doubleText(value: number): string {
  if (Number.isFinite(value)) return jsonNumber(value);
  const sign = value < 0 ? "-" : "+";
  return `json: unsupported value: ${Number.isNaN(value) ? "NaN" : `${sign}Inf`}`;
}

/** As String() but for the sign of zero. */
function jsonNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A value as JSON, null when JSON does not have it; empty text when there is no value. */
function jsonText(value: AnyValue): string | null {
  if (value.arrayValue !== undefined) {
    const entries = value.arrayValue.values.map(jsonEntry);
    return entries.includes(null) ? null : `[${entries.join(",")}]`;
  }
  return value.kvlistValue === undefined ? "" : jsonMap(value.kvlistValue.values);
}

function jsonMap(attributes: readonly Attribute[]): string | null {
  const last = new Map<string, AnyValue | undefined>();
  for (const { key, value } of attributes) last.set(key, value);
  const entries: string[] = [];
  for (const key of [...last.keys()].sort()) {
    const value = last.get(key);
    const text = value === undefined ? "null" : jsonEntry(value);
    if (text === null) return null;
    entries.push(`${jsonString(key)}:${text}`);
  }
  return `{${entries.join(",")}}`;
}

function jsonEntry(value: AnyValue): string | null {
  if (value.stringValue !== undefined) return jsonString(value.stringValue);
  if (value.boolValue !== undefined) return String(value.boolValue);
  if (value.intValue !== undefined) return String(value.intValue);
  if (value.doubleValue !== undefined) {
    return Number.isFinite(value.doubleValue) ? jsonNumber(value.doubleValue) : null;
  }
  // Go has no bytes where there are none.
  if (value.bytesValue === "") return "null";
  if (value.bytesValue !== undefined) return jsonString(value.bytesValue);
  const text = jsonText(value);
  return text === "" ? "null" : text;
}

/** A JSON string in which, as Go does by default, what HTML would read is escaped. */
function jsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
