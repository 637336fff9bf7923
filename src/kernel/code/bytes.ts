/**
 * Byte ranges: whether two are equal, how much of them is, a copy and a hash of one.
 *
 * The hash has the rounds of xxHash32 (BSD, Yann Collet), four lanes of a word each. It is for the
 * store's own tables and never written to disk; a range that collides is told apart by comparing.
 *
 * Units: addresses and bytes.
 */
import { equal16, load8, load32, move16, multiply, rotate, store8 } from "./memory.ts";

const PRIME_1: u32 = 0x9e3779b1;
const PRIME_2: u32 = 0x85ebca77;
const PRIME_3: u32 = 0xc2b2ae3d;
const PRIME_4: u32 = 0x27d4eb2f;
const PRIME_5: u32 = 0x165667b1;

/** 1 when `bytes` bytes at two addresses are equal. */
export function equalBytes(left: u32, right: u32, bytes: u32): u32 {
  if (bytes < 16) {
    for (let i: u32 = 0; i < bytes; i += 1) if (load8(left + i) !== load8(right + i)) return 0;
    return 1;
  }
  const last: u32 = bytes - 16;
  for (let i: u32 = 0; i < last; i += 16) if (!equal16(left + i, right + i)) return 0;
  return equal16(left + last, right + last) ? 1 : 0;
}

/** Bytes that two ranges of at least `most` bytes share at their starts, `most` at most. */
export function sharedPrefix(left: u32, right: u32, most: u32): u32 {
  let count: u32 = 0;
  while (most - count >= 16 && equal16(left + count, right + count)) count += 16;
  while (count < most && load8(left + count) === load8(right + count)) count += 1;
  return count;
}

/** Bytes that two ranges share at their ends, `most` at most. */
export function sharedSuffix(leftEnd: u32, rightEnd: u32, most: u32): u32 {
  let count: u32 = 0;
  while (most - count >= 16 && equal16(leftEnd - count - 16, rightEnd - count - 16)) count += 16;
  while (count < most && load8(leftEnd - count - 1) === load8(rightEnd - count - 1)) count += 1;
  return count;
}

/** Copies `bytes` bytes to a place that they do not lie in; writes nothing beside it. */
export function copyBytes(to: u32, from: u32, bytes: u32): void {
  let done: u32 = 0;
  for (; bytes - done >= 16; done += 16) move16(to + done, from + done);
  if (done === bytes) return;
  if (bytes >= 16) move16(to + bytes - 16, from + bytes - 16);
  else for (; done < bytes; done += 1) store8(to + done, load8(from + done));
}

/** Hash of the bytes in [from, to). */
export function hashBytes(from: u32, to: u32, seed: u32): u32 {
  let at: u32 = from;
  let hash: u32 = (seed + PRIME_5) >>> 0;
  if (to - from >= 16) {
    let first: u32 = (seed + PRIME_1 + PRIME_2) >>> 0;
    let second: u32 = (seed + PRIME_2) >>> 0;
    let third: u32 = seed;
    let fourth: u32 = (seed ^ PRIME_1) >>> 0;
    for (; to - at >= 16; at += 16) {
      first = round(first, load32(at));
      second = round(second, load32(at + 4));
      third = round(third, load32(at + 8));
      fourth = round(fourth, load32(at + 12));
    }
    hash = (rotate(first, 1) + rotate(second, 7) + rotate(third, 12) + rotate(fourth, 18)) >>> 0;
  }
  hash = (hash + (to - from)) >>> 0;
  for (; to - at >= 4; at += 4) {
    hash = multiply(rotate((hash + multiply(load32(at), PRIME_3)) >>> 0, 17), PRIME_4);
  }
  for (; at < to; at += 1) {
    hash = multiply(rotate((hash + multiply(load8(at), PRIME_5)) >>> 0, 11), PRIME_1);
  }
  hash = multiply((hash ^ (hash >>> 15)) >>> 0, PRIME_2);
  hash = multiply((hash ^ (hash >>> 13)) >>> 0, PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function round(lane: u32, word: u32): u32 {
  return multiply(rotate((lane + multiply(word, PRIME_2)) >>> 0, 13), PRIME_1);
}
