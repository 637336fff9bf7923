/**
 * Which series have a chunk in the files of a snapshot: one byte a series reference.
 *
 * I1  has(s) holds exactly when add(s) was called; every marked reference is below `bound`.
 */

export class SeriesMarks {
  /** Every marked reference is below this. */
  bound = 0;
  private marks = new Uint8Array(1024);

  add(series: number): void {
    if (series >= this.bound) this.extend(series + 1);
    this.marks[series] = 1;
  }

  has(series: number): boolean {
    return this.marks[series] === 1;
  }

  private extend(bound: number): void {
    this.bound = bound;
    if (bound <= this.marks.length) return;
    const larger = new Uint8Array(Math.max(bound, this.marks.length * 2));
    larger.set(this.marks);
    this.marks = larger;
  }
}
