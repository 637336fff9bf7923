/**
 * Numbers as Go prints them, which is what Prometheus' replies and messages contain.
 *
 * JavaScript and Go agree on the shortest digits that give the same double back; they differ in
 * when an exponent is used, in its digits, and in the names of the special values.
 */

/** Where JavaScript and Go both write no exponent. */
const LEAST_PLAIN = 1e-6;
const PLAIN_END = 1e21;

function special(value: number): string | null {
  if (Number.isNaN(value)) return "NaN";
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return Object.is(value, -0) ? "-0" : null;
}

/** Go writes at least two digits of an exponent. */
function widenExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** A sample value in a reply: plain for 1e-6 <= |v| < 1e21, else with an exponent. */
export function formatValue(value: number): string {
  const size = Math.abs(value);
  if (size >= LEAST_PLAIN && size < PLAIN_END) return String(value);
  if (value !== 0 && Number.isFinite(value)) return widenExponent(String(value));
  return special(value) ?? "0";
}

/** A value without exponent, whatever its size: the labels of count_values. */
export function formatPlain(value: number): string {
  const named = special(value);
  if (named !== null) return named;
  const text = String(value);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) return text;
  const [, sign, whole, fraction = "", exponentText] = match;
  const exponent = Number(exponentText);
  const digits = whole! + fraction;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  return sign + digits + "0".repeat(exponent - fraction.length);
}

/** Go's %g and %v: shortest digits, with an exponent below 1e-4 and from 10^limit on. */
export function formatGeneral(value: number, limit = 6): string {
  const named = special(value);
  if (named !== null) return named;
  if (value === 0) return "0";
  const scientific = value.toExponential();
  const exponent = Number(scientific.slice(scientific.indexOf("e") + 1));
  if (exponent < -4 || exponent >= limit) return widenExponent(scientific);
  return formatPlain(value);
}

/** Go's %.2g and the like: `digits` significant digits, trailing zeros removed. */
export function formatPrecise(value: number, digits: number): string {
  const named = special(value);
  if (named !== null) return named;
  if (value === 0) return "0";
  return formatGeneral(Number(value.toPrecision(digits)), digits);
}

/** A bound as OpenMetrics labels write it: 0.0, 0.25, 1.0. */
export function formatOpenMetrics(value: number): string {
  const text = formatGeneral(value);
  return Number.isFinite(value) && !/[e.]/.test(text) ? `${text}.0` : text;
}
