/**
 * A count that grows by differences, as a signed 64-bit integer in two words.
 *
 * Buckets of integer histograms are differences; beyond 2^53 a double would not add them exactly.
 */
export class RunningCount {
  high = 0;
  low = 0;

  clear(): void {
    this.high = 0;
    this.low = 0;
  }

  /** Adds the pair (low word, high word) at `at`. */
  add(words: Uint32Array, at: number): void {
    const low = this.low + words[at]!;
    this.low = low >>> 0;
    this.high = (this.high + words[at + 1]! + (low > this.low ? 1 : 0)) | 0;
  }

  /** Adds another count. */
  addCount(other: RunningCount): void {
    const low = this.low + other.low;
    this.low = low >>> 0;
    this.high = (this.high + other.high + (low > this.low ? 1 : 0)) | 0;
  }

  /** As the nearest double. */
  get number(): number {
    return this.high * 2 ** 32 + this.low;
  }

  /** As the nearest double, read as an unsigned number. */
  get unsigned(): number {
    return (this.high >>> 0) * 2 ** 32 + this.low;
  }

  get isZero(): boolean {
    return this.high === 0 && this.low === 0;
  }

  equals(other: RunningCount): boolean {
    return this.high === other.high && this.low === other.low;
  }

  isAbove(other: RunningCount): boolean {
    return this.high > other.high || (this.high === other.high && this.low > other.low);
  }
}
