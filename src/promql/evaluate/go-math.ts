/** Go's max and min, and the compensated summation that PromQL uses. */

/**
 * Go's math.Max and math.Min: an infinity of the right sign wins even against NaN.
 */
export function goMax(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b);
}

export function goMin(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);
}

/**
 * The error of adding `value` to `sum` where `next` = sum + value, in Neumaier's variant of Kahan's
 * summation: add it to the running compensation. An infinite sum has none.
 */
export function sumError(sum: number, value: number, next: number): number {
  return Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
}

/** A running sum with its compensation; the total is sum + compensation. */
export class KahanSum {
  sum = 0;
  compensation = 0;

  add(value: number): void {
    const next = this.sum + value;
    if (next === Infinity || next === -Infinity) this.compensation = 0;
    else this.compensation += sumError(this.sum, value, next);
    this.sum = next;
  }

  get total(): number {
    return this.sum + this.compensation;
  }
}
