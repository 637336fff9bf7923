/**
 * Keys: label bytes of series behind their headers, made and given up (layout.ts, key-index.ts).
 *
 * I1  A key never moves. One that is given up has length 0, which nothing matches, and is used
 *     again by the next key of its size.
 * I2  Sizes are grains; those of FREE_KEY_SIZES / 2 grains and more are rounded up to a power of
 *     two, so that every size has a list of its own.
 *
 * Units: addresses and bytes; a key's ref is its address divided by 8.
 */
import { copyBytes } from "./bytes.ts";
import { insertKey, removeKey } from "./key-index.ts";
import {
  FREE_KEY_SIZES,
  FREE_KEYS,
  KEY_BYTES,
  KEY_GRAIN_BYTES,
  KEY_HASH,
  KEY_LENGTH,
  KEY_NEXT,
  KEY_SERIES,
  KEY_SUCCESSOR,
  KEYS_FREE,
  KEYS_LIVE,
  KEYS_TO,
  NO_KEY,
} from "./layout.ts";
import { leadingZeroBits, load32, store32 } from "./memory.ts";

const SMALL_GRAINS: u32 = FREE_KEY_SIZES / 2;
const GRAIN_SHIFT: u32 = 3;

/** Grains of a key with so many label bytes: I2. */
export function grainsOf(length: u32): u32 {
  const grains: u32 = (KEY_BYTES + length + KEY_GRAIN_BYTES - 1) >>> GRAIN_SHIFT;
  return grains < SMALL_GRAINS ? grains : 1 << (32 - leadingZeroBits(grains - 1));
}

/** Where the first free key of a size is named. */
function listOf(grains: u32): u32 {
  if (grains < SMALL_GRAINS) return FREE_KEYS + grains * 4;
  return FREE_KEYS + (SMALL_GRAINS + 31 - leadingZeroBits(grains)) * 4;
}

/** Copies `length` bytes to a new key of a series; there must be room. Answers the key. */
export function addKey(hash: u32, at: u32, length: u32, series: u32): u32 {
  const key: u32 = takeKey(grainsOf(length));
  copyBytes(key * KEY_GRAIN_BYTES + KEY_BYTES, at, length);
  writeHeader(key, hash, length, series);
  return key;
}

/** Makes the bytes that were written behind the header at KEYS_TO a key; answers it. */
export function addWrittenKey(hash: u32, length: u32, series: u32): u32 {
  const key: u32 = takeEnd(grainsOf(length));
  writeHeader(key, hash, length, series);
  return key;
}

/** Gives a key up. */
export function dropKey(key: u32): void {
  const record: u32 = key * KEY_GRAIN_BYTES;
  const grains: u32 = grainsOf(load32(record + KEY_LENGTH));
  const list: u32 = listOf(grains);
  removeKey(load32(record + KEY_HASH), key);
  store32(record + KEY_LENGTH, 0);
  store32(record + KEY_NEXT, load32(list));
  store32(list, key);
  store32(KEYS_FREE, load32(KEYS_FREE) + 1);
  store32(KEYS_LIVE, load32(KEYS_LIVE) - grains);
}

function writeHeader(key: u32, hash: u32, length: u32, series: u32): void {
  const record: u32 = key * KEY_GRAIN_BYTES;
  store32(record + KEY_LENGTH, length);
  store32(record + KEY_SERIES, series);
  store32(record + KEY_SUCCESSOR, NO_KEY);
  store32(record + KEY_HASH, hash);
  store32(record + KEY_NEXT, NO_KEY);
  insertKey(hash, key);
}

function takeKey(grains: u32): u32 {
  const list: u32 = listOf(grains);
  const key: u32 = load32(list);
  if (key === 0) return takeEnd(grains);
  store32(list, load32(key * KEY_GRAIN_BYTES + KEY_NEXT));
  store32(KEYS_FREE, load32(KEYS_FREE) - 1);
  store32(KEYS_LIVE, load32(KEYS_LIVE) + grains);
  return key;
}

function takeEnd(grains: u32): u32 {
  const at: u32 = load32(KEYS_TO);
  store32(KEYS_TO, at + grains * KEY_GRAIN_BYTES);
  store32(KEYS_LIVE, load32(KEYS_LIVE) + grains);
  return at >>> GRAIN_SHIFT;
}
