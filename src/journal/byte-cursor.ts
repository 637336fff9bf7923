/**
 * Fields of a small binary record, one after another, little-endian: a writer that grows and a
 * reader that never leaves its bytes.
 *
 * I1  A reader that is asked for more than is left returns 0 or "" and sets `failed` for good, so
 *     that a parser checks once at its end and needs no exceptions.
 * I2  64-bit integers are below 2^53.
 *
 * For cold paths (headers, manifests, metadata); hot records are read in place.
 *
 * Units: positions and lengths are bytes.
 */
import { assert } from "../base/assert.ts";

const WORD = 2 ** 32;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class ByteWriter {
  private bytes = new Uint8Array(256);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  /** What was written: a view, valid until more is written. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  u16(value: number): void {
    const at = this.advance(2);
    this.view.setUint16(at, value, true);
  }

  u32(value: number): void {
    assert(value >= 0 && value < WORD && Number.isInteger(value), "field is no 32-bit integer");
    const at = this.advance(4);
    this.view.setUint32(at, value, true);
  }

  i32(value: number): void {
    assert(value === (value | 0), "field is no signed 32-bit integer");
    const at = this.advance(4);
    this.view.setInt32(at, value, true);
  }

  u64(value: number): void {
    assert(value >= 0 && Number.isSafeInteger(value), "field is no integer below 2^53");
    this.u32(value % WORD);
    this.u32(Math.floor(value / WORD));
  }

  /** Plain bytes without a length. */
  raw(bytes: Uint8Array): void {
    const at = this.advance(bytes.length);
    this.bytes.set(bytes, at);
  }

  /** A length and that many bytes of UTF-8. */
  text(value: string): void {
    const bytes = encoder.encode(value);
    this.u32(bytes.length);
    this.raw(bytes);
  }

  private advance(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }
}

export class ByteReader {
  /** Whether a field left the bytes, see I1. */
  failed = false;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly end: number;
  private at: number;

  constructor(bytes: Uint8Array, from: number, to: number) {
    assert(from <= to && to <= bytes.length, "cursor range lies outside the bytes");
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = from;
    this.end = to;
  }

  /** Where the next field starts. */
  get position(): number {
    return this.at;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.end - this.at;
  }

  u16(): number {
    const at = this.advance(2);
    return at < 0 ? 0 : this.view.getUint16(at, true);
  }

  u32(): number {
    const at = this.advance(4);
    return at < 0 ? 0 : this.view.getUint32(at, true);
  }

  i32(): number {
    const at = this.advance(4);
    return at < 0 ? 0 : this.view.getInt32(at, true);
  }

  u64(): number {
    const low = this.u32();
    const value = this.u32() * WORD + low;
    if (!Number.isSafeInteger(value)) this.failed = true;
    return this.failed ? 0 : value;
  }

  /** The next `length` bytes as a view. */
  raw(length: number): Uint8Array {
    const at = this.advance(length);
    return at < 0 ? new Uint8Array(0) : this.bytes.subarray(at, at + length);
  }

  /** A length and that many bytes of UTF-8. */
  text(): string {
    return decoder.decode(this.raw(this.u32()));
  }

  private advance(count: number): number {
    if (this.failed || count > this.left) {
      this.failed = true;
      return -1;
    }
    const at = this.at;
    this.at += count;
    return at;
  }
}
