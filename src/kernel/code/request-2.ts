/**
 * A remote write 2.0 request laid out as 1.0, as far as its fields are such as senders write.
 *
 * Every series becomes the bytes that a 1.0 sender would have sent, so that one scan and one way to
 * recognise a series by its label bytes serve both. The careful reader of every form is
 * src/wire/write-request-2.ts; it takes single fields over.
 *
 * I1  A field is laid out whole or left to the caller.
 * I2  What lies within samples, histograms and exemplars is judged by the scan of the result; only
 *     their start timestamps are left out, where that is easily seen.
 * I3  Lengths of series and exemplars take two bytes, needed or not.
 *
 * Units: addresses and bytes.
 */
import { forgetLabels, layLabels, layText, layVarint } from "./label-refs.ts";
import {
  LAID_AT,
  LAID_END,
  LAID_FINISHED,
  LAID_LIMIT,
  LAID_SYMBOLS,
  LAID_TO,
  LAID_UNUSUAL,
  SYMBOL_BYTES,
  SYMBOL_FROM,
  SYMBOL_LENGTH,
  SYMBOL_ROUND,
  SYMBOLS,
  SYMBOLS_MAX,
} from "./layout.ts";
import { load8, load16, load32, store8, store32 } from "./memory.ts";
import { layMetadata } from "./metadata-refs.ts";
import { varint, varintWidth } from "./plain-labels.ts";

/** Tag bytes of 2.0: field number * 8 + wire type. */
const SYMBOL_TAG: u32 = 0x22;
const SERIES_TAG: u32 = 0x2a;
const REFS_TAG: u32 = 0x0a;
const SAMPLE_TAG: u32 = 0x12;
const HISTOGRAM_TAG: u32 = 0x1a;
const EXEMPLAR_TAG: u32 = 0x22;
const METADATA_TAG: u32 = 0x2a;
const CREATED_TAG: u32 = 0x30;
const VALUE_TAG: u32 = 0x09;
const TIMESTAMP_TAG: u32 = 0x10;
const START_TAG: u32 = 0x18;
const EXEMPLAR_VALUE_TAG: u32 = 0x11;
const EXEMPLAR_TIME_TAG: u32 = 0x18;
/** Tag bytes of 1.0. */
const TAG_1: u32 = 0x0a;
const TAG_2: u32 = 0x12;
const TAG_3: u32 = 0x1a;
const TAG_4: u32 = 0x22;

/** A tag and two bytes of length. */
const HEAD_BYTES: u32 = 3;
const CONTENT_MAX: u32 = 0x3fff;
/** Beside a field's content: tag, length, and what is written too much. */
const OVERHEAD_BYTES: u32 = 24;
/** A timestamp as senders write it: tag and 6 bytes. */
const TIME_BYTES: u32 = 7;

/** Goes on at LAID_AT as far as fields are usual; says why it stopped. */
export function layOut(): u32 {
  const end: u32 = load32(LAID_END);
  let at: u32 = load32(LAID_AT);
  let to: u32 = load32(LAID_TO);
  let why: u32 = LAID_FINISHED;
  forgetLabels();
  while (at < end) {
    why = LAID_UNUSUAL;
    const tag: u32 = load8(at);
    if (tag !== SERIES_TAG && tag !== SYMBOL_TAG) break;
    const width: u32 = varintWidth(at + 1, end);
    const from: u32 = at + 1 + width;
    const bytes: u32 = varint(at + 1, width);
    if (width === 0 || bytes > end - from) break;
    if (tag === SYMBOL_TAG) {
      if (!addSymbol(from, bytes)) break;
    } else {
      const laidTo: u32 = laySeries(from, from + bytes, to);
      if (laidTo === 0) break;
      to = laidTo;
    }
    at = from + bytes;
    why = LAID_FINISHED;
  }
  store32(LAID_AT, at);
  store32(LAID_TO, to);
  return why;
}

export function addSymbol(from: u32, bytes: u32): boolean {
  const count: u32 = load32(LAID_SYMBOLS);
  if (count >= SYMBOLS_MAX) return false;
  const at: u32 = SYMBOLS + count * SYMBOL_BYTES;
  store32(at + SYMBOL_FROM, from);
  store32(at + SYMBOL_LENGTH, bytes);
  store32(at + SYMBOL_ROUND, 0);
  store32(LAID_SYMBOLS, count + 1);
  return true;
}

/** Lays the series in [from, end) out at `out`, and its metadata behind; where they end, or 0. */
export function laySeries(from: u32, end: u32, out: u32): u32 {
  const refsFrom: u32 = contentOf(from, end);
  if (refsFrom === 0 || load8(from) !== REFS_TAG) return 0;
  const refsTo: u32 = refsFrom + lengthOf(from, refsFrom);
  const limit: u32 = load32(LAID_LIMIT);
  let to: u32 = layLabels(refsFrom, refsTo, out + HEAD_BYTES);
  if (to === 0) return 0;
  let at: u32 = refsTo;
  let metadataFrom: u32 = 0;
  let metadataTo: u32 = 0;
  let isNative: boolean = false;
  while (at < end) {
    const tag: u32 = load8(at);
    if (tag === CREATED_TAG) {
      at = varintEnd(at + 1, end);
      if (at === 0) return 0;
      continue;
    }
    const content: u32 = contentOf(at, end);
    if (content === 0) return 0;
    const next: u32 = content + lengthOf(at, content);
    if (to > limit || next - content + OVERHEAD_BYTES > limit - to) return 0;
    if (tag === SAMPLE_TAG) to = layField(TAG_2, content, sampleEnd(content, next), to);
    else if (tag === HISTOGRAM_TAG) {
      to = layField(TAG_4, content, next, to);
      isNative = true;
    } else if (tag === EXEMPLAR_TAG) {
      to = layExemplar(content, next, to);
      if (to === 0) return 0;
    } else if (tag === METADATA_TAG && metadataFrom === 0) {
      metadataFrom = content;
      metadataTo = next;
    } else return 0;
    at = next;
  }
  if (!closeField(TAG_1, out, to)) return 0;
  if (metadataFrom === metadataTo) return to;
  return layMetadata(refsFrom, refsTo, metadataFrom, metadataTo, isNative ? 1 : 0, to);
}

/** Start of the content of the field at `at`, whose tag takes a byte; 0 when it has none. */
export function contentOf(at: u32, end: u32): u32 {
  const width: u32 = varintWidth(at + 1, end);
  const content: u32 = at + 1 + width;
  return width === 0 || varint(at + 1, width) > end - content ? 0 : content;
}

/** Length of the content of the field at `at` that starts at `content`. */
export function lengthOf(at: u32, content: u32): u32 {
  return varint(at + 1, content - at - 1);
}

/** End of the varint at `at`; 0 when it is cut off or too long. */
export function varintEnd(at: u32, end: u32): u32 {
  for (let i: u32 = 0; i < 10 && at + i < end; i += 1) if (load8(at + i) < 0x80) return at + i + 1;
  return 0;
}

/** Where a sample ends when its start timestamp, the last field, is left out. */
export function sampleEnd(from: u32, end: u32): u32 {
  const timeAt: u32 = load8(from) === VALUE_TAG ? from + 9 : from;
  const startAt: u32 = timeAt + TIME_BYTES;
  if (startAt >= end || load8(timeAt) !== TIMESTAMP_TAG || load8(startAt) !== START_TAG) return end;
  const early: u32 = load32(timeAt + 1);
  if ((early & 0x80808080) >>> 0 !== 0x80808080) return end;
  if ((load16(timeAt + 5) & 0x8080) !== 0x0080) return end;
  return varintEnd(startAt + 1, end) === end ? startAt : end;
}

/** Writes a field whose content is [from, end) to `out`; where it ends. */
export function layField(tag: u32, from: u32, end: u32, out: u32): u32 {
  store8(out, tag);
  const to: u32 = layVarint(out + 1, end - from);
  layText(to, from, end - from);
  return to + (end - from);
}

/** Puts tag and length before what lies in [out + HEAD_BYTES, end); false when it is too long. */
function closeField(tag: u32, out: u32, end: u32): boolean {
  const bytes: u32 = end - out - HEAD_BYTES;
  if (bytes > CONTENT_MAX) return false;
  store8(out, tag);
  store8(out + 1, (bytes & 0x7f) | 0x80);
  store8(out + 2, bytes >>> 7);
  return true;
}

/** Lays the exemplar in [from, end) out at `out`; where it ends, or 0. */
function layExemplar(from: u32, end: u32, out: u32): u32 {
  let at: u32 = from;
  let to: u32 = out + HEAD_BYTES;
  if (at < end && load8(at) === REFS_TAG) {
    const refsFrom: u32 = contentOf(at, end);
    if (refsFrom === 0) return 0;
    at = refsFrom + lengthOf(at, refsFrom);
    to = layLabels(refsFrom, at, to);
    const limit: u32 = load32(LAID_LIMIT);
    if (to === 0 || to > limit || end - at + OVERHEAD_BYTES > limit - to) return 0;
  }
  const rest: u32 = at;
  while (at < end) {
    const tag: u32 = load8(at);
    if (tag === EXEMPLAR_VALUE_TAG && end - at >= 9) at += 9;
    else if (tag === EXEMPLAR_TIME_TAG) at = varintEnd(at + 1, end);
    else return 0;
    if (at === 0) return 0;
  }
  layText(to, rest, end - rest);
  to += end - rest;
  return closeField(TAG_3, out, to) ? to : 0;
}
