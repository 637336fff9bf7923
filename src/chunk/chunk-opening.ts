/**
 * The first two samples of a chunk: the only places where times are varints.
 *
 * Sample 0 is the zigzag varint of its time and the 64 value bits; sample 1 starts with the uvarint
 * of the time passed since. Varints are 7-bit groups, low group first (as in Protobuf). Both start
 * on a byte, so they are read and written as bytes.
 *
 * Units: positions here are bytes in the region's array; times are milliseconds.
 */
import { assert } from "../base/assert.ts";
import { timeOfSecondDifference } from "./wide-times.ts";

const WORD = 2 ** 32;
/** Longest varint of a time or of a difference of times below 2^54. */
export const VARINT_BYTES_MAX = 8;

/** Bytes of the varint of a 64-bit word pair. */
function varintBytes(high: number, low: number): number {
  if (high === 0 && low < 128) return 1;
  const bits = high === 0 ? 32 - Math.clz32(low) : 64 - Math.clz32(high);
  return Math.ceil(bits / 7);
}

/** Writes the varint of a word pair at byte `at`; returns the byte behind it. */
function putVarint(bytes: Uint8Array, at: number, high: number, low: number): number {
  let index = at;
  let restHigh = high >>> 0;
  let restLow = low >>> 0;
  while (restHigh !== 0 || restLow >= 128) {
    bytes[index++] = (restLow & 127) | 128;
    restLow = ((restLow >>> 7) | (restHigh << 25)) >>> 0;
    restHigh >>>= 7;
  }
  bytes[index++] = restLow;
  return index;
}

function zigzagHigh(timeMs: number): number {
  const size = timeMs < 0 ? -1 - timeMs : timeMs;
  return ((Math.floor(size / WORD) << 1) | ((size >>> 0) >>> 31)) >>> 0;
}

function zigzagLow(timeMs: number): number {
  const size = timeMs < 0 ? -1 - timeMs : timeMs;
  return (((size >>> 0) << 1) | (timeMs < 0 ? 1 : 0)) >>> 0;
}

function differenceHigh(time: number, earlier: number): number {
  const borrow = time >>> 0 < earlier >>> 0 ? 1 : 0;
  return Math.floor(time / WORD) - Math.floor(earlier / WORD) - borrow;
}

function differenceLow(time: number, earlier: number): number {
  return ((time >>> 0) - (earlier >>> 0)) >>> 0;
}

/** Bytes that the time of sample 0 takes. */
export function firstTimeBytes(timeMs: number): number {
  return varintBytes(zigzagHigh(timeMs), zigzagLow(timeMs));
}

/** Bytes that the time of sample 1 takes. */
export function secondTimeBytes(timeMs: number, firstMs: number): number {
  return varintBytes(differenceHigh(timeMs, firstMs), differenceLow(timeMs, firstMs));
}

/** Writes the time of sample 0 at byte `at`; returns the byte behind it. */
export function putFirstTime(bytes: Uint8Array, at: number, timeMs: number): number {
  assert(Number.isSafeInteger(timeMs), "time is no integer below 2^53");
  return putVarint(bytes, at, zigzagHigh(timeMs), zigzagLow(timeMs));
}

/** Writes the time of sample 1 at byte `at`; returns the byte behind it. */
export function putSecondTime(
  bytes: Uint8Array,
  at: number,
  timeMs: number,
  firstMs: number,
): number {
  const low = differenceLow(timeMs, firstMs);
  return putVarint(bytes, at, differenceHigh(timeMs, firstMs), low);
}

/** The byte behind the varint at byte `at`. */
export function varintEnd(bytes: Uint8Array, at: number): number {
  let index = at;
  while (bytes[index]! >= 128) index++;
  return index + 1;
}

/** The time of sample 1, whose varint is at byte `at`. */
export function secondTimeAt(bytes: Uint8Array, at: number, firstMs: number): number {
  let high = 0;
  let low = 0;
  for (let index = varintEnd(bytes, at) - 1; index >= at; index--) {
    high = ((high << 7) | (low >>> 25)) >>> 0;
    low = ((low << 7) | (bytes[index]! & 127)) >>> 0;
  }
  return timeOfSecondDifference(firstMs, firstMs, high, low);
}
