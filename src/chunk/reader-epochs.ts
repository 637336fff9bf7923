/**
 * Epochs of readers: what a query has captured stays as it was until the query is over.
 *
 * A reader opens an epoch, marks the chunks whose slices it will read, and closes the epoch at the
 * end. Bytes once published never change in their slot; only a slot that is dropped could be given
 * to somebody else. So dropping is what waits: a slot that a live epoch has marked counts as marked
 * in the heap, as it would in Go, where the reader's reference keeps it alive.
 *
 * I1  A kept slot is dropped when the last epoch that had marked it is closed, and not before. When
 *     no epoch is live, leave() is heap.drop().
 * I2  The mark of a chunk stands for the slice that it had when it was marked; it goes when the
 *     chunk leaves that slice.
 * I3  Numbers of epochs only rise. isPast(stamp()) turns true when all epochs that were open at the
 *     moment of the stamp are closed: whatever was taken out of sight before it is seen by nobody.
 *
 * Units: addresses and capacities are bytes.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef, HeapAddress } from "../base/units.ts";
import type { ChunkHeap } from "./chunk-heap.ts";

const FIRST_WORDS = 64;

/** A slot that epochs still look at. */
export interface KeptSlot {
  readonly address: HeapAddress;
  readonly capacity: number;
  holders: number;
}

export class ReaderEpoch {
  readonly number: number;
  /** Bit by chunk: whether the epoch looks at the chunk's present slice. */
  private marked: Uint32Array = new Uint32Array(FIRST_WORDS);
  readonly kept: KeptSlot[] = [];
  private readonly epochs: ReaderEpochs;
  private open = true;

  constructor(epochs: ReaderEpochs, number: number) {
    this.epochs = epochs;
    this.number = number;
  }

  /** Keeps the slice that a chunk has now. */
  mark(chunk: ChunkRef): void {
    assert(this.open, "chunk is marked in an epoch that is over");
    const word = chunk >>> 5;
    if (word >= this.marked.length) this.grow(word);
    this.marked[word] = this.marked[word]! | (1 << (chunk & 31));
  }

  /** Takes over a slot that a marked chunk leaves; false when the chunk is not marked. */
  take(chunk: ChunkRef, slot: KeptSlot): boolean {
    const word = chunk >>> 5;
    const bit = 1 << (chunk & 31);
    if (word >= this.marked.length || (this.marked[word]! & bit) === 0) return false;
    this.marked[word] = this.marked[word]! & ~bit;
    slot.holders++;
    this.kept.push(slot);
    return true;
  }

  /** Ends the epoch: nothing of what it marked is read any more. May be called again. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.epochs.end(this);
  }

  private grow(word: number): void {
    const marked = new Uint32Array(Math.max(word + 1, this.marked.length * 2));
    marked.set(this.marked);
    this.marked = marked;
  }
}

export class ReaderEpochs {
  private readonly heap: ChunkHeap;
  /** Open epochs, oldest first. */
  private live: ReaderEpoch[] = [];
  private opened = 0;
  private slots = 0;

  constructor(heap: ChunkHeap) {
    this.heap = heap;
  }

  /** Epochs that are open now. */
  get liveCount(): number {
    return this.live.length;
  }

  /** How many slots would have been dropped but for readers. */
  get keptCount(): number {
    return this.slots;
  }

  /** Capacities of the slots that would have been dropped but for readers. */
  keptCapacities(): number[] {
    return Array.from(new Set(this.live.flatMap(({ kept }) => kept)), (slot) => slot.capacity);
  }

  /** Opens an epoch. */
  open(): ReaderEpoch {
    const epoch = new ReaderEpoch(this, ++this.opened);
    this.live.push(epoch);
    return epoch;
  }

  /** A moment: see I3. */
  stamp(): number {
    return this.opened;
  }

  /** Whether no epoch is open that was open at the moment of the stamp. */
  isPast(stamp: number): boolean {
    return this.live.length === 0 || this.live[0]!.number > stamp;
  }

  /** A chunk leaves its slot: the slot is dropped now, or when nobody looks at it any more. */
  leave(chunk: ChunkRef, address: HeapAddress, capacity: number): void {
    if (this.live.length > 0 && this.keep(chunk, address, capacity)) return;
    this.heap.drop(address, capacity);
  }

  /** Called by an epoch that is closed. */
  end(epoch: ReaderEpoch): void {
    this.live = this.live.filter((other) => other !== epoch);
    for (const slot of epoch.kept) {
      slot.holders--;
      if (slot.holders > 0) continue;
      this.slots--;
      this.heap.drop(slot.address, slot.capacity);
    }
  }

  private keep(chunk: ChunkRef, address: HeapAddress, capacity: number): boolean {
    const slot: KeptSlot = { address, capacity, holders: 0 };
    for (const epoch of this.live) epoch.take(chunk, slot);
    if (slot.holders === 0) return false;
    this.slots++;
    return true;
  }
}
