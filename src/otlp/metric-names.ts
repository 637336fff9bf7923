/**
 * Names: what a metric and an attribute of OTLP are called here.
 *
 * Prometheus' default strategy: characters that the classic form of names does not have become
 * underscores, the unit is written out and appended, monotonic sums end in _total, gauges of unit 1
 * in _ratio. opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics.
 */

/** Units as they are written out; any other unit stands for itself. */
const UNITS: Readonly<Record<string, string>> = {
  // Time
  d: "days",
  h: "hours",
  min: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  // Bytes
  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  GiBy: "gibibytes",
  TiBy: "tibibytes",
  KBy: "kilobytes",
  MBy: "megabytes",
  GBy: "gigabytes",
  TBy: "terabytes",
  // Physics
  m: "meters",
  V: "volts",
  A: "amperes",
  J: "joules",
  W: "watts",
  g: "grams",
  Cel: "celsius",
  Hz: "hertz",
  // Others
  "1": "",
  "%": "percent",
};

/** Units behind the slash. */
const PER_UNITS: Readonly<Record<string, string>> = {
  s: "second",
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  mo: "month",
  y: "year",
};

/** What decides the end of a name beside the unit. */
export type NameKind = "gauge" | "counter" | "other";

/** The name of a metric; empty when its own name has no character that may stay. */
export function metricName(name: string, unit: string, kind: NameKind): string {
  let words = name.split(/[^a-zA-Z0-9:]+/u).filter((word) => word !== "");
  words.push(...unitWords(unit, words));
  if (kind === "counter") words = [...without(words, "total"), "total"];
  if (kind === "gauge" && unit === "1") words = [...without(words, "ratio"), "ratio"];
  const joined = words.join("_");
  return /^\d/.test(joined) ? `_${joined}` : joined;
}

/** What a unit adds to a name that has these words: the unit and what it is per, or less. */
function unitWords(unit: string, words: readonly string[]): string[] {
  const slash = unit.indexOf("/");
  const mainUnit = (slash < 0 ? unit : unit.slice(0, slash)).trim();
  const perUnit = slash < 0 ? "" : unit.slice(slash + 1).trim();
  let main = cleaned(writtenOut(UNITS, mainUnit));
  let per = cleaned(writtenOut(PER_UNITS, perUnit));
  per = per === "" ? "" : `per_${per}`.replace(/_$/, "");
  if (words.includes(main)) main = "";
  if (words.includes(per)) per = "";
  if (per !== "") main = main.replace(/_$/, "");
  return [main, per].filter((word) => word !== "");
}

/** A unit in words; units in braces are notes and say nothing. */
function writtenOut(table: Readonly<Record<string, string>>, unit: string): string {
  if (/[{}]/.test(unit)) return "";
  return Object.hasOwn(table, unit) ? table[unit]! : unit;
}

/** Characters that names do not have become one underscore, none at the start. */
function cleaned(unit: string): string {
  return unit.replace(/[^a-zA-Z0-9:]+/gu, "_").replace(/^_/, "");
}

function without(words: readonly string[], taken: string): string[] {
  return words.filter((word) => word !== taken);
}

/** The label name of an attribute. */
export function labelName(key: string): string {
  const name = key.replace(/[^a-zA-Z0-9_]/gu, "_");
  if (/^\d/.test(name)) return `key_${name}`;
  return /^_(?!_)/.test(name) ? `key${name}` : name;
}
