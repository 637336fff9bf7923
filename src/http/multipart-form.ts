/**
 * Forms in parts (multipart/form-data), read as Go reads them: what `curl -F query=up` sends.
 *
 * I1  A part is a field when it has a name and neither a file's name nor a type of its own; others
 *     are passed over. A body that is broken anywhere has no fields at all.
 * I2  Values are bytes of UTF-8, kept as form-text.ts keeps those of other forms.
 */
import { textOfBytes } from "../promql/parse/string-text.ts";
import type { ParsedForm } from "./parameters.ts";

export const PARTS_TYPE = "multipart/form-data";

const PARTS_A_STEP = 64;

const BOUNDARY = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))\s*(?:;|$)/i;
const DISPOSITION = /^content-disposition:\s*form-data\s*((?:;.*)?)$/im;
const NAME = /;\s*name=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i;
const FILE = /;\s*filename\*?=|^content-type:/im;

/** The fields of a form in parts; they count less than parameters of the URL. */
export class PartsForm {
  readonly fields: ParsedForm;

  constructor(fields: ParsedForm) {
    this.fields = fields;
  }
}

function textOf(bytes: string): string {
  return textOfBytes(Buffer.from(bytes, "latin1"));
}

/** Reads a body of this content type, whose characters are bytes; yields where others may run. */
export function* formOfParts(contentType: string, bytes: string): Generator<void, PartsForm> {
  const form: Record<string, string[]> = Object.create(null);
  const match = BOUNDARY.exec(contentType);
  const delimiter = `\r\n--${match?.[1] ?? match?.[2] ?? ""}`;
  // The first delimiter may stand at the beginning; what is before it does not count.
  const [, ...parts] = match === null ? [] : `\r\n${bytes}`.split(delimiter);
  for (const [i, part] of parts.entries()) {
    if (i % PARTS_A_STEP === PARTS_A_STEP - 1) yield;
    if (part.startsWith("--")) return new PartsForm(form);
    const headEnd = part.indexOf("\r\n\r\n");
    if (headEnd < 0 || !/^[ \t]*\r\n/.test(part)) break;
    addField(form, part.slice(part.indexOf("\n") + 1, headEnd), part.slice(headEnd + 4));
  }
  return new PartsForm({});
}

function addField(form: Record<string, string[]>, head: string, value: string): void {
  const parameters = DISPOSITION.exec(head)?.[1] ?? "";
  const match = NAME.exec(parameters);
  const name = textOf((match?.[1] ?? match?.[2] ?? "").replace(/\\(.)/g, "$1"));
  if (name === "" || FILE.test(head)) return;
  const values = form[name];
  if (values === undefined) form[name] = [textOf(value)];
  else values.push(textOf(value));
}
