/**
 * Open addressing from a 32-bit hash to a small integer (an index into somebody's columns).
 *
 * I1  Slot states: 0 = never used, 1 = removed, otherwise entry + 2. Linear probing; a search ends
 *     at a slot never used.
 * I2  used + removed stays below 3/4 of the slots; passing it rebuilds (twice as large when the
 *     used ones alone pass half).
 * I3  The hash of each entry is kept beside it, so that a rebuild asks nobody and most unequal
 *     entries are told apart without touching their text.
 *
 * The owner compares: it walks the candidates of a hash with first() and next().
 */
import { assert } from "../base/assert.ts";

const EMPTY = 0;
const REMOVED = 1;
const BIAS = 2;

export class HashIndex {
  private slots: Uint32Array;
  private hashes: Uint32Array;
  private mask: number;
  private usedCount = 0;
  private removedCount = 0;

  constructor(slotCount = 1024) {
    assert((slotCount & (slotCount - 1)) === 0, "slot count must be a power of two");
    this.slots = new Uint32Array(slotCount);
    this.hashes = new Uint32Array(slotCount);
    this.mask = slotCount - 1;
  }

  get size(): number {
    return this.usedCount;
  }

  /** Slot of the first entry with this hash, or -1. */
  first(hash: number): number {
    return this.probe(hash, hash & this.mask);
  }

  /** Slot of the next entry with this hash after `slot`, or -1. */
  next(hash: number, slot: number): number {
    return this.probe(hash, (slot + 1) & this.mask);
  }

  /** Entry in a slot that first() or next() returned. */
  entryAt(slot: number): number {
    return this.slots[slot]! - BIAS;
  }

  /** Adds an entry; the caller knows that it is not there yet. */
  insert(hash: number, entry: number): void {
    if ((this.usedCount + this.removedCount + 1) * 4 > this.slots.length * 3) this.rebuild();
    let slot = hash & this.mask;
    while (this.slots[slot]! > REMOVED) slot = (slot + 1) & this.mask;
    if (this.slots[slot] === REMOVED) this.removedCount--;
    this.slots[slot] = entry + BIAS;
    this.hashes[slot] = hash;
    this.usedCount++;
  }

  /** Removes an entry that is there. */
  remove(hash: number, entry: number): void {
    let slot = this.first(hash);
    while (slot >= 0 && this.entryAt(slot) !== entry) slot = this.next(hash, slot);
    assert(slot >= 0, "entry to remove is not in the index");
    this.slots[slot] = REMOVED;
    this.usedCount--;
    this.removedCount++;
  }

  private probe(hash: number, start: number): number {
    let slot = start;
    for (;;) {
      const state = this.slots[slot]!;
      if (state === EMPTY) return -1;
      if (state !== REMOVED && this.hashes[slot] === hash) return slot;
      slot = (slot + 1) & this.mask;
    }
  }

  private rebuild(): void {
    const slots = this.slots;
    const hashes = this.hashes;
    const count = this.usedCount * 2 >= slots.length ? slots.length * 2 : slots.length;
    this.slots = new Uint32Array(count);
    this.hashes = new Uint32Array(count);
    this.mask = count - 1;
    this.usedCount = 0;
    this.removedCount = 0;
    for (let i = 0; i < slots.length; i++) {
      if (slots[i]! > REMOVED) this.insert(hashes[i]!, slots[i]! - BIAS);
    }
  }
}
