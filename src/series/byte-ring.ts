/**
 * A ring of byte ranges that go in the order in which they came.
 *
 * I1  Ranges follow each other without gaps from `oldest` to `next`; a range's position is the
 *     number of bytes that came before it since the start, so positions rise and never change.
 * I2  The byte at position p lies at p modulo the buffer's length, a power of two that is at least
 *     the bytes held.
 *
 * Units: positions and lengths are bytes.
 */
import { assert } from "../base/assert.ts";

const FIRST_BYTES = 4096;

export class ByteRing {
  private bytes = new Uint8Array(FIRST_BYTES);
  private oldest = 0;
  private next = 0;

  /** Bytes of the ranges held. */
  get heldBytes(): number {
    return this.next - this.oldest;
  }

  /** Adds `from[start, end)` as the newest range; returns its position. */
  push(from: Uint8Array, start: number, end: number): number {
    const at = this.next;
    this.reserve(end - start);
    const { bytes } = this;
    for (let i = start; i < end; i++) bytes[(at + i - start) % bytes.length] = from[i]!;
    this.next = at + end - start;
    return at;
  }

  /** Gives up everything before a position. */
  dropBefore(position: number): void {
    assert(position >= this.oldest && position <= this.next, "ring is cut outside of its ranges");
    this.oldest = position;
  }

  /** Copies the range at a position to the start of `into`, which must have room. */
  copyTo(into: Uint8Array, position: number, length: number): void {
    assert(position >= this.oldest && position + length <= this.next, "range is not in the ring");
    for (let i = 0; i < length; i++) into[i] = this.bytes[(position + i) % this.bytes.length]!;
  }

  private reserve(count: number): void {
    const need = this.heldBytes + count;
    if (need <= this.bytes.length) return;
    let length = this.bytes.length * 2;
    while (length < need) length *= 2;
    const larger = new Uint8Array(length);
    for (let at = this.oldest; at < this.next; at++) {
      larger[at % length] = this.bytes[at % this.bytes.length]!;
    }
    this.bytes = larger;
  }
}
