/**
 * Which series have a chunk in the files of a snapshot, or in one of them: one bit a series
 * reference.
 *
 * I1  has(s) holds exactly when add(s) or addAll(other) with other.has(s) was called; every marked
 *     reference is below `bound`.
 */

export class SeriesMarks {
  /** Every marked reference is below this. */
  bound = 0;
  private words = new Uint32Array(32);

  add(series: number): void {
    if (series >= this.bound) this.extend(series + 1);
    this.words[series >>> 5]! |= 1 << (series & 31);
  }

  /** Marks what `other` marks. */
  addAll(other: SeriesMarks): void {
    if (other.bound > this.bound) this.extend(other.bound);
    const { words } = this;
    const count = (other.bound + 31) >>> 5;
    for (let i = 0; i < count; i++) words[i]! |= other.words[i]!;
  }

  has(series: number): boolean {
    return ((this.words[series >>> 5] ?? 0) & (1 << (series & 31))) !== 0;
  }

  private extend(bound: number): void {
    this.bound = bound;
    const count = (bound + 31) >>> 5;
    if (count <= this.words.length) return;
    const larger = new Uint32Array(Math.max(count, this.words.length * 2));
    larger.set(this.words);
    this.words = larger;
  }
}
