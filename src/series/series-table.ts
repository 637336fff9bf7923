/**
 * Series as columns: which labels, which newest chunk, which keys on the wire.
 *
 * I1  A live series has at least one label pair and one key; its chunks hang from newestChunk
 *     through the chunks' own `older` links, newest first, windows never rising.
 * I2  A ref is reused only after release(); while it is pinned (a snapshot is being written),
 *     released refs wait.
 *
 * Units: none; everything is a reference or a count.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef, PairRef, SeriesRef } from "../base/units.ts";
import {
  JOURNAL_NUMBERS,
  NO_CHUNK as NO_CHUNK_WORD,
  SERIES_CHUNKS,
  SERIES_MAX,
} from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { type Column, doubled, sharedColumn } from "./columns.ts";
import { EntryPool } from "./entry-pool.ts";
import type { LabelColumns } from "./label-columns.ts";
import { NO_KEY } from "./series-keys.ts";

export const NO_SERIES = 0xffffffff as SeriesRef;
const NO_CHUNK = NO_CHUNK_WORD as ChunkRef;

/** Life of a series: killed with its last chunk, cleaned out of the postings, then released. */
const FREE = 0;
const LIVE = 1;
const DEAD = 2;
const CLEANING = 3;

export class SeriesTable {
  /** These two lie where the kernel stores samples: kernel/code/append.ts. */
  private readonly newestChunks: Uint32Array;
  private readonly journalNumbers: Uint32Array;
  private firstKeys: Column = sharedColumn(1024);
  private pairOffsets: Column = sharedColumn(1024);
  private pairCounts: Column = sharedColumn(1024);
  private states: Column = sharedColumn(1024);
  private readonly pool = new EntryPool();
  private readonly free: number[] = [];
  private readonly waiting: number[] = [];
  private pins = 0;
  private count = 0;
  private live = 0;

  constructor(kernel: Kernel) {
    this.newestChunks = kernel.wordsAt(SERIES_CHUNKS, SERIES_MAX);
    this.journalNumbers = kernel.wordsAt(JOURNAL_NUMBERS, SERIES_MAX);
  }

  /** Every ref is below this. */
  get upperBound(): number {
    return this.count;
  }

  get liveCount(): number {
    return this.live;
  }

  isLive(series: number): boolean {
    return series < this.count && this.states[series] === LIVE;
  }

  /** Whether the series is being taken out of the postings. */
  isCleaning(series: number): boolean {
    return this.states[series] === CLEANING;
  }

  /** Whether postings still name the series. */
  isPosted(series: number): boolean {
    return this.states[series] === LIVE || this.states[series] === DEAD;
  }

  newestChunkOf(series: SeriesRef): ChunkRef {
    return this.newestChunks[series]! as ChunkRef;
  }

  setNewestChunk(series: SeriesRef, chunk: ChunkRef): void {
    this.newestChunks[series] = chunk;
  }

  firstKeyOf(series: SeriesRef): number {
    return this.firstKeys[series]!;
  }

  setFirstKey(series: SeriesRef, key: number): void {
    this.firstKeys[series] = key;
  }

  /** The series' number in the journal, 0 while it has none. */
  journalNumberOf(series: SeriesRef): number {
    return this.journalNumbers[series]!;
  }

  setJournalNumber(series: SeriesRef, number: number): void {
    this.journalNumbers[series] = number;
  }

  /** Where pairs of series lie now, for readers in another thread. */
  sharedPairs(): Pick<LabelColumns, "pairOffsets" | "pairCounts" | "pairSegments"> {
    const { pairOffsets, pairCounts, pool } = this;
    return { pairOffsets, pairCounts, pairSegments: pool.shared };
  }

  pairCountOf(series: SeriesRef): number {
    return this.pairCounts[series]!;
  }

  /** The pair at `index` of the series' labels, which are sorted by name. */
  pairAt(series: SeriesRef, index: number): PairRef {
    return this.pool.get(this.pairOffsets[series]!, index) as PairRef;
  }

  /** Adds to `counts[p]` how many of the posted series carry pair p. */
  countPairs(counts: Uint32Array): void {
    for (let series = 0; series < this.count; series++) {
      if (!this.isPosted(series)) continue;
      const offset = this.pairOffsets[series]!;
      const count = this.pairCounts[series]!;
      for (let i = 0; i < count; i++) {
        const pair = this.pool.get(offset, i);
        counts[pair] = counts[pair]! + 1;
      }
    }
  }

  /** Writes every posted series, in rising order, to entry `next[p]++` for each pair p it has. */
  spreadByPair(next: Uint32Array, entries: Uint32Array): void {
    for (let series = 0; series < this.count; series++) {
      if (!this.isPosted(series)) continue;
      const offset = this.pairOffsets[series]!;
      const count = this.pairCounts[series]!;
      for (let i = 0; i < count; i++) {
        const pair = this.pool.get(offset, i);
        const at = next[pair]!;
        entries[at] = series;
        next[pair] = at + 1;
      }
    }
  }

  /** Copies the pairs of a series to `into`; returns how many. */
  pairsOf(series: SeriesRef, into: Uint32Array): number {
    const count = this.pairCounts[series]!;
    into.set(this.pool.view(this.pairOffsets[series]!, count));
    return count;
  }

  /**
   * Makes a live series with the first `count` pairs of `pairs` and no chunk. Its ref is `wanted`
   * when that is above every one given so far; those passed over are free then.
   */
  create(pairs: Uint32Array, count: number, wanted = 0): SeriesRef {
    const series = this.nextRef(wanted);
    const offset = this.pool.allocate(count);
    this.pool.write(offset, pairs, count);
    this.pairOffsets[series] = offset;
    this.pairCounts[series] = count;
    this.newestChunks[series] = NO_CHUNK;
    this.firstKeys[series] = NO_KEY;
    this.journalNumbers[series] = 0;
    this.states[series] = LIVE;
    this.live++;
    return series;
  }

  /**
   * The refs of the next `most` series, without giving them: the first one when the others follow
   * it, else NO_SERIES and as many of them as are free in `into`; see refCount().
   */
  nextRefs(most: number, into: Uint32Array): SeriesRef {
    const { free } = this;
    if (free.length === 0) return this.count as SeriesRef;
    const count = this.refCount(most);
    for (let i = 0; i < count; i++) into[i] = free[free.length - 1 - i]!;
    return NO_SERIES;
  }

  /** How many refs of `most` nextRefs() gives. */
  refCount(most: number): number {
    if (this.free.length > 0) return Math.min(most, this.free.length);
    return Math.min(most, SERIES_MAX - this.count);
  }

  /**
   * Makes `count` series under the refs that nextRefs() gave: series i has `pairCounts[i]` of the
   * pairs, one behind the other, and the key `keys[i]`. None has a chunk yet.
   */
  createMany(
    refs: Uint32Array,
    count: number,
    pairCounts: Uint32Array,
    pairs: Uint32Array,
    keys: Uint32Array,
  ): void {
    if (this.free.length > 0) this.free.length -= count;
    else for (let i = 0; i < count; i++) this.extend();
    const { pool, pairOffsets, firstKeys, states } = this;
    let at = 0;
    for (let i = 0; i < count; i++) {
      const series = refs[i]!;
      const labels = pairCounts[i]!;
      const offset = pool.allocate(labels);
      pool.writeFrom(offset, pairs, at, labels);
      at += labels;
      pairOffsets[series] = offset;
      this.pairCounts[series] = labels;
      firstKeys[series] = keys[i]!;
      states[series] = LIVE;
      this.newestChunks[series] = NO_CHUNK;
      this.journalNumbers[series] = 0;
    }
    this.live += count;
  }

  /** Takes a series out of the living; its pairs stay readable until release(). */
  kill(series: SeriesRef): void {
    assert(this.states[series] === LIVE, "series is not live");
    this.states[series] = DEAD;
    this.live--;
  }

  /** From now on postings may drop the dead series. */
  beginCleaning(series: SeriesRef): void {
    assert(this.states[series] === DEAD, "series is not dead");
    this.states[series] = CLEANING;
  }

  /** Frees a series that no postings list names any more. */
  release(series: SeriesRef): void {
    assert(this.states[series] === CLEANING, "series is not cleaned");
    this.states[series] = FREE;
    this.pool.release(this.pairOffsets[series]!, this.pairCounts[series]!);
    if (this.pins > 0) this.waiting.push(series);
    else this.free.push(series);
  }

  /** Keeps released refs from being reused until the returned function is called. */
  pin(): () => void {
    this.pins++;
    let pinned = true;
    return () => {
      if (!pinned) return;
      pinned = false;
      this.pins--;
      if (this.pins > 0) return;
      for (const series of this.waiting) this.free.push(series);
      this.waiting.length = 0;
    };
  }

  private nextRef(wanted: number): SeriesRef {
    if (wanted < this.count) return (this.free.pop() ?? this.extend()) as SeriesRef;
    while (this.count < wanted) this.free.push(this.extend());
    return this.extend() as SeriesRef;
  }

  private extend(): number {
    if (this.count === this.states.length) {
      assert(this.count < SERIES_MAX, "more series than a kernel has room for");
      this.firstKeys = doubled(this.firstKeys);
      this.pairOffsets = doubled(this.pairOffsets);
      this.pairCounts = doubled(this.pairCounts);
      this.states = doubled(this.states);
    }
    return this.count++;
  }
}
