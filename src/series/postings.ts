/**
 * Postings: for each label pair, the series that carry it.
 *
 * I1  A list is `counts[list]` series refs in storage of a power-of-two capacity; a list of one
 *     lives in its own entry of `blocks` and has no storage.
 * I2  Storage up to POOLED_ENTRIES_MAX lies in a pool; a longer list has an array of its own.
 * I3  The lists that hold the series appended last are open: their last series, from `openStarts`
 *     on, follow each other up to `last` and are not in storage yet. `openThrough` is last + 1 for
 *     an open list and 0 for every other one. Whatever looks at a list closes them all before.
 *
 * Series that are made one after the other share most pairs, so nearly every append only lets an
 * open list stay open. A removal batch filters each list touched once.
 */
import { assert } from "../base/assert.ts";
import { type Column, doubled, sharedColumn } from "./columns.ts";
import { EntryPool, POOLED_ENTRIES_MAX } from "./entry-pool.ts";

/** Capacity of the storage of a list with `count` entries: a power of two, at least 2. */
function capacityFor(count: number): number {
  return count <= 2 ? 2 : 1 << (32 - Math.clz32(count - 1));
}

const FIRST_OPEN = 128;
/** Nothing is open. */
const NONE = -2;

export class Postings {
  private counts: Column = sharedColumn(1024);
  private blocks: Column = sharedColumn(1024);
  private readonly pool = new EntryPool();
  private readonly large = new Map<number, Column>();
  private openThrough: Column = sharedColumn(1024);
  private open = new Uint32Array(FIRST_OPEN);
  private openStarts = new Uint32Array(FIRST_OPEN);
  private openCount = 0;
  private last = NONE;

  /** How many series a list holds. */
  countOf(list: number): number {
    this.close();
    return list < this.counts.length ? this.counts[list]! : 0;
  }

  /** Appends a series that the list does not hold yet. */
  append(list: number, series: number): void {
    this.close();
    this.ensureList(list);
    this.appendRun(list, series, series);
  }

  /** Appends a series to the first `count` of `lists`, all different; none holds it yet. */
  appendToAll(lists: Uint32Array, count: number, series: number): void {
    if (series !== this.last + 1) this.close();
    const before = this.openCount;
    let stay = 0;
    for (let i = 0; i < count; i++) {
      const list = lists[i]!;
      if (list >= this.counts.length) this.ensureList(list);
      if (this.openThrough[list] === series && before > 0) stay++;
      else this.begin(list, series);
      this.openThrough[list] = series + 1;
    }
    if (stay < before) this.closeOthers(series);
    this.last = series;
  }

  /** Appends to each of `count` lists a row of series that it does not hold: list, first, last. */
  appendRuns(runs: Uint32Array, count: number): void {
    this.close();
    for (let at = 0; at < 3 * count; at += 3) {
      const list = runs[at]!;
      if (list >= this.counts.length) this.ensureList(list);
      this.appendRun(list, runs[at + 1]!, runs[at + 2]!);
    }
  }

  /**
   * Fills a table without series: list i gets entries [starts[i], starts[i + 1]), which rise. Only
   * the first `count` lists may get any.
   */
  fill(count: number, starts: Uint32Array, entries: Uint32Array): void {
    if (count > 0) this.ensureList(count - 1);
    for (let list = 0; list < count; list++) {
      const from = starts[list]!;
      const length = starts[list + 1]! - from;
      assert(this.counts[list] === 0, "a filled list was empty");
      this.counts[list] = length;
      if (length === 1) this.blocks[list] = entries[from]!;
      else if (length > 1) {
        const capacity = capacityFor(length);
        this.allocateStorage(list, capacity);
        if (capacity > POOLED_ENTRIES_MAX) {
          this.large.get(list)!.set(entries.subarray(from, from + length));
        } else this.pool.writeFrom(this.blocks[list]!, entries, from, length);
      }
    }
  }

  /** Copies the list to `into`, which has room, in no order; returns its length. */
  copy(list: number, into: Uint32Array): number {
    const count = this.countOf(list);
    if (count === 1) into[0] = this.blocks[list]!;
    else if (count > 1) into.set(this.view(list, count));
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
    if (kept > 1 && capacityFor(kept) === capacityFor(count)) return;
    const entries = this.view(list, count).slice(0, kept);
    this.freeStorage(list, count);
    if (kept <= 1) this.blocks[list] = entries[0] ?? 0;
    else {
      this.allocateStorage(list, capacityFor(kept));
      this.view(list, kept).set(entries);
    }
  }

  private begin(list: number, series: number): void {
    if (this.openCount === this.open.length) {
      this.open = widened(this.open);
      this.openStarts = widened(this.openStarts);
    }
    this.open[this.openCount] = list;
    this.openStarts[this.openCount++] = series;
  }

  /** Closes the open lists that do not hold `series`. */
  private closeOthers(series: number): void {
    let kept = 0;
    for (let i = 0; i < this.openCount; i++) {
      const list = this.open[i]!;
      if (this.openThrough[list] === series + 1) {
        this.open[kept] = list;
        this.openStarts[kept++] = this.openStarts[i]!;
      } else this.appendOpen(i);
    }
    this.openCount = kept;
  }

  /** Closes every open list. */
  private close(): void {
    for (let i = 0; i < this.openCount; i++) this.appendOpen(i);
    this.openCount = 0;
    this.last = NONE;
  }

  /** Puts the series of an open list into its storage. */
  private appendOpen(place: number): void {
    const list = this.open[place]!;
    this.appendRun(list, this.openStarts[place]!, this.openThrough[list]! - 1);
    this.openThrough[list] = 0;
  }

  /** Appends the series `first` to `last` to a list. */
  private appendRun(list: number, first: number, last: number): void {
    const count = this.counts[list]!;
    const total = count + last - first + 1;
    if (total === 1) this.blocks[list] = first;
    else {
      if (count <= 1 || total > capacityFor(count)) this.enlarge(list, count, total);
      this.fillEntries(list, count, total, first);
    }
    this.counts[list] = total;
  }

  /** Moves a list of `count` entries to storage for `total`. */
  private enlarge(list: number, count: number, total: number): void {
    const capacity = capacityFor(total);
    if (capacity > POOLED_ENTRIES_MAX) {
      this.enlargeOwn(list, count, capacity);
      return;
    }
    const before = this.blocks[list]!;
    const block = this.pool.allocate(capacity);
    this.blocks[list] = block;
    if (count === 1) this.pool.fillRising(block, 0, 1, before);
    else if (count > 1) {
      this.pool.copy(block, before, count);
      this.pool.release(before, capacityFor(count));
    }
  }

  /** Moves a list of `count` entries to an array of its own. */
  private enlargeOwn(list: number, count: number, capacity: number): void {
    const column = sharedColumn(capacity);
    if (count > 0) column.set(this.view(list, count));
    this.freeStorage(list, count);
    this.large.set(list, column);
  }

  /** Writes rising series, from `series` on, to entries [from, to) of a list that has storage. */
  private fillEntries(list: number, from: number, to: number, series: number): void {
    const own = this.large.size > 0 ? this.large.get(list) : undefined;
    if (own) for (let i = from; i < to; i++) own[i] = series + i - from;
    else this.pool.fillRising(this.blocks[list]!, from, to, series);
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
      this.openThrough = doubled(this.openThrough);
    }
  }
}

function widened(column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(column.length * 2);
  wider.set(column);
  return wider;
}
