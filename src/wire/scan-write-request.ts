/**
 * Scanner of remote write 1.0: a decoded WriteRequest becomes the columns of a WriteBatch.
 *
 * The message is proto/remote.proto. Everything is checked before the caller applies anything: a
 * body that is malformed anywhere is refused as a whole, with the offset of the fault.
 *
 * I1  The usual case, a series of plain labels and one sample as Prometheus encodes it, is
 *     recognised completely by scanUsualSeries; whatever it does not recognise goes to
 *     series-fields.ts, which reads any valid message. Unusual forms cost more, never mean more.
 * I2  scanUsualSeries changes nothing unless it accepts the whole series.
 *
 * Units: offsets are bytes of the decoded body.
 */
import { scanMetadataFields } from "./metadata-fields.ts";
import { plainLabelsEnd } from "./plain-labels.ts";
import { ProtobufCursor, WIRE_BYTES, wrongWireType } from "./protobuf-cursor.ts";
import { scanSeriesFields } from "./series-fields.ts";
import type { WriteBatch } from "./write-batch.ts";

/** Tag bytes: field number * 8 + wire type. */
const TIME_SERIES_TAG = 0x0a;
const SAMPLE_TAG = 0x12;
const VALUE_TAG = 0x09;
const TIMESTAMP_TAG = 0x10;
const TIME_SERIES_FIELD = 1;
const METADATA_FIELD = 3;

/** A usual timestamp takes 6 bytes: milliseconds from 2^35 (1971) to 2^42 - 1 (2109). */
const TIME_BYTES = 6;
/** Sample field with a timestamp alone: the value is 0.0 and therefore absent. */
const ZERO_SAMPLE_BYTES = 2 + 1 + TIME_BYTES;
/** Sample field with value and timestamp. */
const FULL_SAMPLE_BYTES = ZERO_SAMPLE_BYTES + 9;

/**
 * Scans the WriteRequest `bytes` into `batch`, which is reset first and keeps `bytes`.
 * Throws TsdbError PROTOBUF_INVALID for a malformed body, BODY_TOO_LARGE past the batch's limits;
 * the batch then holds nothing that may be used.
 */
export function scanWriteRequest(bytes: Uint8Array, batch: WriteBatch): void {
  batch.reset(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const cursor = new ProtobufCursor();
  const end = bytes.length;
  let at = 0;
  while (at < end) {
    if (at + ZERO_SAMPLE_BYTES < end && view.getUint8(at) === TIME_SERIES_TAG) {
      const low = view.getUint8(at + 1);
      const high = low < 0x80 ? 0 : view.getUint8(at + 2);
      const from = low < 0x80 ? at + 2 : at + 3;
      const to = from + (low & 0x7f) + (high << 7);
      if (high < 0x80 && to <= end && scanUsualSeries(view, from, to, batch)) {
        at = to;
        continue;
      }
    }
    cursor.point(bytes, at);
    scanField(cursor, view, batch, end);
    at = cursor.offset;
  }
}

/** Takes a series of plain labels and one usual sample; false when it is anything else. */
function scanUsualSeries(view: DataView, from: number, end: number, batch: WriteBatch): boolean {
  const labelsEnd = plainLabelsEnd(view, from, end);
  const sampleBytes = end - labelsEnd;
  if (sampleBytes !== FULL_SAMPLE_BYTES && sampleBytes !== ZERO_SAMPLE_BYTES) return false;
  const header = SAMPLE_TAG | ((sampleBytes - 2) << 8);
  if (view.getUint16(labelsEnd, true) !== header) return false;
  const timeAt = end - TIME_BYTES;
  const early = view.getUint32(timeAt, true);
  const late = view.getUint16(timeAt + 4, true);
  // Five bytes with the continuation bit, then one without: exactly a 6-byte varint.
  if ((early & 0x80808080) !== (0x80808080 | 0) || (late & 0x8080) !== 0x0080) return false;
  if (view.getUint8(timeAt - 1) !== TIMESTAMP_TAG) return false;
  let high = 0;
  let low = 0;
  if (sampleBytes === FULL_SAMPLE_BYTES) {
    if (view.getUint8(labelsEnd + 2) !== VALUE_TAG) return false;
    low = view.getUint32(labelsEnd + 3, true);
    high = view.getUint32(labelsEnd + 7, true);
  }
  batch.addSample(lowBits(early) + ((late & 0x7f) | ((late & 0x7f00) >>> 1)) * 2 ** 28, high, low);
  batch.addSeries(from, labelsEnd);
  return true;
}

/** The 28 payload bits of four varint bytes. */
function lowBits(word: number): number {
  const pairs = (word & 0x007f007f) | ((word & 0x7f007f00) >>> 1);
  return (pairs & 0x3fff) | ((pairs & 0x3fff0000) >>> 2);
}

/** Scans one field of the request, whatever it is. */
function scanField(
  cursor: ProtobufCursor,
  view: DataView,
  batch: WriteBatch,
  requestEnd: number,
): void {
  const at = cursor.offset;
  const tag = cursor.tag(requestEnd);
  const field = tag >>> 3;
  if (field !== TIME_SERIES_FIELD && field !== METADATA_FIELD) {
    cursor.skip(tag, requestEnd);
    return;
  }
  if ((tag & 7) !== WIRE_BYTES) throw wrongWireType(at, tag, "WriteRequest");
  const end = cursor.contentEnd(requestEnd);
  if (field === METADATA_FIELD) {
    scanMetadataFields(cursor, batch, end);
  } else {
    const from = cursor.offset;
    cursor.offset = plainLabelsEnd(view, from, end);
    scanSeriesFields(cursor, batch, from, end);
  }
}
