/**
 * CRC32C of long ranges, four words at a time: the folding of src/base/crc32c.ts with wide
 * registers, which needs no table look-up but for the last FOLD_WORDS words.
 *
 * A caller sets the words from DATA on and calls fold() for each segment, then tail() for the last
 * FOLD_WORDS words. Words from FOLDED on are what was folded into the FOLD_WORDS words that come
 * next; a range starts with zeros there.
 *
 * Units: addresses and offsets are bytes; counts are words.
 */

/** The tables of the four bytes of a word, the lowest byte's last. */
export const TABLES: i32 = 0;
export const FOLDED: i32 = 8192;
export const FOLD_WORDS: i32 = 5275;
/** Most words of a segment. */
export const SEGMENT_WORDS: i32 = 16384;
export const DATA: i32 = 98304;

const FOLD_BYTES: i32 = 5275 * 4;
const NEAR_BYTES: i32 = 767 * 4;
const MIDDLE_BYTES: i32 = 2524 * 4;
const TABLE_BYTES: i32 = 1024;

/** Folds `count` words from DATA on. */
export function fold(count: i32): void {
  const out: i32 = FOLDED + FOLD_BYTES;
  const end: i32 = count << 2;
  let at: i32 = 0;
  for (; at + 16 <= end; at += 16) {
    const far = v128.xor(v128.load(DATA + at), v128.load(FOLDED + at));
    const near = v128.load(out + at - NEAR_BYTES);
    v128.store(out + at, v128.xor(far, v128.xor(near, v128.load(out + at - MIDDLE_BYTES))));
  }
  for (; at < end; at += 4) {
    const far: i32 = i32.load(DATA + at) ^ i32.load(FOLDED + at);
    const near: i32 = i32.load(out + at - NEAR_BYTES) ^ i32.load(out + at - MIDDLE_BYTES);
    i32.store(out + at, far ^ near);
  }
  memory.copy(FOLDED, FOLDED + end, FOLD_BYTES);
}

/** The state behind the last FOLD_WORDS words, which lie from DATA on. */
export function tail(): i32 {
  let state: i32 = 0;
  for (let at: i32 = 0; at < FOLD_BYTES; at += 4) {
    let word: i32 = state ^ i32.load(DATA + at) ^ i32.load(FOLDED + at);
    if (at < NEAR_BYTES) word ^= i32.load(FOLDED + at + FOLD_BYTES - NEAR_BYTES);
    if (at < MIDDLE_BYTES) word ^= i32.load(FOLDED + at + FOLD_BYTES - MIDDLE_BYTES);
    const low: i32 = tableWord(0, word) ^ tableWord(1, word >>> 8);
    state = low ^ tableWord(2, word >>> 16) ^ tableWord(3, word >>> 24);
  }
  return state;
}

function tableWord(table: i32, byte: i32): i32 {
  return i32.load(TABLES + table * TABLE_BYTES + ((byte & 255) << 2));
}
