/**
 * How full each group of pages is and was: where the scavenger may look.
 *
 * I1  `used` is the pages in use of each group now; `usedBefore` what it was when the current
 *     collection cycle first touched the group.
 * I2  A group with free pages that do not count as released is a candidate.
 *
 * Since Go 1.22 a group that is, or was in the last cycle, at least 96.875% in use is passed over:
 * what is free in it will soon be used again. Source: runtime scavChunkData.
 *
 * Units: counts are 8 KiB pages; group is 512 pages.
 */

/** Pages in use from which a group counts as dense: 96.875% of 512. */
const DENSE_PAGES = 496;

export class GroupUse {
  private used = new Uint16Array(16);
  private usedBefore = new Uint16Array(16);
  private touchedIn = new Uint32Array(16);
  private candidates = new Uint32Array(1);
  private cycle = 0;

  /** A collection cycle has begun. */
  nextCycle(): void {
    this.cycle++;
  }

  /** Sets the pages in use of a group. */
  setUsed(group: number, pages: number): void {
    if (group >= this.used.length) this.grow(group + 1);
    if (this.touchedIn[group] !== this.cycle) {
      this.touchedIn[group] = this.cycle;
      this.usedBefore[group] = this.used[group]!;
    }
    this.used[group] = pages;
  }

  /** A span in the group was freed. */
  noteFree(group: number): void {
    const word = group >>> 5;
    this.candidates[word] = this.candidates[word]! | (1 << (group & 31));
  }

  /** Nothing is left to release in the group. */
  noteExhausted(group: number): void {
    const word = group >>> 5;
    this.candidates[word] = this.candidates[word]! & ~(1 << (group & 31));
  }

  /** Highest group that may have pages to release, or -1. */
  highestCandidate(skipDense: boolean): number {
    for (let w = this.candidates.length - 1; w >= 0; w--) {
      let word = this.candidates[w]!;
      while (word !== 0) {
        const group = w * 32 + 31 - Math.clz32(word);
        if (!skipDense || !this.isDense(group)) return group;
        word &= ~(1 << (group & 31));
      }
    }
    return -1;
  }

  /** Becomes equal to another. */
  copyFrom(other: GroupUse): void {
    this.used = other.used.slice();
    this.usedBefore = other.usedBefore.slice();
    this.touchedIn = other.touchedIn.slice();
    this.candidates = other.candidates.slice();
    this.cycle = other.cycle;
  }

  private isDense(group: number): boolean {
    if (this.used[group]! >= DENSE_PAGES) return true;
    return this.touchedIn[group] === this.cycle && this.usedBefore[group]! >= DENSE_PAGES;
  }

  private grow(groups: number): void {
    let length = this.used.length;
    while (length < groups) length *= 2;
    this.used = extended(this.used, new Uint16Array(length));
    this.usedBefore = extended(this.usedBefore, new Uint16Array(length));
    this.touchedIn = extended(this.touchedIn, new Uint32Array(length));
    this.candidates = extended(this.candidates, new Uint32Array(Math.ceil(length / 32)));
  }
}

function extended<Column extends Uint16Array | Uint32Array>(old: Column, next: Column): Column {
  next.set(old);
  return next;
}
