/**
 * From label bytes on the wire to a series, without making strings.
 *
 * A key is one byte form of a label set. Every series has its canonical form as a key; a sender
 * that orders labels otherwise gets aliases, so that its later requests are found as quickly. Keys
 * lie in the kernel's memory, bytes right behind their header, where a scan compares them in place
 * (src/kernel/code/layout.ts). A key never moves.
 *
 * I1  Keys have different bytes; several may name the same series (chained through `next`).
 * I2  A key's successor is the key that followed it when it was last seen: the next series of a
 *     request is nearly always the one that followed last time, and one comparison settles it.
 * I3  An alias is made only while its series has fewer than ALIASES_MAX keys.
 * I4  A removed key has length 0, which nothing matches, until a key of the same size takes its
 *     place: a stale successor is harmless.
 *
 * Units: lengths are bytes, addresses bytes in the kernel's memory; a key's ref is its address / 8.
 */
import { assert } from "../base/assert.ts";
import type { SeriesRef } from "../base/units.ts";
import {
  BODY_BYTES_MAX,
  FIRST_KEY,
  INDEX_USED,
  INPUT,
  KEY_BYTES,
  KEY_GRAIN_BYTES,
  KEY_LENGTH,
  KEY_NEXT,
  KEY_SERIES,
  KEY_SUCCESSOR,
  KEYS_END,
  KEYS_LIVE,
  KEYS_MAX,
  KEYS_TO,
  NEW_KEYS_MAX,
  NO_KEY,
  OUTPUT,
  STATE,
} from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";

export { NO_KEY } from "../kernel/code/layout.ts";

const ALIASES_MAX = 4;
/** Room that new series leave to those that are restored or revived. */
const SPARE_BYTES = 16 << 20;
/** Keys of new series end here. */
export const NEW_KEYS_END = KEYS_END - SPARE_BYTES;

// Words of a header, counted from the key's first one.
const WORDS_PER_GRAIN = KEY_GRAIN_BYTES / 4;
const LENGTH = KEY_LENGTH / 4;
const SERIES = KEY_SERIES / 4;
const SUCCESSOR = KEY_SUCCESSOR / 4;
const NEXT = KEY_NEXT / 4;
// Places in the kernel's state words.
const USED = (INDEX_USED - STATE) / 4;
const END = (KEYS_TO - STATE) / 4;
const LIVE = (KEYS_LIVE - STATE) / 4;

export class SeriesKeys {
  readonly seed: number;
  /** Keys removed so far: a key found earlier may be another's only if this rose. */
  removedCount = 0;
  private readonly kernel: Kernel;

  constructor(seed: number, kernel: Kernel) {
    this.seed = seed >>> 0;
    this.kernel = kernel;
    this.end = FIRST_KEY;
  }

  /** Where the next key lies when it takes no place of another one. */
  private get end(): number {
    return this.kernel.state[END]!;
  }

  private set end(address: number) {
    this.kernel.state[END] = address;
  }

  /** Bytes of keys, those that wait to be used again included. */
  get heldBytes(): number {
    return this.end - FIRST_KEY;
  }

  /** Bytes of keys in use. */
  get liveBytes(): number {
    return this.kernel.state[LIVE]! * KEY_GRAIN_BYTES;
  }

  /** The series that a key names. */
  seriesOf(key: number): SeriesRef {
    return this.kernel.words[key * WORDS_PER_GRAIN + SERIES]! as SeriesRef;
  }

  /** The memory that keys lie in, good until a key is added. */
  get bytes(): Uint8Array {
    return this.kernel.bytes;
  }

  /** Address of a key's bytes. */
  textOf(key: number): number {
    return key * KEY_GRAIN_BYTES + KEY_BYTES;
  }

  /** Length of a key's bytes. */
  lengthOf(key: number): number {
    return this.kernel.words[key * WORDS_PER_GRAIN + LENGTH]!;
  }

  /** Bytes that two keys share at their starts. */
  sharedPrefix(left: number, right: number): number {
    const most = Math.min(this.lengthOf(left), this.lengthOf(right));
    return this.kernel.functions.sharedPrefix(this.textOf(left), this.textOf(right), most);
  }

  /** Bytes that two keys share at their ends, outside of the first `prefix` of both. */
  sharedSuffix(left: number, right: number, prefix: number): number {
    const leftEnd = this.textOf(left) + this.lengthOf(left);
    const rightEnd = this.textOf(right) + this.lengthOf(right);
    const most = Math.min(this.lengthOf(left), this.lengthOf(right)) - prefix;
    return this.kernel.functions.sharedSuffix(leftEnd, rightEnd, most);
  }

  /**
   * Where label bytes can be compared with keys: where they are when they lie in the kernel's
   * output, else a copy, valid until the next call. -1 when they are longer than any key.
   */
  locate(bytes: Uint8Array, from: number, to: number): number {
    if (bytes === this.kernel.decoded) return OUTPUT + from;
    if (to - from > BODY_BYTES_MAX) return -1;
    this.kernel.bytes.set(bytes.subarray(from, to), INPUT);
    return INPUT;
  }

  /** Hash of located bytes. */
  hashAt(address: number, length: number): number {
    return this.kernel.functions.hashBytes(address, address + length, this.seed) >>> 0;
  }

  /** The key with exactly these located bytes, or NO_KEY. */
  findAt(hash: number, address: number, length: number): number {
    return this.kernel.functions.findKey(hash, address, length) >>> 0;
  }

  /** Notes that `key` came after `previous` in a request; either may be NO_KEY. */
  link(previous: number, key: number): void {
    if (previous === NO_KEY || key === NO_KEY) return;
    this.kernel.words[previous * WORDS_PER_GRAIN + SUCCESSOR] = key;
  }

  /** Whether another key of `length` bytes fits. What was held before may take the spare room. */
  hasRoomFor(length: number): boolean {
    if (this.kernel.state[USED]! >= NEW_KEYS_MAX) return false;
    return this.end + KEY_BYTES + length <= NEW_KEYS_END;
  }

  /** Makes room for so many keys in all. */
  reserveKeys(count: number): void {
    this.kernel.functions.reserveKeys(count);
  }

  /** Where the bytes of the next key may be written, up to `room` of them: see addWritten(). */
  placeOfNext(room: number): number {
    this.kernel.ensure(this.end + KEY_BYTES + room);
    return this.end + KEY_BYTES;
  }

  /** Adds the `length` bytes that were written to placeOfNext() as the first key of a series. */
  addWritten(length: number, series: SeriesRef): number {
    const text = this.end + KEY_BYTES;
    return this.kernel.functions.addWrittenKey(this.hashAt(text, length), length, series);
  }

  /** Adds located bytes as a key of a series; `first` is its first key so far, or NO_KEY. */
  addAt(hash: number, address: number, length: number, series: SeriesRef, first: number): number {
    const { kernel } = this;
    kernel.ensure(this.end + 2 * (KEY_BYTES + length));
    assert(kernel.state[USED]! < KEYS_MAX, "more keys than a kernel has room for");
    const key = kernel.functions.addKey(hash, address, length, series);
    if (first !== NO_KEY) {
      const { words } = kernel;
      words[key * WORDS_PER_GRAIN + NEXT] = words[first * WORDS_PER_GRAIN + NEXT]!;
      words[first * WORDS_PER_GRAIN + NEXT] = key;
    }
    return key;
  }

  /** Whether the series of `first` may have one more alias. */
  mayAlias(first: number): boolean {
    let keys = 0;
    for (let key = first; key !== NO_KEY; key = this.nextOf(key)) keys++;
    return keys < ALIASES_MAX;
  }

  /** Removes all keys of a series, from its first on. */
  removeAll(first: number): void {
    for (let key = first; key !== NO_KEY; ) {
      const next = this.nextOf(key);
      this.kernel.functions.dropKey(key);
      this.removedCount++;
      key = next;
    }
  }

  private nextOf(key: number): number {
    return this.kernel.words[key * WORDS_PER_GRAIN + NEXT]!;
  }
}
