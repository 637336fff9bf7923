/**
 * Label sets put together from the label fields of their pairs, for many series one behind the
 * other: each pair's field is written once, and a series' label bytes are copies of fields.
 *
 * Fields lie in the kernel's memory where requests lie otherwise: while series are put together no
 * request may be read.
 *
 * I1  lengths[pair] is the bytes of the pair's field, 0 while it was not asked for. `homeless` has
 *     those that found no room; the others are named by the table.
 *
 * Units: addresses and bytes.
 */
import type { PairRef } from "../base/units.ts";
import { BODY_BYTES_MAX, INPUT, LABELS_FROM, OUTPUT } from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { LabelRanges } from "./label-bytes.ts";
import type { PairTable } from "./pairs.ts";
import type { SymbolTable } from "./symbols.ts";

/** Two words a pair: address and bytes of its field. */
const TABLE = OUTPUT;
const PAIRS_MAX = BODY_BYTES_MAX >>> 3;
/** Fields are read in steps of 16 bytes. */
const FIELDS_END = INPUT + BODY_BYTES_MAX - 16;
const LIST_WORD = LABELS_FROM >>> 2;
const TABLE_WORD = TABLE >>> 2;
const FIRST_PAIRS = 1024;

export class LabelFields {
  private readonly kernel: Kernel;
  private readonly symbols: SymbolTable;
  private readonly pairs: PairTable;
  private readonly ranges = new LabelRanges();
  private readonly fieldsEnd: number;
  private readonly homeless = new Set<number>();
  private lengths = new Uint32Array(FIRST_PAIRS);
  private end = INPUT;

  /** `fieldsEnd` is where the room for fields ends. */
  constructor(kernel: Kernel, symbols: SymbolTable, pairs: PairTable, fieldsEnd = FIELDS_END) {
    this.kernel = kernel;
    this.symbols = symbols;
    this.pairs = pairs;
    this.fieldsEnd = fieldsEnd;
  }

  /** Bytes of the label set of the first `count` of `pairs`. */
  measure(pairs: Uint32Array, count: number): number {
    let length = 0;
    for (let i = 0; i < count; i++) {
      const pair = pairs[i]!;
      const known = pair < this.lengths.length ? this.lengths[pair]! : 0;
      length += known > 0 ? known : this.add(pair as PairRef);
    }
    return length;
  }

  /**
   * Writes the canonical label bytes of the first `count` of `pairs`, which were measured and are
   * sorted by name, to an address; returns how many. Some bytes behind them are overwritten.
   */
  join(pairs: Uint32Array, count: number, to: number): number {
    const { words, functions } = this.kernel;
    if (this.homeless.size > 0) return this.joinSingly(pairs, count, to);
    for (let i = 0; i < count; i++) words[LIST_WORD + i] = pairs[i]!;
    return functions.joinFields(LABELS_FROM, count, TABLE, to) - to;
  }

  private joinSingly(pairs: Uint32Array, count: number, to: number): number {
    const { words, functions, bytes } = this.kernel;
    let at = to;
    for (let i = 0; i < count; i++) {
      const pair = pairs[i]!;
      const length = this.lengths[pair]!;
      if (this.homeless.has(pair)) {
        this.encode(pair as PairRef);
        bytes.set(this.ranges.canonical.subarray(0, length), at);
      } else functions.copyBytes(at, words[TABLE_WORD + pair * 2]!, length);
      at += length;
    }
    return at - to;
  }

  /** Writes the field of a pair where there is room; returns its bytes. */
  private add(pair: PairRef): number {
    const length = this.encode(pair);
    if (pair >= this.lengths.length) {
      const larger = new Uint32Array(Math.max(pair + 1, this.lengths.length * 2));
      larger.set(this.lengths);
      this.lengths = larger;
    }
    this.lengths[pair] = length;
    if (pair >= PAIRS_MAX || this.end + length > this.fieldsEnd) {
      this.homeless.add(pair);
      return length;
    }
    this.kernel.bytes.set(this.ranges.canonical.subarray(0, length), this.end);
    this.kernel.words[TABLE_WORD + pair * 2] = this.end;
    this.kernel.words[TABLE_WORD + pair * 2 + 1] = length;
    this.end += length;
    return length;
  }

  /** Puts the field of a pair into the ranges; returns its bytes. */
  private encode(pair: PairRef): number {
    const { ranges, symbols, pairs } = this;
    ranges.beginCanonical();
    ranges.appendCanonical(symbols, pairs.nameOf(pair), pairs.valueOf(pair));
    return ranges.canonicalLength;
  }
}
