/**
 * The cells of one level, made where they are looked at: a heap of a million spans would take too
 * long to be gone through in one frame.
 *
 * I1  Cells are made by tiles, each of TILE_PAGES pages: what is made is whole tiles of one moment.
 * I2  A tile that is spoiled keeps its old colours until it is made anew.
 *
 * Units: pages are 8 KiB, counted from address 0; work is counted in tiles.
 */
import { CellSum, keyOf } from "./cell-sum.ts";
import { type Cells, type Colouring, cellColour } from "./cells.ts";
import type { SpanTable } from "./span-table.ts";

/** No fewer than the pages of the largest cell. */
export const TILE_PAGES = 2048;

export class CellGrid implements Cells {
  readonly firstPage: number;
  readonly pagesPerCell: number;
  colours: Uint32Array = new Uint32Array(0);
  private pageCount = 0;
  private isMade: Uint8Array = new Uint8Array(0);
  private readonly sum = new CellSum();

  constructor(firstPage: number, pagesPerCell: number) {
    this.firstPage = firstPage;
    this.pagesPerCell = pagesPerCell;
  }

  /** Takes up that the heap has so many pages; the last tile changes with it. */
  setPageCount(pageCount: number): void {
    if (pageCount === this.pageCount) return;
    const last = Math.min(pageCount, this.pageCount);
    const colours = new Uint32Array(Math.ceil(pageCount / this.pagesPerCell));
    colours.set(this.colours.subarray(0, colours.length));
    const isMade = new Uint8Array(Math.ceil(pageCount / TILE_PAGES));
    isMade.set(this.isMade.subarray(0, isMade.length));
    isMade.fill(0, Math.max(0, Math.ceil(last / TILE_PAGES) - 1));
    this.pageCount = pageCount;
    this.colours = colours;
    this.isMade = isMade;
  }

  /** Has the cells of the pages [fromPage, endPage) made anew when they are looked at. */
  spoil(fromPage: number, endPage: number): void {
    const [from, end] = this.tilesOf(fromPage, endPage);
    this.isMade.fill(0, from, end);
  }

  /**
   * Makes the cells of the pages [fromPage, endPage), but at most `tilesMost` tiles. The answer is
   * how many it made: with fewer than `tilesMost`, all are made.
   */
  make(
    table: SpanTable,
    colouring: Colouring,
    fromPage: number,
    endPage: number,
    tilesMost: number,
  ): number {
    const [from, end] = this.tilesOf(fromPage, endPage);
    let made = 0;
    for (let tile = from; tile < end && made < tilesMost; tile++) {
      if (this.isMade[tile] === 1) continue;
      const tilePage = this.firstPage + tile * TILE_PAGES;
      const tileEnd = Math.min(tilePage + TILE_PAGES, this.firstPage + this.pageCount);
      if (this.pagesPerCell === 1) this.makePages(table, colouring, tilePage, tileEnd);
      else this.makeCells(table, colouring, tilePage, tileEnd);
      this.isMade[tile] = 1;
      made++;
    }
    return made;
  }

  private tilesOf(fromPage: number, endPage: number): readonly [number, number] {
    const from = Math.floor(Math.max(0, fromPage - this.firstPage) / TILE_PAGES);
    const end = Math.ceil(Math.min(this.pageCount, endPage - this.firstPage) / TILE_PAGES);
    return [from, Math.max(from, end)];
  }

  private makePages(table: SpanTable, colouring: Colouring, from: number, end: number): void {
    const { mode, palette, byKey } = colouring;
    const { colours, firstPage } = this;
    colours.fill(palette.idle, from - firstPage, end - firstPage);
    for (let span = table.firstBehind(from); span < table.count; span++) {
      const page = table.pageOf(span);
      if (page >= end) return;
      const colour =
        byKey === null
          ? palette.occupancy(table.liveOf(span) / table.slotsOf(span))
          : (byKey[keyOf(table, span, mode)] as number);
      const last = Math.min(end, page + table.pageCountOf(span));
      colours.fill(colour, Math.max(from, page) - firstPage, last - firstPage);
    }
  }

  private makeCells(table: SpanTable, colouring: Colouring, from: number, end: number): void {
    const { colours, firstPage, pagesPerCell, sum } = this;
    let span = table.firstBehind(from);
    for (let page = from; page < end; page += pagesPerCell) {
      span = sum.take(table, colouring.mode, span, page, page + pagesPerCell);
      colours[(page - firstPage) / pagesPerCell] = cellColour(sum, pagesPerCell, colouring);
    }
  }
}
