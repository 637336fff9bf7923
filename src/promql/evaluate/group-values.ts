/**
 * The floats of all series of a group, at every step: a row for each series, in pages that grow
 * with the group. Nothing is ever copied into longer room: that of a thousand steps at a time would
 * hold the thread for as long as it takes.
 *
 * I1  A page in which every value is there has no flags.
 */
import { FLOAT, type StepColumn } from "./step-column.ts";

/** Values of a page, unless one series has more: 64 KiB. */
const PAGE_VALUES = 8192;

interface Page {
  readonly values: Float64Array;
  /** FLOAT where there is a value; null = everywhere. */
  kinds: Uint8Array | null;
  rows: number;
  readonly rowsMax: number;
}

function areFloats(kinds: Uint8Array): boolean {
  for (let step = 0; step < kinds.length; step++) if (kinds[step] !== FLOAT) return false;
  return true;
}

export class GroupValues {
  private readonly stepCount: number;
  private readonly pages: Page[] = [];
  private rows = 0;

  constructor(stepCount: number) {
    this.stepCount = stepCount;
  }

  /** Values of one step at most. */
  get rowCount(): number {
    return this.rows;
  }

  /** Adds the floats of a series. */
  add({ values, kinds }: StepColumn): void {
    const { stepCount } = this;
    let page = this.pages.at(-1);
    if (page === undefined || page.rows === page.rowsMax) {
      page = this.newPage();
      this.pages.push(page);
    }
    const start = page.rows * stepCount;
    page.values.set(values, start);
    if (page.kinds === null && !areFloats(kinds)) {
      page.kinds = new Uint8Array(page.values.length).fill(FLOAT, 0, start);
    }
    page.kinds?.set(kinds, start);
    page.rows++;
    this.rows++;
  }

  get pageCount(): number {
    return this.pages.length;
  }

  /** How many series have a row in a page. */
  rowsOf(page: number): number {
    return this.pages[page]!.rows;
  }

  /** Writes what a page has at a step into `target` from `count` on; how many are there then. */
  take(page: number, step: number, target: Float64Array, count: number): number {
    const { values, kinds, rows } = this.pages[page]!;
    const { stepCount } = this;
    const end = rows * stepCount;
    for (let at = step; at < end; at += stepCount) {
      if (kinds === null || kinds[at] === FLOAT) target[count++] = values[at]!;
    }
    return count;
  }

  private newPage(): Page {
    const { stepCount } = this;
    const full = Math.max(1, Math.floor(PAGE_VALUES / stepCount));
    const rowsMax = Math.min(full, Math.max(1, this.rows));
    return { values: new Float64Array(rowsMax * stepCount), kinds: null, rows: 0, rowsMax };
  }
}
