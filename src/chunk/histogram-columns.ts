/**
 * Native histogram samples as columns: one block of 32-bit words a sample, reused from use to use.
 *
 * What a write request brings, what a chunk is read into and what a chunk is appended from.
 *
 * I1  Row r is words[starts[r], starts[r + 1]) (the last one ends at `end`) and starts at an even
 *     word, so that every 8-byte number is also one of `doubles`.
 * I2  A block is its head (offsets below), then pairs of words: positive spans, negative spans
 *     (offset, length), positive buckets, negative buckets, custom bounds (low word, high word).
 * I3  Buckets of an integer histogram are 64-bit integers, the first absolute, the others the
 *     difference to the bucket before; those of a float histogram are absolute doubles.
 *
 * Nothing here is known to be valid: see histogram-fault.ts.
 *
 * Units: times are milliseconds since the epoch; offsets and counts are words or entries.
 */
import { STALE_HIGH, STALE_LOW } from "./sample-columns.ts";

/** Schema of histograms with custom bounds. */
export const CUSTOM_SCHEMA = -53;

/** What a sample says of a counter reset before it, numbered as on the wire. */
export const ResetHint = { unknown: 0, reset: 1, notReset: 2, gauge: 3 } as const;

// Offsets in a block. Flags: bit 0 is set for a float histogram, bits 1 and 2 are the hint.
export const FLAGS = 0;
export const SCHEMA = 1;
export const THRESHOLD = 2;
export const COUNT = 4;
export const ZERO_COUNT = 6;
export const SUM = 8;
export const POSITIVE_SPANS = 10;
export const NEGATIVE_SPANS = 11;
export const POSITIVE_BUCKETS = 12;
export const NEGATIVE_BUCKETS = 13;
export const CUSTOM_BOUNDS = 14;
export const HEAD_WORDS = 16;

/** Pairs of words that follow each other. */
export class PairList {
  words = new Uint32Array(32);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  push(first: number, second: number): void {
    if (this.length * 2 === this.words.length) {
      const wider = new Uint32Array(this.words.length * 2);
      wider.set(this.words);
      this.words = wider;
    }
    this.words[2 * this.length] = first;
    this.words[2 * this.length + 1] = second;
    this.length++;
  }
}

/** One sample in the making: what comes in any order until it is pushed. */
export class HistogramDraft {
  /** The head of the block; the five lengths are set when it is pushed. */
  readonly head = new Uint32Array(HEAD_WORDS);
  readonly lists = [
    new PairList(),
    new PairList(),
    new PairList(),
    new PairList(),
    new PairList(),
  ] as const;
  timeMs = 0;

  /** Starts over: every number is 0, every list empty. */
  clear(): void {
    this.head.fill(0);
    for (const list of this.lists) list.clear();
    this.timeMs = 0;
  }

  setFlags(isFloat: boolean, hint: number): void {
    this.head[FLAGS] = (isFloat ? 1 : 0) | ((hint & 3) << 1);
  }

  setPair(offset: number, high: number, low: number): void {
    this.head[offset] = low;
    this.head[offset + 1] = high;
  }

  get positiveSpans(): PairList {
    return this.lists[0];
  }

  get negativeSpans(): PairList {
    return this.lists[1];
  }

  get positiveBuckets(): PairList {
    return this.lists[2];
  }

  get negativeBuckets(): PairList {
    return this.lists[3];
  }

  get customBounds(): PairList {
    return this.lists[4];
  }
}

export class HistogramColumns {
  words: Uint32Array = new Uint32Array(0);
  doubles: Float64Array = new Float64Array(0);
  length = 0;
  /** Words in use. */
  end = 0;
  private times = new Float64Array(0);
  private starts = new Uint32Array(0);

  /** Forgets all samples, keeps the memory. */
  clear(): void {
    this.length = 0;
    this.end = 0;
  }

  /** Forgets the rows from `length` on. */
  truncate(length: number): void {
    if (length >= this.length) return;
    this.end = this.starts[length]!;
    this.length = length;
  }

  timeOf(row: number): number {
    return this.times[row]!;
  }

  /** First word of the block. */
  startOf(row: number): number {
    return this.starts[row]!;
  }

  /** The word behind the block. */
  endOf(row: number): number {
    return row + 1 < this.length ? this.starts[row + 1]! : this.end;
  }

  isFloat(row: number): boolean {
    return (this.words[this.starts[row]! + FLAGS]! & 1) !== 0;
  }

  hintOf(row: number): number {
    return this.words[this.starts[row]! + FLAGS]! >>> 1;
  }

  schemaOf(row: number): number {
    return this.words[this.starts[row]! + SCHEMA]! | 0;
  }

  /** The number of head field `offset` (THRESHOLD or SUM, in float histograms the counts too). */
  doubleOf(row: number, offset: number): number {
    return this.doubles[(this.starts[row]! + offset) >>> 1]!;
  }

  /** Entries of list `offset` (POSITIVE_SPANS … CUSTOM_BOUNDS). */
  lengthOf(row: number, offset: number): number {
    return this.words[this.starts[row]! + offset]!;
  }

  /** First word of list `offset`. */
  listOf(row: number, offset: number): number {
    const start = this.starts[row]!;
    let at = start + HEAD_WORDS;
    for (let list = POSITIVE_SPANS; list < offset; list++) at += 2 * this.words[start + list]!;
    return at;
  }

  /** True when the sample ends its series: its sum is the stale marker. */
  isStale(row: number): boolean {
    const at = this.starts[row]! + SUM;
    return this.words[at + 1] === STALE_HIGH && this.words[at] === STALE_LOW;
  }

  /** Whether the lists of a row fill its block, as they must. */
  isWhole(row: number): boolean {
    const start = this.starts[row]!;
    let pairs = 0;
    for (let list = POSITIVE_SPANS; list <= CUSTOM_BOUNDS; list++)
      pairs += this.words[start + list]!;
    return this.endOf(row) - start === HEAD_WORDS + 2 * pairs;
  }

  /** Adds a row of `size` words (even) and returns where its block starts; all words are 0. */
  add(timeMs: number, size: number): number {
    const start = this.end;
    if (this.length === this.times.length) this.growRows();
    if (start + size > this.words.length) this.growWords(start + size);
    this.words.fill(0, start, start + size);
    this.times[this.length] = timeMs;
    this.starts[this.length] = start;
    this.length++;
    this.end = start + size;
    return start;
  }

  /** Adds what a draft holds. */
  push(draft: HistogramDraft): void {
    let pairs = 0;
    for (const list of draft.lists) pairs += list.length;
    const start = this.add(draft.timeMs, HEAD_WORDS + 2 * pairs);
    this.words.set(draft.head, start);
    let at = start + HEAD_WORDS;
    for (let i = 0; i < draft.lists.length; i++) {
      const { words, length } = draft.lists[i]!;
      this.words[start + POSITIVE_SPANS + i] = length;
      for (let k = 0; k < 2 * length; k++) this.words[at + k] = words[k]!;
      at += 2 * length;
    }
  }

  /** Adds a sample that ends a series. */
  pushStale(timeMs: number, isFloat: boolean, hint: number): void {
    const start = this.add(timeMs, HEAD_WORDS);
    this.words[start + FLAGS] = (isFloat ? 1 : 0) | (hint << 1);
    this.words[start + SUM] = STALE_LOW;
    this.words[start + SUM + 1] = STALE_HIGH;
  }

  /** Adds a copy of a row of other columns. */
  pushRow(from: HistogramColumns, row: number): void {
    const start = from.startOf(row);
    const next = from.endOf(row);
    const at = this.add(from.timeOf(row), next - start);
    this.words.set(from.words.subarray(start, next), at);
  }

  private growRows(): void {
    const rows = Math.max(64, this.times.length * 2);
    const times = new Float64Array(rows);
    times.set(this.times);
    this.times = times;
    const starts = new Uint32Array(rows);
    starts.set(this.starts);
    this.starts = starts;
  }

  private growWords(needed: number): void {
    const words = new Uint32Array(Math.max(1024, needed + (needed & 1), this.words.length * 2));
    words.set(this.words.subarray(0, this.end));
    this.words = words;
    this.doubles = new Float64Array(words.buffer);
  }
}
