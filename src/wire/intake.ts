/**
 * Intake: one request body from compressed bytes to a scanned batch, in the kernel's memory.
 *
 * I1  What the kernel refuses is given to the reference decoder, which finds the words; a body too
 *     large for the kernel is that decoder's alone.
 * I2  The batch and the bytes behind it are valid until the next read().
 *
 * Units: bytes.
 */
import { assert } from "../base/assert.ts";
import { BODY_BYTES_MAX, INPUT, OUTPUT } from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { type KeyLookup, scanWriteRequest } from "./scan-write-request.ts";
import { decodedLength, headerLength, SnappyDecoder } from "./snappy-decoder.ts";
import { WriteBatch } from "./write-batch.ts";
import { WriteRequest2 } from "./write-request-2.ts";

export class Intake {
  private readonly kernel: Kernel;
  private readonly lookup: KeyLookup | null;
  private readonly batch: WriteBatch;
  private readonly reference = new SnappyDecoder();
  private readonly request2 = new WriteRequest2();

  /** `lookup` knows the series of a store over the same kernel. */
  constructor(kernel: Kernel, lookup: KeyLookup | null = null) {
    this.kernel = kernel;
    this.lookup = lookup;
    this.batch = new WriteBatch(kernel);
  }

  /**
   * Decompresses and scans a body. Throws TsdbError BODY_TOO_LARGE when its declared size passes
   * `limitBytes` or it has too many entries, SNAPPY_INVALID or PROTOBUF_INVALID when malformed.
   */
  read(body: Uint8Array, limitBytes: number): WriteBatch {
    scanWriteRequest(this.decode(body, limitBytes), this.batch, this.lookup);
    return this.batch;
  }

  /** As read(), of a 1.0 message without compression. */
  readPlain(message: Uint8Array): WriteBatch {
    scanWriteRequest(message, this.batch, this.lookup);
    return this.batch;
  }

  /** As read(), of a remote write 2.0 body; spelled out as 1.0 it may not pass the limit either. */
  read2(body: Uint8Array, limitBytes: number): WriteBatch {
    const message = this.request2.layOut(this.decode(body, limitBytes), limitBytes);
    scanWriteRequest(message, this.batch, this.lookup);
    return this.batch;
  }

  /** Decompresses a body; the bytes are valid until the next call. */
  decode(body: Uint8Array, limitBytes: number): Uint8Array {
    const length = decodedLength(body, limitBytes);
    if (Math.max(length, body.length) > BODY_BYTES_MAX) {
      return this.reference.decode(body, limitBytes);
    }
    const { bytes, functions } = this.kernel;
    bytes.set(body, INPUT);
    const from = INPUT + headerLength(body);
    if (functions.expand(from, INPUT + body.length, OUTPUT, OUTPUT + length) === 1) {
      return this.kernel.setDecoded(length);
    }
    this.reference.decode(body, limitBytes);
    assert(false, "the kernel refuses a body that the reference decoder takes");
  }
}
