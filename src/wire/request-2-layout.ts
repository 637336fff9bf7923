/**
 * A remote write 2.0 request in the kernel's memory, scanned as it stands or laid out as 1.0: by
 * the kernel where its fields are usual, else field by field by the careful reader.
 *
 * I1  A layout is a message that says the same as what the careful reader makes of the whole;
 *     metadata that a metric has repeatedly in one request is written once.
 * I2  A scan finds what it would find in the layout of the whole. Series that are the predicted
 *     ones are not laid out (src/kernel/code/request-2-scan.ts); their labels are those of their
 *     keys, or found by laying all out when a key has gone.
 *
 * Units: bytes; addresses are those of the kernel's memory.
 */
import {
  BODY_BYTES_MAX,
  ENTRIES_MAX,
  LAID_AT,
  LAID_UNUSUAL,
  OUTPUT,
  REQUEST_2,
  SCAN_FINISHED,
  SCAN_UNUSUAL,
  STATE,
  TAKEN_2_COUNT,
} from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { ProtobufCursor } from "./protobuf-cursor.ts";
import { beginScan, type KeyLookup, scanField, scanWriteRequest } from "./scan-write-request.ts";
import type { WriteBatch } from "./write-batch.ts";
import { WriteRequest2 } from "./write-request-2.ts";

/** State words, from the first one of laying out on. */
const FIRST = (LAID_AT - STATE) / 4;
const AT = FIRST;
const END = FIRST + 1;
const TO = FIRST + 2;
const LIMIT = FIRST + 3;
const SYMBOL_COUNT = FIRST + 4;
const ROUND = FIRST + 5;
const REPEATED = FIRST + 6;
/** And of the scan, from the first word of all on. */
const SCAN_AT = 0;
const SCAN_END = 1;
const SERIES = 2;
const SAMPLES = 3;
const FAMILIES = 6;
const TAKEN_COUNT = (TAKEN_2_COUNT - STATE) / 4;

export class Request2Layout {
  private readonly kernel: Kernel;
  private readonly careful = new WriteRequest2();
  private readonly cursor = new ProtobufCursor();
  /** Whether the careful reader knows the request's symbols. */
  private isCarefulReady = false;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** The 1.0 message for a 2.0 message anywhere; valid until the next call. Throws TsdbError. */
  layOutAside(message: Uint8Array, limitBytes: number): Uint8Array {
    this.kernel.state[REPEATED] = 0;
    return this.careful.layOut(message, limitBytes);
  }

  /**
   * Scans the `length` bytes at REQUEST_2 into `batch`. Throws TsdbError PROTOBUF_INVALID, or
   * BODY_TOO_LARGE when it passes `limitBytes` laid out or a limit of the batch.
   */
  scan(length: number, limitBytes: number, batch: WriteBatch, lookup: KeyLookup | null): void {
    const isScanned = lookup !== null && this.scanKnown(length, limitBytes, batch, lookup);
    if (!isScanned) scanWriteRequest(this.layOut(length, limitBytes), batch, lookup);
    batch.countRepeatedMetadata(this.kernel.state[REPEATED]!);
    if (!isScanned || this.kernel.state[TAKEN_COUNT] === 0) return;
    batch.setSpelling(() => {
      scanWriteRequest(this.layOut(length, limitBytes), batch, lookup);
      batch.countRepeatedMetadata(this.kernel.state[REPEATED]!);
    });
  }

  /**
   * The 1.0 message for the `length` bytes at REQUEST_2; valid until the next call.
   * Throws TsdbError PROTOBUF_INVALID, or BODY_TOO_LARGE when it passes `limitBytes`.
   */
  private layOut(length: number, limitBytes: number): Uint8Array {
    const { state, functions } = this.kernel;
    const body = this.begin(length, limitBytes);
    while (functions.layOut() === LAID_UNUSUAL) {
      if (!this.layField(body, limitBytes)) return this.layOutAside(body, limitBytes);
    }
    return this.kernel.setDecoded(state[TO]! - OUTPUT);
  }

  /** As scan(); false when all must be laid out first. */
  private scanKnown(
    length: number,
    limitBytes: number,
    batch: WriteBatch,
    lookup: KeyLookup,
  ): boolean {
    const { state, functions } = this.kernel;
    const body = this.begin(length, limitBytes);
    beginScan(this.kernel.setDecoded(0), batch, lookup);
    state[SCAN_AT] = OUTPUT;
    state[SCAN_END] = OUTPUT;
    state[SERIES] = 0;
    state[SAMPLES] = 0;
    state[TAKEN_COUNT] = 0;
    let why = functions.scan2(ENTRIES_MAX);
    for (; why !== SCAN_FINISHED; why = functions.scan2(ENTRIES_MAX)) {
      if (why === SCAN_UNUSUAL) this.scanUnusual(batch);
      else {
        const from = state[TO]!;
        if (!this.layField(body, limitBytes)) return false;
        state[SCAN_AT] = from;
        state[SCAN_END] = state[TO]!;
      }
    }
    batch.extend(this.kernel.setDecoded(state[TO]! - OUTPUT));
    batch.setCounts(state[SERIES]!, state[SAMPLES]!);
    batch.countRepeatedMetadata(state[FAMILIES]!);
    return true;
  }

  /** Scans the field of the layout that the kernel stopped at. */
  private scanUnusual(batch: WriteBatch): void {
    const { state } = this.kernel;
    batch.extend(this.kernel.setDecoded(state[SCAN_END]! - OUTPUT));
    batch.setCounts(state[SERIES]!, state[SAMPLES]!);
    this.cursor.point(batch.bytes, state[SCAN_AT]! - OUTPUT);
    scanField(this.cursor, batch, batch.bodyLength);
    state[SCAN_AT] = OUTPUT + this.cursor.offset;
    state[SERIES] = batch.seriesCount;
    state[SAMPLES] = batch.sampleCount;
  }

  /** Makes the kernel's state ready for the `length` bytes at REQUEST_2; a view of them. */
  private begin(length: number, limitBytes: number): Uint8Array {
    const { state, bytes } = this.kernel;
    state[AT] = REQUEST_2;
    state[END] = REQUEST_2 + length;
    state[TO] = OUTPUT;
    state[LIMIT] = OUTPUT + Math.min(limitBytes, BODY_BYTES_MAX);
    state[SYMBOL_COUNT] = 0;
    state[ROUND] = 1;
    state[REPEATED] = 0;
    this.isCarefulReady = false;
    return bytes.subarray(REQUEST_2, REQUEST_2 + length);
  }

  /** Lays out the field that the kernel stopped at; false when the whole must be done anew. */
  private layField(body: Uint8Array, limitBytes: number): boolean {
    const { careful } = this;
    const { state, bytes } = this.kernel;
    if (!this.isCarefulReady) careful.begin(body, limitBytes);
    this.isCarefulReady = true;
    const at = state[AT]! - REQUEST_2;
    // The kernel would give every later symbol a wrong number.
    if (careful.isSymbol(at)) return false;
    const to = state[TO]!;
    // What was not laid out counts as if it had been.
    const spared = OUTPUT + Math.min(limitBytes, BODY_BYTES_MAX) - state[LIMIT]!;
    const laid = careful.layField(at, to - OUTPUT + spared);
    if (to + laid.length > OUTPUT + BODY_BYTES_MAX) return false;
    bytes.set(laid, to);
    state[AT] = REQUEST_2 + careful.offset;
    state[TO] = to + laid.length;
    state[ROUND] = state[ROUND]! + 1;
    return true;
  }
}
