/**
 * The XOR window: which of the 64 bits of a changed value are written.
 *
 * A value is stored as the XOR with the one before. The window (leading, trailing) says how many
 * zero bits at both ends are left out; the format lets the encoder stay in the window while the
 * XOR fits, or open any window that the XOR fits in for 11 bits more.
 *
 * The standard encoder opens the narrowest window when the XOR does not fit, and never else: in a
 * long chunk one wide XOR makes all later samples wide. This one
 * (docs/adr/0007-xor-windows-opened-again.md):
 *
 * W1  The first 120 samples of a chunk are encoded in the standard way.
 * W2  From then on a XOR that does not fit opens the union of the old window and its own when that
 *     is at most 4 bits wider than its own: two windows do not take turns.
 * W3  While XORs fit, the narrowest window that would have done for the last ones (at most 12) is
 *     kept, and the bits that it would have saved are added up. Past 24 bits it is opened.
 *
 * The state is two words of the chunk's record, so a restored chunk goes on as if never stopped:
 *   window  leading in bits 0..7, trailing in 8..15
 *   waste   least leading in bits 0..7, least trailing in 8..15, wasted bits in 16..23, XORs 24..
 *
 * The kernel and the encoder beside it (chunk/xor-appender.ts) share this text.
 */
import { leadingZeroBits } from "./memory.ts";

/** State of a chunk in which no value has changed yet: nothing fits. */
export const NO_WINDOW: u32 = 0xffff;
/** State of a chunk whose window was just opened. */
export const NO_WASTE: u32 = 0xffff;
/** Samples that are encoded in the standard way. */
export const STANDARD_SAMPLES: u32 = 120;

const WASTED_BITS_MAX: u32 = 24;
const UNION_BITS_MAX: u32 = 4;
const XORS_MAX: u32 = 12;
const FIRST_XOR: u32 = 1 << 24;

/** Leading zero bits of a XOR that is not zero, at most 31: the format has five bits for it. */
export function leadingZeros(high: u32): u32 {
  return leadingZeroBits((high | 1) >>> 0);
}

/** Trailing zero bits of a XOR that is not zero. Free of branches, which would be mispredicted. */
export function trailingZeros(high: u32, low: u32): u32 {
  const inLow: u32 = -((low | -low) >>> 31) >>> 0;
  const word: u32 = ((low & inLow) | (high & ~inLow)) >>> 0;
  return 31 - leadingZeroBits((word & -word) >>> 0) + (32 & ~inLow);
}

/** Leading zero bits that a window leaves out. */
export function leadingOf(window: u32): u32 {
  return window & 255;
}

/** Trailing zero bits that a window leaves out. */
export function trailingOf(window: u32): u32 {
  return (window >>> 8) & 255;
}

/** The window of these zero bits. */
export function packWindow(leading: u32, trailing: u32): u32 {
  return leading | (trailing << 8);
}

/** True when `window` is one that a chunk can have, or none. */
export function isWindow(window: u32): boolean {
  if (window === NO_WINDOW) return true;
  return (
    leadingOf(window) <= 31 && leadingOf(window) + trailingOf(window) < 64 && window >>> 16 === 0
  );
}

/** True when a XOR with these zero bits can be written in the window. */
export function fitsWindow(window: u32, leading: u32, trailing: u32): boolean {
  return leading >= leadingOf(window) && trailing >= trailingOf(window);
}

/** The window to open for a XOR that does not fit in `window`: W2. */
export function windowFor(window: u32, leading: u32, trailing: u32): u32 {
  const unionLeading: u32 = least(leading, leadingOf(window));
  const unionTrailing: u32 = least(trailing, trailingOf(window));
  const wider: u32 = leading - unionLeading + trailing - unionTrailing;
  if (window === NO_WINDOW || wider > UNION_BITS_MAX) return packWindow(leading, trailing);
  return packWindow(unionLeading, unionTrailing);
}

/**
 * The account of waste after one more XOR that fits in `window`: W3. Every 12 XORs it starts over
 * with this one.
 */
export function addWaste(waste: u32, window: u32, leading: u32, trailing: u32): u32 {
  if (waste >= XORS_MAX << 24) return packWindow(leading, trailing) | FIRST_XOR;
  const leastLeading: u32 = least(leading, waste & 255);
  const leastTrailing: u32 = least(trailing, (waste >>> 8) & 255);
  const wasted: u32 = leastLeading + leastTrailing - (window & 255) - (window >>> 8);
  return ((waste & 0xffff0000) | leastLeading | (leastTrailing << 8)) + (wasted << 16) + FIRST_XOR;
}

/** The account of waste of a window that was opened although the XOR before it fitted. */
export function wasteOfReopened(leading: u32, trailing: u32): u32 {
  return packWindow(leading, trailing);
}

/** True when the window costs more than opening a narrower one: W3. */
export function isWasteful(waste: u32): boolean {
  return (waste & 0xff0000) > WASTED_BITS_MAX << 16;
}

function least(left: u32, right: u32): u32 {
  return left < right ? left : right;
}
