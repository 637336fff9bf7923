/**
 * A remote write 2.0 request in the kernel's memory, laid out as 1.0: by the kernel where its
 * fields are usual, else field by field by the careful reader.
 *
 * I1  The result is a message that says the same as what the careful reader makes of the whole;
 *     metadata that a metric has repeatedly in one request is written once.
 *
 * Units: bytes; addresses are those of the kernel's memory.
 */
import {
  BODY_BYTES_MAX,
  LAID_AT,
  LAID_UNUSUAL,
  OUTPUT,
  REQUEST_2,
  STATE,
} from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";
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

export class Request2Layout {
  private readonly kernel: Kernel;
  private readonly careful = new WriteRequest2();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Metadata entries that the last request had beside those in its layout. */
  get repeatedCount(): number {
    return this.kernel.state[REPEATED]!;
  }

  /** The 1.0 message for a 2.0 message anywhere; valid until the next call. Throws TsdbError. */
  layOutAside(message: Uint8Array, limitBytes: number): Uint8Array {
    this.kernel.state[REPEATED] = 0;
    return this.careful.layOut(message, limitBytes);
  }

  /**
   * The 1.0 message for the `length` bytes at REQUEST_2; valid until the next call.
   * Throws TsdbError PROTOBUF_INVALID, or BODY_TOO_LARGE when it passes `limitBytes`.
   */
  layOut(length: number, limitBytes: number): Uint8Array {
    const { state, functions } = this.kernel;
    state[AT] = REQUEST_2;
    state[END] = REQUEST_2 + length;
    state[TO] = OUTPUT;
    state[LIMIT] = OUTPUT + Math.min(limitBytes, BODY_BYTES_MAX);
    state[SYMBOL_COUNT] = 0;
    state[ROUND] = 1;
    state[REPEATED] = 0;
    let body: Uint8Array | null = null;
    while (functions.layOut() === LAID_UNUSUAL) {
      if (body === null) {
        body = this.kernel.bytes.subarray(REQUEST_2, REQUEST_2 + length);
        this.careful.begin(body, limitBytes);
      }
      if (!this.layField()) return this.layOutAside(body, limitBytes);
    }
    return this.kernel.setDecoded(state[TO]! - OUTPUT);
  }

  /** Lays out the field that the kernel stopped at; false when the whole must be done anew. */
  private layField(): boolean {
    const { careful } = this;
    const { state, bytes } = this.kernel;
    const at = state[AT]! - REQUEST_2;
    // The kernel would give every later symbol a wrong number.
    if (careful.isSymbol(at)) return false;
    const to = state[TO]!;
    const laid = careful.layField(at, to - OUTPUT);
    if (to + laid.length > OUTPUT + BODY_BYTES_MAX) return false;
    bytes.set(laid, to);
    state[AT] = REQUEST_2 + careful.offset;
    state[TO] = to + laid.length;
    state[ROUND] = state[ROUND]! + 1;
    return true;
  }
}
