/**
 * Whether a 2.0 series is the one whose key is predicted: its references are followed to their
 * symbols and compared with the key's labels where they lie, so that nothing is laid out.
 *
 * A request repeats most of its labels, so the table of label-refs.ts says where each one lies that
 * was found before, and one comparison tells whether it is the key's next one.
 *
 * I1  The answer is yes only if the labels, laid out in plain form, are the key's bytes.
 *
 * Units: addresses and bytes.
 */

import { keepLabel, REF_MASK, REF_WIDTH_SHIFT, readRef, slotOf } from "./label-refs.ts";
import { LABEL_TAG, NAME_TAG, SHORT_HEAD, VALUE_TAG } from "./label-tags.ts";
import {
  KEY_BYTES,
  KEY_GRAIN_BYTES,
  KEY_LENGTH,
  LAID_GENERATION,
  LAID_LABEL_AT,
  LAID_LABEL_BYTES,
  LAID_LABEL_GENERATION,
  LAID_LABEL_REFS,
  LAID_SYMBOLS,
  SYMBOL_BYTES,
  SYMBOL_FROM,
  SYMBOL_LENGTH,
  SYMBOLS,
} from "./layout.ts";
import { equal16, equalBits16, leadingZeroBits, load8, load16, load32 } from "./memory.ts";

/** 1 when the references in [from, end) say the labels of `key`. */
export function isKeyOf(key: u32, from: u32, end: u32): u32 {
  const generation: u32 = load32(LAID_GENERATION);
  let text: u32 = key * KEY_GRAIN_BYTES + KEY_BYTES;
  const textEnd: u32 = text + load32(key * KEY_GRAIN_BYTES + KEY_LENGTH);
  let at: u32 = from;
  while (at < end) {
    const word: u32 = load32(at);
    const mask: u32 = pairMask(word);
    const refs: u32 = (word & mask) >>> 0;
    const slot: u32 = slotOf(refs);
    const otherRefs: u32 = (load32(slot + LAID_LABEL_REFS) ^ refs) >>> 0;
    if ((otherRefs | (load32(slot + LAID_LABEL_GENERATION) ^ generation)) === 0) {
      const bytes: u32 = load32(slot + LAID_LABEL_BYTES);
      if (!sameLabel(text, load32(slot + LAID_LABEL_AT), bytes)) return 0;
      text += bytes;
      at += 4 - (leadingZeroBits(mask) >>> 3);
    } else {
      const refsEnd: u32 = skipPair(at);
      if (refsEnd > end) return 0;
      const labelEnd: u32 = saidLabelEnd(at, text, textEnd);
      if (labelEnd === 0) return 0;
      if (refsEnd - at <= 4) keepLabel(slot, refs, text, labelEnd - text);
      text = labelEnd;
      at = refsEnd;
    }
  }
  return at === end && text === textEnd ? 1 : 0;
}

/** Whether two label fields are equal, as sameText(). */
function sameLabel(left: u32, right: u32, bytes: u32): boolean {
  if (bytes > 32) return sameText(left, right, bytes);
  const bits: u32 = (equalBits16(left, right) | (equalBits16(left + 16, right + 16) << 16)) >>> 0;
  const mask: u32 = (0xffffffff >>> (32 - bytes)) >>> 0;
  return (bits & mask) >>> 0 === mask;
}

/** The bytes of a word up to the end of the second reference in it; all when that is not in it. */
function pairMask(word: u32): u32 {
  const lasts: u32 = (~word & 0x80808080) >>> 0;
  const second: u32 = (lasts & (lasts - 1)) >>> 0;
  return (second ^ (second - 1)) >>> 0;
}

/** Where the two references end that start at `at`. */
function skipPair(at: u32): u32 {
  const word: u32 = load32(at);
  const lasts: u32 = (~word & 0x80808080) >>> 0;
  if ((lasts & (lasts - 1)) !== 0) return at + 4 - (leadingZeroBits(pairMask(word)) >>> 3);
  const valueAt: u32 = at + (readRef(at) >>> REF_WIDTH_SHIFT);
  return valueAt + (readRef(valueAt) >>> REF_WIDTH_SHIFT);
}

/** Where the label field at `text` ends when the two references at `at` say it, else 0. */
function saidLabelEnd(at: u32, text: u32, textEnd: u32): u32 {
  const symbols: u32 = load32(LAID_SYMBOLS);
  const nameRef: u32 = readRef(at);
  const name: u32 = nameRef & REF_MASK;
  const value: u32 = readRef(at + (nameRef >>> REF_WIDTH_SHIFT)) & REF_MASK;
  if (name >= symbols || value >= symbols) return 0;
  const nameAt: u32 = SYMBOLS + name * SYMBOL_BYTES;
  const valueAt: u32 = SYMBOLS + value * SYMBOL_BYTES;
  const nameBytes: u32 = load32(nameAt + SYMBOL_LENGTH);
  const valueBytes: u32 = load32(valueAt + SYMBOL_LENGTH);
  const bytes: u32 = nameBytes + valueBytes + 4;
  if (bytes > textEnd - text) return 0;
  let to: u32 = text;
  if (bytes < 0x80) {
    const head: u32 = (SHORT_HEAD | (bytes << 8) | (nameBytes << 24)) >>> 0;
    if (load32(to) !== head) return 0;
    to += 4;
  } else {
    if (load8(to) !== LABEL_TAG) return 0;
    to = sayNumber(to + 1, fieldBytes(nameBytes) + fieldBytes(valueBytes));
    if (to === 0 || load8(to) !== NAME_TAG) return 0;
    to = sayNumber(to + 1, nameBytes);
    if (to === 0) return 0;
  }
  if (!sameText(to, load32(nameAt + SYMBOL_FROM), nameBytes)) return 0;
  to += nameBytes;
  if (valueBytes < 0x80) {
    if (load16(to) !== (VALUE_TAG | (valueBytes << 8))) return 0;
    to += 2;
  } else {
    if (load8(to) !== VALUE_TAG) return 0;
    to = sayNumber(to + 1, valueBytes);
    if (to === 0) return 0;
  }
  return sameText(to, load32(valueAt + SYMBOL_FROM), valueBytes) ? to + valueBytes : 0;
}

/** Bytes of a text with its tag and its length. */
function fieldBytes(bytes: u32): u32 {
  let width: u32 = 1;
  for (let rest: u32 = bytes; rest >= 0x80; rest >>>= 7) width += 1;
  return 1 + width + bytes;
}

/** Whether the varint at `at` is this number in its shortest form: its end, or 0. */
function sayNumber(at: u32, value: u32): u32 {
  let to: u32 = at;
  let rest: u32 = value;
  for (; rest >= 0x80; rest >>>= 7) {
    if (load8(to) !== ((rest & 0x7f) | 0x80)) return 0;
    to += 1;
  }
  return load8(to) === rest ? to + 1 : 0;
}

/** Whether two texts are equal; what lies up to 16 bytes behind them is there to be read. */
function sameText(left: u32, right: u32, bytes: u32): boolean {
  if (bytes < 16) {
    const mask: u32 = (1 << bytes) - 1;
    return (equalBits16(left, right) & mask) === mask;
  }
  const last: u32 = bytes - 16;
  for (let i: u32 = 0; i < last; i += 16) if (!equal16(left + i, right + i)) return false;
  return equal16(left + last, right + last);
}
