/**
 * Samples in the text exposition format 0.0.4, as /federate writes them.
 *
 * A name outside the classic alphabet is written with underscores in place of what does not fit:
 * readers of this format know no other names.
 *
 * Units: times are milliseconds since the epoch.
 */
import { formatValue } from "../promql/format-value.ts";
import type { Labels } from "../series/labels.ts";

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A metric name in the classic alphabet. */
export function classicMetricName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_:]/gu, "_").replace(/^(?=\d)/, "_");
}

function classicLabelName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/gu, "_").replace(/^(?=\d)/, "_");
}

const ESCAPED: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => ESCAPED[character] as string);
}

/** The label set of a line in braces, `instance` added where the series has none. */
function federatedLabels(labels: Labels): string {
  const parts: string[] = [];
  for (let i = 0; i < labels.size; i++) {
    const name = labels.nameAt(i);
    if (name !== "__name__")
      parts.push(`${classicLabelName(name)}="${escaped(labels.valueAt(i))}"`);
  }
  if (!labels.has("instance")) parts.push('instance=""');
  return `{${parts.join(",")}}`;
}

/** One sample as a line without its end. */
export function sampleLine(labels: Labels, value: number, timeMs: number): string {
  const name = classicMetricName(labels.get("__name__"));
  return `${name}${federatedLabels(labels)} ${formatValue(value)} ${timeMs}`;
}
