/**
 * Histogram fields: reads a Histogram message of remote write into the batch.
 *
 * The numbers are those of proto/types.proto, of which remote write 2.0 has the same message with
 * one field more (17, which is stepped over).
 *
 * I1  A field that is given twice counts as given last, repeated ones add up; absent ones are 0.
 * I2  The count that is given last decides whether the histogram has integer or float counts; the
 *     fields of the other kind are ignored.
 */
import {
  COUNT,
  HistogramDraft,
  PairList,
  SCHEMA,
  SUM,
  THRESHOLD,
  ZERO_COUNT,
} from "../chunk/histogram-columns.ts";
import {
  doubleOfInt64,
  invalidBody,
  type ProtobufCursor,
  WIRE_BYTES,
  WIRE_FIXED64,
  WIRE_VARINT,
  wrongWireType,
} from "./protobuf-cursor.ts";
import type { WriteBatch } from "./write-batch.ts";

/** Field numbers of Histogram. */
const Field = {
  countInteger: 1,
  countFloat: 2,
  sum: 3,
  schema: 4,
  zeroThreshold: 5,
  zeroCountInteger: 6,
  zeroCountFloat: 7,
  negativeSpans: 8,
  negativeDeltas: 9,
  negativeCounts: 10,
  positiveSpans: 11,
  positiveDeltas: 12,
  positiveCounts: 13,
  resetHint: 14,
  timestamp: 15,
  customValues: 16,
} as const;
/** Field numbers of BucketSpan. */
const OFFSET_FIELD = 1;
const LENGTH_FIELD = 2;

const draft = new HistogramDraft();
const positiveCounts = new PairList();
const negativeCounts = new PairList();
/** The zero count of each kind: high word, low word. */
const zeroCounts = new Uint32Array(4);
let isFloat = false;
let hint = 0;

/**
 * Reads the histogram that lies between the cursor and `end` and adds it to the batch.
 * Throws TsdbError PROTOBUF_INVALID.
 */
export function scanHistogram(cursor: ProtobufCursor, batch: WriteBatch, end: number): void {
  draft.clear();
  positiveCounts.clear();
  negativeCounts.clear();
  zeroCounts.fill(0);
  isFloat = false;
  hint = 0;
  while (cursor.offset < end) {
    const at = cursor.offset;
    const tag = cursor.tag(end);
    if (!scanField(cursor, tag, end)) throw wrongWireType(at, tag, "Histogram");
  }
  draft.setFlags(isFloat, hint);
  const zero = isFloat ? 2 : 0;
  draft.setPair(ZERO_COUNT, zeroCounts[zero]!, zeroCounts[zero + 1]!);
  if (isFloat) {
    copy(positiveCounts, draft.positiveBuckets);
    copy(negativeCounts, draft.negativeBuckets);
  }
  batch.addHistogram(draft);
}

function copy(from: PairList, to: PairList): void {
  to.clear();
  for (let i = 0; i < from.length; i++) to.push(from.words[2 * i]!, from.words[2 * i + 1]!);
}

/** Reads one field; false when its wire type is not the one of its number. */
function scanField(cursor: ProtobufCursor, tag: number, end: number): boolean {
  const field = tag >>> 3;
  const wire = tag & 7;
  switch (field) {
    case Field.countFloat:
    case Field.sum:
    case Field.zeroThreshold:
    case Field.zeroCountFloat:
      if (wire !== WIRE_FIXED64) return false;
      cursor.fixed64(end);
      setDouble(field, cursor.high, cursor.low);
      return true;
    case Field.countInteger:
    case Field.schema:
    case Field.zeroCountInteger:
    case Field.resetHint:
    case Field.timestamp:
      if (wire !== WIRE_VARINT) return false;
      cursor.varint(end);
      setInteger(field, cursor.high, cursor.low);
      return true;
    case Field.negativeSpans:
      return scanSpan(cursor, wire, end, draft.negativeSpans);
    case Field.positiveSpans:
      return scanSpan(cursor, wire, end, draft.positiveSpans);
    case Field.negativeDeltas:
      return scanDeltas(cursor, wire, end, draft.negativeBuckets);
    case Field.positiveDeltas:
      return scanDeltas(cursor, wire, end, draft.positiveBuckets);
    case Field.negativeCounts:
      return scanDoubles(cursor, wire, end, negativeCounts);
    case Field.positiveCounts:
      return scanDoubles(cursor, wire, end, positiveCounts);
    case Field.customValues:
      return scanDoubles(cursor, wire, end, draft.customBounds);
    default:
      cursor.skip(tag, end);
      return true;
  }
}

function setDouble(field: number, high: number, low: number): void {
  if (field === Field.sum) draft.setPair(SUM, high, low);
  else if (field === Field.zeroThreshold) draft.setPair(THRESHOLD, high, low);
  else if (field === Field.countFloat) {
    isFloat = true;
    draft.setPair(COUNT, high, low);
  } else {
    zeroCounts[2] = high;
    zeroCounts[3] = low;
  }
}

function setInteger(field: number, high: number, low: number): void {
  if (field === Field.timestamp) draft.timeMs = doubleOfInt64(high, low);
  else if (field === Field.schema) draft.head[SCHEMA] = zigzagLow(low);
  else if (field === Field.resetHint) hint = low <= 3 && high === 0 ? low : 0;
  else if (field === Field.countInteger) {
    isFloat = false;
    draft.setPair(COUNT, high, low);
  } else {
    zeroCounts[0] = high;
    zeroCounts[1] = low;
  }
}

/** The signed 32-bit number of a zigzag varint. */
function zigzagLow(low: number): number {
  return (low >>> 1) ^ -(low & 1);
}

function scanSpan(cursor: ProtobufCursor, wire: number, end: number, into: PairList): boolean {
  if (wire !== WIRE_BYTES) return false;
  const spanEnd = cursor.contentEnd(end);
  let offset = 0;
  let length = 0;
  while (cursor.offset < spanEnd) {
    const at = cursor.offset;
    const tag = cursor.tag(spanEnd);
    const field = tag >>> 3;
    if (field !== OFFSET_FIELD && field !== LENGTH_FIELD) {
      cursor.skip(tag, spanEnd);
      continue;
    }
    if ((tag & 7) !== WIRE_VARINT) throw wrongWireType(at, tag, "BucketSpan");
    cursor.varint(spanEnd);
    if (field === OFFSET_FIELD) offset = zigzagLow(cursor.low);
    else length = cursor.low;
  }
  into.push(offset, length);
  return true;
}

/** Reads one number or packed ones, zigzag coded. */
function scanDeltas(cursor: ProtobufCursor, wire: number, end: number, into: PairList): boolean {
  if (wire !== WIRE_BYTES && wire !== WIRE_VARINT) return false;
  const listEnd = wire === WIRE_BYTES ? cursor.contentEnd(end) : end;
  do {
    if (wire === WIRE_BYTES && cursor.offset === listEnd) break;
    cursor.varint(listEnd);
    const { high, low } = cursor;
    const sign = -(low & 1);
    into.push(((low >>> 1) | (high << 31)) ^ sign, (high >>> 1) ^ sign);
  } while (wire === WIRE_BYTES);
  return true;
}

/** Reads one double or packed ones. */
function scanDoubles(cursor: ProtobufCursor, wire: number, end: number, into: PairList): boolean {
  if (wire !== WIRE_BYTES && wire !== WIRE_FIXED64) return false;
  if (wire === WIRE_FIXED64) {
    cursor.fixed64(end);
    into.push(cursor.low, cursor.high);
    return true;
  }
  const listEnd = cursor.contentEnd(end);
  const bytes = listEnd - cursor.offset;
  if (bytes % 8 !== 0) throw invalidBody(cursor.offset, `${bytes} bytes of packed 8-byte values`);
  while (cursor.offset < listEnd) {
    cursor.fixed64(listEnd);
    into.push(cursor.low, cursor.high);
  }
  return true;
}
