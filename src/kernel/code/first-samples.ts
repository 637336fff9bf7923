/**
 * The first samples of chunks that were made for new series, one each: states, bytes and journal.
 *
 * What is written is what chunk/chunk-opening.ts and engine/write-log.ts write for one sample
 * (docs/format/chunk.md, docs/format/journal.md), to the bit. The heap's bytes are left in PATCHES.
 *
 * F1  The series are those of the request that end before APPEND_SERIES, in the columns of MADE_….
 * F2  The caller sees to it that times are not negative and journal numbers and times are near
 *     those before: log-sample.ts.
 *
 * Units: addresses; positions are bits; times are milliseconds since the epoch.
 */
import { copyBytes, sharedPrefix, sharedSuffix } from "./bytes.ts";
import {
  APPEND_LOG_AT,
  APPEND_SERIES,
  CHUNK_ADDRESS_LOW,
  CHUNK_BIT_LENGTH,
  CHUNK_CAPACITY,
  CHUNK_FIRST_TIME,
  CHUNK_LAST_HIGH,
  CHUNK_LAST_LOW,
  CHUNK_LAST_TIME,
  CHUNK_NEWEST_MARK,
  CHUNK_PREVIOUS_TIME,
  CHUNK_REGION,
  CHUNK_SAMPLE_COUNT,
  CHUNK_STATE_BYTES,
  CHUNK_STATES,
  CHUNK_WASTE_STATE,
  CHUNK_WINDOW_STATE,
  DEFINE_AT,
  DEFINE_KEY,
  DEFINE_NUMBER,
  JOURNAL_NUMBERS,
  KEY_BYTES,
  KEY_GRAIN_BYTES,
  KEY_LENGTH,
  MADE_CHUNKS,
  MADE_KEYS,
  MADE_LOWS,
  MADE_REGIONS,
  MADE_SERIES,
  MAKE_COUNT,
  NO_KEY,
  PATCH_AT,
  PATCH_BITS,
  PATCH_BYTES,
  PATCH_COUNT,
  PATCH_LENGTH,
  PATCH_REGION,
  PATCH_START,
  PATCHES,
  SAMPLE_STARTS,
  SERIES_CHUNKS,
  TIMES,
  VALUES_HIGH,
  VALUES_LOW,
} from "./layout.ts";
import { logSample, putVarint } from "./log-sample.ts";
import { load32, loadDouble, store8, store32, storeDouble, toDouble, toWord } from "./memory.ts";
import { NO_WASTE, NO_WINDOW } from "./xor-window.ts";

/** Bytes of the sample count in front of a stream. */
const HEADER_BYTES: u32 = 2;
const NO_MARK: u32 = 0xffffffff;
const LOWER_BITS: f64 = 268435456;

/** Fills the chunks of all series made, whose slices have `capacity` bytes each. */
export function fillFirst(capacity: u32): void {
  const count: u32 = load32(MAKE_COUNT);
  const first: u32 = load32(APPEND_SERIES) - count;
  const logs: boolean = load32(APPEND_LOG_AT) !== 0;
  for (let i: u32 = 0; i < count; i += 1) {
    const sample: u32 = load32(SAMPLE_STARTS + (first + i) * 4);
    const timeMs: f64 = loadDouble(TIMES + sample * 8);
    const high: u32 = load32(VALUES_HIGH + sample * 4);
    const low: u32 = load32(VALUES_LOW + sample * 4);
    const ref: u32 = load32(MADE_SERIES + i * 4);
    fill(i, capacity, timeMs, high, low);
    store32(SERIES_CHUNKS + ref * 4, load32(MADE_CHUNKS + i * 4));
    if (logs) {
      define(ref, load32(MADE_KEYS + i * 4));
      logSample(ref, timeMs, high, low);
    }
  }
}

/** State and patch of the chunk of the series made at place `i`. */
function fill(i: u32, capacity: u32, timeMs: f64, high: u32, low: u32): void {
  const patch: u32 = PATCHES + i * PATCH_BYTES;
  const start: u32 = load32(MADE_LOWS + i * 4);
  const region: u32 = load32(MADE_REGIONS + i * 4);
  const bytes: u32 = putValue(patch + PATCH_BITS, putTime(patch + PATCH_BITS, timeMs), high, low);
  store32(patch + PATCH_REGION, region);
  store32(patch + PATCH_START, start);
  store32(patch + PATCH_COUNT, 1);
  store32(patch + PATCH_AT, start + HEADER_BYTES);
  store32(patch + PATCH_LENGTH, bytes);
  const state: u32 = CHUNK_STATES + load32(MADE_CHUNKS + i * 4) * CHUNK_STATE_BYTES;
  storeDouble(state + CHUNK_FIRST_TIME, timeMs);
  storeDouble(state + CHUNK_LAST_TIME, timeMs);
  storeDouble(state + CHUNK_PREVIOUS_TIME, 0);
  store32(state + CHUNK_LAST_LOW, low);
  store32(state + CHUNK_LAST_HIGH, high);
  store32(state + CHUNK_ADDRESS_LOW, start);
  store32(state + CHUNK_REGION, region);
  store32(state + CHUNK_BIT_LENGTH, (HEADER_BYTES + bytes) * 8);
  store32(state + CHUNK_CAPACITY, capacity);
  store32(state + CHUNK_SAMPLE_COUNT, 1);
  store32(state + CHUNK_WINDOW_STATE, NO_WINDOW);
  store32(state + CHUNK_WASTE_STATE, NO_WASTE);
  store32(state + CHUNK_NEWEST_MARK, NO_MARK);
}

/** Writes the zigzag varint of a time that is not negative; returns the bytes so far. */
function putTime(bits: u32, timeMs: f64): u32 {
  const twice: f64 = timeMs * 2;
  let upper: u32 = toWord(twice / LOWER_BITS);
  let lower: u32 = toWord(twice - toDouble(upper) * LOWER_BITS);
  let at: u32 = 0;
  if (upper !== 0) {
    for (; at < 4; at += 1) {
      putByte(bits, at, (lower & 127) | 128);
      lower >>>= 7;
    }
  } else upper = lower;
  for (; upper >= 128; upper >>>= 7) {
    putByte(bits, at, (upper & 127) | 128);
    at += 1;
  }
  putByte(bits, at, upper);
  return at + 1;
}

/** Writes the 64 bits of a value behind `bytes` bytes; returns the bytes then. */
function putValue(bits: u32, bytes: u32, high: u32, low: u32): u32 {
  for (let i: u32 = 0; i < 4; i += 1) {
    putByte(bits, bytes + i, (high >>> (24 - 8 * i)) & 255);
    putByte(bits, bytes + 4 + i, (low >>> (24 - 8 * i)) & 255);
  }
  return bytes + 8;
}

/** Writes byte `i` of a patch: the first one is on top of the first word. */
function putByte(bits: u32, i: u32, byte: u32): void {
  store8(bits + (i ^ 3), byte);
}

/** Gives a series the next journal number and writes its definition. */
function define(ref: u32, key: u32): void {
  const number: u32 = load32(DEFINE_NUMBER) + 1;
  const before: u32 = load32(DEFINE_KEY);
  const length: u32 = load32(key * KEY_GRAIN_BYTES + KEY_LENGTH);
  const text: u32 = key * KEY_GRAIN_BYTES + KEY_BYTES;
  let prefix: u32 = 0;
  let suffix: u32 = 0;
  if (before !== NO_KEY) {
    const beforeLength: u32 = load32(before * KEY_GRAIN_BYTES + KEY_LENGTH);
    const beforeText: u32 = before * KEY_GRAIN_BYTES + KEY_BYTES;
    const most: u32 = length < beforeLength ? length : beforeLength;
    prefix = sharedPrefix(beforeText, text, most);
    suffix = sharedSuffix(beforeText + beforeLength, text + length, most - prefix);
  }
  let at: u32 = putVarint(load32(DEFINE_AT), prefix);
  at = putVarint(at, suffix);
  at = putVarint(at, length - prefix - suffix);
  copyBytes(at, text + prefix, length - prefix - suffix);
  store32(DEFINE_AT, at + length - prefix - suffix);
  store32(DEFINE_NUMBER, number);
  store32(DEFINE_KEY, key);
  store32(JOURNAL_NUMBERS + ref * 4, number);
}
