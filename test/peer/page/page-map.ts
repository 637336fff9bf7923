/**
 * The span map as pixels: what its cells should be by the API, and what they are on the canvas.
 *
 * Units: a colour is a word 0xAABBGGRR; pages are 8 KiB.
 */
import type { Page } from "playwright-core";
import type { HeapMapReply, SpansReply } from "../../../src/http/api-types.ts";
import { Palette } from "../../../src/web/heap/palette.ts";
import type { PageService } from "./page-service.ts";

/** Fill of a recorded cell whose slots are all live. */
const FULL = 62;
const palette = new Palette("light");

/** Colours by occupancy of all pages of the heap, page by page: idle, or the part that is live. */
export async function expectedCells(service: PageService): Promise<number[]> {
  const reply = await service.data<SpansReply>("/api/v1/status/heap/spans?limit=10000");
  const { firstPage, endPage, spans } = reply;
  const colours = new Array<number>(endPage - firstPage).fill(palette.idle);
  spans.page.forEach((page, i) => {
    const colour = palette.occupancy(spans.live[i]! / spans.slots[i]!);
    colours.fill(colour, page - firstPage, page - firstPage + spans.pages[i]!);
  });
  return colours;
}

/** Colours by occupancy of the cells of a recorded map. */
export function recordedCells({ cells }: HeapMapReply): number[] {
  return cells.fill.map((level) =>
    level === 0 ? palette.idle : palette.occupancy((level - 1) / (FULL - 1)),
  );
}

/** The colours in the middle of every cell of the map, and how many pages one stands for. */
export function drawnCells(page: Page): Promise<{ pagesPerCell: number; colours: number[] }> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".map-canvas")!;
    const { columns, cellPixels, pagesPerCell } = canvas.dataset;
    const scale = canvas.width / canvas.clientWidth;
    const size = Number(cellPixels) * scale;
    const context = canvas.getContext("2d")!;
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    const words = new Uint32Array(data.buffer);
    const colours: number[] = [];
    for (let row = 0; (row + 1) * size <= height; row++) {
      for (let column = 0; column < Number(columns); column++) {
        const x = Math.floor((column + 0.4) * size);
        colours.push(words[Math.floor((row + 0.4) * size) * width + x]!);
      }
    }
    return { pagesPerCell: Number(pagesPerCell), colours };
  });
}
