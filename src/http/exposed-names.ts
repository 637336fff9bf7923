/**
 * Names and labels of a series as federation writes them, whatever the format.
 *
 * I1  A name outside the classic alphabet is made to fit as the reader asks: with underscores in
 *     place of what does not fit, with dots or code points spelt out; or it stays as it is
 *     (`allow-utf-8`). A colon is classic in labels too, as in Prometheus.
 * I2  A series has its own labels in their order, then the external labels that it has not, by
 *     name; `instance` is one of these, without a value where none is given.
 */
import { compareUtf8, type Labels } from "../series/labels.ts";
import type { NameEscaping } from "./accepted-format.ts";

const CLASSIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** Whether a name needs no quotes. */
export function isClassicName(name: string): boolean {
  return CLASSIC_NAME.test(name);
}

function escapedCharacter(character: string, escaping: NameEscaping): string {
  if (escaping === "underscores") return "_";
  if (escaping === "dots") return character === "." ? "_dot_" : "__";
  return character === "_" ? "__" : `_${character.codePointAt(0)!.toString(16)}_`;
}

/** A name as a reader takes it. */
export function escapedName(name: string, escaping: NameEscaping): string {
  if (escaping === "allow-utf-8" || isClassicName(name)) return name;
  let text = escaping === "values" ? "U__" : "";
  let isFirst = true;
  for (const character of name) {
    const fits = isFirst ? /[a-zA-Z:]/ : /[a-zA-Z0-9:]/;
    const stays = fits.test(character) || (character === "_" && escaping === "underscores");
    text += stays ? character : escapedCharacter(character, escaping);
    isFirst = false;
  }
  return text;
}

/** A label, name and value. */
export type LabelPair = readonly [name: string, value: string];

/** The labels that series of this server get, where they have none of that name. */
export function federationLabels(externalLabels: Readonly<Record<string, string>>): LabelPair[] {
  const pairs = Object.entries({ instance: "", ...externalLabels });
  return pairs.sort(([left], [right]) => compareUtf8(left, right));
}

/** The labels of a series but its name, those that it gets behind its own. */
export function exposedLabels(
  labels: Labels,
  given: readonly LabelPair[],
  escaping: NameEscaping,
): LabelPair[] {
  const pairs: LabelPair[] = [];
  for (let i = 0; i < labels.size; i++) {
    const name = labels.nameAt(i);
    if (name !== "__name__") pairs.push([escapedName(name, escaping), labels.valueAt(i)]);
  }
  for (const [name, value] of given) {
    if (!labels.has(name)) pairs.push([escapedName(name, escaping), value]);
  }
  return pairs;
}
