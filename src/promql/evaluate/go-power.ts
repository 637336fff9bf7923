/**
 * Go's math.Pow: repeated squaring of the mantissa for the whole part of the exponent, exp and log
 * for its fraction. JavaScript's ** rounds differently, which `%` after it makes visible.
 */

const view = new DataView(new ArrayBuffer(8));
const WHOLE_LIMIT = 2 ** 63;
const EXPONENT_LIMIT = 4096;

/** Splits a finite value other than 0 into a mantissa in [0.5, 1) and an exponent of two. */
function splitFloat(value: number): [mantissa: number, exponent: number] {
  view.setFloat64(0, value);
  let exponent = (view.getUint16(0) >> 4) & 0x7ff;
  let shift = 1022;
  if (exponent === 0) {
    view.setFloat64(0, value * 2 ** 52);
    exponent = (view.getUint16(0) >> 4) & 0x7ff;
    shift += 52;
  }
  view.setUint16(0, (view.getUint16(0) & 0x800f) | (1022 << 4));
  return [view.getFloat64(0), exponent - shift];
}

/** mantissa · 2^exponent, rounded once. */
function joinFloat(mantissa: number, exponent: number): number {
  if (mantissa === 0 || !Number.isFinite(mantissa)) return mantissa;
  const [fraction, own] = splitFloat(mantissa);
  const total = own + exponent;
  if (total > 1024) return fraction < 0 ? -Infinity : Infinity;
  if (total < -1080) return fraction < 0 ? -0 : 0;
  if (total > 1000) return fraction * 2 ** 500 * 2 ** (total - 500);
  // A subnormal result is rounded by the last multiplication alone.
  return total < -1000 ? fraction * 2 ** -500 * 2 ** (total + 500) : fraction * 2 ** total;
}

function isOddWhole(value: number): boolean {
  return Math.abs(value) < 2 ** 53 && Math.trunc(value) === value && value % 2 !== 0;
}

function powerOfZero(base: number, exponent: number): number {
  const keepsSign = isOddWhole(exponent);
  if (exponent > 0) return keepsSign ? base : 0;
  return keepsSign && Object.is(base, -0) ? -Infinity : Infinity;
}

/** The cases that need no calculation, or null. */
function specialPower(base: number, exponent: number): number | null {
  if (exponent === 0 || base === 1) return 1;
  if (exponent === 1) return base;
  if (Number.isNaN(base) || Number.isNaN(exponent)) return Number.NaN;
  if (base === 0) return powerOfZero(base, exponent);
  if (Math.abs(exponent) === Infinity) {
    if (base === -1) return 1;
    return Math.abs(base) < 1 === exponent > 0 ? 0 : Infinity;
  }
  if (base === Infinity) return exponent < 0 ? 0 : Infinity;
  if (base === -Infinity) return powerOfZero(-0, -exponent);
  if (exponent === 0.5) return Math.sqrt(base);
  return exponent === -0.5 ? 1 / Math.sqrt(base) : null;
}

/** mantissa · base^whole as a mantissa and an exponent of two. */
function wholePower(
  base: number,
  whole: number,
  mantissa: number,
): [mantissa: number, exponent: number] {
  let [square, squareExponent] = splitFloat(base);
  let exponent = 0;
  let result = mantissa;
  for (let rest = whole; rest > 0; rest = Math.floor(rest / 2)) {
    if (Math.abs(squareExponent) > EXPONENT_LIMIT) {
      exponent += squareExponent;
      break;
    }
    if (rest % 2 === 1) {
      result *= square;
      exponent += squareExponent;
    }
    square *= square;
    squareExponent *= 2;
    if (square < 0.5) {
      square += square;
      squareExponent--;
    }
  }
  return [result, exponent];
}

/** base ^ exponent as Go computes it. */
export function goPower(base: number, exponent: number): number {
  const special = specialPower(base, exponent);
  if (special !== null) return special;
  let whole = Math.trunc(Math.abs(exponent));
  let fraction = Math.abs(exponent) - whole;
  if (fraction !== 0 && base < 0) return Number.NaN;
  if (whole >= WHOLE_LIMIT) {
    if (base === -1) return 1;
    return Math.abs(base) < 1 === exponent > 0 ? 0 : Infinity;
  }
  if (fraction > 0.5) {
    fraction--;
    whole++;
  }
  const start = fraction === 0 ? 1 : Math.exp(fraction * Math.log(base));
  const [mantissa, binary] = wholePower(base, whole, start);
  return exponent < 0 ? joinFloat(1 / mantissa, -binary) : joinFloat(mantissa, binary);
}
