/**
 * Plain labels: finds how far a series starts with label fields in the form every sender writes.
 *
 * Plain form: 0x0a, length, 0x0a, name length, name, 0x12, value length, value; nothing more,
 * every length in its shortest form. A label in this form is completely checked by being found.
 *
 * Units: byte offsets into the body.
 */

const LABEL_TAG = 0x0a;
const NAME_TAG = 0x0a;
const VALUE_TAG = 0x12;
/** Bytes of the shortest plain label field: both texts are empty. */
const SHORTEST = 6;
/** Tag, length below 128, tag of the name: as the low 24 bits of a word, length left out. */
const SHORT_HEAD = (NAME_TAG << 16) | LABEL_TAG;
const SHORT_HEAD_MASK = 0xff80ff;

/** End of the run of plain label fields that starts at `from` and lies before `end`. */
export function plainLabelsEnd(view: DataView, from: number, end: number): number {
  let at = from;
  const last = end - SHORTEST;
  while (at <= last) {
    const head = view.getUint32(at, true);
    if ((head & SHORT_HEAD_MASK) !== SHORT_HEAD) {
      const next = longLabelEnd(view, at, end);
      if (next === at) break;
      at = next;
      continue;
    }
    const next = at + 2 + ((head >>> 8) & 0x7f);
    const valueAt = at + 4 + (head >>> 24);
    const valueBytes = next - valueAt - 2;
    if (valueBytes < 0 || next > end) break;
    if (view.getUint16(valueAt, true) !== (VALUE_TAG | (valueBytes << 8))) break;
    at = next;
  }
  return at;
}

/** End of the plain label field of 128 bytes or more at `from`; `from` when there is none. */
function longLabelEnd(view: DataView, from: number, end: number): number {
  if (view.getUint8(from) !== LABEL_TAG) return from;
  let at = from + 1;
  const bytes = shortestVarint(view, at, end);
  at += varintBytes(bytes);
  const labelEnd = at + bytes;
  if (bytes < 4 || labelEnd > end || view.getUint8(at) !== NAME_TAG) return from;
  const nameBytes = shortestVarint(view, at + 1, labelEnd);
  at += 1 + varintBytes(nameBytes) + nameBytes;
  if (nameBytes < 0 || at + 2 > labelEnd || view.getUint8(at) !== VALUE_TAG) return from;
  const valueBytes = shortestVarint(view, at + 1, labelEnd);
  at += 1 + varintBytes(valueBytes) + valueBytes;
  return valueBytes >= 0 && at === labelEnd ? labelEnd : from;
}

/** The varint at `at` if it is in its shortest form and has at most 4 bytes, else -1. */
function shortestVarint(view: DataView, at: number, end: number): number {
  let value = 0;
  for (let i = 0; i < 4 && at + i < end; i++) {
    const byte = view.getUint8(at + i);
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return byte === 0 && i > 0 ? -1 : value;
  }
  return -1;
}

/** Bytes of the shortest varint of a number below 2^28 (1 for -1, which callers refuse). */
function varintBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x200000 ? 3 : 4;
}
