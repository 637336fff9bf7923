/**
 * Runs of zero bits in a row of 32-bit words: the arithmetic under the page bitmap.
 *
 * Bit i of the row is bit i mod 32 of word i / 32; a zero is a free page. All functions are pure
 * over the words given to them.
 */

/** Position of the lowest set bit; `word` must not be 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Number of set bits of a 32-bit word. */
export function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Mask of `count` (1..32) bits from bit `from`. */
export function bitMask(from: number, count: number): number {
  return count === 32 ? -1 : ((1 << count) - 1) << from;
}

/** Sets bits [from, from + count) of the row. */
export function setBits(words: Uint32Array, from: number, count: number): void {
  const end = from + count;
  for (let bit = from; bit < end; ) {
    const low = bit & 31;
    const n = Math.min(32 - low, end - bit);
    const word = bit >>> 5;
    words[word] = words[word]! | bitMask(low, n);
    bit += n;
  }
}

/** Clears bits [from, from + count) of the row; gives how many were set. */
export function clearBits(words: Uint32Array, from: number, count: number): number {
  const end = from + count;
  let cleared = 0;
  for (let bit = from; bit < end; ) {
    const low = bit & 31;
    const n = Math.min(32 - low, end - bit);
    const word = bit >>> 5;
    const mask = bitMask(low, n);
    cleared += bitCount(words[word]! & mask);
    words[word] = words[word]! & ~mask;
    bit += n;
  }
  return cleared;
}

/** How many of the bits [from, from + count) of the row are set. */
export function countBits(words: Uint32Array, from: number, count: number): number {
  const end = from + count;
  let total = 0;
  for (let bit = from; bit < end; ) {
    const low = bit & 31;
    const n = Math.min(32 - low, end - bit);
    total += bitCount(words[bit >>> 5]! & bitMask(low, n));
    bit += n;
  }
  return total;
}

/** Lowest bit of `count` adjacent zeros in `wordCount` words from `firstWord`, or -1. */
export function findZeros(
  words: Uint32Array,
  firstWord: number,
  wordCount: number,
  count: number,
): number {
  let run = 0;
  for (let w = 0; w < wordCount; w++) {
    const word = words[firstWord + w]!;
    if (word === 0xffffffff) {
      run = 0;
      continue;
    }
    let position = 0;
    while (position < 32) {
      const rest = word >>> position;
      const zeros = rest === 0 ? 32 - position : lowestBit(rest);
      if (run + zeros >= count) return w * 32 + position - run;
      position += zeros;
      if (position >= 32) {
        run += zeros;
      } else {
        position += lowestBit(~(word >>> position));
        run = 0;
      }
    }
  }
  return -1;
}

/** Zeros at the start, longest run of zeros, zeros at the end, and how many ones: `zeroRuns`. */
export const runs = { start: 0, longest: 0, end: 0, ones: 0 };

/** Measures the runs of zeros in `wordCount` words from `firstWord`; the answer is in `runs`. */
export function zeroRuns(words: Uint32Array, firstWord: number, wordCount: number): void {
  let run = 0;
  let longest = 0;
  let start = -1;
  let ones = 0;
  for (let w = 0; w < wordCount; w++) {
    const word = words[firstWord + w]! | 0;
    if (word === 0) {
      run += 32;
      continue;
    }
    // The run so far ends before the word's lowest bit, and a new one begins behind its highest.
    run += 31 - Math.clz32(word & -word);
    if (start < 0) start = run;
    if (run > longest) longest = run;
    run = Math.clz32(word);
    if (word === -1) {
      ones += 32;
      continue;
    }
    ones += bitCount(word);
    longest = Math.max(longest, longestInside(word));
  }
  runs.start = start < 0 ? run : start;
  runs.longest = run > longest ? run : longest;
  runs.end = run;
  runs.ones = ones;
}

/** Longest run of zeros that has a one on both sides. */
function longestInside(word: number): number {
  const below = (word & -word) - 1;
  const above = (1 << (31 - Math.clz32(word))) - 1;
  let zeros = ~word & ~below & above;
  let length = 0;
  // Each step takes a bit off every run.
  while (zeros !== 0) {
    zeros &= zeros << 1;
    length++;
  }
  return length;
}
