/**
 * The table of keys: from the hash of label bytes to the key that has them, by open addressing.
 *
 * I1  A slot's first word is 0 (never used), 1 (given up) or a key; its second one the key's hash.
 *     Linear probing: a search ends at a slot never used.
 * I2  Used slots and those given up stay below 3/4 of all; passing that puts every key in place
 *     anew, with twice the slots when those used alone pass half.
 * I3  That happens in place. The slots that are added are empty, and the keys are taken in their
 *     order, from behind an empty slot on: each goes to the same slot or an earlier one of its part
 *     of the table, so that it is put where all before it were taken already.
 *
 * Units: addresses; a key's ref is its address divided by 8.
 */
import { equalBytes } from "./bytes.ts";
import {
  INDEX_REMOVED,
  INDEX_SLOTS,
  INDEX_USED,
  KEY_BYTES,
  KEY_GRAIN_BYTES,
  KEY_INDEX,
  KEY_INDEX_SLOTS_MAX,
  KEY_LENGTH,
  NO_KEY,
} from "./layout.ts";
import { load32, store32 } from "./memory.ts";

const GIVEN_UP: u32 = 1;
const FIRST_SLOTS: u32 = 1024;

/** The key with the `length` bytes at `at`, whose hash is known; NO_KEY when there is none. */
export function findKey(hash: u32, at: u32, length: u32): u32 {
  const slots: u32 = load32(INDEX_SLOTS);
  if (slots === 0) return NO_KEY;
  const mask: u32 = slots - 1;
  let slot: u32 = hash & mask;
  let key: u32 = load32(KEY_INDEX + slot * 8);
  while (key !== 0) {
    if (key !== GIVEN_UP && load32(KEY_INDEX + slot * 8 + 4) === hash) {
      if (hasBytes(key * KEY_GRAIN_BYTES, at, length)) return key;
    }
    slot = (slot + 1) & mask;
    key = load32(KEY_INDEX + slot * 8);
  }
  return NO_KEY;
}

function hasBytes(record: u32, at: u32, length: u32): boolean {
  if (load32(record + KEY_LENGTH) !== length) return false;
  return equalBytes(record + KEY_BYTES, at, length) === 1;
}

/** Adds a key that is not there yet. */
export function insertKey(hash: u32, key: u32): void {
  const slots: u32 = load32(INDEX_SLOTS);
  const taken: u32 = load32(INDEX_USED) + load32(INDEX_REMOVED) + 1;
  if (taken * 4 > slots * 3) makeRoom(slots);
  const mask: u32 = load32(INDEX_SLOTS) - 1;
  let slot: u32 = hash & mask;
  while (load32(KEY_INDEX + slot * 8) > GIVEN_UP) slot = (slot + 1) & mask;
  if (load32(KEY_INDEX + slot * 8) === GIVEN_UP) store32(INDEX_REMOVED, load32(INDEX_REMOVED) - 1);
  store32(KEY_INDEX + slot * 8, key);
  store32(KEY_INDEX + slot * 8 + 4, hash);
  store32(INDEX_USED, load32(INDEX_USED) + 1);
}

/** Takes a key out that is there. */
export function removeKey(hash: u32, key: u32): void {
  const mask: u32 = load32(INDEX_SLOTS) - 1;
  let slot: u32 = hash & mask;
  while (load32(KEY_INDEX + slot * 8) !== key) slot = (slot + 1) & mask;
  store32(KEY_INDEX + slot * 8, GIVEN_UP);
  store32(INDEX_USED, load32(INDEX_USED) - 1);
  store32(INDEX_REMOVED, load32(INDEX_REMOVED) + 1);
}

/** Makes room for so many keys in all, so that adding them puts none in place anew. */
export function reserveKeys(keys: u32): void {
  let slots: u32 = load32(INDEX_SLOTS);
  if (slots === 0) slots = FIRST_SLOTS;
  while (slots < keys * 2 && slots < KEY_INDEX_SLOTS_MAX) slots *= 2;
  if (slots > load32(INDEX_SLOTS)) rebuild(slots);
}

function makeRoom(slots: u32): void {
  if (slots === 0) {
    store32(INDEX_SLOTS, FIRST_SLOTS);
  } else if (load32(INDEX_USED) * 2 >= slots && slots < KEY_INDEX_SLOTS_MAX) {
    rebuild(slots * 2);
  } else if (load32(INDEX_REMOVED) * 16 >= slots) {
    rebuild(slots);
  }
}

/** Puts every key in place in a table of `slots` slots, at least as many as there are: I3. */
function rebuild(slots: u32): void {
  const before: u32 = load32(INDEX_SLOTS);
  const mask: u32 = slots - 1;
  store32(INDEX_SLOTS, slots);
  store32(INDEX_REMOVED, 0);
  if (before === 0) return;
  let start: u32 = 0;
  while (load32(KEY_INDEX + start * 8) !== 0) start += 1;
  for (let i: u32 = 1; i < before; i += 1) {
    const from: u32 = KEY_INDEX + ((start + i) & (before - 1)) * 8;
    const key: u32 = load32(from);
    if (key === 0) continue;
    store32(from, 0);
    if (key === GIVEN_UP) continue;
    const hash: u32 = load32(from + 4);
    let slot: u32 = hash & mask;
    while (load32(KEY_INDEX + slot * 8) !== 0) slot = (slot + 1) & mask;
    store32(KEY_INDEX + slot * 8, key);
    store32(KEY_INDEX + slot * 8 + 4, hash);
  }
}
