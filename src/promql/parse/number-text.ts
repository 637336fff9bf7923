/**
 * Numbers and durations as PromQL writes them.
 *
 * A number is an integer in Go's syntax (0x1F, 0755 octal, 1_000) when it reads as one, else a
 * float; a duration is 1y2w3d4h5m6s7ms with each unit at most once and in this order.
 */
import { quote } from "./string-text.ts";

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const UNIT_MS = [31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1];
const UNITS = ["y", "w", "d", "h", "m", "s", "ms"];
/** Go's time.Duration holds 2^63 nanoseconds. */
const DURATION_MS_MAX = 9_223_372_036_854;
const INT64_MAX = 2n ** 63n - 1n;

const HEXADECIMAL = /^0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*$/;
const OCTAL = /^0_?[0-7]+(?:_[0-7]+)*$/;
const DECIMAL = /^(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?$/;

/** Value of a number literal, or null when it is not one; infinite when it is too large. */
export function parseNumber(text: string): number | null {
  const lower = text.toLowerCase();
  if (lower === "inf") return Number.POSITIVE_INFINITY;
  if (lower === "nan") return Number.NaN;
  const digits = text.replaceAll("_", "");
  if (HEXADECIMAL.test(text)) {
    return BigInt(digits) <= INT64_MAX ? Number(digits) : null;
  }
  if (OCTAL.test(text)) {
    const value = BigInt(`0o${digits.slice(1)}`);
    return value <= INT64_MAX ? Number(value) : Number(digits);
  }
  return DECIMAL.test(text) && /\d/.test(text) ? Number(digits) : null;
}

/** Outcome of parsing a duration: milliseconds, or why not in Prometheus' words. */
export type DurationOutcome = { readonly ms: number } | { readonly problem: string };

/** Why a text is no duration: an unknown unit is named. */
function durationProblem(text: string): string {
  for (const [, unit] of text.matchAll(/\d+(\D+)/g)) {
    if (!UNITS.includes(unit!)) return `unknown unit ${quote(unit!)} in duration ${quote(text)}`;
  }
  return `not a valid duration string: ${quote(text)}`;
}

/** Parses a duration of units; "0" needs none. */
export function parseDuration(text: string): DurationOutcome {
  if (text === "0") return { ms: 0 };
  if (text === "") return { problem: "empty duration string" };
  const match = DURATION.exec(text);
  if (!match) return { problem: durationProblem(text) };
  let ms = 0;
  for (let i = 0; i < UNIT_MS.length; i++) {
    if (match[i + 1] !== undefined) ms += Number(match[i + 1]) * UNIT_MS[i]!;
  }
  return ms > DURATION_MS_MAX ? { problem: "duration out of range" } : { ms };
}

/** A duration in units, as Prometheus prints it: "1h30m", "0s"; milliseconds are truncated. */
export function formatDuration(durationMs: number): string {
  let rest = Math.trunc(durationMs);
  if (rest === 0) return "0s";
  let text = rest < 0 ? "-" : "";
  rest = Math.abs(rest);
  for (let i = 0; i < UNITS.length; i++) {
    const unit = UNIT_MS[i]!;
    // Years and weeks are used only when nothing remains: 90d reads better than 12w6d.
    if (i < 2 ? rest % unit !== 0 : rest < unit) continue;
    const count = Math.floor(rest / unit);
    if (count > 0) text += `${count}${UNITS[i]}`;
    rest -= count * unit;
  }
  return text;
}

const GO_FLOAT = /^[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)$/;
const GO_HEX_FLOAT = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/;
const GO_SPECIAL = /^([+-]?)(inf|infinity)$/i;

/** An underscore that is not between two digits; one may stand behind 0x. */
const STRAY_UNDERSCORE = /(?<!\d)_|_(?!\d)/;
const STRAY_HEX_UNDERSCORE = /(?<![0-9a-fA-FxX])_|_(?![0-9a-fA-F])/;

/** A float as Go's strconv.ParseFloat reads it (the value of an `le` label), or null. */
export function parseGoFloat(text: string): number | null {
  if (text.includes("_")) {
    const stray = /^[+-]?0x/i.test(text) ? STRAY_HEX_UNDERSCORE : STRAY_UNDERSCORE;
    return stray.test(text) ? null : parseGoFloat(text.replaceAll("_", ""));
  }
  if (GO_FLOAT.test(text)) return Number(text);
  if (/^nan$/i.test(text)) return Number.NaN;
  const special = GO_SPECIAL.exec(text);
  if (special) return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const hex = GO_HEX_FLOAT.exec(text);
  if (!hex || (hex[2] === "" && hex[3] === "")) return null;
  const mantissa = Number(`0x${hex[2]}${hex[3]}`);
  const value = mantissa * 2 ** (Number(hex[4]) - 4 * hex[3]!.length);
  return hex[1] === "-" ? -value : value;
}
