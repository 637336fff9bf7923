/**
 * Values of API parameters: times, durations, limits and booleans as Prometheus reads them.
 *
 * Each reader refuses a bad text with TsdbError BAD_PARAMETER and the words Prometheus uses.
 *
 * Units: times and durations are milliseconds; a float in a request is seconds.
 */
import { parseDuration } from "../base/duration.ts";
import { TsdbError } from "../base/errors.ts";
import { parseGoFloat } from "../promql/parse/number-text.ts";
import { quote } from "../promql/parse/string-text.ts";
import type { Parameters } from "./parameters.ts";

/** Open ends of a time range: nothing a store holds lies outside. */
export const TIME_MIN_MS = -(2 ** 53);
export const TIME_MAX_MS = 2 ** 53;

/** Longest duration Prometheus can hold: int64 nanoseconds, here in seconds. */
const DURATION_SECONDS_MAX = 2 ** 63 / 1e9;

/** The whole numbers that Prometheus takes: int64. */
const INTEGER_MAX = 2n ** 63n - 1n;
const INTEGER_MIN = -(2n ** 63n);

/** As Go reads it: an hour may have one digit, a fraction may follow a comma. */
const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** The earliest and latest times as Prometheus itself prints them; clients send them back. */
const PRINTED_TIMES: ReadonlyMap<string, number> = new Map([
  ["-292273086-05-16T16:47:06Z", TIME_MIN_MS],
  ["292277025-08-18T07:12:54.999999999Z", TIME_MAX_MS],
]);

/** The error of a parameter, in Prometheus' form. */
export function badParameter(name: string, what: string): TsdbError {
  return new TsdbError("BAD_PARAMETER", `invalid parameter "${name}": ${what}`);
}

function clampTime(timeMs: number): number {
  return Math.min(TIME_MAX_MS, Math.max(TIME_MIN_MS, timeMs));
}

/** A day's first millisecond; NaN when there is no such day. */
function dayMs(year: number, month: number, day: number): number {
  const date = new Date(0);
  const timeMs = date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? timeMs : Number.NaN;
}

/** Milliseconds of an RFC 3339 time, a rest below 1 ms cut off; NaN when it is not one. */
function parseRfc3339(text: string): number {
  const match = RFC3339.exec(text);
  if (match === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as number[];
  const [fraction, sign, zoneHour, zoneMinute] = [match[7] ?? "", ...match.slice(8)];
  const [east, south] = [Number(zoneHour ?? 0), Number(zoneMinute ?? 0)];
  if (hour! > 23 || minute! > 59 || second! > 59 || east > 24 || south > 60) return Number.NaN;
  const zoneMs = (east * 60 + south) * 60_000 * (sign === "-" ? -1 : 1);
  const clockMs = ((hour! * 60 + minute!) * 60 + second!) * 1000 - zoneMs;
  const timeMs = dayMs(year!, month!, day!) + clockMs + Number(fraction.padEnd(3, "0").slice(0, 3));
  // Cut off towards 1970, not towards the past.
  return timeMs < 0 && /[1-9]/.test(fraction.slice(3, 9)) ? timeMs + 1 : timeMs;
}

/** A time: seconds as a float, rounded to ms, or RFC 3339. NaN when it is neither. */
function parseTime(text: string): number {
  const seconds = parseGoFloat(text);
  if (seconds !== null && Number.isFinite(seconds)) {
    const whole = Math.trunc(seconds);
    const restMs = Math.round(Math.abs(seconds - whole) * 1000);
    return clampTime(whole * 1000 + (seconds < 0 ? -restMs : restMs));
  }
  return PRINTED_TIMES.get(text) ?? parseRfc3339(text);
}

/** A required time parameter. */
export function timeParameter(parameters: Parameters, name: string): number {
  const text = parameters.first(name);
  const timeMs = parseTime(text);
  if (!Number.isNaN(timeMs)) return timeMs;
  throw badParameter(name, `cannot parse ${quote(text)} to a valid timestamp`);
}

/** A time parameter that has a default. */
export function timeParameterOr(parameters: Parameters, name: string, fallbackMs: number): number {
  const text = parameters.first(name);
  if (text === "") return fallbackMs;
  const timeMs = parseTime(text);
  if (!Number.isNaN(timeMs)) return timeMs;
  const what = `cannot parse ${quote(text)} to a valid timestamp`;
  throw badParameter(name, `invalid time value for '${name}': ${what}`);
}

/** The times `start` and `end` of a request, open where it says nothing. */
export function timeRange(parameters: Parameters): {
  readonly fromMs: number;
  readonly toMs: number;
} {
  const fromMs = timeParameterOr(parameters, "start", TIME_MIN_MS);
  return { fromMs, toMs: timeParameterOr(parameters, "end", TIME_MAX_MS) };
}

/** A duration: seconds as a float or a Prometheus duration. Milliseconds, fractions cut to 1 ns. */
export function durationOf(text: string): number {
  const seconds = parseGoFloat(text);
  if (seconds !== null && !Number.isNaN(seconds)) {
    if (Math.abs(seconds) <= DURATION_SECONDS_MAX) return Math.trunc(seconds * 1e9) / 1e6;
    const what = `cannot parse ${quote(text)} to a valid duration. It overflows int64`;
    throw new TsdbError("BAD_PARAMETER", what);
  }
  const durationMs = parseDuration(text);
  if (durationMs !== null && durationMs <= DURATION_SECONDS_MAX * 1000) return durationMs;
  throw new TsdbError("BAD_PARAMETER", `cannot parse ${quote(text)} to a valid duration`);
}

/** A required duration parameter, in ms. */
export function durationParameter(parameters: Parameters, name: string): number {
  try {
    return durationOf(parameters.first(name));
  } catch (error) {
    throw error instanceof TsdbError ? badParameter(name, error.message) : error;
  }
}

/** What Go's Atoi would say against a text, "" when it would take it. */
function integerFault(text: string): string {
  if (!/^[+-]?\d+$/.test(text)) return "invalid syntax";
  const value = BigInt(text.replace("+", ""));
  return value > INTEGER_MAX || value < INTEGER_MIN ? "value out of range" : "";
}

/** A whole number; null when the parameter is absent, a fault in `words` when it is none. */
export function integerParameter(
  parameters: Parameters,
  name: string,
  words: string | null = null,
): number | null {
  const text = parameters.first(name);
  if (text === "") return null;
  const fault = integerFault(text);
  if (fault === "") return Number(text);
  if (words !== null) throw new TsdbError("BAD_PARAMETER", words);
  throw badParameter(name, `strconv.Atoi: parsing ${quote(text)}: ${fault}`);
}

/** The parameter `limit`: how many results at most; 0 = all. */
export function limitParameter(parameters: Parameters): number {
  const limit = integerParameter(parameters, "limit") ?? 0;
  if (limit < 0) throw badParameter("limit", "limit must be non-negative");
  return limit;
}

const TRUE = ["1", "t", "T", "TRUE", "true", "True"];
const FALSE = ["", "0", "f", "F", "FALSE", "false", "False"];

/** What Go's ParseBool would say against a text, "" when it would take it or it is empty. */
export function booleanFault(text: string): string {
  if (TRUE.includes(text) || FALSE.includes(text)) return "";
  return `strconv.ParseBool: parsing ${quote(text)}: invalid syntax`;
}

/** A boolean as Go's ParseBool reads it; false when the parameter is absent. */
export function booleanParameter(parameters: Parameters, name: string): boolean {
  const text = parameters.first(name);
  const fault = booleanFault(text);
  if (fault !== "") throw badParameter(name, `unable to parse boolean: ${fault}`);
  return TRUE.includes(text);
}
