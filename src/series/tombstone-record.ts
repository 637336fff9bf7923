/**
 * The deleted stretches of one series as little-endian words, as files have them.
 *
 *     u32 series   u32 n   n times: i64 from, i64 to
 *
 * Units: offsets and lengths are 32-bit words; times are milliseconds since the epoch.
 */
import type { TimeIntervals } from "../chunk/time-intervals.ts";

const WORD = 2 ** 32;
const HEADER_WORDS = 2;
const INTERVAL_WORDS = 4;

/** Words that a record takes. */
export function tombstoneWords(intervals: TimeIntervals): number {
  return HEADER_WORDS + (intervals.length / 2) * INTERVAL_WORDS;
}

/** Writes a record at word `at`. */
export function writeTombstone(
  words: Uint32Array,
  at: number,
  series: number,
  intervals: TimeIntervals,
): void {
  words[at] = series;
  words[at + 1] = intervals.length / 2;
  let word = at + HEADER_WORDS;
  for (const time of intervals) {
    words[word++] = time;
    words[word++] = Math.floor(time / WORD);
  }
}

/** A record that was read. */
export interface TombstoneRecord {
  readonly series: number;
  readonly intervals: TimeIntervals;
}

/** The record at word `at` of `words[0, end)`; null when it leaves them or times do not rise. */
export function readTombstone(words: Uint32Array, at: number, end: number): TombstoneRecord | null {
  if (at + HEADER_WORDS > end) return null;
  const count = words[at + 1]!;
  const from = at + HEADER_WORDS;
  if (count === 0 || count > (end - from) / INTERVAL_WORDS) return null;
  const intervals = new Float64Array(count * 2);
  let before = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < intervals.length; i++) {
    const time = words[from + 2 * i]! + (words[from + 2 * i + 1]! | 0) * WORD;
    // A stretch may be one moment; between two there is one at least.
    const rises = i % 2 === 0 ? time > before + 1 : time >= before;
    if (!rises || !Number.isSafeInteger(time)) return null;
    intervals[i] = time;
    before = time;
  }
  return { series: words[at]!, intervals };
}
