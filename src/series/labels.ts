/**
 * A label set as text: what queries, replies and tests see. The store keeps symbol references.
 *
 * I1  Names are unique and sorted by their UTF-8 bytes; no value is empty (an empty value is an
 *     absent label).
 * I2  Immutable.
 * I3  Sets that differ in one value may share the rest of their texts (withValueAt).
 *
 * Order of two sets: label by label, name first, then value, a prefix first (Prometheus' order).
 */

/** Long texts are compared in blocks of so many characters until two differ. */
const BLOCK_LENGTH = 512;

/** How many characters at the beginning of two texts are the same, in whole blocks. */
function equalBlocks(left: string, right: string, shared: number): number {
  let from = 0;
  let to = BLOCK_LENGTH;
  while (to <= shared && left.slice(from, to) === right.slice(from, to)) {
    from = to;
    to += BLOCK_LENGTH;
  }
  return from;
}

/** Compares two strings by their UTF-8 bytes; UTF-16 order differs above U+FFFF. */
export function compareUtf8(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let i = equalBlocks(left, right, shared); i < shared; i++) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a !== b) return utf8Rank(a) - utf8Rank(b);
  }
  return left.length - right.length;
}

/** Moves surrogates above the rest of the basic plane, as UTF-8 sorts them. */
function utf8Rank(codeUnit: number): number {
  if (codeUnit < 0xd800) return codeUnit;
  return codeUnit >= 0xe000 ? codeUnit - 0x800 : codeUnit + 0x2000;
}

export class Labels {
  static readonly empty = new Labels([]);

  /** Names and values in turn: name, value, name, value … */
  private readonly flat: readonly string[];
  /** Where a text of its own stands instead of what is there, or -1. */
  private readonly ownAt: number;
  private readonly own: string;
  private cachedKey: string | undefined;

  private constructor(flat: readonly string[], ownAt = -1, own = "") {
    this.flat = flat;
    this.ownAt = ownAt;
    this.own = own;
  }

  /** Takes names and values in turn, already sorted by name, unique and without empty values. */
  static ofSorted(flat: readonly string[]): Labels {
    return new Labels(flat);
  }

  /** Builds a set from pairs in any order; pairs with an empty value are left out. */
  static fromPairs(pairs: Iterable<readonly [string, string]>): Labels {
    const kept = [...pairs].filter(([, value]) => value !== "");
    kept.sort(([a], [b]) => compareUtf8(a, b));
    return new Labels(kept.flat());
  }

  /** Builds a set from an object of name to value. */
  static fromRecord(record: Readonly<Record<string, string>>): Labels {
    return Labels.fromPairs(Object.entries(record));
  }

  get size(): number {
    return this.flat.length / 2;
  }

  nameAt(index: number): string {
    return this.flat[2 * index] as string;
  }

  valueAt(index: number): string {
    return this.partAt(2 * index + 1);
  }

  /** The set with another value, not empty, of the label at an index; it shares the other texts. */
  withValueAt(index: number, value: string): Labels {
    return new Labels(this.namesAndValues, 2 * index + 1, value);
  }

  /** Names and values in turn. */
  get namesAndValues(): readonly string[] {
    if (this.ownAt < 0) return this.flat;
    const all = this.flat.slice();
    all[this.ownAt] = this.own;
    return all;
  }

  private partAt(i: number): string {
    return i === this.ownAt ? this.own : (this.flat[i] as string);
  }

  /** Value of a label; "" when absent. */
  get(name: string): string {
    for (let i = 0; i < this.flat.length; i += 2) {
      if (this.flat[i] === name) return this.partAt(i + 1);
    }
    return "";
  }

  has(name: string): boolean {
    return this.get(name) !== "";
  }

  /** A text that is equal exactly for equal sets. */
  key(): string {
    this.cachedKey ??= this.namesAndValues.map((part) => `${part.length}:${part}`).join("");
    return this.cachedKey;
  }

  /** The set as a plain object in sorted order, for JSON. */
  toRecord(): Record<string, string> {
    const record: Record<string, string> = Object.create(null);
    for (let i = 0; i < this.flat.length; i += 2) {
      record[this.flat[i] as string] = this.partAt(i + 1);
    }
    return record;
  }

  /** Prometheus' order of label sets; negative when `left` sorts first. */
  static compare(left: Labels, right: Labels): number {
    if (left.flat === right.flat && left.ownAt === right.ownAt) {
      return compareUtf8(left.own, right.own);
    }
    const shared = Math.min(left.flat.length, right.flat.length);
    for (let i = 0; i < shared; i++) {
      const [a, b] = [left.partAt(i), right.partAt(i)];
      // Most labels of two series of one store are the same string.
      if (a !== b) return compareUtf8(a, b);
    }
    return left.flat.length - right.flat.length;
  }
}
