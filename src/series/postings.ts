/**
 * Postings: for each label pair, the series that carry it.
 *
 * I1  A list is `counts[list]` series refs in a block of a power-of-two capacity; a list of one
 *     lives in its own entry of `blocks` and has no block.
 * I2  Blocks up to BLOCK_ENTRIES_MAX entries lie in pooled segments and go back to the free list of
 *     their capacity; a longer list has an array of its own.
 * I3  A list is in rising order unless its `unsorted` flag is set; reading sorts it first.
 *
 * Appending is amortised O(1); a removal batch filters each list touched once.
 */
import { assert } from "../base/assert.ts";
import { type Column, doubled, sharedColumn } from "./columns.ts";

const SEGMENT_ENTRIES = 1 << 16;
const SEGMENT_SHIFT = 16;
const BLOCK_ENTRIES_MAX = 1 << 12;
const NO_BLOCK = 0xffffffff;

/** Capacity of the block of a list with `count` entries: a power of two, at least 2. */
function capacityFor(count: number): number {
  return count <= 2 ? 2 : 1 << (32 - Math.clz32(count - 1));
}

export class Postings {
  private counts: Column = sharedColumn(1024);
  private blocks: Column = sharedColumn(1024);
  private unsorted: Column = sharedColumn(1024);
  private readonly segments: Column[] = [];
  private readonly large = new Map<number, Column>();
  private readonly freeBlocks = new Map<number, number[]>();
  private position = SEGMENT_ENTRIES;

  /** How many series a list holds. */
  countOf(list: number): number {
    return list < this.counts.length ? this.counts[list]! : 0;
  }

  /** Appends a series that the list does not hold yet. */
  append(list: number, series: number): void {
    this.ensureList(list);
    const count = this.counts[list]!;
    if (count > 0 && this.entry(list, count - 1) > series) this.unsorted[list] = 1;
    if (count === 0) this.blocks[list] = series;
    else this.appendToBlock(list, count, series);
    this.counts[list] = count + 1;
  }

  /** Copies the list in rising order to `into` (which has room) and returns its length. */
  read(list: number, into: Uint32Array, at: number): number {
    const count = this.countOf(list);
    if (count === 0) return 0;
    const view = this.sortedView(list, count);
    into.set(view, at);
    return count;
  }

  /** Removes the series for which `isDead` holds; the order of the others stays. */
  removeDead(list: number, isDead: (series: number) => boolean): void {
    const count = this.countOf(list);
    if (count === 0) return;
    const kept = this.view(list, count).filter((series) => !isDead(series));
    if (kept.length === count) return;
    this.freeStorage(list, count);
    this.counts[list] = kept.length;
    if (kept.length === 0) this.unsorted[list] = 0;
    else if (kept.length === 1) this.blocks[list] = kept[0]!;
    else this.allocateStorage(list, capacityFor(kept.length)).set(kept);
  }

  /** Forgets a list. */
  clear(list: number): void {
    const count = this.countOf(list);
    if (count === 0) return;
    this.freeStorage(list, count);
    this.counts[list] = 0;
    this.unsorted[list] = 0;
  }

  private appendToBlock(list: number, count: number, series: number): void {
    const capacity = capacityFor(count);
    if (count > 1 && count < capacity) {
      this.view(list, capacity)[count] = series;
      return;
    }
    const old = this.view(list, count).slice();
    this.freeStorage(list, count);
    const grown = this.allocateStorage(list, capacityFor(count + 1));
    grown.set(old);
    grown[count] = series;
  }

  private entry(list: number, index: number): number {
    if (this.counts[list] === 1) return this.blocks[list]!;
    return this.view(list, index + 1)[index]!;
  }

  /** The first `length` entries of a list's storage. */
  private view(list: number, length: number): Uint32Array {
    const count = this.counts[list]!;
    if (count === 1) return this.blocks.subarray(list, list + 1);
    const own = this.large.get(list);
    if (own) return own.subarray(0, length);
    const block = this.blocks[list]!;
    const start = block & (SEGMENT_ENTRIES - 1);
    return this.segments[block >>> SEGMENT_SHIFT]!.subarray(start, start + length);
  }

  private sortedView(list: number, count: number): Uint32Array {
    const view = this.view(list, count);
    if (this.unsorted[list] === 1) {
      view.sort();
      this.unsorted[list] = 0;
    }
    return view;
  }

  private allocateStorage(list: number, capacity: number): Uint32Array {
    if (capacity > BLOCK_ENTRIES_MAX) {
      const own = sharedColumn(capacity);
      this.large.set(list, own);
      this.blocks[list] = NO_BLOCK;
      return own;
    }
    const block = this.freeBlocks.get(capacity)?.pop() ?? this.carve(capacity);
    this.blocks[list] = block;
    const start = block & (SEGMENT_ENTRIES - 1);
    return this.segments[block >>> SEGMENT_SHIFT]!.subarray(start, start + capacity);
  }

  private freeStorage(list: number, count: number): void {
    if (count <= 1) return;
    if (this.large.delete(list)) return;
    const capacity = capacityFor(count);
    const free = this.freeBlocks.get(capacity);
    if (free) free.push(this.blocks[list]!);
    else this.freeBlocks.set(capacity, [this.blocks[list]!]);
  }

  private carve(capacity: number): number {
    if (this.position + capacity > SEGMENT_ENTRIES) {
      this.segments.push(sharedColumn(SEGMENT_ENTRIES));
      this.position = 0;
    }
    const block = (((this.segments.length - 1) << SEGMENT_SHIFT) >>> 0) + this.position;
    assert(block !== NO_BLOCK, "postings pass 2^32 entries");
    this.position += capacity;
    return block;
  }

  private ensureList(list: number): void {
    while (list >= this.counts.length) {
      this.counts = doubled(this.counts);
      this.blocks = doubled(this.blocks);
      this.unsorted = doubled(this.unsorted);
    }
  }
}
