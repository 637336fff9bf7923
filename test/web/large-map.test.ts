/**
 * The span map of a heap of 10 GiB, of more than 700,000 spans: read, laid out and added up by the
 * page's own code, against a twin that counts page by page.
 */
import { beforeAll, describe, expect, it, vi } from "vitest";
import { SyntheticHeap, TEN_GIB_PAGES } from "../../bench/page/synthetic-heap.ts";
import { Prng } from "../../src/base/prng.ts";
import { CellGrid } from "../../src/web/heap/cell-grid.ts";
import { CellSum } from "../../src/web/heap/cell-sum.ts";
import { colouringOf } from "../../src/web/heap/cells.ts";
import { MapCells, TILES_PER_FRAME } from "../../src/web/heap/map-cells.ts";
import { LEVELS, MapLayout, STRIP_CELLS, stripFrame } from "../../src/web/heap/map-layout.ts";
import { Palette } from "../../src/web/heap/palette.ts";
import { SpanListing } from "../../src/web/heap/span-listing.ts";
import { PORTION_SPANS, type SpanTable } from "../../src/web/heap/span-table.ts";
import { PageFacts } from "./page-facts.ts";

const MODES = ["occupancy", "class", "window", "origin"] as const;
const SIZES = [
  ["phone", 318, 523],
  ["tablet", 702, 880],
  ["wide", 880, 740],
  ["very wide", 2000, 1200],
] as const;
const CELL_PIXELS_MIN = 5;
const CELL_PAGES = [...new Set(LEVELS.map(({ pagesPerCell }) => pagesPerCell))];
const palette = new Palette("light");
const heap = new SyntheticHeap();
const pageCount = heap.endPage - heap.firstPage;
let requests = 0;
let table: SpanTable;
let facts: PageFacts;

/** Answers the page's requests for spans. */
function serve(url: string): Promise<Response> {
  requests++;
  const bytes = heap.reply(new URLSearchParams(url.split("?")[1]));
  return Promise.resolve(new Response(new Uint8Array(bytes)));
}

function layoutOf(width: number, height: number): MapLayout {
  const layout = new MapLayout();
  Object.assign(layout, { width, height, firstPage: heap.firstPage, pageCount });
  layout.level = layout.fitLevel;
  return layout;
}

/** The naive twin of the spans. */
function countedOut(): PageFacts {
  const { columns, count, firstPage } = heap;
  const spans = {
    page: columns.pages,
    pages: columns.pageCounts,
    ...{ class: columns.classes, slots: columns.slots, live: columns.live },
    windowOf: (span: number) => columns.windowsLow[span]!.toString(2).replace(/^0$/, "").length - 1,
    originCountOf: (span: number, origin: number) => columns.origins[4 * span + origin]!,
  };
  return new PageFacts(spans, count, firstPage, pageCount);
}

beforeAll(async () => {
  vi.stubGlobal("fetch", serve);
  vi.stubGlobal("sessionStorage", { getItem: () => null });
  const listing = new SpanListing();
  while (!listing.isWhole) await listing.step(null);
  table = listing.table!;
  facts = countedOut();
});

describe("the span map of a 10 GiB heap", () => {
  it("has all its spans, read in portions", () => {
    expect(pageCount).toBe(TEN_GIB_PAGES);
    expect(table.count).toBe(heap.count);
    expect(table.count).toBeGreaterThan(700_000);
    expect(requests).toBe(Math.ceil(heap.count / PORTION_SPANS));
    expect(table.classes).toEqual(facts.classes);
  });

  it.each(SIZES)("fits a %s screen, in cells that can be seen", (_name, width, height) => {
    const layout = layoutOf(width, height);
    const { cellPixels } = layout.zoom;
    expect(cellPixels).toBeGreaterThanOrEqual(CELL_PIXELS_MIN);
    expect(layout.isWhole).toBe(true);
    expect(layout.rows * cellPixels).toBeLessThanOrEqual(height);
    expect(layout.rows * cellPixels).toBeGreaterThan(0.6 * height);
    expect(layout.visiblePages).toEqual([heap.firstPage, heap.endPage]);
  });

  it.each(CELL_PAGES)("adds up to all pages, each once, at %i pages a cell", (pagesPerCell) => {
    const sum = new CellSum();
    const wrong: number[] = [];
    let used = 0;
    let span = 0;
    for (let page = heap.firstPage; page < heap.endPage; page += pagesPerCell) {
      span = sum.take(table, "occupancy", span, page, page + pagesPerCell);
      const from = page - heap.firstPage;
      const expected = facts.sumOf(from, from + pagesPerCell);
      const isFill = Math.abs(sum.fillPages - expected.fill) < 1e-6;
      if (sum.usedPages !== expected.used || !isFill) wrong.push(page);
      used += sum.usedPages;
    }
    expect(wrong).toEqual([]);
    expect(used).toBe(heap.columns.pageCounts.reduce((all, pages) => all + pages, 0));
  });

  it.each(MODES)("has the colours of its pages at every zoom, by %s", (mode) => {
    const windowCount = heap.windowStartsMs.length;
    const colouring = colouringOf(mode, palette, table.classes, windowCount);
    for (const pagesPerCell of CELL_PAGES) {
      const grid = new CellGrid(heap.firstPage, pagesPerCell);
      grid.setPageCount(pageCount);
      grid.make(table, colouring, heap.firstPage, heap.endPage, Number.POSITIVE_INFINITY);
      const step = pagesPerCell < 64 ? 61 : 1;
      const wrong: number[] = [];
      for (let cell = 0; cell < grid.colours.length; cell += step) {
        const from = cell * pagesPerCell;
        const may = facts.coloursOf(mode, palette, windowCount, from, from + pagesPerCell);
        if (!may.includes(grid.colours[cell]!)) wrong.push(cell);
      }
      expect([pagesPerCell, wrong]).toEqual([pagesPerCell, []]);
    }
  });

  it.each(SIZES)("comes to any single page by zooming in on it: %s", (_name, width, height) => {
    const random = new Prng(2);
    const pages = [0, pageCount - 1, ...Array.from({ length: 200 }, () => random.below(pageCount))];
    for (const page of pages.map((at) => heap.firstPage + at)) {
      const layout = layoutOf(width, height);
      while (layout.level < LEVELS.length - 1) {
        layout.zoomTo(layout.level + 1, page, layout.cornerOf(page)[1]);
        layout.reveal(page);
        const [x, y] = layout.cornerOf(page);
        const found = layout.pageAt(x + 1, Math.max(0, y) + 1)!;
        const cellOf = (at: number) => Math.floor((at - heap.firstPage) / layout.zoom.pagesPerCell);
        expect(cellOf(found)).toBe(cellOf(page));
      }
      const [x, y] = layout.cornerOf(page);
      expect([y >= 0, y < height]).toEqual([true, true]);
      expect(layout.pageAt(x + 1, y + 1)).toBe(page);
    }
  });

  it("has all of it in the strip, and the frame in the strip at every zoom", () => {
    const cells = new MapCells();
    cells.setTable(table, 0, Number.POSITIVE_INFINITY);
    cells.setColouring(colouringOf("occupancy", palette, table.classes, 8));
    const { strip } = cells.frame(1, heap.firstPage, heap.firstPage + 1)!;
    expect(strip.colours.length).toBeLessThanOrEqual(STRIP_CELLS);
    expect(strip.colours.length * strip.pagesPerCell).toBeGreaterThanOrEqual(pageCount);
    expect((strip.colours.length - 1) * strip.pagesPerCell).toBeLessThan(pageCount);
    const layout = layoutOf(880, 740);
    expect(stripFrame(layout)).toEqual({ top: 0, height: 740 });
    for (layout.level++; layout.level < LEVELS.length; layout.level++) {
      layout.scrollTo(0);
      expect(stripFrame(layout).top).toBe(0);
      layout.scrollTo(Number.POSITIVE_INFINITY);
      const { top, height } = stripFrame(layout);
      expect(height).toBeGreaterThanOrEqual(6);
      expect(top + height).toBeCloseTo(740);
    }
  });

  it("is made in frames of bounded work, and meanwhile shows what is known of it", () => {
    const cells = new MapCells();
    cells.setTable(table, 0, Number.POSITIVE_INFINITY);
    cells.setColouring(colouringOf("occupancy", palette, table.classes, 8));
    const { level } = layoutOf(880, 740);
    const { pagesPerCell } = LEVELS[level]!;
    const all = [heap.firstPage, heap.endPage] as const;
    let frames = 1;
    while (!cells.frame(pagesPerCell, ...all)!.isWhole) frames++;
    expect(frames).toBeGreaterThan(10);
    expect(frames).toBeLessThan(100);
    const next = cells.frame(pagesPerCell / 2, ...all)!;
    expect(next.isWhole).toBe(false);
    const made = next.cells.colours.filter((colour) => colour !== 0).length;
    expect(made).toBe((TILES_PER_FRAME * 2048) / (pagesPerCell / 2));
    expect(next.strip.colours.every((colour) => colour !== 0)).toBe(true);
  });
});
