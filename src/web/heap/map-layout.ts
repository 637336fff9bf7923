/**
 * How the pages of the heap lie on the canvas: rows of square cells, in the order of addresses.
 *
 * I1  A zoom level is (pages of a cell, pixels of a cell); from one to the next the picture grows.
 * I2  scrollRow is the first row shown, a fraction while panning, and always such that the map
 *     fills the canvas when there is enough of it.
 *
 * Units: pixels are CSS pixels; pages are 8 KiB.
 */

export interface ZoomLevel {
  readonly pagesPerCell: number;
  readonly cellPixels: number;
}

const FAR_PIXELS = [5, 6];
const FAR_LEVELS = [2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2];
const NEAR_PIXELS = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 24, 28, 40, 56, 80, 112];

export const LEVELS: readonly ZoomLevel[] = [
  ...FAR_LEVELS.flatMap((pagesPerCell) =>
    FAR_PIXELS.map((cellPixels) => ({ pagesPerCell, cellPixels })),
  ),
  ...NEAR_PIXELS.map((cellPixels) => ({ pagesPerCell: 1, cellPixels })),
];
/** Cells of this size show their slots. */
export const SLOT_PIXELS = 28;

/** The strip beside the map has rows of so many cells, and at most so many rows. */
export const STRIP_COLUMNS = 48;
const STRIP_ROWS = 400;
export const STRIP_CELLS = STRIP_COLUMNS * STRIP_ROWS;
/** So high is the frame in the strip at least: what can be seen and taken hold of. */
const FRAME_PIXELS_MIN = 6;

export class MapLayout {
  width = 1;
  height = 1;
  firstPage = 0;
  pageCount = 0;
  level = 0;
  scrollRow = 0;
  /** Recorded maps have no cells smaller than theirs. */
  pagesPerCellMin = 1;

  get zoom(): ZoomLevel {
    return LEVELS[this.level] as ZoomLevel;
  }

  get columns(): number {
    return Math.max(1, Math.floor(this.width / this.zoom.cellPixels));
  }

  get rows(): number {
    return Math.ceil(this.pageCount / (this.columns * this.zoom.pagesPerCell));
  }

  get visibleRows(): number {
    return this.height / this.zoom.cellPixels;
  }

  get isWhole(): boolean {
    return this.visibleRows >= this.rows;
  }

  /** First page of the row at the top, and the first behind the row at the bottom. */
  get visiblePages(): readonly [number, number] {
    const pagesPerRow = this.columns * this.zoom.pagesPerCell;
    const from = this.firstPage + Math.floor(this.scrollRow) * pagesPerRow;
    const rows = Math.ceil(this.visibleRows) + 1;
    return [from, Math.min(this.firstPage + this.pageCount, from + rows * pagesPerRow)];
  }

  /** The nearest level at which the whole heap is seen. */
  get fitLevel(): number {
    let fit = 0;
    for (let level = 0; level < LEVELS.length; level++) {
      const { pagesPerCell, cellPixels } = LEVELS[level] as ZoomLevel;
      const columns = Math.max(1, Math.floor(this.width / cellPixels));
      const rows = Math.ceil(this.pageCount / (columns * pagesPerCell));
      if (rows * cellPixels <= this.height && pagesPerCell >= this.pagesPerCellMin) fit = level;
    }
    return fit;
  }

  /** The page under a point, null outside of the map. */
  pageAt(x: number, y: number): number | null {
    const { cellPixels, pagesPerCell } = this.zoom;
    const column = Math.floor(x / cellPixels);
    if (column < 0 || column >= this.columns) return null;
    const row = Math.floor(y / cellPixels + this.scrollRow);
    const page = (row * this.columns + column) * pagesPerCell;
    if (page < 0 || page >= this.pageCount) return null;
    const inCell = Math.floor(((y / cellPixels + this.scrollRow) % 1) * pagesPerCell);
    return this.firstPage + Math.min(page + inCell, this.pageCount - 1);
  }

  /** Top left corner of a page's cell. */
  cornerOf(page: number): readonly [number, number] {
    const { cellPixels, pagesPerCell } = this.zoom;
    const cell = Math.floor((page - this.firstPage) / pagesPerCell);
    const row = Math.floor(cell / this.columns);
    return [(cell % this.columns) * cellPixels, (row - this.scrollRow) * cellPixels];
  }

  /** Changes the level so that `page` stays at height y. */
  zoomTo(level: number, page: number, y: number): void {
    const least = LEVELS.findLastIndex(({ pagesPerCell }) => pagesPerCell >= this.pagesPerCellMin);
    this.level = Math.max(0, Math.min(this.pagesPerCellMin > 1 ? least : LEVELS.length - 1, level));
    const { pagesPerCell, cellPixels } = this.zoom;
    const row = Math.floor((page - this.firstPage) / (this.columns * pagesPerCell));
    this.scrollTo(row + 0.5 - y / cellPixels);
  }

  scrollTo(row: number): void {
    this.scrollRow = Math.max(0, Math.min(row, this.rows - this.visibleRows));
  }

  /** Scrolls so that a page is seen. */
  reveal(page: number): void {
    const { cellPixels } = this.zoom;
    const y = this.cornerOf(page)[1];
    if (y < 0) this.scrollTo(this.scrollRow + y / cellPixels);
    else if (y + cellPixels > this.height) {
      this.scrollTo(this.scrollRow + (y + cellPixels - this.height) / cellPixels);
    }
  }
}

/**
 * The frame in the strip, which is as high as the map: it lies in the strip, and at its ends when
 * the map is at its ends.
 */
export function stripFrame(layout: MapLayout): { readonly top: number; readonly height: number } {
  const { rows, visibleRows, scrollRow, isWhole } = layout;
  if (isWhole) return { top: 0, height: layout.height };
  const height = Math.max(FRAME_PIXELS_MIN, (layout.height * visibleRows) / rows);
  return { top: (scrollRow / (rows - visibleRows)) * (layout.height - height), height };
}
