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
import { BODY_BYTES_MAX, INPUT, OUTPUT, REQUEST_2 } from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Request2Layout } from "./request-2-layout.ts";
import { type KeyLookup, scanWriteRequest } from "./scan-write-request.ts";
import { decodedLength, headerLength, SnappyDecoder } from "./snappy-decoder.ts";
import { WriteBatch } from "./write-batch.ts";

export class Intake {
  private readonly kernel: Kernel;
  private readonly lookup: KeyLookup | null;
  private readonly batch: WriteBatch;
  private readonly reference = new SnappyDecoder();
  private readonly request2: Request2Layout;

  /** `lookup` knows the series of a store over the same kernel. */
  constructor(kernel: Kernel, lookup: KeyLookup | null = null) {
    this.kernel = kernel;
    this.lookup = lookup;
    this.batch = new WriteBatch(kernel);
    this.request2 = new Request2Layout(kernel);
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
    const { batch, lookup, request2 } = this;
    const length = this.expand(body, limitBytes, REQUEST_2);
    if (length < 0) {
      const message = this.reference.decode(body, limitBytes);
      scanWriteRequest(request2.layOutAside(message, limitBytes), batch, lookup);
    } else request2.scan(length, limitBytes, batch, lookup);
    return batch;
  }

  /** Says that the metadata of a family has changed otherwise than by what is read here. */
  forgetFamily(name: string): void {
    const { bytes, functions } = this.kernel;
    const length = bytes.write(name, INPUT, BODY_BYTES_MAX);
    functions.forgetFamily(INPUT, INPUT + length, this.lookup?.seed ?? 0);
  }

  /** Decompresses a body; the bytes are valid until the next call. */
  decode(body: Uint8Array, limitBytes: number): Uint8Array {
    const length = this.expand(body, limitBytes, OUTPUT);
    if (length < 0) return this.reference.decode(body, limitBytes);
    return this.kernel.setDecoded(length);
  }

  /** Decompresses a body to an address; its length, -1 when it is too large for that. */
  private expand(body: Uint8Array, limitBytes: number, to: number): number {
    const length = decodedLength(body, limitBytes);
    if (Math.max(length, body.length) > BODY_BYTES_MAX) return -1;
    const { bytes, functions } = this.kernel;
    bytes.set(body, INPUT);
    const from = INPUT + headerLength(body);
    if (functions.expand(from, INPUT + body.length, to, to + length) === 1) return length;
    this.reference.decode(body, limitBytes);
    assert(false, "the kernel refuses a body that the reference decoder takes");
  }
}
