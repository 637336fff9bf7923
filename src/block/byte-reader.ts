/**
 * Reads the bytes of a block's files: big-endian numbers, varints, texts, checked sections.
 *
 * I1  No read passes the end; what is cut off or does not fit is a TsdbError BLOCK_CORRUPT that
 *     names file, position and the numbers.
 *
 * Format: docs/format/block.md. Units: positions are bytes from the start of the file.
 */
import { crc32c } from "../base/crc32c.ts";
import { TsdbError } from "../base/errors.ts";

const CHECKSUM_BYTES = 4;
const VARINT_BYTES_MAX = 10;
const WORD = 2 ** 32;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class ByteReader {
  readonly path: string;
  private readonly bytes: Uint8Array;
  private readonly end: number;
  private at: number;

  constructor(path: string, bytes: Uint8Array, at = 0, end = bytes.length) {
    this.path = path;
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get position(): number {
    return this.at;
  }

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    this.need(1);
    return this.bytes[this.at++] as number;
  }

  u32(): number {
    this.need(4);
    const { bytes, at } = this;
    this.at += 4;
    const high = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    return high * 65536 + (((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number));
  }

  u64(): number {
    return this.whole(this.u32() * WORD + this.u32());
  }

  uvarint(): number {
    const from = this.at;
    let value = 0;
    for (let i = 0, unit = 1; i < VARINT_BYTES_MAX; i++, unit *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return this.whole(value);
    }
    throw this.corrupt(from, `varint has more than ${VARINT_BYTES_MAX} bytes`);
  }

  varint(): number {
    const zigzag = this.uvarint();
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }

  /** The next `count` bytes, not copied. */
  take(count: number): Uint8Array {
    this.need(count);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  text(): string {
    const from = this.at;
    const bytes = this.take(this.uvarint());
    try {
      return utf8.decode(bytes);
    } catch {
      throw this.corrupt(from, "text is no valid UTF-8");
    }
  }

  /** The section at `position`: its length in 4 bytes, content, checksum of that. */
  section(position: number): ByteReader {
    const reader = this.from(position);
    return reader.checked(reader.u32());
  }

  /** A reader of this file from `position` on. */
  from(position: number): ByteReader {
    if (position > this.end) {
      throw this.corrupt(position, `position lies behind the end, byte ${this.end}`);
    }
    return new ByteReader(this.path, this.bytes, position, this.end);
  }

  /** The next `count` bytes, whose checksum follows them. */
  checked(count: number): ByteReader {
    const from = this.at;
    this.need(count + CHECKSUM_BYTES);
    this.at += count;
    const actual = crc32c(this.bytes, from, this.at);
    const wanted = this.u32();
    if (actual !== wanted) {
      throw this.corrupt(from, `checksum of ${count} bytes is ${actual}; want ${wanted}`);
    }
    return new ByteReader(this.path, this.bytes, from, from + count);
  }

  corrupt(position: number, what: string): TsdbError {
    return new TsdbError("BLOCK_CORRUPT", `${this.path} at byte ${position}: ${what}`);
  }

  private need(count: number): void {
    if (count <= this.left) return;
    throw this.corrupt(this.at, `got ${this.left} bytes; want at least ${count}`);
  }

  private whole(value: number): number {
    if (Number.isSafeInteger(value)) return value;
    throw this.corrupt(this.at, "number has more than 53 bits");
  }
}
