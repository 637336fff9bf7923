/**
 * Snappy elements: expands the body of a block whose declared length is known.
 *
 * Says only whether the block is whole: the words of a refusal come from the reference decoder
 * (src/wire/snappy-decoder.ts), which is asked again.
 *
 * I1  Reads lie below `bodyEnd` + 64, writes in [outFrom, outEnd + 64).
 *
 * Units: addresses and bytes.
 */
import { load8, load16, load32, move8, move16, store8 } from "./memory.ts";

const TAG_LITERAL_MAX: u32 = 60;

/** Expands the elements in [at, bodyEnd) to exactly [outFrom, outEnd); 1 when they do, else 0. */
export function expand(from: u32, bodyEnd: u32, outFrom: u32, outEnd: u32): u32 {
  let at: u32 = from;
  let to: u32 = outFrom;
  while (at < bodyEnd) {
    const tag: u32 = load8(at);
    const kind: u32 = tag & 3;
    if (kind === 2) {
      const back: u32 = load16(at + 1);
      const bytes: u32 = (tag >>> 2) + 1;
      if (bodyEnd - at < 3 || back === 0 || back > to - outFrom || bytes > outEnd - to) return 0;
      copy(to, back, bytes);
      at += 3;
      to += bytes;
    } else if (kind === 0) {
      let bytes: u32 = (tag >>> 2) + 1;
      at += 1;
      if (bytes > TAG_LITERAL_MAX) {
        const lengthBytes: u32 = bytes - TAG_LITERAL_MAX;
        if (bodyEnd - at < lengthBytes) return 0;
        const mask: u32 = 0xffffffff >>> (32 - 8 * lengthBytes);
        const less: u32 = (load32(at) & mask) >>> 0;
        if (less >= bodyEnd - at) return 0;
        bytes = less + 1;
        at += lengthBytes;
      }
      if (bytes > bodyEnd - at || bytes > outEnd - to) return 0;
      move16(to, at);
      for (let done: u32 = 16; done < bytes; done += 16) move16(to + done, at + done);
      at += bytes;
      to += bytes;
    } else if (kind === 1) {
      const back: u32 = ((tag >>> 5) << 8) | load8(at + 1);
      const bytes: u32 = ((tag >>> 2) & 7) + 4;
      if (bodyEnd - at < 2 || back === 0 || back > to - outFrom || bytes > outEnd - to) return 0;
      if (back >= 16) move16(to, to - back);
      else copy(to, back, bytes);
      at += 2;
      to += bytes;
    } else {
      const back: u32 = load32(at + 1);
      const bytes: u32 = (tag >>> 2) + 1;
      if (bodyEnd - at < 5 || back === 0 || back > to - outFrom || bytes > outEnd - to) return 0;
      copy(to, back, bytes);
      at += 5;
      to += bytes;
    }
  }
  return to === outEnd ? 1 : 0;
}

/** Copies 1..64 bytes from `back` bytes before; what it has just written repeats. */
function copy(to: u32, back: u32, bytes: u32): void {
  const from: u32 = to - back;
  if (back >= 16) {
    move16(to, from);
    if (bytes <= 16) return;
    move16(to + 16, from + 16);
    if (bytes <= 32) return;
    move16(to + 32, from + 32);
    move16(to + 48, from + 48);
  } else if (back >= 8) {
    for (let done: u32 = 0; done < bytes; done += 8) move8(to + done, from + done);
  } else {
    for (let done: u32 = 0; done < bytes; done += 1) store8(to + done, load8(from + done));
  }
}
