/**
 * Taking real memory for pages before anybody needs them.
 *
 * I1  No byte changes: zero is added to a word of each page, in one step that no other writer can
 *     come between.
 *
 * Units: bytes from the start of a buffer.
 */

/** What the system hands out at once, at least. */
const SYSTEM_PAGE_BYTES = 4096;

/** A range of a shared buffer. */
export interface PageRange {
  readonly buffer: SharedArrayBuffer;
  readonly from: number;
  readonly to: number;
}

/** Makes the system give real memory to every page of a range. */
export function touchPages({ buffer, from, to }: PageRange): void {
  const words = new Int32Array(buffer);
  const end = Math.min(to >>> 2, words.length);
  for (let word = from >>> 2; word < end; word += SYSTEM_PAGE_BYTES >>> 2) {
    Atomics.add(words, word, 0);
  }
}
