/**
 * A number for each of very many small integers, most of which may have none: pages that are made
 * when they are needed, so that nothing is ever copied into longer room.
 *
 * I1  Keys are not negative, and dense enough that a page of 1,024 of them pays; numbers are 32-bit
 *     integers.
 */

const PAGE_LENGTH = 1 << 10;

/** The page of a key, which may have more than 32 bits. */
function pageOf(key: number): number {
  return Math.floor(key / PAGE_LENGTH);
}

export class NumberPages {
  private readonly pages: (Int32Array | undefined)[] = [];
  private readonly absent: number;

  /** `absent` = what a key has that none was given to. */
  constructor(absent: number) {
    this.absent = absent;
  }

  /** The number of a key. */
  get(key: number): number {
    const page = this.pages[pageOf(key)];
    return page === undefined ? this.absent : page[key & (PAGE_LENGTH - 1)]!;
  }

  /** Gives a key its number. */
  set(key: number, number: number): void {
    const at = pageOf(key);
    while (this.pages.length <= at) this.pages.push(undefined);
    const page = this.pages[at] ?? new Int32Array(PAGE_LENGTH).fill(this.absent);
    this.pages[at] = page;
    page[key & (PAGE_LENGTH - 1)] = number;
  }
}
