/**
 * Scan of a decoded WriteRequest as long as it is usual: series of plain labels and one sample,
 * metadata that is known.
 *
 * Nearly always the series that follows another in a request is the one that followed it last time.
 * Then one comparison with the bytes of its key says everything: which series it is, and that its
 * labels are well-formed, since a key's bytes are.
 *
 * I1  A series is taken whole or not at all; a field that is not usual is left to the caller.
 * I2  Every series taken has its labels, times and value in the columns of layout.ts, and its key;
 *     when that was not the predicted one, the hash of its labels too. NO_KEY: there is none.
 * I3  Metadata that says what is known is counted and stepped over (known-families.ts).
 *
 * Units: addresses; times are milliseconds since the epoch.
 */
import { equalBytes, hashBytes } from "./bytes.ts";
import { findKey } from "./key-index.ts";
import { isKnownFamily } from "./known-families.ts";
import {
  HASHES,
  KEY_BYTES,
  KEY_GRAIN_BYTES,
  KEY_LENGTH,
  KEY_SERIES,
  KEY_SUCCESSOR,
  KEYS,
  LABELS_FROM,
  LABELS_TO,
  NO_KEY,
  OUTPUT,
  SAMPLE_STARTS,
  SCAN_FINISHED,
  SCAN_UNUSUAL,
  SERIES_REFS,
  STATE_AT,
  STATE_END,
  STATE_FAMILIES,
  STATE_PREVIOUS,
  STATE_SAMPLES,
  STATE_SEED,
  STATE_SERIES,
  TIMES,
  VALUES_HIGH,
  VALUES_LOW,
} from "./layout.ts";
import { load8, load16, load32, store32, storeDouble, toDouble } from "./memory.ts";
import { plainLabelsEnd, varint, varintWidth } from "./plain-labels.ts";

/** Tag bytes: field number * 8 + wire type. */
const TIME_SERIES_TAG: u32 = 0x0a;
const METADATA_TAG: u32 = 0x1a;
const SAMPLE_TAG: u32 = 0x12;
const VALUE_TAG: u32 = 0x09;
const TIMESTAMP_TAG: u32 = 0x10;

/** A usual timestamp takes 6 bytes: milliseconds from 2^35 (1971) to 2^42 - 1 (2109). */
const TIME_BYTES: u32 = 6;
/** Sample field with a timestamp alone: the value is 0.0 and therefore absent. */
const ZERO_SAMPLE_BYTES: u32 = 2 + 1 + TIME_BYTES;
/** Sample field with value and timestamp. */
const FULL_SAMPLE_BYTES: u32 = ZERO_SAMPLE_BYTES + 9;

/** Goes on at STATE_AT as far as series are usual, `entriesMax` at most; says why it stopped. */
export function scan(entriesMax: u32): u32 {
  const end: u32 = load32(STATE_END);
  const seed: u32 = load32(STATE_SEED);
  let at: u32 = load32(STATE_AT);
  let series: u32 = load32(STATE_SERIES);
  let sample: u32 = load32(STATE_SAMPLES);
  let previous: u32 = load32(STATE_PREVIOUS);
  let why: u32 = SCAN_FINISHED;
  while (at < end) {
    why = SCAN_UNUSUAL;
    if (load8(at) !== TIME_SERIES_TAG) {
      const next: u32 = knownFamilyEnd(at, end, seed);
      if (next === 0) break;
      at = next;
      why = SCAN_FINISHED;
      continue;
    }
    if (end - at < ZERO_SAMPLE_BYTES + 3) break;
    if (series >= entriesMax || sample >= entriesMax) break;
    const low: u32 = load8(at + 1);
    const high: u32 = low < 0x80 ? 0 : load8(at + 2);
    const from: u32 = low < 0x80 ? at + 2 : at + 3;
    const bytes: u32 = (low & 0x7f) + (high << 7);
    if (high >= 0x80 || bytes > end - from) break;
    const to: u32 = from + bytes;
    let key: u32 = previous === NO_KEY ? NO_KEY : successorAt(previous, from, bytes);
    const predicted: boolean = key !== NO_KEY;
    const labelsEnd: u32 = predicted
      ? from + load32(key * KEY_GRAIN_BYTES + KEY_LENGTH)
      : plainLabelsEnd(from, to);
    if (!takeSample(labelsEnd, to, sample)) break;
    store32(LABELS_FROM + series * 4, from - OUTPUT);
    store32(LABELS_TO + series * 4, labelsEnd - OUTPUT);
    sample += 1;
    store32(SAMPLE_STARTS + series * 4 + 4, sample);
    at = to;
    why = SCAN_FINISHED;
    if (!predicted) key = lookUp(series, previous, from, labelsEnd, seed);
    store32(KEYS + series * 4, key);
    if (key !== NO_KEY) {
      store32(SERIES_REFS + series * 4, load32(key * KEY_GRAIN_BYTES + KEY_SERIES));
    }
    series += 1;
    previous = key;
  }
  store32(STATE_AT, at);
  store32(STATE_SERIES, series);
  store32(STATE_SAMPLES, sample);
  store32(STATE_PREVIOUS, previous);
  return why;
}

/** End of the metadata entry at `at` when it says what is known, else 0. */
function knownFamilyEnd(at: u32, end: u32, seed: u32): u32 {
  if (load8(at) !== METADATA_TAG) return 0;
  const width: u32 = varintWidth(at + 1, end);
  const from: u32 = at + 1 + width;
  const bytes: u32 = varint(at + 1, width);
  if (width === 0 || bytes > end - from) return 0;
  if (isKnownFamily(from, from + bytes, seed) === 0) return 0;
  store32(STATE_FAMILIES, load32(STATE_FAMILIES) + 1);
  return from + bytes;
}

/** The key of the label bytes in [from, to), which came after `previous`; notes their hash. */
function lookUp(series: u32, previous: u32, from: u32, to: u32, seed: u32): u32 {
  const hash: u32 = hashBytes(from, to, seed);
  store32(HASHES + series * 4, hash);
  const key: u32 = findKey(hash, from, to - from);
  if (key !== NO_KEY && previous !== NO_KEY) {
    store32(previous * KEY_GRAIN_BYTES + KEY_SUCCESSOR, key);
  }
  return key;
}

/** The key that followed `previous` when the bytes at `from` start with it, else NO_KEY. */
function successorAt(previous: u32, from: u32, bytes: u32): u32 {
  const guess: u32 = load32(previous * KEY_GRAIN_BYTES + KEY_SUCCESSOR);
  if (guess === NO_KEY) return NO_KEY;
  const record: u32 = guess * KEY_GRAIN_BYTES;
  const length: u32 = load32(record + KEY_LENGTH);
  if (length === 0 || length >= bytes) return NO_KEY;
  return equalBytes(record + KEY_BYTES, from, length) === 1 ? guess : NO_KEY;
}

/** Takes a usual sample in [from, end) into the columns; false when it is anything else. */
export function takeSample(from: u32, end: u32, sample: u32): boolean {
  const bytes: u32 = end - from;
  if (bytes !== FULL_SAMPLE_BYTES && bytes !== ZERO_SAMPLE_BYTES) return false;
  if (load16(from) !== (SAMPLE_TAG | ((bytes - 2) << 8))) return false;
  const timeAt: u32 = end - TIME_BYTES;
  const early: u32 = load32(timeAt);
  const late: u32 = load16(timeAt + 4);
  // Five bytes with the continuation bit, then one without: exactly a 6-byte varint.
  if ((early & 0x80808080) >>> 0 !== 0x80808080 || (late & 0x8080) !== 0x0080) return false;
  if (load8(timeAt - 1) !== TIMESTAMP_TAG) return false;
  let valueLow: u32 = 0;
  let valueHigh: u32 = 0;
  if (bytes === FULL_SAMPLE_BYTES) {
    if (load8(from + 2) !== VALUE_TAG) return false;
    valueLow = load32(from + 3);
    valueHigh = load32(from + 7);
  }
  const upper: u32 = (late & 0x7f) | ((late & 0x7f00) >>> 1);
  storeDouble(TIMES + sample * 8, toDouble(upper) * 268435456.0 + toDouble(lowBits(early)));
  store32(VALUES_LOW + sample * 4, valueLow);
  store32(VALUES_HIGH + sample * 4, valueHigh);
  return true;
}

/** The 28 payload bits of four varint bytes. */
function lowBits(word: u32): u32 {
  const pairs: u32 = (word & 0x007f007f) | ((word & 0x7f007f00) >>> 1);
  return (pairs & 0x3fff) | ((pairs & 0x3fff0000) >>> 2);
}
