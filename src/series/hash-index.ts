/**
 * Open addressing from a 32-bit hash to a small integer (an index into somebody's columns).
 *
 * I1  Slot states: 0 = never used, 1 = removed, otherwise entry + 2. Linear probing; a search ends
 *     at a slot never used.
 * I2  used + removed stays below 3/4 of the slots; passing it rebuilds (twice as large when the
 *     used ones alone pass half).
 * I3  The hash of each entry is kept beside it, so that a rebuild asks nobody and most unequal
 *     entries are told apart without touching their text. A slot is two words: state, hash.
 *
 * The owner compares: it walks the candidates of a hash with first() and next().
 */
import { assert } from "../base/assert.ts";

const EMPTY = 0;
const REMOVED = 1;
const BIAS = 2;

export class HashIndex {
  private words: Uint32Array;
  private mask: number;
  private usedCount = 0;
  private removedCount = 0;

  constructor(slotCount = 1024) {
    assert((slotCount & (slotCount - 1)) === 0, "slot count must be a power of two");
    this.words = new Uint32Array(2 * slotCount);
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
    return this.words[2 * slot]! - BIAS;
  }

  /** Makes room for so many entries in all, so that adding them rebuilds nothing. */
  reserve(entries: number): void {
    if (entries * 2 > this.mask + 1) this.rebuild(2 ** Math.ceil(Math.log2(entries * 2)));
  }

  /** Adds an entry; the caller knows that it is not there yet. */
  insert(hash: number, entry: number): void {
    if ((this.usedCount + this.removedCount + 1) * 4 > (this.mask + 1) * 3) {
      this.rebuild(this.slotsNeeded());
    }
    const { words, mask } = this;
    let slot = hash & mask;
    while (words[2 * slot]! > REMOVED) slot = (slot + 1) & mask;
    if (words[2 * slot] === REMOVED) this.removedCount--;
    words[2 * slot] = entry + BIAS;
    words[2 * slot + 1] = hash;
    this.usedCount++;
  }

  /** Removes an entry that is there. */
  remove(hash: number, entry: number): void {
    let slot = this.first(hash);
    while (slot >= 0 && this.entryAt(slot) !== entry) slot = this.next(hash, slot);
    assert(slot >= 0, "entry to remove is not in the index");
    this.words[2 * slot] = REMOVED;
    this.usedCount--;
    this.removedCount++;
  }

  private probe(hash: number, start: number): number {
    const { words, mask } = this;
    let slot = start;
    for (;;) {
      const state = words[2 * slot]!;
      if (state === EMPTY) return -1;
      if (state !== REMOVED && words[2 * slot + 1] === hash) return slot;
      slot = (slot + 1) & mask;
    }
  }

  /** The slots for what is used now, see I2. */
  private slotsNeeded(): number {
    const count = this.mask + 1;
    return this.usedCount * 2 >= count ? count * 2 : count;
  }

  private rebuild(slotCount: number): void {
    const old = this.words;
    const words = new Uint32Array(2 * slotCount);
    const mask = slotCount - 1;
    for (let at = 0; at < old.length; at += 2) {
      if (old[at]! <= REMOVED) continue;
      let slot = old[at + 1]! & mask;
      while (words[2 * slot] !== EMPTY) slot = (slot + 1) & mask;
      words[2 * slot] = old[at]!;
      words[2 * slot + 1] = old[at + 1]!;
    }
    this.words = words;
    this.mask = mask;
    this.removedCount = 0;
  }
}
