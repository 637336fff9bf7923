/**
 * A buffer that grows, for the sections of a journal record: varints, words and byte ranges.
 *
 * I1  bytes [0, length) are what was put since clear(); a put that lacks room doubles the buffer.
 * I2  Numbers are integers below 2^53 in size.
 *
 * Callers on the way of a sample reserve once and then write at `length` themselves through
 * putVarintAt(), so that no call checks for room.
 *
 * Units: bytes.
 */
import { returnMemory } from "../base/memory-return.ts";

/** Longest varint of a number below 2^54. */
export const VARINT_BYTES_MAX = 8;
const FIRST_BYTES = 4096;
const KEPT_BYTES_MAX = 128 << 10;
const GROUP = 128;
/** Above this a native copy is quicker than a loop. */
const NATIVE_COPY_MIN = 256;

export class JournalBytes {
  bytes = new Uint8Array(FIRST_BYTES);
  view = new DataView(this.bytes.buffer);
  length = 0;

  /** Empties it; room that hardly ever is needed is let go. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES_MAX) this.exchange(new Uint8Array(FIRST_BYTES));
  }

  /** Sees to it that `count` more bytes fit. */
  reserve(count: number): void {
    const need = this.length + count;
    if (need <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(need, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.exchange(larger);
  }

  varint(value: number): void {
    this.reserve(VARINT_BYTES_MAX);
    this.length = putVarintAt(this.bytes, this.length, value);
  }

  /** A word, little-endian. */
  u32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  /** Copies `from[start, end)`. */
  raw(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    const { bytes } = this;
    if (end - start >= NATIVE_COPY_MIN) bytes.set(from.subarray(start, end), this.length);
    else for (let i = start, at = this.length; i < end; i++) bytes[at++] = from[i]!;
    this.length += end - start;
  }

  /** A length and that many bytes. */
  text(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes, 0, bytes.length);
  }

  private exchange(other: Uint8Array<ArrayBuffer>): void {
    returnMemory(this.bytes);
    this.bytes = other;
    this.view = new DataView(other.buffer);
  }
}

/** Writes a varint at `at`, where 8 bytes must be free; returns the byte behind it. */
export function putVarintAt(bytes: Uint8Array, at: number, value: number): number {
  let index = at;
  let rest = value;
  while (rest >= GROUP) {
    bytes[index++] = (rest % GROUP) + GROUP;
    rest = Math.floor(rest / GROUP);
  }
  bytes[index++] = rest;
  return index;
}

/** The zigzag form of an integer. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** The integer of a zigzag form. */
export function unzigzag(coded: number): number {
  return coded % 2 === 1 ? -(coded + 1) / 2 : coded / 2;
}
