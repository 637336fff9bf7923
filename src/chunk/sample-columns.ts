/**
 * Decoded samples as two columns: times and values.
 *
 * I1  values and bits are two views of one buffer; bits[2i] is the low word of sample i's value
 *     and bits[2i + 1] the high one (little-endian hosts; asserted at import).
 * I2  Only the first `length` entries are meaningful; times rise strictly within one series.
 *
 * Values are written through `bits`, never as numbers, so that the payload of a NaN survives: a
 * stale marker is 0x7ff0000000000002 and arithmetic would set its quiet bit.
 *
 * Units: times are milliseconds since the epoch.
 */
import { assert } from "../base/assert.ts";

assert(new Uint8Array(new Uint32Array([1]).buffer)[0] === 1, "host must be little-endian");

/** High word of the stale marker 0x7ff0000000000002. */
export const STALE_HIGH = 0x7ff00000;
/** Low word of the stale marker. */
export const STALE_LOW = 2;

export class SampleColumns {
  times: Float64Array;
  values: Float64Array;
  bits: Uint32Array;
  length = 0;
  /** False when it is known that none of the samples is a stale marker. */
  mayBeStale = false;

  constructor(capacity = 1024) {
    this.times = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.bits = new Uint32Array(this.values.buffer);
  }

  /** Forgets all samples, keeps the memory. */
  clear(): void {
    this.length = 0;
    this.mayBeStale = false;
  }

  /** Makes room for `count` more samples of any kind; replaces the arrays when they must grow. */
  reserve(count: number): void {
    this.mayBeStale = true;
    this.ensure(count);
  }

  /** Appends the first `count` samples of other columns, all bits kept. */
  append(times: Float64Array, values: Float64Array, count: number, mayBeStale: boolean): void {
    this.ensure(count);
    this.times.set(times.subarray(0, count), this.length);
    this.values.set(values.subarray(0, count), this.length);
    this.length += count;
    if (mayBeStale) this.mayBeStale = true;
  }

  private ensure(count: number): void {
    const needed = this.length + count;
    if (needed <= this.times.length) return;
    const capacity = Math.max(needed, this.times.length * 2);
    const times = new Float64Array(capacity);
    times.set(this.times.subarray(0, this.length));
    const bits = new Uint32Array(capacity * 2);
    bits.set(this.bits.subarray(0, this.length * 2));
    this.times = times;
    this.bits = bits;
    this.values = new Float64Array(bits.buffer);
  }

  /** Appends one sample by its raw value words; room must have been reserved. */
  push(timeMs: number, valueHigh: number, valueLow: number): void {
    const index = this.length++;
    this.times[index] = timeMs;
    this.bits[2 * index] = valueLow;
    this.bits[2 * index + 1] = valueHigh;
  }

  /** Keeps the samples before index `kept` and the last one, which moves there. */
  keepLast(kept: number): void {
    const last = this.length - 1;
    this.times[kept] = this.times[last]!;
    this.bits[2 * kept] = this.bits[2 * last]!;
    this.bits[2 * kept + 1] = this.bits[2 * last + 1]!;
    this.length = kept + 1;
  }

  /** Time of sample `index`, in milliseconds. */
  timeOf(index: number): number {
    return this.times[index]!;
  }

  /** High word of the value bits of sample `index`. */
  highOf(index: number): number {
    return this.bits[2 * index + 1]!;
  }

  /** Low word of the value bits of sample `index`. */
  lowOf(index: number): number {
    return this.bits[2 * index]!;
  }

  /** True when sample `index` is a stale marker, decided on its 64 raw bits. */
  isStale(index: number): boolean {
    return this.highOf(index) === STALE_HIGH && this.lowOf(index) === STALE_LOW;
  }
}
