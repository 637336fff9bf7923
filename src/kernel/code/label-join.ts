/**
 * Label fields put one behind the other: the label bytes of a series from those of its pairs.
 *
 * Units: addresses and bytes.
 */
import { load32, move16 } from "./memory.ts";

/**
 * Copies the fields of the `count` pairs that are named by words from `list` on to `to`, one behind
 * the other; returns the end. `table` has two words a pair: address and bytes of its field. Up to
 * 15 bytes behind each field are read, and as many behind the end are overwritten.
 */
export function joinFields(list: u32, count: u32, table: u32, to: u32): u32 {
  let at: u32 = to;
  for (let i: u32 = 0; i < count; i += 1) {
    const entry: u32 = table + load32(list + i * 4) * 8;
    const from: u32 = load32(entry);
    const bytes: u32 = load32(entry + 4);
    for (let done: u32 = 0; done < bytes; done += 16) move16(at + done, from + done);
    at += bytes;
  }
  return at;
}
