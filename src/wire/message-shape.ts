/**
 * Shapes of the messages that are checked but not kept: exemplars and native histograms.
 *
 * A shape lists what each field number of a message may be; numbers it does not list are unknown
 * fields and stepped over. The numbers are those of proto/types.proto.
 *
 * I1  A field of a shape is refused when its wire type is not the one of its kind.
 * I2  Repeated numbers are taken packed or one by one, as proto3 asks of every reader.
 */
import type { ProtobufCursor } from "./protobuf-cursor.ts";
import {
  invalidBody,
  WIRE_BYTES,
  WIRE_FIXED64,
  WIRE_VARINT,
  wrongWireType,
} from "./protobuf-cursor.ts";

/** What a field holds: a number, bytes, repeated numbers, or a message of another shape. */
export type FieldKind = "bytes" | "fixed64" | "fixed64s" | "varint" | "varints" | MessageShape;

export interface MessageShape {
  readonly name: string;
  /** By field number. */
  readonly fields: readonly (FieldKind | null)[];
}

const LABEL: MessageShape = { name: "Label", fields: [null, "bytes", "bytes"] };

export const EXEMPLAR: MessageShape = {
  name: "Exemplar",
  fields: [null, LABEL, "fixed64", "varint"],
};

const BUCKET_SPAN: MessageShape = { name: "BucketSpan", fields: [null, "varint", "varint"] };

export const HISTOGRAM: MessageShape = {
  name: "Histogram",
  fields: [
    null,
    "varint", // count_int
    "fixed64", // count_float
    "fixed64", // sum
    "varint", // schema
    "fixed64", // zero_threshold
    "varint", // zero_count_int
    "fixed64", // zero_count_float
    BUCKET_SPAN, // negative_spans
    "varints", // negative_deltas
    "fixed64s", // negative_counts
    BUCKET_SPAN, // positive_spans
    "varints", // positive_deltas
    "fixed64s", // positive_counts
    "varint", // reset_hint
    "varint", // timestamp
    "fixed64s", // custom_values
  ],
};

/**
 * Checks the message that lies between the cursor and `end`, and leaves the cursor at `end`.
 * Throws TsdbError PROTOBUF_INVALID.
 */
export function checkMessage(cursor: ProtobufCursor, shape: MessageShape, end: number): void {
  while (cursor.offset < end) {
    const at = cursor.offset;
    const tag = cursor.tag(end);
    const kind = shape.fields[tag >>> 3] ?? null;
    if (kind === null) cursor.skip(tag, end);
    else if (!checkField(cursor, kind, tag, end)) throw wrongWireType(at, tag, shape.name);
  }
}

/** Checks one field; false when its wire type is not the one of its kind. */
function checkField(cursor: ProtobufCursor, kind: FieldKind, tag: number, end: number): boolean {
  const wire = tag & 7;
  if (kind === "varint" || kind === "varints") {
    if (wire === WIRE_BYTES && kind === "varints") checkPackedVarints(cursor, end);
    else if (wire === WIRE_VARINT) cursor.varint(end);
    else return false;
  } else if (kind === "fixed64" || kind === "fixed64s") {
    if (wire === WIRE_BYTES && kind === "fixed64s") checkPackedFixed64(cursor, end);
    else if (wire === WIRE_FIXED64) cursor.fixed64(end);
    else return false;
  } else {
    if (wire !== WIRE_BYTES) return false;
    const contentEnd = cursor.contentEnd(end);
    if (kind === "bytes") cursor.offset = contentEnd;
    else checkMessage(cursor, kind, contentEnd);
  }
  return true;
}

function checkPackedVarints(cursor: ProtobufCursor, end: number): void {
  const contentEnd = cursor.contentEnd(end);
  while (cursor.offset < contentEnd) cursor.varint(contentEnd);
}

function checkPackedFixed64(cursor: ProtobufCursor, end: number): void {
  const contentEnd = cursor.contentEnd(end);
  const bytes = contentEnd - cursor.offset;
  if (bytes % 8 !== 0) throw invalidBody(cursor.offset, `${bytes} bytes of packed 8-byte values`);
  cursor.offset = contentEnd;
}
