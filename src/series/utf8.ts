/**
 * Whether bytes are valid UTF-8: shortest form, no surrogates, nothing above U+10FFFF.
 *
 * Source: RFC 3629, the table of well-formed byte sequences. Label text is nearly always ASCII, so
 * that case is one comparison a byte.
 */

/** Whether `bytes[from, to)` is valid UTF-8. */
export function isUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to) {
    if (bytes[at]! < 0x80) at++;
    else {
      const width = sequenceBytes(bytes, at, to);
      if (width === 0) return false;
      at += width;
    }
  }
  return true;
}

/** Bytes of the multi-byte sequence at `at`, or 0 when it is not well-formed. */
function sequenceBytes(bytes: Uint8Array, at: number, to: number): number {
  const lead = bytes[at]!;
  const width = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4 || at + width > to) return 0;
  const second = bytes[at + 1]!;
  if (second < secondMin(lead) || second > secondMax(lead)) return 0;
  for (let i = 2; i < width; i++) {
    if ((bytes[at + i]! & 0xc0) !== 0x80) return 0;
  }
  return width;
}

function secondMin(lead: number): number {
  if (lead === 0xe0) return 0xa0;
  return lead === 0xf0 ? 0x90 : 0x80;
}

function secondMax(lead: number): number {
  if (lead === 0xed) return 0x9f;
  return lead === 0xf4 ? 0x8f : 0xbf;
}
