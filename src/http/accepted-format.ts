/**
 * Which exposition format a reader of samples gets, by its header Accept, as Prometheus chooses.
 *
 * I1  Ranges count in the order of their quality, among equals those without a star first, then as
 *     they were written. The first that is known wins; where none is, the answer is classic text.
 * I2  The way to write names that do not fit the classic alphabet (`escaping`) is that of the range
 *     that wins, and where it says nothing, of the last one before it that does.
 */

/** How names outside the classic alphabet are written. */
export type NameEscaping = "underscores" | "dots" | "values" | "allow-utf-8";

/** Classic text, or MetricFamily messages: their bytes, or their text in many lines or one. */
export type ExpositionKind = "classic" | "delimited" | "text" | "compact-text";

/** A format and the content type that names it. */
export interface ExpositionFormat {
  readonly kind: ExpositionKind;
  readonly escaping: NameEscaping;
  readonly contentType: string;
}

export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const PROTOBUF_TYPE = "application/vnd.google.protobuf";
const MESSAGE = "io.prometheus.client.MetricFamily";
const ESCAPINGS: readonly string[] = ["underscores", "dots", "values", "allow-utf-8"];
const ENCODINGS: readonly string[] = ["delimited", "text", "compact-text"];

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

/** How general a range is: 0 names a type, 1 a family of types, 2 takes everything. */
function stars(type: string): number {
  return type.startsWith("*") ? 2 : type.endsWith("/*") ? 1 : 0;
}

/** The kind that a range asks for, or null when it is none that is written here. */
function kindOf({ type, parameters }: Accepted): ExpositionKind | null {
  if (type === PROTOBUF_TYPE && parameters.get("proto") === MESSAGE) {
    const encoding = parameters.get("encoding") ?? "";
    return ENCODINGS.includes(encoding) ? (encoding as ExpositionKind) : null;
  }
  const isClassic =
    type === "text/plain" && ["", "0.0.4"].includes(parameters.get("version") ?? "");
  return isClassic ? "classic" : null;
}

/** The format in which a reader with this header Accept gets samples. */
export function acceptedFormat(accept: string): ExpositionFormat {
  const ranges = accept.split(",").map(acceptedOf);
  ranges.sort((a, b) => b.quality - a.quality || stars(a.type) - stars(b.type));
  let kind: ExpositionKind | null = null;
  let escaping: NameEscaping = "underscores";
  for (const range of ranges) {
    const asked = range.parameters.get("escaping") ?? "";
    if (ESCAPINGS.includes(asked)) escaping = asked as NameEscaping;
    kind = kindOf(range);
    if (kind !== null) break;
  }
  return formatOf(kind ?? "classic", escaping);
}

function formatOf(kind: ExpositionKind, escaping: NameEscaping): ExpositionFormat {
  const type =
    kind === "classic" ? METRICS_TYPE : `${PROTOBUF_TYPE}; proto=${MESSAGE}; encoding=${kind}`;
  return { kind, escaping, contentType: `${type}; escaping=${escaping}` };
}
