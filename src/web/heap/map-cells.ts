/**
 * The cells of the map at every level, and those of the strip beside it that shows all of it.
 *
 * I1  A frame makes at most TILES_PER_FRAME tiles, those in view before those of the strip; what
 *     it leaves, the next one makes.
 * I2  All levels are of the table, the colouring or the recorded map that was set last.
 *
 * Units: pages are 8 KiB, counted from address 0.
 */
import type { HeapMapReply } from "../../http/api-types.ts";
import { CellGrid } from "./cell-grid.ts";
import { type Cells, type Colouring, recordedCells } from "./cells.ts";
import { STRIP_CELLS } from "./map-layout.ts";
import type { SpanTable } from "./span-table.ts";

/** About two milliseconds of work. */
export const TILES_PER_FRAME = 32;

/** What a frame paints. */
export interface FrameCells {
  readonly cells: Cells;
  /** Stands in where cells are not made yet. */
  readonly strip: Cells;
  /** Whether nothing is left to be made. */
  readonly isWhole: boolean;
}

export class MapCells {
  /** Rises whenever the strip has changed. */
  stripRevision = 0;
  private table: SpanTable | null = null;
  private recorded: HeapMapReply | null = null;
  private colouring: Colouring | null = null;
  private recordedCells: Cells | null = null;
  /** By pages of a cell; made when a level is first looked at. */
  private readonly grids = new Map<number, CellGrid>();

  /** Shows a table of which [fromPage, endPage) was listed anew. */
  setTable(table: SpanTable, fromPage: number, endPage: number): void {
    const isOther = table !== this.table || this.recorded !== null;
    this.table = table;
    this.recorded = null;
    this.recordedCells = null;
    if (isOther) this.spoil(0, Number.POSITIVE_INFINITY);
    else this.spoil(fromPage, endPage);
  }

  /** Shows a recorded map instead. */
  setRecorded(map: HeapMapReply): void {
    this.recorded = map;
    this.recordedCells = null;
    this.stripRevision++;
  }

  setColouring(colouring: Colouring): void {
    this.colouring = colouring;
    this.recordedCells = null;
    this.spoil(0, Number.POSITIVE_INFINITY);
    this.stripRevision++;
  }

  /** The cells for a frame that shows [fromPage, endPage), null while there is nothing to show. */
  frame(pagesPerCell: number, fromPage: number, endPage: number): FrameCells | null {
    const { table, recorded, colouring } = this;
    if (colouring === null) return null;
    if (recorded !== null) {
      this.recordedCells ??= recordedCells(recorded, colouring);
      return { cells: this.recordedCells, strip: this.recordedCells, isWhole: true };
    }
    if (table === null) return null;
    const cells = this.gridOf(table, pagesPerCell);
    const strip = this.gridOf(table, stripPages(table));
    let left = TILES_PER_FRAME;
    const inView = cells.make(table, colouring, fromPage, endPage, left);
    left -= inView;
    const ofStrip = strip.make(table, colouring, table.firstPage, table.endPage, left);
    left -= ofStrip;
    if (ofStrip > 0 || (cells === strip && inView > 0)) this.stripRevision++;
    return { cells, strip, isWhole: left > 0 };
  }

  private gridOf(table: SpanTable, pagesPerCell: number): CellGrid {
    let grid = this.grids.get(pagesPerCell);
    if (grid === undefined || grid.firstPage !== table.firstPage) {
      grid = new CellGrid(table.firstPage, pagesPerCell);
      this.grids.set(pagesPerCell, grid);
    }
    grid.setPageCount(table.endPage - table.firstPage);
    return grid;
  }

  private spoil(fromPage: number, endPage: number): void {
    for (const grid of this.grids.values()) grid.spoil(fromPage, endPage);
  }
}

/** Pages of a cell of the strip. */
function stripPages({ firstPage, endPage }: SpanTable): number {
  let pages = 1;
  while ((endPage - firstPage) / pages > STRIP_CELLS) pages *= 2;
  return pages;
}
