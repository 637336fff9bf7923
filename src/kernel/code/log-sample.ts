/**
 * Journal entries of samples whose series the journal knows: docs/format/journal.md.
 *
 * An entry says how it differs from the one before, that of series number APPEND_LOG_NUMBER at
 * APPEND_LOG_MS; it goes to APPEND_LOG_AT.
 *
 * Units: addresses; times are milliseconds since the epoch.
 */
import { APPEND_LOG_AT, APPEND_LOG_MS, APPEND_LOG_NUMBER, JOURNAL_NUMBERS } from "./layout.ts";
import { load32, loadDouble, store8, store32, storeDouble, toWord } from "./memory.ts";

/** Steps of numbers and of times that are written here are smaller than this in size. */
const NUMBER_STEP_MAX: u32 = 1 << 30;
const TIME_STEP_MAX: f64 = 1073741824;

// The control byte of an entry: which bytes of the value are there, what comes before them.
const VALUE_UPPER_16: u32 = 1;
const VALUE_UPPER_32: u32 = 2;
const VALUE_ALL: u32 = 3;
const NUMBER_FOLLOWS: u32 = 4;
const TIME_FOLLOWS: u32 = 8;

/** Whether logSample() can write the entry of a series at a time. */
export function canLog(series: u32, timeMs: f64): boolean {
  const number: u32 = load32(JOURNAL_NUMBERS + series * 4);
  const step: f64 = timeMs - loadDouble(APPEND_LOG_MS);
  const far: u32 = (number - load32(APPEND_LOG_NUMBER) + NUMBER_STEP_MAX) >>> 0;
  return number !== 0 && far < 2 * NUMBER_STEP_MAX && step > -TIME_STEP_MAX && step < TIME_STEP_MAX;
}

/** Writes the entry of a series' sample. */
export function logSample(series: u32, timeMs: f64, high: u32, low: u32): void {
  const start: u32 = load32(APPEND_LOG_AT);
  const number: u32 = load32(JOURNAL_NUMBERS + series * 4);
  const step: u32 = (number - load32(APPEND_LOG_NUMBER) - 1) >>> 0;
  const beforeMs: f64 = loadDouble(APPEND_LOG_MS);
  let at: u32 = start + 1;
  let control: u32 = 0;
  if (step !== 0) {
    control = NUMBER_FOLLOWS;
    at = putVarint(at, zigzag(step));
  }
  if (timeMs !== beforeMs) {
    control |= TIME_FOLLOWS;
    at = putVarint(at, zigzag(toWord(timeMs - beforeMs)));
  }
  // What is stored behind the value's bytes is overwritten by the next entry.
  if (low !== 0) {
    store32(at, high);
    store32(at + 4, low);
    control |= VALUE_ALL;
    at += 8;
  } else if ((high & 0xffff) !== 0) {
    store32(at, high);
    control |= VALUE_UPPER_32;
    at += 4;
  } else if (high !== 0) {
    store32(at, high >>> 16);
    control |= VALUE_UPPER_16;
    at += 2;
  }
  store8(start, control);
  store32(APPEND_LOG_AT, at);
  store32(APPEND_LOG_NUMBER, number);
  storeDouble(APPEND_LOG_MS, timeMs);
}

/** The zigzag form of a signed word. */
function zigzag(word: u32): u32 {
  return ((word << 1) ^ -(word >>> 31)) >>> 0;
}

/** Writes a varint; returns its end. */
export function putVarint(from: u32, value: u32): u32 {
  let at: u32 = from;
  let rest: u32 = value;
  for (; rest >= 128; rest >>>= 7) {
    store8(at, (rest & 127) | 128);
    at += 1;
  }
  store8(at, rest);
  return at + 1;
}
