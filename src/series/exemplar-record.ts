/**
 * One exemplar as little-endian words, as snapshots have it.
 *
 *     u32 series   u32 text length   i64 time   u64 value bits   text, padded to whole words
 *
 * The text is the canonical label bytes (label-bytes.ts).
 *
 * Units: offsets are 32-bit words; text lengths are bytes; times are milliseconds since the epoch.
 */
const WORD = 2 ** 32;
const HEADER_WORDS = 6;
/** What a reader takes; labels that are valid have far fewer. */
const TEXT_BYTES_MAX = 0xffff;

/** Words that a record with a text of so many bytes takes. */
export function exemplarWords(textLength: number): number {
  return HEADER_WORDS + ((textLength + 3) >>> 2);
}

/** Memory as bytes and as words. */
export interface RecordMemory {
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
}

/** Writes a record at word `at`. */
export function writeExemplar(
  { bytes, words }: RecordMemory,
  at: number,
  series: number,
  timeMs: number,
  high: number,
  low: number,
  text: Uint8Array,
  length: number,
): void {
  words[at] = series;
  words[at + 1] = length;
  words[at + 2] = timeMs;
  words[at + 3] = Math.floor(timeMs / WORD);
  words[at + 4] = low;
  words[at + 5] = high;
  if (length > 0) words[at + exemplarWords(length) - 1] = 0;
  for (let i = 0; i < length; i++) bytes[(at + HEADER_WORDS) * 4 + i] = text[i]!;
}

/** A record that was read; its text is `bytes[textFrom, textFrom + textLength)`. */
export interface ExemplarRecord {
  readonly series: number;
  readonly timeMs: number;
  readonly high: number;
  readonly low: number;
  readonly textFrom: number;
  readonly textLength: number;
}

/** The record at word `at` of `words[0, end)`; null when it leaves them. */
export function readExemplar(words: Uint32Array, at: number, end: number): ExemplarRecord | null {
  if (at + HEADER_WORDS > end) return null;
  const textLength = words[at + 1]!;
  const timeMs = words[at + 2]! + (words[at + 3]! | 0) * WORD;
  if (textLength > TEXT_BYTES_MAX) return null;
  if (textLength > (end - at - HEADER_WORDS) * 4 || !Number.isSafeInteger(timeMs)) return null;
  return {
    series: words[at]!,
    timeMs,
    high: words[at + 5]!,
    low: words[at + 4]!,
    textFrom: (at + HEADER_WORDS) * 4,
    textLength,
  };
}
