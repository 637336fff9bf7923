/**
 * Label sets and texts as JSON: labels stand in their sorted order, bytes that are no UTF-8 become
 * U+FFFD.
 */
import type { Labels } from "../../series/labels.ts";

/** A label set with longer texts than so many characters is written label by label. */
const WHOLE_LENGTH_MAX = 64 * 1024;

const LONE_SURROGATE = /\p{Surrogate}/gu;
/** Printable ASCII without quote and backslash: stands in JSON as it is. */
const PLAIN_TEXT = /^[ !#-[\]-~]*$/;

/** A text as a JSON string. */
export function textJson(text: string): string {
  if (PLAIN_TEXT.test(text)) return `"${text}"`;
  const json = JSON.stringify(text);
  // Only a lone surrogate is written as \ud…, or what looks like it.
  return json.includes("\\ud") ? JSON.stringify(text.replace(LONE_SURROGATE, "\ufffd")) : json;
}

/** A label set as a JSON object. */
export function labelsJson(labels: Labels): string {
  let text = "{";
  for (let i = 0; i < labels.size; i++) {
    if (i > 0) text += ",";
    text += `${textJson(labels.nameAt(i))}:${textJson(labels.valueAt(i))}`;
  }
  return `${text}}`;
}

/** Whether the texts of a label set are very long: it may have 8 MiB. */
function isWide(labels: Labels): boolean {
  let length = 0;
  for (let i = 0; i < labels.size; i++) {
    length += labels.nameAt(i).length + labels.valueAt(i).length;
  }
  return length > WHOLE_LENGTH_MAX;
}

/** A label set as a JSON object, in parts that do not take long. */
export function labelsParts(labels: Labels): Iterable<string> {
  return isWide(labels) ? wideParts(labels) : [labelsJson(labels)];
}

function* wideParts(labels: Labels): Generator<string, void> {
  for (let i = 0; i < labels.size; i++) {
    yield `${i === 0 ? "{" : ","}${textJson(labels.nameAt(i))}:${textJson(labels.valueAt(i))}`;
  }
  yield "}";
}
