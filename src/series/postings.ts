/**
 * Postings: for each label pair, the series that carry it.
 *
 * I1  A list is `counts[list]` series refs in storage of a power-of-two capacity; a list of one
 *     lives in its own entry of `blocks` and has no storage.
 * I2  Storage up to POOLED_ENTRIES_MAX lies in a pool; a longer list has an array of its own.
 * I3  A list is in rising order unless its `unsorted` flag is set; reading sorts it first.
 *
 * Appending is amortised O(1); a removal batch filters each list touched once.
 */
import { type Column, doubled, sharedColumn } from "./columns.ts";
import { EntryPool, POOLED_ENTRIES_MAX } from "./entry-pool.ts";

/** Capacity of the storage of a list with `count` entries: a power of two, at least 2. */
function capacityFor(count: number): number {
  return count <= 2 ? 2 : 1 << (32 - Math.clz32(count - 1));
}

export class Postings {
  private counts: Column = sharedColumn(1024);
  private blocks: Column = sharedColumn(1024);
  private unsorted: Column = sharedColumn(1024);
  private readonly pool = new EntryPool();
  private readonly large = new Map<number, Column>();

  /** How many series a list holds. */
  countOf(list: number): number {
    return list < this.counts.length ? this.counts[list]! : 0;
  }

  /** Appends a series that the list does not hold yet. */
  append(list: number, series: number): void {
    this.ensureList(list);
    const count = this.counts[list]!;
    if (count === 0) this.blocks[list] = series;
    else {
      if (this.entry(list, count, count - 1) > series) this.unsorted[list] = 1;
      if (count === capacityFor(count) || count === 1) this.enlarge(list, count);
      this.setEntry(list, count, series);
    }
    this.counts[list] = count + 1;
  }

  /** Copies the list in rising order to `into` (which has room) and returns its length. */
  read(list: number, into: Uint32Array, at: number): number {
    const count = this.countOf(list);
    if (count === 0) return 0;
    const view = this.view(list, count);
    if (this.unsorted[list] === 1) {
      view.sort();
      this.unsorted[list] = 0;
    }
    into.set(view, at);
    return count;
  }

  /** Removes the series for which `isDead` holds; the order of the others stays. */
  removeDead(list: number, isDead: (series: number) => boolean): void {
    const count = this.countOf(list);
    if (count === 0) return;
    const view = this.view(list, count);
    let kept = 0;
    for (let i = 0; i < count; i++) if (!isDead(view[i]!)) view[kept++] = view[i]!;
    if (kept < count) this.shorten(list, count, kept);
  }

  /** Keeps the first entries of a list, in storage of their size. */
  private shorten(list: number, count: number, kept: number): void {
    this.counts[list] = kept;
    if (kept <= 1) this.unsorted[list] = 0;
    if (kept > 1 && capacityFor(kept) === capacityFor(count)) return;
    const entries = this.view(list, count).slice(0, kept);
    this.freeStorage(list, count);
    if (kept <= 1) this.blocks[list] = entries[0] ?? 0;
    else {
      this.allocateStorage(list, capacityFor(kept));
      this.view(list, kept).set(entries);
    }
  }

  /** Moves a full list of `count` entries to storage for one more. */
  private enlarge(list: number, count: number): void {
    const old = this.view(list, count).slice();
    this.freeStorage(list, count);
    this.allocateStorage(list, capacityFor(count + 1));
    for (let i = 0; i < count; i++) this.setEntry(list, i, old[i]!);
  }

  private entry(list: number, count: number, index: number): number {
    if (count === 1) return this.blocks[list]!;
    if (capacityFor(count) > POOLED_ENTRIES_MAX) return this.large.get(list)![index]!;
    return this.pool.get(this.blocks[list]!, index);
  }

  /** Writes an entry of a list that has storage. */
  private setEntry(list: number, index: number, series: number): void {
    const own = this.large.size > 0 ? this.large.get(list) : undefined;
    if (own) own[index] = series;
    else this.pool.set(this.blocks[list]!, index, series);
  }

  private view(list: number, count: number): Column {
    if (count === 1) return this.blocks.subarray(list, list + 1);
    const own = this.large.get(list);
    return own ? own.subarray(0, count) : this.pool.view(this.blocks[list]!, count);
  }

  private allocateStorage(list: number, capacity: number): void {
    if (capacity > POOLED_ENTRIES_MAX) this.large.set(list, sharedColumn(capacity));
    else this.blocks[list] = this.pool.allocate(capacity);
  }

  private freeStorage(list: number, count: number): void {
    if (count <= 1 || this.large.delete(list)) return;
    this.pool.release(this.blocks[list]!, capacityFor(count));
  }

  private ensureList(list: number): void {
    while (list >= this.counts.length) {
      this.counts = doubled(this.counts);
      this.blocks = doubled(this.blocks);
      this.unsorted = doubled(this.unsorted);
    }
  }
}
