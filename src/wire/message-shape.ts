/**
 * Shapes of the messages that are checked but not kept: exemplars.
 *
 * A shape lists what each field number of a message may be; numbers it does not list are unknown
 * fields and stepped over. The numbers are those of proto/types.proto.
 *
 * I1  A field of a shape is refused when its wire type is not the one of its kind.
 */
import type { ProtobufCursor } from "./protobuf-cursor.ts";
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, wrongWireType } from "./protobuf-cursor.ts";

/** What a field holds: a number, bytes, or a message of another shape. */
export type FieldKind = "bytes" | "fixed64" | "varint" | MessageShape;

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
  if (kind === "varint") {
    if (wire !== WIRE_VARINT) return false;
    cursor.varint(end);
  } else if (kind === "fixed64") {
    if (wire !== WIRE_FIXED64) return false;
    cursor.fixed64(end);
  } else {
    if (wire !== WIRE_BYTES) return false;
    const contentEnd = cursor.contentEnd(end);
    if (kind === "bytes") cursor.offset = contentEnd;
    else checkMessage(cursor, kind, contentEnd);
  }
  return true;
}
