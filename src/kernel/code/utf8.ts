/**
 * Whether bytes are valid UTF-8: shortest form, no surrogates, nothing above U+10FFFF.
 *
 * Source: RFC 3629, the table of well-formed byte sequences. Label text is nearly always ASCII, so
 * 16 bytes of that are one look.
 *
 * Units: addresses.
 */
import { isAscii16, load8 } from "./memory.ts";

/** Whether the bytes in [from, to) are valid UTF-8. */
export function isUtf8(from: u32, to: u32): boolean {
  let at: u32 = from;
  while (at < to) {
    if (to - at >= 16 && isAscii16(at)) at += 16;
    else if (load8(at) < 0x80) at += 1;
    else {
      const width: u32 = sequenceBytes(at, to);
      if (width === 0) return false;
      at += width;
    }
  }
  return true;
}

/** Bytes of the multi-byte sequence at `at`, or 0 when it is not well-formed. */
function sequenceBytes(at: u32, to: u32): u32 {
  const lead: u32 = load8(at);
  const width: u32 = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4 || at + width > to) return 0;
  const second: u32 = load8(at + 1);
  if (second < secondMin(lead) || second > secondMax(lead)) return 0;
  for (let i: u32 = 2; i < width; i += 1) if ((load8(at + i) & 0xc0) !== 0x80) return 0;
  return width;
}

function secondMin(lead: u32): u32 {
  if (lead === 0xe0) return 0xa0;
  return lead === 0xf0 ? 0x90 : 0x80;
}

function secondMax(lead: u32): u32 {
  if (lead === 0xed) return 0x9f;
  return lead === 0xf4 ? 0x8f : 0xbf;
}
