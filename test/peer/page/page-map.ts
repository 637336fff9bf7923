/**
 * The span map as pixels: what its cells should be by the API, and what they are on the canvas.
 *
 * Units: a colour is a word 0xAABBGGRR; pages are 8 KiB.
 */
import type { Page } from "playwright-core";
import type { HeapMapReply, SpanOriginColumns, SpansReply } from "../../../src/http/api-types.ts";
import { type ColourMode, Palette } from "../../../src/web/heap/palette.ts";
import { PageFacts, sortedClasses } from "../../web/page-facts.ts";
import type { PageService } from "./page-service.ts";

export const MODES: readonly ColourMode[] = ["occupancy", "class", "window", "origin"];
/** Fill of a recorded cell whose slots are all live. */
const FULL = 62;
const ORIGINS: readonly (keyof SpanOriginColumns)[] = ["made", "grown", "restored", "moved"];
const palette = new Palette("light");

/** What the service says of its spans, all of them. */
export async function listedSpans(service: PageService): Promise<SpansReply> {
  const reply = await service.data<SpansReply>("/api/v1/status/heap/spans?limit=10000");
  if (reply.nextPage !== 0) throw new Error("there are more spans than one listing has");
  return reply;
}

/** The naive twin of the map, from a listing. */
export function factsOf({ firstPage, endPage, spans }: SpansReply): PageFacts {
  const columns = {
    ...spans,
    windowOf: (span: number) => {
      const digits = BigInt(`0x${spans.windows[span]}`).toString(2);
      return digits === "0" ? -1 : digits.length - 1;
    },
    originCountOf: (span: number, origin: number) => spans[ORIGINS[origin]!][span]!,
  };
  return new PageFacts(columns, spans.page.length, firstPage, endPage - firstPage);
}

/** How many of the cells on the canvas differ from what the spans are. */
export async function differingCells(
  page: Page,
  reply: SpansReply,
  mode: ColourMode,
): Promise<number> {
  const facts = factsOf(reply);
  const { pagesPerCell, colours } = await drawnCells(page);
  const windowCount = reply.windowStartsMs.length;
  let differing = 0;
  for (let from = 0; from < facts.fill.length; from += pagesPerCell) {
    const may = facts.coloursOf(mode, palette, windowCount, from, from + pagesPerCell);
    if (!may.includes(colours[from / pagesPerCell]!)) differing++;
  }
  return differing;
}

/** Colours of the cells of a recorded map. */
export function recordedCells({ cells, windowStartsMs }: HeapMapReply, mode: ColourMode): number[] {
  const classes = sortedClasses(cells.classes.filter((key) => key > 0).map((key) => key - 1));
  const byClass = palette.classes(classes.length);
  const byWindow = palette.windows(windowStartsMs.length);
  return cells.fill.map((level, i) => {
    if (level === 0) return palette.idle;
    if (mode === "occupancy") return palette.occupancy((level - 1) / (FULL - 1));
    if (mode === "class") return byClass[classes.indexOf(cells.classes[i]! - 1)]!;
    const colours = mode === "window" ? byWindow : palette.origins;
    const keys = mode === "window" ? cells.windows : cells.origins;
    return colours[keys[i]! - 1] ?? palette.emptyAmongKinds;
  });
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
