/**
 * The cells of a span map in colours: one colour word for each run of pagesPerCell pages.
 *
 * I1  At one page a cell, the colour is that of the page's span. With more, occupancy is the mean
 *     over the pages in use, and the other modes show what most of these have, by majority vote;
 *     the part of the cell that is in use shows as how far the colour has left that of idle pages.
 *
 * Units: pages are 8 KiB, counted from address 0.
 */
import type { HeapMapReply } from "../../http/api-types.ts";
import type { ColourMode, Palette } from "./palette.ts";
import type { SpanTable } from "./span-table.ts";

/** Fill of a recorded cell whose slots are all live. */
const FULL = 62;

export interface Cells {
  readonly firstPage: number;
  readonly pagesPerCell: number;
  readonly colours: Uint32Array;
}

/** What the colours of a map mean; made once for a table and a mode. */
export interface Colouring {
  readonly mode: ColourMode;
  readonly palette: Palette;
  /** Size classes in use, smallest first; large objects (0) last. */
  readonly classes: readonly number[];
  readonly windowCount: number;
}

/** Size classes of a table, smallest first; large objects last. */
export function classesIn(table: SpanTable): number[] {
  const seen = new Uint8Array(256);
  for (let span = 0; span < table.count; span++) seen[table.classOf(span)] = 1;
  const classes = [...seen.keys()].filter((sizeClass) => sizeClass > 0 && seen[sizeClass] === 1);
  return seen[0] === 1 ? [...classes, 0] : classes;
}

/** Colours by key: class, window index or origin index. */
function keyColours({ mode, palette, classes, windowCount }: Colouring): Uint32Array {
  const colours = new Uint32Array(256).fill(palette.empty);
  if (mode === "origin") colours.set(palette.origins);
  else if (mode === "window") colours.set(palette.windows(windowCount).slice(0, 256));
  else {
    const ramp = palette.classes(classes.length);
    classes.forEach((sizeClass, i) => {
      colours[sizeClass] = ramp[i] as number;
    });
  }
  return colours;
}

/** What a span is coloured by, 255 for nothing live. */
function keyOf(table: SpanTable, span: number, mode: ColourMode): number {
  if (mode === "class") return table.classOf(span);
  const key = mode === "window" ? table.lastWindowOf(span) : table.mainOriginOf(span);
  return key < 0 ? 255 : key;
}

/** One colour a page. */
function pageColours(table: SpanTable, colouring: Colouring): Uint32Array {
  const { mode, palette } = colouring;
  const colours = new Uint32Array(table.endPage - table.firstPage).fill(palette.idle);
  const byKey = mode === "occupancy" ? null : keyColours(colouring);
  for (let span = 0; span < table.count; span++) {
    const from = table.pageOf(span) - table.firstPage;
    const colour =
      byKey === null
        ? palette.occupancy(table.liveOf(span) / table.slotsOf(span))
        : (byKey[keyOf(table, span, mode)] as number);
    colours.fill(colour, from, from + table.pageCountOf(span));
  }
  return colours;
}

function faded(colour: number, idle: number, part: number): number {
  if (part >= 1) return colour;
  const kept = 0.35 + 0.65 * part;
  const mix = (shift: number) => {
    const from = (idle >>> shift) & 0xff;
    return (from + (((colour >>> shift) & 0xff) - from) * kept) << shift;
  };
  return (0xff000000 | (mix(0) & 0xff) | (mix(8) & 0xff00) | (mix(16) & 0xff0000)) >>> 0;
}

/** The cells of the heap as it is listed. */
export function cellsOf(table: SpanTable, pagesPerCell: number, colouring: Colouring): Cells {
  const { firstPage, endPage } = table;
  if (pagesPerCell === 1) {
    return { firstPage, pagesPerCell, colours: pageColours(table, colouring) };
  }
  const { mode, palette } = colouring;
  const count = Math.ceil((endPage - firstPage) / pagesPerCell);
  const used = new Uint32Array(count);
  const sums = new Float64Array(count);
  const keys = new Uint8Array(count);
  const leads = new Int32Array(count);
  for (let span = 0; span < table.count; span++) {
    const fill = table.liveOf(span) / table.slotsOf(span);
    const key = mode === "occupancy" ? 0 : keyOf(table, span, mode);
    let page = table.pageOf(span) - firstPage;
    for (let left = table.pageCountOf(span); left > 0; ) {
      const cell = Math.floor(page / pagesPerCell);
      const pages = Math.min(left, (cell + 1) * pagesPerCell - page);
      used[cell] = (used[cell] as number) + pages;
      sums[cell] = (sums[cell] as number) + fill * pages;
      vote(keys, leads, cell, key, pages);
      page += pages;
      left -= pages;
    }
  }
  const byKey = mode === "occupancy" ? null : keyColours(colouring);
  const colours = Uint32Array.from(used, (pages, cell) => {
    if (pages === 0) return palette.idle;
    const colour =
      byKey === null
        ? palette.occupancy((sums[cell] as number) / pages)
        : (byKey[keys[cell] as number] as number);
    return faded(colour, palette.idle, pages / pagesPerCell);
  });
  return { firstPage, pagesPerCell, colours };
}

function vote(keys: Uint8Array, leads: Int32Array, cell: number, key: number, pages: number): void {
  const lead = leads[cell] as number;
  if (keys[cell] === key) leads[cell] = lead + pages;
  else if (lead >= pages) leads[cell] = lead - pages;
  else {
    keys[cell] = key;
    leads[cell] = pages - lead;
  }
}

/** The cells of a recorded map. */
export function recordedCells(map: HeapMapReply, colouring: Colouring): Cells {
  const { mode, palette } = colouring;
  const { fill, classes, windows, origins } = map.cells;
  const byKey = mode === "occupancy" ? null : keyColours(colouring);
  const keys = mode === "class" ? classes : mode === "window" ? windows : origins;
  const colours = Uint32Array.from(fill, (level, cell) => {
    if (level === 0) return palette.idle;
    if (byKey === null) return palette.occupancy((level - 1) / (FULL - 1));
    const key = (keys[cell] as number) - 1;
    return byKey[key < 0 ? 255 : key] as number;
  });
  return { firstPage: map.firstPage, pagesPerCell: map.pagesPerCell, colours };
}
