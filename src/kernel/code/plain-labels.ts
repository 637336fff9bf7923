/**
 * Plain labels: finds how far a series starts with label fields in the form every sender writes.
 *
 * Plain form: 0x0a, length, 0x0a, name length, name, 0x12, value length, value; nothing more,
 * every length in its shortest form. A label in this form is completely checked by being found.
 *
 * Units: addresses.
 */
import { LABEL_TAG, NAME_TAG, SHORT_HEAD, SHORT_HEAD_MASK, VALUE_TAG } from "./label-tags.ts";
import { load8, load16, load32 } from "./memory.ts";

/** Bytes of the shortest plain label field: both texts are empty. */
const SHORTEST: u32 = 6;

/** End of the run of plain label fields that starts at `from` and lies before `end`. */
export function plainLabelsEnd(from: u32, end: u32): u32 {
  let at: u32 = from;
  while (end - at >= SHORTEST) {
    const head: u32 = load32(at);
    if ((head & SHORT_HEAD_MASK) !== SHORT_HEAD) {
      const longEnd: u32 = longLabelEnd(at, end);
      if (longEnd === at) break;
      at = longEnd;
      continue;
    }
    const next: u32 = at + 2 + ((head >>> 8) & 0x7f);
    const valueAt: u32 = at + 4 + (head >>> 24);
    if (next > end || next < valueAt + 2) break;
    if (load16(valueAt) !== (VALUE_TAG | ((next - valueAt - 2) << 8))) break;
    at = next;
  }
  return at;
}

/** End of the plain label field of 128 bytes or more at `from`; `from` when there is none. */
function longLabelEnd(from: u32, end: u32): u32 {
  if (load8(from) !== LABEL_TAG) return from;
  const bytesWidth: u32 = varintWidth(from + 1, end);
  const labelFrom: u32 = from + 1 + bytesWidth;
  const bytes: u32 = varint(from + 1, bytesWidth);
  if (bytesWidth === 0 || bytes < 4 || bytes > end - labelFrom) return from;
  const labelEnd: u32 = labelFrom + bytes;
  if (load8(labelFrom) !== NAME_TAG) return from;
  const nameWidth: u32 = varintWidth(labelFrom + 1, labelEnd);
  const nameFrom: u32 = labelFrom + 1 + nameWidth;
  const nameBytes: u32 = varint(labelFrom + 1, nameWidth);
  if (nameWidth === 0 || nameBytes + 2 > labelEnd - nameFrom) return from;
  const valueAt: u32 = nameFrom + nameBytes;
  if (load8(valueAt) !== VALUE_TAG) return from;
  const valueWidth: u32 = varintWidth(valueAt + 1, labelEnd);
  const valueBytes: u32 = varint(valueAt + 1, valueWidth);
  if (valueWidth === 0 || valueAt + 1 + valueWidth + valueBytes !== labelEnd) return from;
  return labelEnd;
}

/** Bytes of the varint at `at` when it is in its shortest form and has at most 4, else 0. */
export function varintWidth(at: u32, end: u32): u32 {
  for (let i: u32 = 0; i < 4 && at + i < end; i += 1) {
    const byte: u32 = load8(at + i);
    if (byte < 0x80) return byte === 0 && i > 0 ? 0 : i + 1;
  }
  return 0;
}

/** The varint of `width` bytes at `at`. */
export function varint(at: u32, width: u32): u32 {
  let value: u32 = 0;
  for (let i: u32 = 0; i < width; i += 1) value |= (load8(at + i) & 0x7f) << (7 * i);
  return value;
}
