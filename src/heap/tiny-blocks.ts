/**
 * Objects below 16 bytes share 16-byte blocks.
 *
 * I1  A block is live while at least one of its objects is referenced; `references` counts them.
 * I2  The current block is marked in every cycle even when nothing in it is referenced; it then
 *     survives that one cycle.
 *
 * Source: mallocgc's tiny allocator.
 *
 * Units: bytes.
 */
import { assert } from "../base/assert.ts";
import type { HeapAddress } from "../base/units.ts";
import { TINY_BYTES } from "./size-classes.ts";

export const NO_ADDRESS = -1 as HeapAddress;

export class TinyBlocks {
  private readonly references = new Map<number, number>();
  private block: HeapAddress = NO_ADDRESS;
  private offset = 0;
  private combined = 0;

  /** Objects that were put into a block that existed already. */
  get combinedCount(): number {
    return this.combined;
  }

  /** The block that the next object may join, or NO_ADDRESS. */
  get current(): HeapAddress {
    return this.block;
  }

  /** Places an object in the current block; NO_ADDRESS when it does not fit. */
  join(bytes: number): HeapAddress {
    if (this.block === NO_ADDRESS) return NO_ADDRESS;
    const at = alignedOffset(this.offset, bytes);
    if (at + bytes > TINY_BYTES) return NO_ADDRESS;
    this.offset = at + bytes;
    this.combined++;
    this.references.set(this.block, (this.references.get(this.block) ?? 0) + 1);
    return (this.block + at) as HeapAddress;
  }

  /** Notes a fresh block whose first object has `bytes`; it becomes current if it has more room. */
  begin(block: HeapAddress, bytes: number): void {
    this.references.set(block, 1);
    if (this.block !== NO_ADDRESS && bytes >= this.offset) return;
    this.block = block;
    this.offset = bytes;
  }

  /** Drops one object; true when its block has none left. */
  leave(address: HeapAddress): boolean {
    const block = address - (address % TINY_BYTES);
    const left = (this.references.get(block) ?? 0) - 1;
    assert(left >= 0, "dropped tiny object is in no block");
    if (left > 0) this.references.set(block, left);
    else this.references.delete(block);
    return left === 0;
  }

  /** Forgets the current block (a flush of the cache, the end of a mark). */
  flush(): void {
    this.block = NO_ADDRESS;
    this.offset = 0;
  }
}

function alignedOffset(offset: number, bytes: number): number {
  if ((bytes & 7) === 0) return (offset + 7) & ~7;
  if ((bytes & 3) === 0) return (offset + 3) & ~3;
  if ((bytes & 1) === 0) return (offset + 1) & ~1;
  return offset;
}
