/**
 * Scan of a decoded 2.0 request: a usual series that is the predicted one is taken as it stands;
 * any other field is laid out as 1.0 and scanned like one.
 *
 * I1  Columns are as if all of the request had been laid out and scanned, but for the labels of a
 *     series that was taken as it stands: their range is empty.
 * I2  Series have their places in the order of the request: a layout is scanned to its end before
 *     the next field is looked at.
 * I3  Series taken as they stand count against the limit of the layout with their labels.
 *
 * Units: addresses and bytes.
 */
import { isKeyOf } from "./known-series-2.ts";
import { forgetLabels } from "./label-refs.ts";
import {
  KEY_GRAIN_BYTES,
  KEY_LENGTH,
  KEY_SERIES,
  KEY_SUCCESSOR,
  KEYS,
  LABELS_FROM,
  LABELS_TO,
  LAID_AT,
  LAID_END,
  LAID_LIMIT,
  LAID_SYMBOLS,
  LAID_TO,
  NO_KEY,
  SAMPLE_STARTS,
  SCAN_FINISHED,
  SCAN_UNLAID,
  SERIES_REFS,
  STATE_AT,
  STATE_END,
  STATE_PREVIOUS,
  STATE_SAMPLES,
  STATE_SERIES,
  TAKEN_2_COUNT,
} from "./layout.ts";
import { load8, load32, store32 } from "./memory.ts";
import { layMetadata } from "./metadata-refs.ts";
import { varint, varintWidth } from "./plain-labels.ts";
import {
  addSymbol,
  contentOf,
  layField,
  laySeries,
  lengthOf,
  sampleEnd,
  varintEnd,
} from "./request-2.ts";
import { scan, takeSample } from "./series-scan.ts";

/** Tag bytes of 2.0. */
const SYMBOL_TAG: u32 = 0x22;
const SERIES_TAG: u32 = 0x2a;
const REFS_TAG: u32 = 0x0a;
const SAMPLE_TAG: u32 = 0x12;
const METADATA_TAG: u32 = 0x2a;
const CREATED_TAG: u32 = 0x30;
/** Tag and length of a series and of its sample, laid out. */
const HEADS_BYTES: u32 = 5;
/** Room that a sample and the metadata's overhead take at most. */
const ROOM_BYTES: u32 = 128;

/** Goes on as far as fields are usual, `entriesMax` series at most; says why it stopped. */
export function scan2(entriesMax: u32): u32 {
  const end: u32 = load32(LAID_END);
  if (load32(LAID_SYMBOLS) === 0) forgetLabels();
  let why: u32 = SCAN_FINISHED;
  while (why === SCAN_FINISHED) {
    if (load32(STATE_AT) < load32(STATE_END)) {
      why = scan(entriesMax);
      continue;
    }
    takeKnown(entriesMax);
    if (load32(STATE_AT) < load32(STATE_END)) continue;
    const at: u32 = load32(LAID_AT);
    if (at === end) break;
    if (layNext(at, end)) continue;
    // What was laid out of the field may lie in the way of the caller.
    forgetLabels();
    why = SCAN_UNLAID;
  }
  return why;
}

/** Lays out the series at `at` to be scanned; false when it is not usual. */
function layNext(at: u32, end: u32): boolean {
  if (load8(at) !== SERIES_TAG) return false;
  const from: u32 = contentOf(at, end);
  if (from === 0) return false;
  const next: u32 = from + lengthOf(at, from);
  const out: u32 = load32(LAID_TO);
  const to: u32 = laySeries(from, next, out);
  if (to === 0) return false;
  store32(LAID_AT, next);
  store32(LAID_TO, to);
  store32(STATE_AT, out);
  store32(STATE_END, to);
  return true;
}

/** Takes symbols, and series as long as they are the predicted ones. */
function takeKnown(entriesMax: u32): void {
  const end: u32 = load32(LAID_END);
  let at: u32 = load32(LAID_AT);
  while (at < end && load32(STATE_AT) === load32(STATE_END)) {
    const isSymbol: boolean = load8(at) === SYMBOL_TAG;
    const next: u32 = isSymbol ? takeSymbol(at, end) : takeSeries(at, end, entriesMax);
    if (next === 0) break;
    at = next;
  }
  store32(LAID_AT, at);
}

/** Takes the symbol at `at`; where it ends, or 0. */
function takeSymbol(at: u32, end: u32): u32 {
  const width: u32 = varintWidth(at + 1, end);
  const from: u32 = at + 1 + width;
  const bytes: u32 = varint(at + 1, width);
  if (width === 0 || bytes > end - from) return 0;
  return addSymbol(from, bytes) ? from + bytes : 0;
}

/** Takes the series at `at` if it is the predicted one; where it ends, or 0. */
function takeSeries(at: u32, end: u32, entriesMax: u32): u32 {
  const previous: u32 = load32(STATE_PREVIOUS);
  if (load8(at) !== SERIES_TAG || previous === NO_KEY) return 0;
  const series: u32 = load32(STATE_SERIES);
  const sample: u32 = load32(STATE_SAMPLES);
  if (series >= entriesMax || sample >= entriesMax) return 0;
  const from: u32 = shortContent(at, end);
  if (from === 0 || load8(from) !== REFS_TAG) return 0;
  const next: u32 = from + shortLength(at);
  const refsFrom: u32 = shortContent(from, next);
  if (refsFrom === 0) return 0;
  const refsEnd: u32 = refsFrom + shortLength(from);
  const key: u32 = load32(previous * KEY_GRAIN_BYTES + KEY_SUCCESSOR);
  if (key === NO_KEY) return 0;
  const keyBytes: u32 = load32(key * KEY_GRAIN_BYTES + KEY_LENGTH);
  const spelled: u32 = keyBytes + HEADS_BYTES + next - refsEnd;
  const limit: u32 = load32(LAID_LIMIT);
  if (keyBytes === 0 || load32(LAID_TO) + spelled + ROOM_BYTES > limit) return 0;
  if (isKeyOf(key, refsFrom, refsEnd) === 0) return 0;
  const metadata: u32 = takeOnlySample(refsEnd, next, sample);
  if (metadata === 0) return 0;
  if (metadata < next && !takeMetadata(metadata, next, refsFrom, refsEnd)) return 0;
  store32(LAID_LIMIT, limit - spelled);
  store32(LABELS_FROM + series * 4, 0);
  store32(LABELS_TO + series * 4, 0);
  store32(KEYS + series * 4, key);
  store32(SERIES_REFS + series * 4, load32(key * KEY_GRAIN_BYTES + KEY_SERIES));
  store32(SAMPLE_STARTS + series * 4 + 4, sample + 1);
  store32(STATE_SERIES, series + 1);
  store32(STATE_SAMPLES, sample + 1);
  store32(STATE_PREVIOUS, key);
  store32(TAKEN_2_COUNT, load32(TAKEN_2_COUNT) + 1);
  return next;
}

/** Lays the metadata field at `at` out, to be scanned next if it says what is new; false if not. */
function takeMetadata(at: u32, end: u32, refsFrom: u32, refsEnd: u32): boolean {
  const from: u32 = shortContent(at, end);
  const out: u32 = load32(LAID_TO);
  const to: u32 = layMetadata(refsFrom, refsEnd, from, from + shortLength(at), 0, out);
  if (to === 0) return false;
  store32(STATE_AT, out);
  store32(STATE_END, to);
  store32(LAID_TO, to);
  return true;
}

/**
 * Takes the sample of a series' fields in [from, end) behind the references, if it has one sample
 * and at most metadata and a creation time behind it. Where the metadata field is, `end` for none;
 * 0 when the series is not such.
 */
function takeOnlySample(from: u32, end: u32, sample: u32): u32 {
  if (from >= end || load8(from) !== SAMPLE_TAG) return 0;
  const content: u32 = shortContent(from, end);
  if (content === 0) return 0;
  const sampleTo: u32 = content + shortLength(from);
  if (!takeSample(from, sampleTo, sample) && !takeStarted(content, sampleTo, sample)) return 0;
  let metadata: u32 = end;
  let at: u32 = sampleTo;
  while (at < end) {
    const tag: u32 = load8(at);
    if (tag === CREATED_TAG) {
      at = varintEnd(at + 1, end);
      if (at === 0) return 0;
      continue;
    }
    if (tag !== METADATA_TAG || metadata !== end) return 0;
    const metadataFrom: u32 = shortContent(at, end);
    if (metadataFrom === 0) return 0;
    const metadataBytes: u32 = shortLength(at);
    if (metadataBytes !== 0) metadata = at;
    at = metadataFrom + metadataBytes;
  }
  return metadata;
}

/** Where the content starts of the field at `at`, of less than 16 KiB; 0 for any other. */
function shortContent(at: u32, end: u32): u32 {
  const content: u32 = load8(at + 1) < 0x80 ? at + 2 : at + 3;
  if (content > end || load8(content - 1) >= 0x80) return 0;
  return shortLength(at) > end - content ? 0 : content;
}

/** Length of the content of the field at `at`, of less than 16 KiB. */
function shortLength(at: u32): u32 {
  const low: u32 = load8(at + 1);
  return low < 0x80 ? low : (low & 0x7f) + (load8(at + 2) << 7);
}

/** Takes a sample that ends with its start timestamp, which is left out. */
function takeStarted(from: u32, end: u32, sample: u32): boolean {
  const before: u32 = sampleEnd(from, end);
  if (before === end) return false;
  const out: u32 = load32(LAID_TO);
  return takeSample(out, layField(SAMPLE_TAG, from, before, out), sample);
}
