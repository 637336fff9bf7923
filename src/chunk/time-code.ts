/**
 * The time code of a sample: the second difference of times in one of five sizes.
 *
 *   0 | 10 + 14 bits | 110 + 17 bits | 1110 + 20 bits | 1111 + 64 bits
 *
 * I1  Bits hold the low end of two's complement, but the positive end of each range is one larger
 *     than the negative one: 14 bits are -8191..8192. So x > 2^(n-1) stands for x - 2^n.
 *
 * The single 0 is nearly every code of a regular series; encoder and decoder treat it in their own
 * loops.
 *
 * Units: times are milliseconds, sizes and positions are bits.
 */
import { peekBits } from "./bit-stream.ts";
import { timeOfSecondDifference } from "./wide-times.ts";

/** Deltas below this stay exact when a short difference is added. */
const DELTA_EXACT = 2 ** 52;

/** Bits of the time code whose first 32 bits are `word`. */
export function timeCodeBits(word: number): number {
  if (word >= 0) return 1;
  if ((word & 0x40000000) === 0) return 16;
  if ((word & 0x20000000) === 0) return 20;
  return (word & 0x10000000) === 0 ? 24 : 68;
}

/** The signed number behind an n-bit field of a time code. */
function signed(field: number, fieldBits: number): number {
  return field > 1 << (fieldBits - 1) ? field - (1 << fieldBits) : field;
}

/** The time that the code at `position`, which is not a single 0, stands for. */
export function nextTime(
  bytes: Uint8Array,
  start: number,
  position: number,
  time: number,
  previous: number,
): number {
  const word = peekBits(bytes, start, position);
  let difference = 0;
  if ((word & 0x40000000) === 0) difference = signed((word >>> 16) & 0x3fff, 14);
  else if ((word & 0x20000000) === 0) difference = signed((word >>> 12) & 0x1ffff, 17);
  else if ((word & 0x10000000) === 0) difference = signed((word >>> 8) & 0xfffff, 20);
  else {
    const high = peekBits(bytes, start, position + 4);
    const low = peekBits(bytes, start, position + 36) >>> 0;
    return timeOfSecondDifference(time, previous, high, low);
  }
  const delta = time - previous;
  if (delta < DELTA_EXACT) return time + (delta + difference);
  return timeOfSecondDifference(time, previous, difference < 0 ? -1 : 0, difference >>> 0);
}
