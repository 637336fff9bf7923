/**
 * A list of numbers in one piece that grows: whole numbers up to 2^53, and times.
 *
 * Units: none.
 */
import { longerFloats } from "../base/longer-columns.ts";

const FIRST_CAPACITY = 1024;

export class NumberList {
  length = 0;
  private values = new Float64Array(FIRST_CAPACITY);

  /** What is in it; valid until the next push. */
  get view(): Float64Array {
    return this.values.subarray(0, this.length);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      this.values = longerFloats(this.values, this.length * 2);
    }
    this.values[this.length++] = value;
  }

  at(index: number): number {
    return this.values[index] as number;
  }

  set(index: number, value: number): void {
    this.values[index] = value;
  }

  clear(): void {
    this.length = 0;
  }
}
