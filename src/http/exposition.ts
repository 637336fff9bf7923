/**
 * Samples in the text exposition format, as /federate writes them.
 *
 * A name outside the classic alphabet is written as the reader's header Accept asks for: with
 * underscores in place of what does not fit, with dots or code points spelt out, or quoted as it
 * is (`escaping=allow-utf-8`), the metric's name as the first thing in the braces. A colon is
 * classic in labels too, as in Prometheus.
 *
 * Units: times are milliseconds since the epoch.
 */
import { formatValue } from "../promql/format-value.ts";
import type { Labels } from "../series/labels.ts";

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const CLASSIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

const ESCAPED: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => ESCAPED[character] as string);
}

/** How names outside the classic alphabet are written. */
export type NameEscaping = "underscores" | "dots" | "values" | "allow-utf-8";

const ESCAPINGS: readonly string[] = ["underscores", "dots", "values", "allow-utf-8"];

interface Accepted {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

function acceptedOf(range: string): Accepted {
  const [type = "", ...rest] = range.split(";").map((part) => part.trim());
  const parameters = new Map<string, string>();
  for (const text of rest) {
    const [name = "", value = ""] = text.split("=", 2).map((part) => part.trim());
    parameters.set(name, value);
  }
  const quality = Number(parameters.get("q") ?? 1);
  return { type, parameters, quality: Number.isNaN(quality) ? 1 : quality };
}

/**
 * The escaping that a header Accept asks for: that of the best type which is the classic text, and
 * where it says nothing, of the last one before it that does.
 */
export function nameEscapingOf(accept: string): NameEscaping {
  const ranges = accept.split(",").map(acceptedOf);
  ranges.sort((left, right) => right.quality - left.quality);
  let escaping: NameEscaping = "underscores";
  for (const { type, parameters } of ranges) {
    const asked = parameters.get("escaping") ?? "";
    if (ESCAPINGS.includes(asked)) escaping = asked as NameEscaping;
    const version = parameters.get("version") ?? "";
    if (type === "text/plain" && ["", "0.0.4"].includes(version)) break;
  }
  return escaping;
}

/** The content type of the text. */
export function textType(escaping: NameEscaping): string {
  return `${METRICS_TYPE}; escaping=${escaping}`;
}

function escapedCharacter(character: string, escaping: NameEscaping): string {
  if (escaping === "underscores") return "_";
  if (escaping === "dots") return character === "." ? "_dot_" : "__";
  return character === "_" ? "__" : `_${character.codePointAt(0)!.toString(16)}_`;
}

/** A name as it is written: in quotes where it is neither classic nor to be made so. */
function nameText(name: string, escaping: NameEscaping): string {
  if (CLASSIC_NAME.test(name)) return name;
  if (escaping === "allow-utf-8") return `"${escaped(name)}"`;
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

/** The line that begins a family. */
export function typeLine(name: string, type: string, escaping: NameEscaping): string {
  return `# TYPE ${nameText(name, escaping)} ${type}`;
}

/** Metric name and label set of a line, `instance` added where the series has none. */
function seriesText(labels: Labels, escaping: NameEscaping): string {
  const metric = nameText(labels.get("__name__"), escaping);
  const isQuoted = metric.startsWith('"');
  const parts = isQuoted ? [metric] : [];
  for (let i = 0; i < labels.size; i++) {
    const name = labels.nameAt(i);
    if (name === "__name__") continue;
    parts.push(`${nameText(name, escaping)}="${escaped(labels.valueAt(i))}"`);
  }
  if (!labels.has("instance")) parts.push('instance=""');
  return `${isQuoted ? "" : metric}{${parts.join(",")}}`;
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
