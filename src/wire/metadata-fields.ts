/**
 * Metadata fields: reads a MetricMetadata message into the batch, as ranges of its texts.
 *
 * Senders repeat the same entries for ever; the kernel steps over those that say nothing new, so
 * this is not a hot path. The texts become strings only when someone keeps them (readMetadata).
 */
import type { ProtobufCursor } from "./protobuf-cursor.ts";
import { WIRE_BYTES, WIRE_VARINT, wrongWireType } from "./protobuf-cursor.ts";
import type { WriteBatch } from "./write-batch.ts";

/** Field numbers of MetricMetadata; there is no field 3. */
const TYPE_FIELD = 1;
/** Texts: field number -> text index of the batch (0 name, 1 help, 2 unit). */
const TEXT_OF_FIELD = [-1, -1, 0, -1, 1, 2] as const;

/** Names of MetricMetadata.MetricType by number, as /api/v1/metadata shows them. */
const TYPE_NAMES = [
  "unknown",
  "counter",
  "gauge",
  "histogram",
  "gaugehistogram",
  "summary",
  "info",
  "stateset",
] as const;

/** One metadata entry as text. A type that no version defines is "unknown". */
export interface MetadataEntry {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

/** Reads the entry from the cursor to `end`. Throws TsdbError PROTOBUF_INVALID. */
export function scanMetadataFields(cursor: ProtobufCursor, batch: WriteBatch, end: number): void {
  const entry = batch.addMetadata();
  const from = cursor.offset;
  while (cursor.offset < end) {
    const at = cursor.offset;
    const tag = cursor.tag(end);
    const text = TEXT_OF_FIELD[tag >>> 3] ?? -1;
    if (tag >>> 3 === TYPE_FIELD) {
      if ((tag & 7) !== WIRE_VARINT) throw wrongWireType(at, tag, "MetricMetadata");
      cursor.varint(end);
      batch.setMetadataType(entry, cursor.low);
    } else if (text < 0) {
      cursor.skip(tag, end);
    } else {
      if ((tag & 7) !== WIRE_BYTES) throw wrongWireType(at, tag, "MetricMetadata");
      const contentEnd = cursor.contentEnd(end);
      batch.setMetadataText(entry, text, cursor.offset, contentEnd);
      cursor.offset = contentEnd;
    }
  }
  batch.endMetadata(entry, from, end);
}

/** The metadata entry `entry` of a scanned batch. Bytes that are not UTF-8 become U+FFFD. */
export function readMetadata(batch: WriteBatch, entry: number): MetadataEntry {
  return {
    name: textOf(batch, entry, 0),
    type: TYPE_NAMES[batch.metadataTypeOf(entry)] ?? "unknown",
    help: textOf(batch, entry, 1),
    unit: textOf(batch, entry, 2),
  };
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function textOf(batch: WriteBatch, entry: number, field: number): string {
  const from = batch.metadataFromOf(entry, field);
  return decoder.decode(batch.bytes.subarray(from, batch.metadataToOf(entry, field)));
}
