/**
 * Names and headers of journal segments: docs/format/journal.md, Segments.
 *
 * Units: positions are bytes of the journal; …Ms milliseconds since the epoch.
 */
import { assert } from "../base/assert.ts";
import { crc32c } from "../base/crc32c.ts";
import { ByteReader, ByteWriter } from "./byte-cursor.ts";
import {
  JOURNAL_VERSION,
  JOURNAL_VERSION_READ_FROM,
  SEGMENT_CRC_AT,
  SEGMENT_HEADER_BYTES,
  SEGMENT_MAGIC,
} from "./journal-format.ts";

const NAME_PATTERN = /^journal-(\d{8,10})\.log$/;

/** What a segment says of itself. */
export interface SegmentHeader {
  readonly sequence: number;
  /** Position of the first record. */
  readonly start: number;
  /** Where the records before this segment end. */
  readonly previousEnd: number;
  readonly createdMs: number;
}

export type HeaderReading =
  | { readonly kind: "header"; readonly header: SegmentHeader }
  | { readonly kind: "other-version"; readonly version: number }
  | { readonly kind: "damaged"; readonly reason: string };

export function segmentName(sequence: number): string {
  return `journal-${String(sequence).padStart(8, "0")}.log`;
}

/** The sequence number in a name, or null when it is not one of ours. */
export function sequenceOfName(name: string): number | null {
  const match = NAME_PATTERN.exec(name);
  return match === null ? null : Number(match[1]);
}

export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  const writer = new ByteWriter();
  writer.raw(new TextEncoder().encode(SEGMENT_MAGIC));
  writer.u32(JOURNAL_VERSION);
  writer.u32(header.sequence);
  writer.u64(header.start);
  writer.u64(header.previousEnd);
  writer.u64(header.createdMs);
  writer.u32(0);
  writer.u32(crc32c(writer.written(), 0, SEGMENT_CRC_AT));
  assert(writer.written().length === SEGMENT_HEADER_BYTES, "segment header has another length");
  return writer.written();
}

/** Reads a header; `sequence` is the number in the file's name. */
export function decodeSegmentHeader(bytes: Uint8Array, sequence: number): HeaderReading {
  if (bytes.length < SEGMENT_HEADER_BYTES) return damaged("segment header is cut off");
  const reader = new ByteReader(bytes, 0, SEGMENT_HEADER_BYTES);
  const magic = new TextDecoder().decode(reader.raw(SEGMENT_MAGIC.length));
  const version = reader.u32();
  const written = reader.u32();
  const header = {
    sequence,
    start: reader.u64(),
    previousEnd: reader.u64(),
    createdMs: reader.u64(),
  };
  reader.u32();
  if (magic !== SEGMENT_MAGIC) return damaged("no segment magic");
  if (reader.u32() !== crc32c(bytes, 0, SEGMENT_CRC_AT)) return damaged("header checksum differs");
  if (version < JOURNAL_VERSION_READ_FROM || version > JOURNAL_VERSION) {
    return { kind: "other-version", version };
  }
  if (written !== sequence || reader.failed) return damaged(`sequence number is ${written}`);
  return { kind: "header", header };
}

function damaged(reason: string): HeaderReading {
  return { kind: "damaged", reason };
}
