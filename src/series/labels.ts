/**
 * A label set as text: what queries, replies and tests see. The store keeps symbol references.
 *
 * I1  Names are unique and sorted by their UTF-8 bytes; no value is empty (an empty value is an
 *     absent label).
 * I2  Immutable.
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
  private cachedKey: string | undefined;

  private constructor(flat: readonly string[]) {
    this.flat = flat;
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
    return this.flat[2 * index + 1] as string;
  }

  /** Names and values in turn. */
  get namesAndValues(): readonly string[] {
    return this.flat;
  }

  /** Value of a label; "" when absent. */
  get(name: string): string {
    for (let i = 0; i < this.flat.length; i += 2) {
      if (this.flat[i] === name) return this.flat[i + 1] as string;
    }
    return "";
  }

  has(name: string): boolean {
    return this.get(name) !== "";
  }

  /** A text that is equal exactly for equal sets. */
  key(): string {
    this.cachedKey ??= this.flat.map((part) => `${part.length}:${part}`).join("");
    return this.cachedKey;
  }

  /** The set as a plain object in sorted order, for JSON. */
  toRecord(): Record<string, string> {
    const record: Record<string, string> = Object.create(null);
    for (let i = 0; i < this.flat.length; i += 2) {
      record[this.flat[i] as string] = this.flat[i + 1] as string;
    }
    return record;
  }

  /** Prometheus' order of label sets; negative when `left` sorts first. */
  static compare(left: Labels, right: Labels): number {
    const shared = Math.min(left.flat.length, right.flat.length);
    for (let i = 0; i < shared; i++) {
      const [a, b] = [left.flat[i] as string, right.flat[i] as string];
      // Most labels of two series of one store are the same string.
      if (a !== b) return compareUtf8(a, b);
    }
    return left.flat.length - right.flat.length;
  }
}
