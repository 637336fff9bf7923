/**
 * The chunks of each window, as lists in the order in which they were made.
 *
 * I1  A chunk is in exactly the list of its window; lists are linked through the chunk records.
 * I2  A window without chunks has no list.
 * I3  changeOf(w) is another number whenever a chunk of the window came or went, or noteChange(w)
 *     was called; no two windows and no two moments share one.
 * I4  A walk meets every chunk that is in its window's list from its begin to its end, once, and
 *     none that came since, though chunks come and go while it stands.
 *
 * Walking the store window by window is walking these lists: time order needs no sorting.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef, WindowNumber } from "../base/units.ts";
import { type ChunkTable, NO_CHUNK } from "../chunk/chunk-table.ts";

/** A walk along the chunks of a window; end() must follow. */
export class WindowWalk {
  private readonly chunks: ChunkTable;
  private readonly walks: WindowWalk[];
  /** The next one to be met, NO_CHUNK behind the last, and the last one. */
  private at: ChunkRef;
  private last: ChunkRef;

  /** From `first` to `last`; one of `walks` until it ends. */
  constructor(chunks: ChunkTable, walks: WindowWalk[], first: ChunkRef, last: ChunkRef) {
    this.chunks = chunks;
    this.walks = walks;
    this.at = first;
    this.last = last;
    walks.push(this);
  }

  /** The next chunk, or NO_CHUNK at the end. */
  next(): ChunkRef {
    const chunk = this.at;
    if (chunk !== NO_CHUNK) this.at = this.behind(chunk);
    return chunk;
  }

  /** To be called when a chunk is about to leave its list. */
  leave(chunk: ChunkRef): void {
    if (this.at === chunk) this.at = this.behind(chunk);
    if (this.last === chunk) this.last = this.chunks.previousInWindow(chunk);
  }

  private behind(chunk: ChunkRef): ChunkRef {
    return chunk === this.last ? NO_CHUNK : this.chunks.nextInWindow(chunk);
  }

  end(): void {
    const place = this.walks.indexOf(this);
    if (place >= 0) this.walks.splice(place, 1);
  }
}

interface WindowList {
  first: ChunkRef;
  last: ChunkRef;
  count: number;
  change: number;
}

/** What a window without chunks has. */
const NO_LIST: WindowList = { first: NO_CHUNK, last: NO_CHUNK, count: 0, change: 0 };

export class WindowLists {
  private readonly chunks: ChunkTable;
  private readonly lists = new Map<WindowNumber, WindowList>();
  /** Walks under way. */
  private readonly walks: WindowWalk[] = [];
  /** The list that was added to last, and its window: nearly always the next one's too. */
  private lastWindow = Number.NaN;
  private lastList: WindowList | undefined = undefined;
  private changes = 0;
  private splits = 0;

  constructor(chunks: ChunkTable) {
    this.chunks = chunks;
  }

  /** Windows that hold chunks, oldest first. */
  numbers(): WindowNumber[] {
    return [...this.lists.keys()].sort((a, b) => a - b);
  }

  /** The oldest window that holds a chunk, or null. */
  oldest(): WindowNumber | null {
    let oldest: WindowNumber | null = null;
    for (const window of this.lists.keys()) {
      if (oldest === null || window < oldest) oldest = window;
    }
    return oldest;
  }

  /** First chunk of a window, or NO_CHUNK; the others follow by nextInWindow. */
  firstOf(window: WindowNumber): ChunkRef {
    return this.lists.get(window)?.first ?? NO_CHUNK;
  }

  /** Begins a walk along the chunks of a window, see I4. */
  walk(window: WindowNumber): WindowWalk {
    const { first, last } = this.lists.get(window) ?? NO_LIST;
    return new WindowWalk(this.chunks, this.walks, first, last);
  }

  countOf(window: WindowNumber): number {
    return this.lists.get(window)?.count ?? 0;
  }

  /** How often samples were moved from one chunk to another one. */
  get splitCount(): number {
    return this.splits;
  }

  /** Notes that samples moved from a chunk to another one. */
  noteSplit(): void {
    this.splits++;
  }

  /** The number of the newest change of a window, see I3; 0 without chunks. */
  changeOf(window: WindowNumber): number {
    return this.lists.get(window)?.change ?? 0;
  }

  /** Notes a change inside a chunk of a window. */
  noteChange(window: WindowNumber): void {
    const list = this.lists.get(window);
    if (list) list.change = ++this.changes;
  }

  /** Notes a change of every window: what changed is not known. */
  noteAllChanged(): void {
    for (const list of this.lists.values()) list.change = ++this.changes;
  }

  /** Appends a chunk to the list of its window. */
  add(chunk: ChunkRef, window = this.chunks.windowOf(chunk)): void {
    const list = window === this.lastWindow ? this.lastList : this.lists.get(window);
    this.chunks.setNextInWindow(chunk, NO_CHUNK);
    if (!list) {
      this.chunks.setPreviousInWindow(chunk, NO_CHUNK);
      this.lists.set(window, { first: chunk, last: chunk, count: 1, change: ++this.changes });
      return;
    }
    this.lastWindow = window;
    this.lastList = list;
    this.chunks.setPreviousInWindow(chunk, list.last);
    this.chunks.setNextInWindow(list.last, chunk);
    list.last = chunk;
    list.count++;
    list.change = ++this.changes;
  }

  /** Appends `count` chunks of a window to its list, in order. */
  addMany(chunks: Uint32Array, count: number, window: WindowNumber): void {
    for (let i = 0; i < count; i++) this.add(chunks[i]! as ChunkRef, window);
  }

  /** Takes a chunk out of the list of its window. */
  remove(chunk: ChunkRef): void {
    const window = this.chunks.windowOf(chunk);
    const list = this.lists.get(window);
    assert(list !== undefined, "window of a chunk has no list");
    for (let i = 0; i < this.walks.length; i++) this.walks[i]!.leave(chunk);
    const next = this.chunks.nextInWindow(chunk);
    const previous = this.chunks.previousInWindow(chunk);
    if (previous === NO_CHUNK) list.first = next;
    else this.chunks.setNextInWindow(previous, next);
    if (next === NO_CHUNK) list.last = previous;
    else this.chunks.setPreviousInWindow(next, previous);
    list.count--;
    list.change = ++this.changes;
    if (list.count > 0) return;
    this.lists.delete(window);
    this.lastWindow = Number.NaN;
  }
}
