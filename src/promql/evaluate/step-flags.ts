/**
 * Steps of very many rows that have something: a byte for each, in pages, since a table that
 * doubles would move tens of megabytes at once.
 *
 * I1  A row that nothing was marked in has no page, or zeros in it.
 */

/** Bytes of a page; one has at least one row. */
const PAGE_LENGTH = 1 << 16;
const FIRST_ROWS = 16;
const NO_PAGE = new Uint8Array(0);

export class StepFlags {
  private readonly stepCount: number;
  /** Rows a page, as a shift. */
  private readonly pageShift: number;
  private readonly pages: Uint8Array[] = [];

  constructor(stepCount: number) {
    this.stepCount = stepCount;
    this.pageShift = Math.max(0, Math.floor(Math.log2(PAGE_LENGTH / Math.max(1, stepCount))));
  }

  isMarked(row: number, step: number): boolean {
    const page = this.pages[row >> this.pageShift] ?? NO_PAGE;
    return page[this.startOf(row) + step] === 1;
  }

  mark(row: number, step: number): void {
    this.markedPage(row)[this.startOf(row) + step] = 1;
  }

  /** The page of a row; its first step is at startOf(). */
  markedPage(row: number): Uint8Array {
    const { pages, pageShift, stepCount } = this;
    const at = row >> pageShift;
    while (pages.length <= at) pages.push(NO_PAGE);
    const page = pages[at]!;
    const end = this.startOf(row) + stepCount;
    if (page.length >= end) return page;
    const whole = stepCount << pageShift;
    // The first one grows: most tables are small.
    const length = at > 0 ? whole : Math.min(whole, Math.max(2 * end, FIRST_ROWS * stepCount));
    const longer = new Uint8Array(length);
    longer.set(page);
    pages[at] = longer;
    return longer;
  }

  startOf(row: number): number {
    return (row & ((1 << this.pageShift) - 1)) * this.stepCount;
  }
}
