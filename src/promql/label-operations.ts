/** Making label sets out of label sets. */
import { compareUtf8, Labels } from "../series/labels.ts";

export const METRIC_NAME = "__name__";
/** Labels that say what a value is; a result that is something else loses them. */
export const NAME_LABELS: ReadonlySet<string> = new Set([METRIC_NAME, "__type__", "__unit__"]);

/** The labels whose names `keep` accepts. */
function filtered(labels: Labels, keep: (name: string) => boolean): Labels {
  const flat: string[] = [];
  for (let i = 0; i < labels.size; i++) {
    const name = labels.nameAt(i);
    if (keep(name)) flat.push(name, labels.valueAt(i));
  }
  return flat.length === labels.size * 2 ? labels : Labels.ofSorted(flat);
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

/** `{a="b", c="d"}` with Go's quoting, as Prometheus writes label sets in messages. */
export function labelsText(labels: Labels, quote: (text: string) => string): string {
  const parts: string[] = [];
  for (let i = 0; i < labels.size; i++) {
    parts.push(`${labels.nameAt(i)}=${quote(labels.valueAt(i))}`);
  }
  return `{${parts.join(", ")}}`;
}
