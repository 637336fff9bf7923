/**
 * Scanner of remote write 1.0: a decoded WriteRequest becomes the columns of a WriteBatch.
 *
 * The message is proto/remote.proto. Everything is checked before the caller applies anything: a
 * body that is malformed anywhere is refused as a whole, with the offset of the fault.
 *
 * I1  The usual case, a series of plain labels and one sample as Prometheus encodes it, is
 *     recognised completely by the kernel (src/kernel/code/series-scan.ts); whatever it does not
 *     recognise goes to series-fields.ts, which reads any valid message. Unusual forms cost more,
 *     never mean more.
 * I2  The series that a usual one belongs to is looked up while it is scanned; that reads the
 *     store's keys and changes nothing but their predictions.
 *
 * Units: offsets are bytes of the decoded body.
 */
import { ENTRIES_MAX, NO_KEY, OUTPUT } from "../kernel/code/layout.ts";
import { scanMetadataFields } from "./metadata-fields.ts";
import { ProtobufCursor, WIRE_BYTES, wrongWireType } from "./protobuf-cursor.ts";
import { scanSeriesFields } from "./series-fields.ts";
import type { WriteBatch } from "./write-batch.ts";

const TIME_SERIES_FIELD = 1;
const METADATA_FIELD = 3;

/** State words of the kernel's scan, see src/kernel/code/layout.ts. */
const AT = 0;
const END = 1;
const SERIES = 2;
const SAMPLES = 3;
const PREVIOUS = 4;
const SEED = 5;
const FAMILIES = 6;

/** Whose series lie in the kernel's memory: the scan finds their keys there. */
export interface KeyLookup {
  /** What the hashes of keys start with. */
  readonly seed: number;
  /** Rises when a key that was found may no longer be what it was. */
  readonly generation: number;
}

/**
 * Scans the WriteRequest `bytes` into `batch`, which is reset first and takes over `bytes`.
 * Throws TsdbError PROTOBUF_INVALID for a malformed body, BODY_TOO_LARGE past the batch's limits;
 * the batch then holds nothing that may be used.
 */
export function scanWriteRequest(
  bytes: Uint8Array,
  batch: WriteBatch,
  lookup: KeyLookup | null = null,
): void {
  const { state } = batch.kernel;
  beginScan(bytes, batch, lookup);
  const body = batch.bytes;
  const cursor = new ProtobufCursor();
  cursor.point(body, 0);
  if (batch.isInKernel) cursor.offset = scanUsual(0, batch);
  while (cursor.offset < body.length) {
    scanField(cursor, batch, body.length);
    if (batch.isInKernel) cursor.offset = scanUsual(cursor.offset, batch);
  }
  batch.countRepeatedMetadata(state[FAMILIES]!);
}

/** Makes the batch and the kernel's state ready for a scan of `bytes`. */
export function beginScan(bytes: Uint8Array, batch: WriteBatch, lookup: KeyLookup | null): void {
  batch.reset(bytes);
  const { state } = batch.kernel;
  state[PREVIOUS] = NO_KEY;
  state[SEED] = lookup?.seed ?? 0;
  state[FAMILIES] = 0;
  batch.setKeySource(lookup, lookup?.generation ?? 0, lookup?.seed ?? 0);
}

/** Takes usual series from byte `from` on; returns where the first other field starts. */
function scanUsual(from: number, batch: WriteBatch): number {
  const { state, functions } = batch.kernel;
  state[AT] = OUTPUT + from;
  state[END] = OUTPUT + batch.bodyLength;
  state[SERIES] = batch.seriesCount;
  state[SAMPLES] = batch.sampleCount;
  functions.scan(ENTRIES_MAX);
  batch.setCounts(state[SERIES]!, state[SAMPLES]!);
  return state[AT]! - OUTPUT;
}

/** Scans one field of the request, whatever it is. */
export function scanField(cursor: ProtobufCursor, batch: WriteBatch, requestEnd: number): void {
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
    if (batch.isInKernel) {
      const { plainLabelsEnd } = batch.kernel.functions;
      cursor.offset = plainLabelsEnd(OUTPUT + from, OUTPUT + end) - OUTPUT;
    }
    scanSeriesFields(cursor, batch, from, end);
  }
}
