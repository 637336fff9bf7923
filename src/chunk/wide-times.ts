/**
 * Differences of times that pass 2^53, by 32-bit words.
 *
 * Times are doubles below 2^53 in size, so they are exact; the difference of two, or of two
 * differences, may not be. Here they are computed modulo 2^64 as a high and a low word, which is
 * what the chunk format stores.
 *
 * Units: milliseconds.
 */

const WORD = 2 ** 32;

/** (time - last) - (last - previous), exact when it is below 2^53 in size. */
export function secondDifference(time: number, last: number, previous: number): number {
  const delta = time - last;
  const before = last - previous;
  if (delta <= Number.MAX_SAFE_INTEGER && before <= Number.MAX_SAFE_INTEGER) return delta - before;
  const high = secondDifferenceHigh(time, last, previous) | 0;
  return high * WORD + secondDifferenceLow(time, last, previous);
}

/** Low word of (time - last) - (last - previous) as a 64-bit integer. */
export function secondDifferenceLow(time: number, last: number, previous: number): number {
  return ((time >>> 0) - 2 * (last >>> 0) + (previous >>> 0)) >>> 0;
}

/** High word of (time - last) - (last - previous) as a 64-bit integer. */
export function secondDifferenceHigh(time: number, last: number, previous: number): number {
  const carry = Math.floor(((time >>> 0) - 2 * (last >>> 0) + (previous >>> 0)) / WORD);
  const high = Math.floor(time / WORD) - 2 * Math.floor(last / WORD) + Math.floor(previous / WORD);
  return (high + carry) >>> 0;
}

/** The time whose second difference has these words: the reverse of the two above. */
export function timeOfSecondDifference(
  last: number,
  previous: number,
  high: number,
  low: number,
): number {
  const lowSum = low + 2 * (last >>> 0) - (previous >>> 0);
  const highSum = (high | 0) + 2 * Math.floor(last / WORD) - Math.floor(previous / WORD);
  return (highSum + Math.floor(lowSum / WORD)) * WORD + (lowSum >>> 0);
}
