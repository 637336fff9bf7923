/**
 * Numbers as label values: the shortest digits that are the number, never with an exponent.
 */

/** A double as Prometheus writes bounds and quantiles of OTLP: 0.0000001, 100000, +Inf. */
export function plainNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [digits = "0", exponent] = String(Math.abs(value)).split("e");
  if (exponent === undefined) return sign + digits;
  const [whole = "", fraction = ""] = digits.split(".");
  const point = whole.length + Number(exponent);
  const all = whole + fraction;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${all}`;
  return sign + all.padEnd(point, "0");
}
