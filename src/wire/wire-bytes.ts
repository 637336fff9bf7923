/**
 * Wire bytes: protobuf fields written one after another into a buffer that is used again.
 *
 * Units: bytes.
 */
export class WireBytes {
  private buffer = new Uint8Array(256);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  /** What has been written; valid until the next write. */
  written(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** Writes a field with a length whose content is [from, to) of `source`. */
  field(tag: number, source: Uint8Array, from: number, to: number): void {
    this.number(tag, to - from);
    this.bytes(source, from, to);
  }

  /** Writes a tag below 128 and an unsigned 32-bit number. */
  number(tag: number, value: number): void {
    this.makeRoom(6);
    this.buffer[this.length++] = tag;
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.length++] = rest;
  }

  /** Writes [from, to) of `source` as it is. */
  bytes(source: Uint8Array, from: number, to: number): void {
    const count = to - from;
    this.makeRoom(count);
    if (count > 32) this.buffer.set(source.subarray(from, to), this.length);
    else for (let i = 0; i < count; i++) this.buffer[this.length + i] = source[from + i]!;
    this.length += count;
  }

  /** Writes one byte. */
  byte(value: number): void {
    this.makeRoom(1);
    this.buffer[this.length++] = value;
  }

  /** Writes the varint of a 64-bit number that is given as two words. */
  varint64(high: number, low: number): void {
    this.makeRoom(10);
    let upper = high >>> 0;
    let lower = low >>> 0;
    while (upper !== 0 || lower > 0x7f) {
      this.buffer[this.length++] = (lower & 0x7f) | 0x80;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    this.buffer[this.length++] = lower;
  }

  /** Writes 8 bytes, little endian, of two words. */
  fixed64(high: number, low: number): void {
    this.makeRoom(8);
    for (let i = 0; i < 4; i++) this.buffer[this.length++] = low >>> (8 * i);
    for (let i = 0; i < 4; i++) this.buffer[this.length++] = high >>> (8 * i);
  }

  private makeRoom(count: number): void {
    const needed = this.length + count;
    if (needed <= this.buffer.length) return;
    const wider = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    wider.set(this.buffer.subarray(0, this.length));
    this.buffer = wider;
  }
}
