/**
 * Label references of remote write 2.0, spelled out as the label fields of 1.0.
 *
 * Texts are copied 16 bytes a step; what is written too much is written over by what follows. A
 * request repeats most of its labels, so a table says where each one was laid out before: then it
 * is copied whole from there.
 *
 * I1  Labels are in plain form (plain-labels.ts), whatever the texts are.
 * I2  A reference past the symbols, a name without a value or a want of room is answered with 0.
 * I3  The table holds what has been laid out since LAID_GENERATION changed, or found in a key; that
 *     stays in place.
 *
 * Units: addresses and bytes.
 */
import { LABEL_TAG, NAME_TAG, SHORT_HEAD, VALUE_TAG } from "./label-tags.ts";
import {
  LAID_GENERATION,
  LAID_LABEL_AT,
  LAID_LABEL_BYTES,
  LAID_LABEL_GENERATION,
  LAID_LABEL_REFS,
  LAID_LABEL_SLOT_BYTES,
  LAID_LABEL_SLOTS,
  LAID_LABELS,
  LAID_LIMIT,
  LAID_SYMBOLS,
  SYMBOL_BYTES,
  SYMBOL_FROM,
  SYMBOL_LENGTH,
  SYMBOLS,
} from "./layout.ts";
import { leadingZeroBits, load8, load32, move16, store8, store32 } from "./memory.ts";

/** Tags and lengths of a label take at most this much, with what is written too much. */
const OVERHEAD_BYTES: u32 = 40;
/** "No label" in the table: four bytes that are no two references. */
const NO_REFS: u32 = 0xffffffff;

/** How a reference is told: its number, and above it the bytes that it took. */
export const REF_WIDTH_SHIFT: u32 = 24;
export const REF_MASK: u32 = 0xffffff;
/** "No reference of at most three bytes"; its number is past any symbol's. */
export const LONG_REF: u32 = 0xffffff;

/** The number at `at` and its bytes; LONG_REF when it takes more than three. */
export function readRef(at: u32): u32 {
  const first: u32 = load8(at);
  if (first < 0x80) return first | (1 << REF_WIDTH_SHIFT);
  const second: u32 = load8(at + 1);
  const low: u32 = (first & 0x7f) | ((second & 0x7f) << 7);
  if (second < 0x80) return low | (2 << REF_WIDTH_SHIFT);
  const third: u32 = load8(at + 2);
  return third < 0x80 ? low | (third << 14) | (3 << REF_WIDTH_SHIFT) : LONG_REF;
}

/** Forgets where labels were laid out. */
export function forgetLabels(): void {
  const generation: u32 = (load32(LAID_GENERATION) + 1) >>> 0;
  store32(LAID_GENERATION, generation);
  if (generation !== 0) return;
  // The number begins anew, so no slot may keep one of those to come; no label has these two.
  for (let slot: u32 = 0; slot < LAID_LABEL_SLOTS; slot += 1) {
    store32(LAID_LABELS + slot * LAID_LABEL_SLOT_BYTES + LAID_LABEL_REFS, NO_REFS);
  }
}

/** Writes the labels of the references in [from, end) to `out`; where they end, or 0. */
export function layLabels(from: u32, end: u32, out: u32): u32 {
  const limit: u32 = load32(LAID_LIMIT);
  const generation: u32 = load32(LAID_GENERATION);
  let at: u32 = from;
  let to: u32 = out;
  while (at < end) {
    // The last bytes of both references are the first two without the highest bit.
    const word: u32 = load32(at);
    const lasts: u32 = (~word & 0x80808080) >>> 0;
    const second: u32 = (lasts & (lasts - 1)) >>> 0;
    const mask: u32 = (second ^ (second - 1)) >>> 0;
    const refs: u32 = (word & mask) >>> 0;
    const slot: u32 = slotOf(refs);
    const next: u32 = at + 4 - (leadingZeroBits(mask) >>> 3);
    const otherRefs: u32 = (load32(slot + LAID_LABEL_REFS) ^ refs) >>> 0;
    const otherTime: u32 = (load32(slot + LAID_LABEL_GENERATION) ^ generation) >>> 0;
    if ((otherRefs | otherTime) === 0) {
      const bytes: u32 = load32(slot + LAID_LABEL_BYTES);
      if (to + bytes + OVERHEAD_BYTES > limit) return 0;
      layLabelAgain(to, load32(slot + LAID_LABEL_AT), bytes);
      to += bytes;
      at = next;
      continue;
    }
    const labelTo: u32 = layLabel(at, end, to, limit);
    if (labelTo === 0) return 0;
    if (second === 0) {
      at += refBytes(at);
      at += refBytes(at);
    } else {
      keepLabel(slot, refs, to, labelTo - to);
      at = next;
    }
    to = labelTo;
  }
  return at === end ? to : 0;
}

/** Where the table has a label, by the bytes of its references: values in turn lie together. */
export function slotOf(refs: u32): u32 {
  const value: u32 = ((refs >>> 8) & 0x7f) | ((refs >>> 9) & 0x1f80);
  return LAID_LABELS + (value ^ ((refs & 0x3e) << 7)) * LAID_LABEL_SLOT_BYTES;
}

/** Says that the label of two references, by their bytes, lies at `laidAt` in plain form. */
export function keepLabel(slot: u32, refs: u32, laidAt: u32, bytes: u32): void {
  store32(slot + LAID_LABEL_REFS, refs);
  store32(slot + LAID_LABEL_GENERATION, load32(LAID_GENERATION));
  store32(slot + LAID_LABEL_AT, laidAt);
  store32(slot + LAID_LABEL_BYTES, bytes);
}

/** Copies a label that lies before `to`, and up to 32 bytes more. */
function layLabelAgain(to: u32, from: u32, bytes: u32): void {
  move16(to, from);
  move16(to + 16, from + 16);
  if (bytes <= 32) return;
  for (let done: u32 = 32; done < bytes; done += 16) move16(to + done, from + done);
}

/** Writes the label whose two references start at `at`; where it ends, or 0. */
function layLabel(at: u32, end: u32, out: u32, limit: u32): u32 {
  const symbols: u32 = load32(LAID_SYMBOLS);
  const name: u32 = readRef(at);
  const valueRefAt: u32 = at + (name >>> REF_WIDTH_SHIFT);
  const value: u32 = readRef(valueRefAt);
  if (valueRefAt + (value >>> REF_WIDTH_SHIFT) > end) return 0;
  if ((name & REF_MASK) >= symbols || (value & REF_MASK) >= symbols) return 0;
  const nameAt: u32 = SYMBOLS + (name & REF_MASK) * SYMBOL_BYTES;
  const valueAt: u32 = SYMBOLS + (value & REF_MASK) * SYMBOL_BYTES;
  const nameBytes: u32 = load32(nameAt + SYMBOL_LENGTH);
  const valueBytes: u32 = load32(valueAt + SYMBOL_LENGTH);
  const bytes: u32 = nameBytes + valueBytes + 4;
  if (out > limit || bytes + OVERHEAD_BYTES > limit - out) return 0;
  let to: u32 = out;
  if (bytes < 0x80) {
    store32(to, (SHORT_HEAD | (bytes << 8) | (nameBytes << 24)) >>> 0);
    to += 4;
  } else {
    const lengths: u32 = varintBytes(nameBytes) + varintBytes(valueBytes);
    store8(to, LABEL_TAG);
    to = layVarint(to + 1, bytes - 2 + lengths);
    store8(to, NAME_TAG);
    to = layVarint(to + 1, nameBytes);
  }
  layText(to, load32(nameAt + SYMBOL_FROM), nameBytes);
  to += nameBytes;
  store8(to, VALUE_TAG);
  to = layVarint(to + 1, valueBytes);
  layText(to, load32(valueAt + SYMBOL_FROM), valueBytes);
  return to + valueBytes;
}

/** Bytes of the reference at `at`, one that readRef() reads. */
function refBytes(at: u32): u32 {
  return readRef(at) >>> REF_WIDTH_SHIFT;
}

/** Copies a text, and up to 16 bytes more. */
export function layText(to: u32, from: u32, bytes: u32): void {
  move16(to, from);
  for (let done: u32 = 16; done < bytes; done += 16) move16(to + done, from + done);
}

/** Writes a varint; where it ends. */
export function layVarint(at: u32, value: u32): u32 {
  let to: u32 = at;
  let rest: u32 = value;
  while (rest >= 0x80) {
    store8(to, (rest & 0x7f) | 0x80);
    to += 1;
    rest >>>= 7;
  }
  store8(to, rest);
  return to + 1;
}

/** Bytes of a varint. */
export function varintBytes(value: u32): u32 {
  let bytes: u32 = 1;
  for (let rest: u32 = value; rest >= 0x80; rest >>>= 7) bytes += 1;
  return bytes;
}
