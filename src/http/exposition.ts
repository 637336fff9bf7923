/**
 * Samples in the text exposition format, as /federate writes them.
 *
 * A name outside the classic alphabet is written with underscores in place of what does not fit,
 * unless the reader says that it takes any name (`escaping=allow-utf-8` in Accept): then it is
 * quoted, the metric's name as the first thing in the braces.
 *
 * Units: times are milliseconds since the epoch.
 */
import { formatValue } from "../promql/format-value.ts";
import type { Labels } from "../series/labels.ts";

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A metric name in the classic alphabet. */
function classicMetricName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_:]/gu, "_").replace(/^(?=\d)/, "_");
}

function classicLabelName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/gu, "_").replace(/^(?=\d)/, "_");
}

const ESCAPED: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => ESCAPED[character] as string);
}

/** How names outside the classic alphabet are written. */
export type NameEscaping = "underscores" | "allow-utf-8";

/** The escaping that a header Accept asks for. */
export function nameEscapingOf(accept: string): NameEscaping {
  return /;\s*escaping\s*=\s*"?allow-utf-8/i.test(accept) ? "allow-utf-8" : "underscores";
}

/** The content type of the text. */
export function textType(escaping: NameEscaping): string {
  return `${METRICS_TYPE}; escaping=${escaping}`;
}

function quotedName(name: string, classic: string): string {
  return name === classic ? name : `"${escaped(name)}"`;
}

function labelName(name: string, escaping: NameEscaping): string {
  const classic = classicLabelName(name);
  return escaping === "allow-utf-8" ? quotedName(name, classic) : classic;
}

/** The line that begins a family. */
export function typeLine(name: string, type: string, escaping: NameEscaping): string {
  const classic = classicMetricName(name);
  return `# TYPE ${escaping === "allow-utf-8" ? quotedName(name, classic) : classic} ${type}`;
}

/** Metric name and label set of a line, `instance` added where the series has none. */
function seriesText(labels: Labels, escaping: NameEscaping): string {
  const metric = labels.get("__name__");
  const classic = classicMetricName(metric);
  const isQuoted = escaping === "allow-utf-8" && metric !== classic;
  const parts = isQuoted ? [quotedName(metric, classic)] : [];
  for (let i = 0; i < labels.size; i++) {
    const name = labels.nameAt(i);
    if (name === "__name__") continue;
    parts.push(`${labelName(name, escaping)}="${escaped(labels.valueAt(i))}"`);
  }
  if (!labels.has("instance")) parts.push('instance=""');
  return `${isQuoted ? "" : classic}{${parts.join(",")}}`;
}

/** One sample as a line without its end. */
export function sampleLine(
  labels: Labels,
  value: number,
  timeMs: number,
  escaping: NameEscaping,
): string {
  return `${seriesText(labels, escaping)} ${formatValue(value)} ${timeMs}`;
}
