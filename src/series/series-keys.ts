/**
 * From label bytes on the wire to a series, without making strings.
 *
 * A key is one byte form of a label set. Every series has its canonical form as a key; a sender
 * that orders labels otherwise gets aliases, so that its later requests are found as quickly.
 *
 * I1  Keys have different bytes; several may name the same series (chained through `nexts`).
 * I2  successor[k] is the key that followed k when it was last seen: the next series of a request
 *     is nearly always the one that followed last time, and one comparison of bytes settles it.
 * I3  An alias is made only while its series has fewer than ALIASES_MAX keys.
 *
 * Units: offsets and lengths are bytes.
 */
import { assert } from "../base/assert.ts";
import type { SeriesRef } from "../base/units.ts";
import { hashBytes } from "./byte-hash.ts";
import { ByteStore } from "./byte-store.ts";
import { type Column, doubled, sharedColumn } from "./columns.ts";
import { HashIndex } from "./hash-index.ts";

export const NO_KEY = 0xffffffff;
const ALIASES_MAX = 4;

export class SeriesKeys {
  private readonly seed: number;
  private readonly store = new ByteStore();
  private readonly index = new HashIndex();
  private readonly free: number[] = [];
  private offsets: Column = sharedColumn(1024);
  private lengths: Column = sharedColumn(1024);
  private hashes: Column = sharedColumn(1024);
  private series: Column = sharedColumn(1024);
  private nexts: Column = sharedColumn(1024);
  private successors: Column = sharedColumn(1024);
  private count = 0;

  constructor(seed: number) {
    this.seed = seed;
  }

  get heldBytes(): number {
    return this.store.heldBytes;
  }

  /** The series that a key names. */
  seriesOf(key: number): SeriesRef {
    return this.series[key]! as SeriesRef;
  }

  /** A key's bytes: a view, valid while the key lives. */
  bytesOf(key: number): Uint8Array {
    return this.store.view(this.offsets[key]!, this.lengths[key]!);
  }

  /** The key with exactly these bytes, or NO_KEY; `previous` is the one before in the request. */
  find(bytes: Uint8Array, from: number, to: number, previous: number): number {
    if (previous !== NO_KEY) {
      const guess = this.successors[previous]!;
      if (guess !== NO_KEY && this.matches(guess, bytes, from, to - from)) return guess;
    }
    const found = this.findHashed(hashBytes(bytes, from, to, this.seed), bytes, from, to - from);
    if (previous !== NO_KEY) this.successors[previous] = found;
    return found;
  }

  /** Adds a key for a series; `first` is the series' first key so far, or NO_KEY. Returns it. */
  add(bytes: Uint8Array, from: number, to: number, series: SeriesRef, first: number): number {
    const hash = hashBytes(bytes, from, to, this.seed);
    const key = this.free.pop() ?? this.extend();
    this.offsets[key] = this.store.add(bytes, from, to);
    this.lengths[key] = to - from;
    this.hashes[key] = hash;
    this.series[key] = series;
    this.successors[key] = NO_KEY;
    this.nexts[key] = NO_KEY;
    this.index.insert(hash, key);
    if (first !== NO_KEY) {
      this.nexts[key] = this.nexts[first]!;
      this.nexts[first] = key;
    }
    return key;
  }

  /** Whether the series of `first` may have one more alias. */
  mayAlias(first: number): boolean {
    let keys = 0;
    for (let key = first; key !== NO_KEY; key = this.nexts[key]!) keys++;
    return keys < ALIASES_MAX;
  }

  /** Removes all keys of a series, from its first on. */
  removeAll(first: number): void {
    for (let key = first; key !== NO_KEY; ) {
      const next = this.nexts[key]!;
      this.index.remove(this.hashes[key]!, key);
      this.store.release(this.offsets[key]!, this.lengths[key]!);
      this.lengths[key] = 0;
      this.free.push(key);
      key = next;
    }
  }

  private matches(key: number, bytes: Uint8Array, from: number, length: number): boolean {
    if (this.lengths[key] !== length || length === 0) return false;
    return this.store.equals(this.offsets[key]!, length, bytes, from);
  }

  private findHashed(hash: number, bytes: Uint8Array, from: number, length: number): number {
    for (let slot = this.index.first(hash); slot >= 0; slot = this.index.next(hash, slot)) {
      const key = this.index.entryAt(slot);
      if (this.matches(key, bytes, from, length)) return key;
    }
    return NO_KEY;
  }

  private extend(): number {
    if (this.count === this.offsets.length) {
      this.offsets = doubled(this.offsets);
      this.lengths = doubled(this.lengths);
      this.hashes = doubled(this.hashes);
      this.series = doubled(this.series);
      this.nexts = doubled(this.nexts);
      this.successors = doubled(this.successors);
    }
    assert(this.count < NO_KEY, "too many series keys");
    return this.count++;
  }
}
