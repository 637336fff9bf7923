/**
 * Numbers tuples of integers: equal tuples get equal numbers, new ones the next number.
 *
 * Open addressing over columns; used to group series by the symbols of their labels.
 */
export class TupleIndex {
  private readonly width: number;
  private slots = new Int32Array(64).fill(-1);
  private tuples: Int32Array;
  private used = 0;

  constructor(width: number) {
    this.width = width;
    this.tuples = new Int32Array(32 * Math.max(1, width));
  }

  /** Number of different tuples. */
  get count(): number {
    return this.used;
  }

  /** Element `position` of tuple `index`. */
  at(index: number, position: number): number {
    return this.tuples[index * this.width + position]!;
  }

  /** Number of a tuple; it is added when new. */
  add(tuple: Int32Array): number {
    if (this.used * 2 >= this.slots.length) this.grow();
    const mask = this.slots.length - 1;
    let slot = this.hash(tuple, 0) & mask;
    for (;;) {
      const index = this.slots[slot]!;
      if (index < 0) return this.insert(slot, tuple);
      if (this.equals(index, tuple)) return index;
      slot = (slot + 1) & mask;
    }
  }

  private insert(slot: number, tuple: Int32Array): number {
    const index = this.used++;
    if (this.used * this.width > this.tuples.length) {
      const larger = new Int32Array(this.tuples.length * 2);
      larger.set(this.tuples);
      this.tuples = larger;
    }
    for (let i = 0; i < this.width; i++) this.tuples[index * this.width + i] = tuple[i]!;
    this.slots[slot] = index;
    return index;
  }

  private equals(index: number, tuple: Int32Array): boolean {
    const start = index * this.width;
    for (let i = 0; i < this.width; i++) {
      if (this.tuples[start + i] !== tuple[i]) return false;
    }
    return true;
  }

  private hash(values: Int32Array, start: number): number {
    let hash = 0x2545f491;
    for (let i = 0; i < this.width; i++) {
      hash = Math.imul(hash ^ values[start + i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }

  private grow(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let index = 0; index < this.used; index++) {
      let slot = this.hash(this.tuples, index * this.width) & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = index;
    }
    this.slots = slots;
  }
}
