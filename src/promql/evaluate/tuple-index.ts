/**
 * Numbers tuples of integers: equal tuples get equal numbers, new ones the next number.
 *
 * Used to group series by the symbols of their labels. It grows without a long moment: the tuples
 * lie in pages, their numbers in those of hash-slots.ts.
 */
import { hashKey } from "../../base/hash-key.ts";
import { HashSlots } from "../../base/hash-slots.ts";

/** Integers of a page; one has at least one tuple, the first begins with few. */
const PAGE_LENGTH = 1 << 14;
const FIRST_TUPLES = 16;

export class TupleIndex {
  private readonly width: number;
  private readonly slots = new HashSlots();
  private readonly pages: Int32Array[] = [];
  /** Tuples a page, as a shift. */
  private readonly pageShift: number;
  private used = 0;

  constructor(width: number) {
    this.width = width;
    this.pageShift = Math.max(0, Math.floor(Math.log2(PAGE_LENGTH / Math.max(1, width))));
  }

  /** Number of different tuples. */
  get count(): number {
    return this.used;
  }

  /** Element `position` of tuple `index`. */
  at(index: number, position: number): number {
    return this.pageOf(index)[this.startOf(index) + position]!;
  }

  /** Number of a tuple; it is added when new. */
  add(tuple: Int32Array): number {
    const { slots } = this;
    for (let n = slots.first(this.hash(tuple)); n >= 0; n = slots.next()) {
      if (this.equals(n, tuple)) return n;
    }
    const index = this.used++;
    slots.insert(index);
    this.makeRoom(index);
    this.pageOf(index).set(tuple, this.startOf(index));
    return index;
  }

  private equals(index: number, tuple: Int32Array): boolean {
    const page = this.pageOf(index);
    const start = this.startOf(index);
    for (let i = 0; i < this.width; i++) {
      if (page[start + i] !== tuple[i]) return false;
    }
    return true;
  }

  private hash(tuple: Int32Array): number {
    let hash = hashKey();
    for (let i = 0; i < this.width; i++) {
      hash = Math.imul(hash ^ tuple[i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  private pageOf(index: number): Int32Array {
    return this.pages[index >> this.pageShift]!;
  }

  private startOf(index: number): number {
    return (index & ((1 << this.pageShift) - 1)) * this.width;
  }

  /** Adds a page when tuple `index` needs one; the first one grows. */
  private makeRoom(index: number): void {
    const { pages, pageShift, width } = this;
    const page = index >> pageShift;
    if (page === pages.length && page > 0) pages.push(new Int32Array(width << pageShift));
    const first = pages[0];
    if (page > 0 || (first && (index + 1) * width <= first.length)) return;
    const tuples = Math.min(1 << pageShift, Math.max(FIRST_TUPLES, 2 * index));
    const longer = new Int32Array(tuples * width);
    longer.set(first ?? []);
    pages[0] = longer;
  }
}
