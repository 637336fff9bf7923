/**
 * Protobuf cursor: reads one field after the other of a message, checking every byte it steps over.
 *
 * Format: protobuf.dev/programming-guides/encoding. This is the careful path, for what the usual
 * case of scan-write-request.ts does not cover.
 *
 * I1  No read passes the end it is given, and a nested end never passes the outer one.
 * I2  Varints have at most 10 bytes; of the tenth only the lowest bit counts, as in every reader
 *     of 64-bit varints.
 * I3  Field numbers are 1 to 2^29 - 1; the group wire types (3, 4) and 6, 7 are refused.
 *
 * Units: `offset` and every end is a byte offset into the decoded body.
 */
import { TsdbError } from "../base/errors.ts";

export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_FIXED32 = 5;

export class ProtobufCursor {
  private bytes: Uint8Array = new Uint8Array(0);
  /** Next byte to read. */
  offset = 0;
  /** Low and high 32 bits, unsigned, of the varint or fixed64 read last. */
  low = 0;
  high = 0;

  /** Starts over at byte `offset` of `bytes`. */
  point(bytes: Uint8Array, offset: number): void {
    this.bytes = bytes;
    this.offset = offset;
  }

  /** Reads a tag and returns field number * 8 + wire type. */
  tag(end: number): number {
    const at = this.offset;
    this.varint(end);
    if (this.high !== 0 || this.low < 8) throw invalidBody(at, "invalid field number");
    return this.low;
  }

  /** Reads a varint into `low` and `high`. */
  varint(end: number): void {
    const at = this.offset;
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (at + i >= end) throw invalidBody(at, "varint is cut off");
      const byte = this.bytes[at + i]!;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i > 4) high |= bits << (7 * i - 32);
      else {
        low |= bits << 28;
        high = bits >>> 4;
      }
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        this.offset = at + i + 1;
        return;
      }
    }
    throw invalidBody(at, "varint has more than 10 bytes");
  }

  /** Reads 8 bytes, little endian, into `low` and `high`. */
  fixed64(end: number): void {
    const at = this.offset;
    if (at + 8 > end) throw invalidBody(at, "8-byte value is cut off");
    this.low = this.word(at);
    this.high = this.word(at + 4);
    this.offset = at + 8;
  }

  /** Reads the length of a length-delimited field and returns where its content ends. */
  contentEnd(end: number): number {
    const at = this.offset;
    this.varint(end);
    const contentEnd = this.offset + this.high * 2 ** 32 + this.low;
    if (contentEnd > end) {
      const text = `field ends at byte ${contentEnd}, its message at ${end}`;
      throw invalidBody(at, text);
    }
    return contentEnd;
  }

  /** Steps over the content of a field of the given tag, whatever it is. */
  skip(tag: number, end: number): void {
    const wire = tag & 7;
    if (wire === WIRE_VARINT) this.varint(end);
    else if (wire === WIRE_FIXED64) this.advance(8, end);
    else if (wire === WIRE_BYTES) this.offset = this.contentEnd(end);
    else if (wire === WIRE_FIXED32) this.advance(4, end);
    else throw invalidBody(this.offset, `wire type ${wire} of field ${tag >>> 3} is not known`);
  }

  private advance(bytes: number, end: number): void {
    const next = this.offset + bytes;
    if (next > end) throw invalidBody(this.offset, `${bytes}-byte value is cut off`);
    this.offset = next;
  }

  private word(at: number): number {
    const bytes = this.bytes;
    const high = (bytes[at + 3]! << 24) | (bytes[at + 2]! << 16);
    return (high | (bytes[at + 1]! << 8) | bytes[at]!) >>> 0;
  }
}

/** The signed 64-bit integer of two unsigned words, as the nearest double. */
export function doubleOfInt64(high: number, low: number): number {
  return (high | 0) * 2 ** 32 + low;
}

/** The refusal of a field that has another wire type than its message defines. */
export function wrongWireType(offset: number, tag: number, message: string): TsdbError {
  const text = `field ${tag >>> 3} of ${message} has wire type ${tag & 7}`;
  return invalidBody(offset, text);
}

/** The refusal of a whole body: where and why. */
export function invalidBody(offset: number, what: string): TsdbError {
  return new TsdbError("PROTOBUF_INVALID", `write request invalid at byte ${offset}: ${what}`);
}
