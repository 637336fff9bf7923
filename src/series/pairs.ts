/**
 * Label pairs: each (name, value) that some series carries, named by a PairRef.
 *
 * A series is a sorted list of pairs, 4 bytes a label instead of 8, and a pair is also the key of
 * its postings list.
 *
 * I1  A pair is live while its postings list has an entry; it holds its two symbols meanwhile.
 * I2  The pairs of one name form a doubly linked list that starts at firstOfName.
 */
import { assert } from "../base/assert.ts";
import type { PairRef, SeriesRef, SymbolRef } from "../base/units.ts";
import { hashPair } from "./byte-hash.ts";
import { type Column, doubled, sharedColumn } from "./columns.ts";
import { HashIndex } from "./hash-index.ts";
import type { LabelColumns } from "./label-columns.ts";
import { Postings } from "./postings.ts";
import type { SeriesTable } from "./series-table.ts";
import type { SymbolTable } from "./symbols.ts";

export const NO_PAIR = 0xffffffff as PairRef;

export class PairTable {
  /** Pairs released so far: a ref may have been given to another pair only if this rose. */
  releasedCount = 0;
  private readonly symbols: SymbolTable;
  private readonly seed: number;
  private readonly index = new HashIndex();
  private readonly postings = new Postings();
  private readonly free: number[] = [];
  private readonly firstByName = new Map<SymbolRef, PairRef>();
  private readonly valueCountByName = new Map<SymbolRef, number>();
  private names: Column = sharedColumn(1024);
  private values: Column = sharedColumn(1024);
  private nexts: Column = sharedColumn(1024);
  private previouses: Column = sharedColumn(1024);
  private live: Column = sharedColumn(1024);
  private count = 0;

  constructor(symbols: SymbolTable, seed: number) {
    this.symbols = symbols;
    this.seed = seed;
  }

  /** Every ref is below this. */
  get upperBound(): number {
    return this.count;
  }

  get liveCount(): number {
    return this.count - this.free.length;
  }

  isLive(pair: number): boolean {
    return pair < this.count && this.live[pair] === 1;
  }

  nameOf(pair: PairRef): SymbolRef {
    return this.names[pair]! as SymbolRef;
  }

  valueOf(pair: PairRef): SymbolRef {
    return this.values[pair]! as SymbolRef;
  }

  /** Symbols of pairs as they lie now, for readers in another thread. */
  sharedSymbols(): Pick<LabelColumns, "pairNames" | "pairValues"> {
    return { pairNames: this.names, pairValues: this.values };
  }

  /** How many series carry the pair. */
  seriesCountOf(pair: PairRef): number {
    return this.postings.countOf(pair);
  }

  /** Names that have a pair, in no order. */
  nameSymbols(): IterableIterator<SymbolRef> {
    return this.firstByName.keys();
  }

  /** How many different values a name has. */
  valueCountOf(name: SymbolRef): number {
    return this.valueCountByName.get(name) ?? 0;
  }

  /** First pair of a name, or NO_PAIR. */
  firstOfName(name: SymbolRef): PairRef {
    return this.firstByName.get(name) ?? NO_PAIR;
  }

  /** The pair after `pair` with the same name, or NO_PAIR. */
  nextOfName(pair: PairRef): PairRef {
    return this.nexts[pair]! as PairRef;
  }

  /** All pairs of a name as they are now. */
  refsOfName(name: SymbolRef): Uint32Array {
    const refs = new Uint32Array(this.valueCountOf(name));
    let count = 0;
    for (let p = this.firstOfName(name); p !== NO_PAIR; p = this.nextOfName(p)) refs[count++] = p;
    return refs;
  }

  /** The pair of two symbols, or NO_PAIR. */
  find(name: SymbolRef, value: SymbolRef): PairRef {
    return this.findHashed(hashPair(name, value, this.seed), name, value);
  }

  /**
   * The pair of two symbols, made when new. Takes over the caller's hold on both symbols: a new
   * pair keeps them, a known pair gives them back.
   */
  intern(name: SymbolRef, value: SymbolRef): PairRef {
    const hash = hashPair(name, value, this.seed);
    const known = this.findHashed(hash, name, value);
    if (known !== NO_PAIR) {
      this.symbols.release(name);
      this.symbols.release(value);
      return known;
    }
    const pair = (this.free.pop() ?? this.extend()) as PairRef;
    this.names[pair] = name;
    this.values[pair] = value;
    this.live[pair] = 1;
    this.index.insert(hash, pair);
    this.link(pair, name);
    return pair;
  }

  /** Notes that a series carries the first `count` of `pairs`, which are all different. */
  addSeries(pairs: Uint32Array, count: number, series: SeriesRef): void {
    this.postings.appendToAll(pairs, count, series);
  }

  /** Notes `count` rows of series that carry a pair each: pair, first series, last one. */
  addRuns(runs: Uint32Array, count: number): void {
    this.postings.appendRuns(runs, count);
  }

  /** Notes for all pairs which series of the table carry them; no series was noted before. */
  addAllSeries(series: SeriesTable): void {
    const next = new Uint32Array(this.count + 1);
    series.countPairs(next);
    let total = 0;
    for (let pair = 0; pair <= this.count; pair++) {
      const count = next[pair]!;
      next[pair] = total;
      total += count;
    }
    const starts = next.slice();
    const entries = new Uint32Array(total);
    series.spreadByPair(next, entries);
    this.postings.fill(this.count, starts, entries);
  }

  /** Copies the series of a pair to `into`, which has room, in no order; returns how many. */
  copySeries(pair: PairRef, into: Uint32Array): number {
    return this.postings.copy(pair, into);
  }

  /** Takes dead series out of a pair's postings; a pair without series goes. */
  removeDead(pair: PairRef, isDead: (series: number) => boolean): void {
    assert(this.live[pair] === 1, "pair is not live");
    this.postings.removeDead(pair, isDead);
    if (this.postings.countOf(pair) === 0) this.release(pair);
  }

  /** Lets every pair without series go: those that were interned for a series that never came. */
  removeUnused(): void {
    for (let pair = 0; pair < this.count; pair++) {
      if (this.live[pair] === 1 && this.postings.countOf(pair) === 0) this.release(pair as PairRef);
    }
  }

  private release(pair: PairRef): void {
    const name = this.nameOf(pair);
    const value = this.valueOf(pair);
    this.index.remove(hashPair(name, value, this.seed), pair);
    this.unlink(pair, name);
    this.live[pair] = 0;
    this.releasedCount++;
    this.symbols.release(name);
    this.symbols.release(value);
    this.free.push(pair);
  }

  private findHashed(hash: number, name: SymbolRef, value: SymbolRef): PairRef {
    for (let slot = this.index.first(hash); slot >= 0; slot = this.index.next(hash, slot)) {
      const pair = this.index.entryAt(slot);
      if (this.names[pair] === name && this.values[pair] === value) return pair as PairRef;
    }
    return NO_PAIR;
  }

  private link(pair: PairRef, name: SymbolRef): void {
    const first = this.firstOfName(name);
    this.nexts[pair] = first;
    this.previouses[pair] = NO_PAIR;
    if (first !== NO_PAIR) this.previouses[first] = pair;
    this.firstByName.set(name, pair);
    this.valueCountByName.set(name, this.valueCountOf(name) + 1);
  }

  private unlink(pair: PairRef, name: SymbolRef): void {
    const next = this.nexts[pair]! as PairRef;
    const previous = this.previouses[pair]! as PairRef;
    if (next !== NO_PAIR) this.previouses[next] = previous;
    if (previous !== NO_PAIR) this.nexts[previous] = next;
    else if (next !== NO_PAIR) this.firstByName.set(name, next);
    else this.firstByName.delete(name);
    const left = this.valueCountOf(name) - 1;
    if (left === 0) this.valueCountByName.delete(name);
    else this.valueCountByName.set(name, left);
  }

  private extend(): number {
    if (this.count === this.names.length) {
      this.names = doubled(this.names);
      this.values = doubled(this.values);
      this.nexts = doubled(this.nexts);
      this.previouses = doubled(this.previouses);
      this.live = doubled(this.live);
    }
    return this.count++;
  }
}
