/**
 * Known families: metadata entries that say what the store holds already.
 *
 * Senders repeat the metadata of their metrics for ever. A table has the bytes of an entry by the
 * hash of its family's name, so that one comparison tells that it says nothing new.
 *
 * I1  Only entries in the usual form are kept: type, name, help and unit in this order, each once
 *     at most, a name among them.
 * I2  A family has one slot; another with the same hash takes its place.
 *
 * Units: addresses and bytes.
 */
import { copyBytes, equalBytes, hashBytes } from "./bytes.ts";
import {
  FAMILIES,
  FAMILY_ENTRY,
  FAMILY_ENTRY_MAX,
  FAMILY_SLOT_BYTES,
  FAMILY_SLOTS,
} from "./layout.ts";
import { load8, load32, store32 } from "./memory.ts";
import { varint, varintWidth } from "./plain-labels.ts";

const TYPE_TAG: u32 = 0x08;
const NAME_TAG: u32 = 0x12;
const HELP_TAG: u32 = 0x22;
const UNIT_TAG: u32 = 0x2a;
/** Bytes of the shortest entry that is looked at: a type and a name of one byte. */
const SHORTEST: u32 = 5;

/** Whether the metadata entry in [from, end) says what is known; 1 when it does. */
export function isKnownFamily(from: u32, end: u32, seed: u32): u32 {
  const nameAt: u32 = nameFieldOf(from);
  const bytes: u32 = end - from;
  if (bytes < SHORTEST || bytes > FAMILY_ENTRY_MAX || load8(nameAt) !== NAME_TAG) return 0;
  const nameBytes: u32 = load8(nameAt + 1);
  if (nameBytes >= 0x80 || nameBytes > end - nameAt - 2) return 0;
  const slot: u32 = slotOf(nameAt + 2, nameAt + 2 + nameBytes, seed);
  if (load32(slot) !== bytes) return 0;
  return equalBytes(slot + FAMILY_ENTRY, from, bytes);
}

/** Makes the metadata entry in [from, end) known, if its form is usual. */
export function keepFamily(from: u32, end: u32, seed: u32): void {
  const bytes: u32 = end - from;
  if (bytes < SHORTEST || bytes > FAMILY_ENTRY_MAX) return;
  const nameAt: u32 = nameFieldOf(from);
  const nameEnd: u32 = textEnd(NAME_TAG, nameAt, end);
  if (nameEnd - nameAt < 3 || load8(nameAt + 1) >= 0x80) return;
  const unitAt: u32 = textEnd(HELP_TAG, nameEnd, end);
  if (textEnd(UNIT_TAG, unitAt, end) !== end) return;
  const slot: u32 = slotOf(nameAt + 2, nameEnd, seed);
  store32(slot, bytes);
  copyBytes(slot + FAMILY_ENTRY, from, bytes);
}

/** Makes the family whose name is [from, end) unknown. */
export function forgetFamily(from: u32, end: u32, seed: u32): void {
  store32(slotOf(from, end, seed), 0);
}

/** Where the field behind the type starts. */
function nameFieldOf(from: u32): u32 {
  return load8(from) === TYPE_TAG && load8(from + 1) < 0x80 ? from + 2 : from;
}

/** End of the text field with this tag at `at`; `at` when there is none. */
function textEnd(tag: u32, at: u32, end: u32): u32 {
  if (at >= end || load8(at) !== tag) return at;
  const width: u32 = varintWidth(at + 1, end);
  const from: u32 = at + 1 + width;
  const bytes: u32 = varint(at + 1, width);
  return width === 0 || bytes > end - from ? at : from + bytes;
}

function slotOf(from: u32, end: u32, seed: u32): u32 {
  return FAMILIES + (hashBytes(from, end, seed) & (FAMILY_SLOTS - 1)) * FAMILY_SLOT_BYTES;
}
