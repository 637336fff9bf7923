/**
 * A label set taken apart: the texts of its labels, and the pairs of those that are known.
 *
 * New series mostly carry labels that some other series has. So there is a table of known label
 * fields: a field's bytes say the whole pair, and one comparison finds it. A slot is overwritten by
 * the next field with its hash; what is not found there is looked up by its texts.
 *
 * I1  Only the canonical form is taken apart: labels sorted by name, unique, none empty, all valid
 *     UTF-8 and not too long, a metric name among them, every length in its shortest form. For
 *     anything else the answer is 0, and the reader that knows every form says what it is.
 * I2  The bytes of a known field stay where they are; the owner of the table empties it before they
 *     go (src/series/known-labels.ts).
 *
 * Units: addresses and bytes.
 */

import { equalBytes, hashBytes } from "./bytes.ts";
import { LABEL_TAG, NAME_TAG, SHORT_HEAD, SHORT_HEAD_MASK, VALUE_TAG } from "./label-tags.ts";
import {
  KNOWN_AT,
  KNOWN_LABELS,
  KNOWN_LENGTH,
  KNOWN_PAIR,
  KNOWN_SLOT_BYTES,
  KNOWN_SLOTS,
  LABEL_PAIRS,
  LABEL_SLOTS,
  LABELS_MAX,
  NAME_FROM,
  NAME_TO,
  NO_KNOWN_PAIR,
  VALUE_FROM,
  VALUE_TO,
} from "./layout.ts";
import { load8, load32, store32 } from "./memory.ts";
import { varint, varintWidth } from "./plain-labels.ts";
import { isUtf8 } from "./utf8.ts";

/** Bytes of the shortest label field whose texts are not empty. */
const SHORTEST: u32 = 8;
const NAME_BYTES_MAX: u32 = 1024;
const VALUE_BYTES_MAX: u32 = 64 << 10;
/** "__name__" as two words. */
const METRIC_NAME_LOW: u32 = 0x616e5f5f;
const METRIC_NAME_HIGH: u32 = 0x5f5f656d;

/**
 * Takes the label set in [from, to) apart into the columns of layout.ts; the number of labels, 0
 * when it is not in canonical form. `seed` keys the slots.
 */
export function splitLabels(from: u32, to: u32, seed: u32): u32 {
  let at: u32 = from;
  let count: u32 = 0;
  let named: boolean = false;
  let before: u32 = from;
  let beforeTo: u32 = from;
  while (at < to) {
    if (count === LABELS_MAX) return 0;
    const end: u32 = placeTexts(at, to, count * 4);
    if (end === at) return 0;
    const nameFrom: u32 = load32(NAME_FROM + count * 4);
    const nameTo: u32 = load32(NAME_TO + count * 4);
    if (!isBehind(nameFrom, nameTo, before, beforeTo)) return 0;
    if (nameTo - nameFrom === 8 && isMetricName(nameFrom)) named = true;
    const bytes: u32 = end - at;
    // The label in this place is mostly the one that the set before had in it.
    let slot: u32 = load32(LABEL_SLOTS + count * 4);
    let known: boolean = holds(slot, at, bytes);
    if (!known) {
      slot = slotOf(hashBytes(at, end, seed));
      known = holds(slot, at, bytes);
    }
    if (!known && !areTexts(count * 4)) return 0;
    const pair: u32 = known ? load32(slot + KNOWN_PAIR) : NO_KNOWN_PAIR;
    store32(LABEL_PAIRS + count * 4, pair);
    store32(LABEL_SLOTS + count * 4, slot);
    before = nameFrom;
    beforeTo = nameTo;
    count += 1;
    at = end;
  }
  return named ? count : 0;
}

/** Whether a slot, or 0 for none, is that of the label field of `bytes` bytes at `at`. */
function holds(slot: u32, at: u32, bytes: u32): boolean {
  if (slot === 0 || load32(slot + KNOWN_LENGTH) !== bytes) return false;
  return equalBytes(load32(slot + KNOWN_AT), at, bytes) === 1;
}

function slotOf(hash: u32): u32 {
  return KNOWN_LABELS + (hash & (KNOWN_SLOTS - 1)) * KNOWN_SLOT_BYTES;
}

/** Notes where the texts of the plain label field at `at` are; its end, or `at` when it is none. */
function placeTexts(at: u32, end: u32, column: u32): u32 {
  if (end - at < SHORTEST) return at;
  const head: u32 = load32(at);
  if ((head & SHORT_HEAD_MASK) !== SHORT_HEAD) return placeLongTexts(at, end, column);
  const next: u32 = at + 2 + ((head >>> 8) & 0x7f);
  const nameTo: u32 = at + 4 + (head >>> 24);
  if (next > end || next < nameTo + 2) return at;
  if (load8(nameTo) !== VALUE_TAG || load8(nameTo + 1) !== next - nameTo - 2) return at;
  return place(at, at + 4, nameTo, nameTo + 2, next, column);
}

/** As placeTexts(), for a field of 128 bytes or more. */
function placeLongTexts(at: u32, end: u32, column: u32): u32 {
  if (load8(at) !== LABEL_TAG) return at;
  const width: u32 = varintWidth(at + 1, end);
  const labelFrom: u32 = at + 1 + width;
  const bytes: u32 = varint(at + 1, width);
  if (width === 0 || bytes < SHORTEST - 2 || bytes > end - labelFrom) return at;
  const labelEnd: u32 = labelFrom + bytes;
  if (load8(labelFrom) !== NAME_TAG) return at;
  const nameWidth: u32 = varintWidth(labelFrom + 1, labelEnd);
  const nameFrom: u32 = labelFrom + 1 + nameWidth;
  const nameBytes: u32 = varint(labelFrom + 1, nameWidth);
  if (nameWidth === 0 || nameBytes + 2 > labelEnd - nameFrom) return at;
  const nameTo: u32 = nameFrom + nameBytes;
  if (load8(nameTo) !== VALUE_TAG) return at;
  const valueWidth: u32 = varintWidth(nameTo + 1, labelEnd);
  const valueFrom: u32 = nameTo + 1 + valueWidth;
  if (valueWidth === 0 || valueFrom + varint(nameTo + 1, valueWidth) !== labelEnd) return at;
  return place(at, nameFrom, nameTo, valueFrom, labelEnd, column);
}

function place(
  at: u32,
  nameFrom: u32,
  nameTo: u32,
  valueFrom: u32,
  valueTo: u32,
  column: u32,
): u32 {
  if (nameFrom === nameTo || valueFrom === valueTo) return at;
  store32(NAME_FROM + column, nameFrom);
  store32(NAME_TO + column, nameTo);
  store32(VALUE_FROM + column, valueFrom);
  store32(VALUE_TO + column, valueTo);
  return valueTo;
}

/** Whether a text sorts behind another one. */
function isBehind(from: u32, to: u32, otherFrom: u32, otherTo: u32): boolean {
  let at: u32 = from;
  let other: u32 = otherFrom;
  for (; at < to && other < otherTo; at += 1) {
    const left: u32 = load8(at);
    const right: u32 = load8(other);
    if (left !== right) return left > right;
    other += 1;
  }
  return at < to;
}

function isMetricName(at: u32): boolean {
  return load32(at) === METRIC_NAME_LOW && load32(at + 4) === METRIC_NAME_HIGH;
}

/** Whether the texts of a label are ones that a label may have. */
function areTexts(column: u32): boolean {
  const nameFrom: u32 = load32(NAME_FROM + column);
  const nameTo: u32 = load32(NAME_TO + column);
  const valueFrom: u32 = load32(VALUE_FROM + column);
  const valueTo: u32 = load32(VALUE_TO + column);
  if (nameTo - nameFrom > NAME_BYTES_MAX || valueTo - valueFrom > VALUE_BYTES_MAX) return false;
  return isUtf8(nameFrom, nameTo) && isUtf8(valueFrom, valueTo);
}
