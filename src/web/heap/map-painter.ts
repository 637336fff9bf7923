/**
 * Paints a span map: cells, and when they are large enough the slots in them, as pixels written
 * straight into an image.
 *
 * Units: pixels here are the canvas' own (CSS pixels times `scale`).
 */
import type { FrameCells } from "./map-cells.ts";
import { type MapLayout, SLOT_PIXELS } from "./map-layout.ts";
import type { CellSquare, Raster, SlotColours } from "./slots.ts";

const GAP_FROM = 4;

export class MapPainter {
  private readonly context: CanvasRenderingContext2D;
  private image: ImageData | null = null;
  private words: Uint32Array = new Uint32Array(0);
  private readonly square: CellSquare = { left: 0, top: 0, right: 0, bottom: 0 };

  constructor(canvas: HTMLCanvasElement) {
    this.context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
  }

  /** Paints everything. `background` is a colour word, `slots` draws the inside of large cells. */
  paint(
    layout: MapLayout,
    frame: FrameCells,
    scale: number,
    background: number,
    slots: SlotColours | null,
  ): void {
    const { width, height } = this.context.canvas;
    if (this.image?.width !== width || this.image.height !== height) {
      this.image = this.context.createImageData(width, height);
      this.words = new Uint32Array(this.image.data.buffer);
    }
    this.words.fill(background);
    this.fillCells(layout, frame, scale, width, height);
    if (slots !== null && layout.zoom.cellPixels >= SLOT_PIXELS) {
      this.paintSlots(layout, scale, slots, { words: this.words, width, height });
    }
    this.context.putImageData(this.image, 0, 0);
  }

  private fillCells(
    layout: MapLayout,
    { cells, strip }: FrameCells,
    scale: number,
    width: number,
    height: number,
  ): void {
    const { columns, scrollRow, zoom } = layout;
    const size = zoom.cellPixels * scale;
    const gap = zoom.cellPixels >= GAP_FROM ? Math.max(1, Math.floor(scale)) : 0;
    const { colours } = cells;
    // Recorded cells may be larger than those of the level.
    const perCell = zoom.pagesPerCell / cells.pagesPerCell;
    const perStripCell = zoom.pagesPerCell / strip.pagesPerCell;
    const firstRow = Math.floor(scrollRow);
    const count = Math.ceil(layout.pageCount / zoom.pagesPerCell);
    for (let row = firstRow; row * columns < count; row++) {
      const top = Math.round((row - scrollRow) * size);
      if (top >= height) break;
      const bottom = Math.min(height, Math.round((row + 1 - scrollRow) * size) - gap);
      const line = Math.max(0, top);
      if (bottom <= line) continue;
      const end = Math.min(columns, count - row * columns);
      for (let column = 0; column < end; column++) {
        const left = Math.round(column * size);
        const right = Math.min(width, Math.round((column + 1) * size) - gap);
        const cell = row * columns + column;
        const colour = colours[Math.floor(cell * perCell)] as number;
        const shown = colour === 0 ? strip.colours[Math.floor(cell * perStripCell)] : colour;
        // A cell that nothing is known of yet stays as the ground is.
        if (shown) this.words.fill(shown, line * width + left, line * width + right);
      }
      for (let y = line + 1; y < bottom; y++) {
        this.words.copyWithin(y * width, line * width, (line + 1) * width);
      }
    }
  }

  private paintSlots(
    { columns, firstPage, scrollRow, visiblePages, zoom }: MapLayout,
    scale: number,
    slots: SlotColours,
    raster: Raster,
  ): void {
    const size = zoom.cellPixels * scale;
    const gap = Math.max(1, Math.floor(scale));
    const { square } = this;
    const [from, end] = visiblePages;
    for (let page = from; page < end; page++) {
      const cell = page - firstPage;
      const column = cell % columns;
      const row = Math.floor(cell / columns) - scrollRow;
      square.left = Math.round(column * size);
      square.right = Math.min(raster.width, Math.round((column + 1) * size) - gap);
      square.top = Math.round(row * size);
      square.bottom = Math.round((row + 1) * size) - gap;
      slots.paintPage(raster, page, square);
    }
  }
}
