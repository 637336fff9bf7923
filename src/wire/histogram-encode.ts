/**
 * Encoder of the Histogram message of remote write and remote read, from a row of columns.
 *
 * I1  What it writes, histogram-fields.ts reads back word for word; fields that are 0 are left out,
 *     as Prometheus leaves them out, but for the counts, which say of which kind they are.
 */
import {
  COUNT,
  CUSTOM_BOUNDS,
  type HistogramColumns,
  NEGATIVE_BUCKETS,
  NEGATIVE_SPANS,
  POSITIVE_BUCKETS,
  POSITIVE_SPANS,
  SUM,
  THRESHOLD,
  ZERO_COUNT,
} from "../chunk/histogram-columns.ts";
import { WireBytes } from "./wire-bytes.ts";

// Tags: field number and wire type.
const COUNT_INTEGER = 0x08;
const COUNT_FLOAT = 0x11;
const SUM_TAG = 0x19;
const SCHEMA_TAG = 0x20;
const THRESHOLD_TAG = 0x29;
const ZERO_COUNT_INTEGER = 0x30;
const ZERO_COUNT_FLOAT = 0x39;
const NEGATIVE_SPAN = 0x42;
const NEGATIVE_DELTAS = 0x4a;
const NEGATIVE_COUNTS = 0x52;
const POSITIVE_SPAN = 0x5a;
const POSITIVE_DELTAS = 0x62;
const POSITIVE_COUNTS = 0x6a;
const HINT_TAG = 0x70;
const TIME_TAG = 0x78;
/** Field 16 has a tag of two bytes: a varint of this. */
const CUSTOM_VALUES = 0x82;
const SPAN_OFFSET = 0x08;
const SPAN_LENGTH = 0x10;

const out = new WireBytes();
const nested = new WireBytes();

/** Row `row` as a Histogram message; the bytes are valid until the next call. */
export function encodeHistogram(from: HistogramColumns, row: number): Uint8Array {
  out.clear();
  const isFloat = from.isFloat(row);
  writeCount(from, row, COUNT, isFloat ? COUNT_FLOAT : COUNT_INTEGER, isFloat);
  writeDouble(from, row, SUM, SUM_TAG);
  const schema = from.schemaOf(row);
  if (schema !== 0) out.number(SCHEMA_TAG, zigzag(schema));
  writeDouble(from, row, THRESHOLD, THRESHOLD_TAG);
  const zeroTag = isFloat ? ZERO_COUNT_FLOAT : ZERO_COUNT_INTEGER;
  writeCount(from, row, ZERO_COUNT, zeroTag, isFloat);
  writeSpans(from, row, NEGATIVE_SPANS, NEGATIVE_SPAN);
  writeBuckets(from, row, NEGATIVE_BUCKETS, isFloat ? NEGATIVE_COUNTS : NEGATIVE_DELTAS);
  writeSpans(from, row, POSITIVE_SPANS, POSITIVE_SPAN);
  writeBuckets(from, row, POSITIVE_BUCKETS, isFloat ? POSITIVE_COUNTS : POSITIVE_DELTAS);
  const hint = from.hintOf(row);
  if (hint !== 0) out.number(HINT_TAG, hint);
  const timeMs = from.timeOf(row);
  out.byte(TIME_TAG);
  out.varint64(Math.floor(timeMs / 2 ** 32), timeMs >>> 0);
  writeBounds(from, row);
  return out.written();
}

/** A number as an unsigned one whose lowest bit is the sign. */
function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function writeCount(
  from: HistogramColumns,
  row: number,
  offset: number,
  tag: number,
  isFloat: boolean,
): void {
  const at = from.startOf(row) + offset;
  out.byte(tag);
  if (isFloat) out.fixed64(from.words[at + 1]!, from.words[at]!);
  else out.varint64(from.words[at + 1]!, from.words[at]!);
}

function writeDouble(from: HistogramColumns, row: number, offset: number, tag: number): void {
  const at = from.startOf(row) + offset;
  if (from.words[at] === 0 && from.words[at + 1] === 0) return;
  out.byte(tag);
  out.fixed64(from.words[at + 1]!, from.words[at]!);
}

function writeSpans(from: HistogramColumns, row: number, list: number, tag: number): void {
  const at = from.listOf(row, list);
  for (let i = 0; i < from.lengthOf(row, list); i++) {
    const offset = from.words[at + 2 * i]! | 0;
    const length = from.words[at + 2 * i + 1]!;
    nested.clear();
    if (offset !== 0) nested.number(SPAN_OFFSET, zigzag(offset));
    if (length !== 0) nested.number(SPAN_LENGTH, length);
    out.field(tag, nested.written(), 0, nested.length);
  }
}

/** Differences of an integer histogram as zigzag varints, counts of a float one as doubles. */
function writeBuckets(from: HistogramColumns, row: number, list: number, tag: number): void {
  const count = from.lengthOf(row, list);
  if (count === 0) return;
  const at = from.listOf(row, list);
  nested.clear();
  for (let i = 0; i < count; i++) {
    const low = from.words[at + 2 * i]!;
    const high = from.words[at + 2 * i + 1]!;
    if (from.isFloat(row)) nested.fixed64(high, low);
    else {
      const sign = (high | 0) >> 31;
      nested.varint64(((high << 1) | (low >>> 31)) ^ sign, (low << 1) ^ sign);
    }
  }
  out.field(tag, nested.written(), 0, nested.length);
}

function writeBounds(from: HistogramColumns, row: number): void {
  const count = from.lengthOf(row, CUSTOM_BOUNDS);
  if (count === 0) return;
  const at = from.listOf(row, CUSTOM_BOUNDS);
  nested.clear();
  for (let i = 0; i < count; i++) {
    nested.fixed64(from.words[at + 2 * i + 1]!, from.words[at + 2 * i]!);
  }
  out.byte(CUSTOM_VALUES);
  out.field(1, nested.written(), 0, nested.length);
}
