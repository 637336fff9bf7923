/**
 * The codes of a sample as bits in words, the first bit on top: docs/format/chunk.md.
 *
 * I1  A put writes its bits behind those before it and zeros up to the end of the next word.
 *
 * Units: addresses; positions are bits from an address on.
 */
import { load32, store32, toWord } from "./memory.ts";
import { leadingOf, trailingOf } from "./xor-window.ts";

// Ranges of the second difference; the positive end is one larger than the negative one.
const DIFFERENCE_14_MAX: f64 = 8192;
const DIFFERENCE_17_MAX: f64 = 65536;

/** Writes the first `count` (0..32) bits of `word`, whose rest must be 0; returns their end. */
export function putBits(bits: u32, at: u32, word: u32, count: u32): u32 {
  const place: u32 = bits + ((at >>> 5) << 2);
  const used: u32 = at & 31;
  store32(place, (load32(place) | (word >>> used)) >>> 0);
  store32(place + 4, ((word << 1) << (31 - used)) >>> 0);
  return at + count;
}

/** Writes the code of a second difference of times of 20 bits; returns its end. */
export function putTimeCode(bits: u32, at: u32, difference: f64): u32 {
  if (difference === 0) return putBits(bits, at, 0, 1);
  const word: u32 = toWord(difference);
  if (difference > -DIFFERENCE_14_MAX && difference <= DIFFERENCE_14_MAX) {
    return putBits(bits, at, (0x80000000 | ((word & 0x3fff) << 16)) >>> 0, 16);
  }
  if (difference > -DIFFERENCE_17_MAX && difference <= DIFFERENCE_17_MAX) {
    return putBits(bits, at, (0xc0000000 | ((word & 0x1ffff) << 12)) >>> 0, 20);
  }
  return putBits(bits, at, (0xe0000000 | ((word & 0xfffff) << 8)) >>> 0, 24);
}

/** Writes the code of a changed value in a window, which it may open; returns its end. */
export function putValueCode(
  bits: u32,
  at: u32,
  high: u32,
  low: u32,
  window: u32,
  opens: boolean,
): u32 {
  const leading: u32 = leadingOf(window);
  const size: u32 = 64 - leading - trailingOf(window);
  const behind: u32 = opens
    ? putBits(bits, at, (0xc0000000 | (leading << 25) | ((size & 63) << 19)) >>> 0, 13)
    : putBits(bits, at, 0x80000000, 2);
  // `leading` is 31 at most.
  const left: u32 = ((high << leading) | ((low >>> 1) >>> (31 - leading))) >>> 0;
  if (size <= 32) return putBits(bits, behind, left, size);
  return putBits(bits, putBits(bits, behind, left, 32), (low << leading) >>> 0, size - 32);
}
