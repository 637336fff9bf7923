/**
 * Exemplar fields: reads an Exemplar message (proto/types.proto) into a row of the batch, or finds
 * the Label fields of such a row again.
 *
 * I1  Fields with a wrong wire type refuse the request, in the message and in its labels; unknown
 *     fields are stepped over.
 *
 * Units: offsets are bytes.
 */
import type { ProtobufCursor } from "./protobuf-cursor.ts";
import {
  doubleOfInt64,
  WIRE_BYTES,
  WIRE_FIXED64,
  WIRE_VARINT,
  wrongWireType,
} from "./protobuf-cursor.ts";
import type { WriteBatch } from "./write-batch.ts";

/** Field numbers of Exemplar. */
const LABELS = 1;
const VALUE = 2;
const TIMESTAMP = 3;
/** Highest field number of Label; both are texts. */
const LABEL_FIELDS = 2;

/** Reads the message that lies between the cursor and `end`. Throws TsdbError PROTOBUF_INVALID. */
export function scanExemplar(cursor: ProtobufCursor, batch: WriteBatch, end: number): void {
  const from = cursor.offset;
  let timeMs = 0;
  let high = 0;
  let low = 0;
  while (cursor.offset < end) {
    const at = cursor.offset;
    const tag = cursor.tag(end);
    const field = tag >>> 3;
    const wire = tag & 7;
    if (field === LABELS) {
      if (wire !== WIRE_BYTES) throw wrongWireType(at, tag, "Exemplar");
      checkLabel(cursor, cursor.contentEnd(end));
    } else if (field === VALUE) {
      if (wire !== WIRE_FIXED64) throw wrongWireType(at, tag, "Exemplar");
      cursor.fixed64(end);
      high = cursor.high;
      low = cursor.low;
    } else if (field === TIMESTAMP) {
      if (wire !== WIRE_VARINT) throw wrongWireType(at, tag, "Exemplar");
      cursor.varint(end);
      timeMs = doubleOfInt64(cursor.high, cursor.low);
    } else {
      cursor.skip(tag, end);
    }
  }
  batch.addExemplar(from, end, timeMs, high, low);
}

function checkLabel(cursor: ProtobufCursor, end: number): void {
  while (cursor.offset < end) {
    const at = cursor.offset;
    const tag = cursor.tag(end);
    if (tag >>> 3 > LABEL_FIELDS) cursor.skip(tag, end);
    else if ((tag & 7) === WIRE_BYTES) cursor.offset = cursor.contentEnd(end);
    else throw wrongWireType(at, tag, "Label");
  }
}

/**
 * Calls `take` with the range of each Label field, its tag included, of the checked Exemplar that
 * lies between the cursor and `end`.
 */
export function eachExemplarLabel(
  cursor: ProtobufCursor,
  end: number,
  take: (from: number, to: number) => void,
): void {
  while (cursor.offset < end) {
    const at = cursor.offset;
    const tag = cursor.tag(end);
    cursor.skip(tag, end);
    if (tag >>> 3 === LABELS) take(at, cursor.offset);
  }
}
