/** Making label sets out of label sets. */
import { compareUtf8, Labels } from "../series/labels.ts";

export const METRIC_NAME = "__name__";
/** Labels that say what a value is; a result that is something else loses them. */
export const NAME_LABELS: ReadonlySet<string> = new Set([METRIC_NAME, "__type__", "__unit__"]);

/** The labels whose names `keep` accepts. */
function filtered(labels: Labels, keep: (name: string) => boolean): Labels {
  const { size } = labels;
  let left = size;
  let leftOut = -1;
  for (let i = 0; i < size; i++) {
    if (keep(labels.nameAt(i))) continue;
    left--;
    leftOut = i;
  }
  if (left === size) return labels;
  if (left === size - 1) return labels.withoutAt(leftOut);
  const flat: string[] = [];
  for (let i = 0; i < size; i++) {
    const name = labels.nameAt(i);
    if (keep(name)) flat.push(name, labels.valueAt(i));
  }
  return Labels.ofSorted(flat);
}

/** The labels with the given names. */
export function keepLabels(labels: Labels, names: ReadonlySet<string>): Labels {
  return filtered(labels, (name) => names.has(name));
}

/** The labels with all other names. */
export function dropLabels(labels: Labels, names: ReadonlySet<string>): Labels {
  return filtered(labels, (name) => !names.has(name));
}

/** The set with one label set, or removed when `value` is "". */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  const flat: string[] = [];
  let placed = value === "";
  for (let i = 0; i < labels.size; i++) {
    const own = labels.nameAt(i);
    if (own === name) continue;
    if (!placed && compareUtf8(name, own) < 0) {
      flat.push(name, value);
      placed = true;
    }
    flat.push(own, labels.valueAt(i));
  }
  if (!placed) flat.push(name, value);
  return Labels.ofSorted(flat);
}

/** The set with the labels of `names` as another set has them: one that is not there is removed. */
export function withLabelsOf(labels: Labels, other: Labels, names: ReadonlySet<string>): Labels {
  const flat: string[] = [];
  let at = 0;
  for (let i = 0; i < other.size; i++) {
    const name = other.nameAt(i);
    if (!names.has(name)) continue;
    at = pushBefore(flat, labels, at, names, name);
    flat.push(name, other.valueAt(i));
  }
  pushBefore(flat, labels, at, names, null);
  return Labels.ofSorted(flat);
}

/** Takes over labels from `at` whose names are not listed and sort before one; where it stopped. */
function pushBefore(
  flat: string[],
  labels: Labels,
  at: number,
  names: ReadonlySet<string>,
  end: string | null,
): number {
  let i = at;
  for (; i < labels.size; i++) {
    const name = labels.nameAt(i);
    if (end !== null && compareUtf8(name, end) > 0) break;
    if (!names.has(name)) flat.push(name, labels.valueAt(i));
  }
  return i;
}

/** `{a="b", c="d"}` with Go's quoting, as Prometheus writes label sets in messages. */
export function labelsText(labels: Labels, quote: (text: string) => string): string {
  const parts: string[] = [];
  for (let i = 0; i < labels.size; i++) {
    parts.push(`${labels.nameAt(i)}=${quote(labels.valueAt(i))}`);
  }
  return `{${parts.join(", ")}}`;
}
