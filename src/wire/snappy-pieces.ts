/**
 * A snappy block that is made piece by piece: a long message is never compressed in one go, nor
 * held whole before it is compressed.
 *
 * Format: google/snappy format_description.txt. A block is the uncompressed length as a varint,
 * then elements; copies reach back at most as far as the encoder looked, so the elements of
 * pieces that were compressed alone may stand one behind the other.
 *
 * Units: bytes.
 */
import { compress } from "snappyjs";

export class SnappyPieces {
  private readonly pieces: Uint8Array[] = [];
  private length = 0;

  /** Uncompressed bytes so far. */
  get uncompressedBytes(): number {
    return this.length;
  }

  /** Compresses the next bytes of the message. */
  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.length += bytes.length;
    const block = compress(bytes);
    this.pieces.push(block.subarray(varintOf(bytes.length).length));
  }

  /** Puts what `other` has behind what is there. */
  append(other: SnappyPieces): void {
    for (const piece of other.pieces) this.pieces.push(piece);
    this.length += other.length;
  }

  /** The block, as pieces to be sent one behind the other. */
  block(): Uint8Array[] {
    return [varintOf(this.length), ...this.pieces];
  }
}

/** A whole number below 2^53 as a varint. */
export function varintOf(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
