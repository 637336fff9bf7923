/**
 * The cells of a span map in colours: one colour word for each run of pagesPerCell pages.
 *
 * I1  At one page a cell, the colour is that of the page's span. With more, occupancy is the mean
 *     over the pages in use, and the other modes show what most of these have; the part of the
 *     cell that is in use shows as how far the colour has left that of idle pages.
 *
 * Units: pages are 8 KiB, counted from address 0.
 */
import type { HeapMapReply } from "../../http/api-types.ts";
import { type CellSum, NO_KEY } from "./cell-sum.ts";
import type { ColourMode, Palette } from "./palette.ts";

/** Fill of a recorded cell whose slots are all live. */
const FULL = 62;
const KEY_COUNT = 256;

export interface Cells {
  readonly firstPage: number;
  readonly pagesPerCell: number;
  /** A word a cell, 0 for a cell that was not made yet. */
  readonly colours: Uint32Array;
}

/** What the colours of a map mean; made once for a mode. */
export interface Colouring {
  readonly mode: ColourMode;
  readonly palette: Palette;
  /** Size classes in use, smallest first; large objects (0) last. */
  readonly classes: readonly number[];
  readonly windowCount: number;
  /** Colours by key: class, window index or origin index; none by occupancy. */
  readonly byKey: Uint32Array | null;
}

/** The colouring of a mode. */
export function colouringOf(
  mode: ColourMode,
  palette: Palette,
  classes: readonly number[],
  windowCount: number,
): Colouring {
  const byKey = mode === "occupancy" ? null : keyColours(mode, palette, classes, windowCount);
  return { mode, palette, classes, windowCount, byKey };
}

function keyColours(
  mode: ColourMode,
  palette: Palette,
  classes: readonly number[],
  windowCount: number,
): Uint32Array {
  const colours = new Uint32Array(KEY_COUNT).fill(palette.emptyAmongKinds);
  if (mode === "origin") colours.set(palette.origins);
  else if (mode === "window") colours.set(palette.windows(windowCount).slice(0, NO_KEY));
  else {
    const ramp = palette.classes(classes.length);
    classes.forEach((sizeClass, i) => {
      colours[sizeClass] = ramp[i] as number;
    });
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

/** Of a cell of several pages, by what is on them. */
export function cellColour(sum: CellSum, pagesPerCell: number, colouring: Colouring): number {
  const { palette, byKey } = colouring;
  if (sum.usedPages === 0) return palette.idle;
  const colour =
    byKey === null
      ? palette.occupancy(sum.fillPages / sum.usedPages)
      : (byKey[sum.mainKey] as number);
  return faded(colour, palette.idle, sum.usedPages / pagesPerCell);
}

/** Size classes on a recorded map, smallest first; large objects (0) last. */
export function recordedClasses({ cells }: HeapMapReply): number[] {
  const found = new Set(cells.classes.filter((key) => key > 0).map((key) => key - 1));
  return [...found].toSorted((a, b) => (a || KEY_COUNT) - (b || KEY_COUNT));
}

/** The cells of a recorded map. */
export function recordedCells(map: HeapMapReply, { mode, palette, byKey }: Colouring): Cells {
  const { fill, classes, windows, origins } = map.cells;
  const keys = mode === "class" ? classes : mode === "window" ? windows : origins;
  const colours = Uint32Array.from(fill, (level, cell) => {
    if (level === 0) return palette.idle;
    if (byKey === null) return palette.occupancy((level - 1) / (FULL - 1));
    const key = (keys[cell] as number) - 1;
    return byKey[key < 0 ? NO_KEY : key] as number;
  });
  return { firstPage: map.firstPage, pagesPerCell: map.pagesPerCell, colours };
}
