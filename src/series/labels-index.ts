/**
 * Numbers label sets by those of their labels that count: sets that agree in these get equal
 * numbers, new ones the next number.
 *
 * No text is made of a set, and no set of those labels: they are compared where they lie. It grows
 * without a long moment (../base/hash-slots.ts).
 *
 * I1  Numbers are 0, 1, 2 … in the order in which the sets came; of each the first is kept.
 */
import { hashKey } from "../base/hash-key.ts";
import { HashSlots } from "../base/hash-slots.ts";
import { textHash } from "../base/text-index.ts";
import { LabelSets } from "./label-sets.ts";
import type { Labels } from "./labels.ts";

/** Which labels count: those with one of the names, or those with none of them. */
export interface CountedLabels {
  readonly names: ReadonlySet<string>;
  readonly are: "these" | "others";
}

const ALL: CountedLabels = { names: new Set(), are: "others" };

export class LabelsIndex {
  private readonly slots = new HashSlots();
  private readonly sets = new LabelSets();
  private readonly names: ReadonlySet<string>;
  private readonly countsNamed: boolean;
  private readonly countsAll: boolean;

  constructor({ names, are } = ALL) {
    this.names = names;
    this.countsNamed = are === "these";
    this.countsAll = names.size === 0 && !this.countsNamed;
  }

  /** How many different ones there are. */
  get count(): number {
    return this.sets.length;
  }

  /** The first set of a number, with all of its labels. */
  firstOf(number: number): Labels {
    return this.sets.at(number);
  }

  /** Number of a set; it is added when new. */
  add(labels: Labels): number {
    const found = this.find(labels);
    if (found >= 0) return found;
    const number = this.sets.length;
    this.slots.insert(number);
    this.sets.push(labels);
    return number;
  }

  /** Number of a set that was added, or -1. */
  find(labels: Labels): number {
    const { slots } = this;
    for (let n = slots.first(this.hash(labels)); n >= 0; n = slots.next()) {
      if (this.agree(this.sets.at(n), labels)) return n;
    }
    return -1;
  }

  private counts(name: string): boolean {
    return this.countsAll || this.names.has(name) === this.countsNamed;
  }

  private hash(labels: Labels): number {
    const { size } = labels;
    let hash = hashKey();
    for (let i = 0; i < size; i++) {
      const name = labels.nameAt(i);
      if (this.counts(name)) hash = textHash(labels.valueAt(i), textHash(name, hash));
    }
    return hash;
  }

  /** Whether two sets have the same labels that count. */
  private agree(left: Labels, right: Labels): boolean {
    const leftSize = left.size;
    const rightSize = right.size;
    let j = this.nextCounted(right, 0, rightSize);
    for (let i = 0; i < leftSize; i++) {
      const name = left.nameAt(i);
      if (!this.counts(name)) continue;
      if (j === rightSize || right.nameAt(j) !== name) return false;
      if (left.valueAt(i) !== right.valueAt(j)) return false;
      j = this.nextCounted(right, j + 1, rightSize);
    }
    return j === rightSize;
  }

  /** The first label that counts at an index or behind it; `size` = there is none. */
  private nextCounted(labels: Labels, from: number, size: number): number {
    let i = from;
    while (i < size && !this.counts(labels.nameAt(i))) i++;
    return i;
  }
}
