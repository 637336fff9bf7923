/**
 * Objects below 16 bytes share 16-byte blocks.
 *
 * I1  A block is live while at least one of its objects is referenced. `counts` has the number of
 *     references of every block, 512 bytes for each span of 16-byte slots.
 * I2  The current block is marked in every cycle even when nothing in it is referenced; it then
 *     survives that one cycle.
 * I3  Objects of exactly 16 bytes share spans with blocks but have no count.
 *
 * Source: mallocgc's tiny allocator.
 *
 * Units: bytes; a place is the index of a span's counts, in steps of 512, from 1.
 */
import { assert } from "../base/assert.ts";
import type { HeapAddress, SpanRef } from "../base/units.ts";
import { TINY_BYTES } from "./size-classes.ts";
import { SLOT_COUNT_MAX } from "./spans.ts";

export const NO_ADDRESS = -1 as HeapAddress;

export class TinyBlocks {
  private counts = new Uint8Array(2 * SLOT_COUNT_MAX);
  private freePlaces: number[] = [];
  private placeCount = 1;
  private block: HeapAddress = NO_ADDRESS;
  private blockOffset = 0;
  private combined = 0;
  private counted = 0;
  private currentSpan = 0 as SpanRef;
  private currentSlot = 0;

  /** Objects that were put into a block that existed already. */
  get combinedCount(): number {
    return this.combined;
  }

  /** Those of them that were counted: at the last flush, or the last refill of the class. */
  get countedCount(): number {
    return this.counted;
  }

  /** Brings `countedCount` up to date. */
  countCombined(): void {
    this.counted = this.combined;
  }

  /** References to a block: `place` is its span's, `slot` the block's. */
  referencesOf(place: number, slot: number): number {
    return this.counts[place * SLOT_COUNT_MAX + slot]!;
  }

  /** The block that the next object may join, or NO_ADDRESS. */
  get current(): HeapAddress {
    return this.block;
  }

  get hasCurrent(): boolean {
    return this.block !== NO_ADDRESS;
  }

  /** Span of the current block. */
  get span(): SpanRef {
    return this.currentSpan;
  }

  /** Slot of the current block in its span. */
  get slot(): number {
    return this.currentSlot;
  }

  /** Room for the counts of a new span of 16-byte slots: its place. */
  openPlace(): number {
    const place = this.freePlaces.pop() ?? this.placeCount++;
    const end = (place + 1) * SLOT_COUNT_MAX;
    if (end > this.counts.length) {
      const larger = new Uint8Array(2 * this.counts.length);
      larger.set(this.counts);
      this.counts = larger;
    }
    this.counts.fill(0, place * SLOT_COUNT_MAX, end);
    return place;
  }

  /** The span of that place is gone. */
  closePlace(place: number): void {
    this.freePlaces.push(place);
  }

  /** Places an object in the current block: its offset there, or -1 when it does not fit. */
  join(bytes: number): number {
    if (this.block === NO_ADDRESS) return -1;
    const at = alignedOffset(this.blockOffset, bytes);
    if (at + bytes > TINY_BYTES) return -1;
    this.blockOffset = at + bytes;
    this.combined++;
    return at;
  }

  /** Notes a fresh block whose first object has `bytes`; it becomes current if it has more room. */
  begin(block: HeapAddress, span: SpanRef, slot: number, bytes: number): void {
    if (this.block !== NO_ADDRESS && bytes >= this.blockOffset) return;
    this.block = block;
    this.blockOffset = bytes;
    this.currentSpan = span;
    this.currentSlot = slot;
  }

  /** One more object in a block; true when it is the block's only one. */
  enter(place: number, slot: number): boolean {
    const at = place * SLOT_COUNT_MAX + slot;
    const count = this.counts[at]! + 1;
    assert(count <= TINY_BYTES, "a tiny block has at most sixteen objects");
    this.counts[at] = count;
    return count === 1;
  }

  /** Drops one object; true when its block has none left. */
  leave(place: number, slot: number): boolean {
    const at = place * SLOT_COUNT_MAX + slot;
    const count = this.counts[at]!;
    assert(count > 0, "dropped tiny object is in no block");
    this.counts[at] = count - 1;
    return count === 1;
  }

  /** Forgets the current block (a flush of the cache, the end of a mark). */
  flush(): void {
    this.block = NO_ADDRESS;
    this.blockOffset = 0;
    this.countCombined();
  }

  /** Becomes equal to another. */
  copyFrom(other: TinyBlocks): void {
    this.counts = other.counts.slice();
    this.freePlaces = other.freePlaces.slice();
    this.placeCount = other.placeCount;
    this.block = other.block;
    this.blockOffset = other.blockOffset;
    this.combined = other.combined;
    this.counted = other.counted;
    this.currentSpan = other.currentSpan;
    this.currentSlot = other.currentSlot;
  }
}

function alignedOffset(offset: number, bytes: number): number {
  if ((bytes & 7) === 0) return (offset + 7) & ~7;
  if ((bytes & 3) === 0) return (offset + 3) & ~3;
  if ((bytes & 1) === 0) return (offset + 1) & ~1;
  return offset;
}
