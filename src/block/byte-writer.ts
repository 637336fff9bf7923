/**
 * Bytes of a block's files as they are put together: big-endian numbers, varints, texts, and
 * sections closed with a checksum.
 *
 * Format: docs/format/block.md. Units: bytes.
 */
import { crc32c } from "../base/crc32c.ts";

const FIRST_CAPACITY = 1 << 16;
const NUMBER_BYTES_MAX = 10;
const WORD = 2 ** 32;

const encoder = new TextEncoder();

export class ByteWriter {
  private bytes = new Uint8Array(FIRST_CAPACITY);
  private end = 0;

  get length(): number {
    return this.end;
  }

  /** What was written so far; valid until the next write. */
  get view(): Uint8Array {
    return this.bytes.subarray(0, this.end);
  }

  clear(): void {
    this.end = 0;
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.end++] = value;
  }

  u32(value: number): void {
    this.reserve(4);
    this.setU32(this.end, value);
    this.end += 4;
  }

  u64(value: number): void {
    this.u32(Math.floor(value / WORD));
    this.u32(value % WORD);
  }

  /** A whole number from 0 to 2^53 - 1 as a varint. */
  uvarint(value: number): void {
    this.reserve(NUMBER_BYTES_MAX);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) {
      this.bytes[this.end++] = (rest % 128) + 128;
    }
    this.bytes[this.end++] = rest;
  }

  /** A whole number of either sign, below 2^52 in size, as a zigzag varint. */
  varint(value: number): void {
    this.uvarint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** A text behind its length in bytes. */
  text(text: string): void {
    const bytes = encoder.encode(text);
    this.uvarint(bytes.length);
    this.append(bytes);
  }

  /** Fills with zeros up to a multiple of `alignment`. */
  pad(alignment: number, writtenBefore = 0): void {
    while ((writtenBefore + this.end) % alignment !== 0) this.u8(0);
  }

  /** The checksum of what was written since `from`. */
  checksum(from: number): void {
    this.u32(crc32c(this.bytes, from, this.end));
  }

  /** A section: its length in 4 bytes, what `body` writes, the checksum of that. */
  section(body: () => void): void {
    const from = this.end;
    this.u32(0);
    body();
    this.setU32(from, this.end - from - 4);
    this.checksum(from + 4);
  }

  private setU32(at: number, value: number): void {
    this.bytes[at] = value >>> 24;
    this.bytes[at + 1] = value >>> 16;
    this.bytes[at + 2] = value >>> 8;
    this.bytes[at + 3] = value;
  }

  private reserve(bytes: number): void {
    if (this.end + bytes <= this.bytes.length) return;
    const wider = new Uint8Array(Math.max(2 * this.bytes.length, this.end + bytes));
    wider.set(this.view);
    this.bytes = wider;
  }
}
