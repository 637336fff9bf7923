/**
 * The XOR window: which of the 64 bits of a changed value are written.
 *
 * A value is stored as the XOR with the one before. The window (leading, trailing) says how many
 * zero bits at both ends are left out; it stays until a XOR does not fit in it.
 *
 * windowState packs leading in bits 0..7 and trailing in bits 8..15; NO_WINDOW has leading 255,
 * in which nothing fits.
 */

/** State of a chunk in which no value has changed yet. */
export const NO_WINDOW = 0xffff;

/** Leading zero bits of a XOR, at most 31: the format has five bits for it. */
export function leadingZeros(high: number): number {
  return high === 0 ? 31 : Math.clz32(high);
}

/** Trailing zero bits of a XOR that is not zero. */
export function trailingZeros(high: number, low: number): number {
  if (low !== 0) return 31 - Math.clz32(low & -low);
  return 63 - Math.clz32(high & -high);
}
