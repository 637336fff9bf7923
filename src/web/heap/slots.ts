/**
 * The inside of a page: its bytes in eight rows of 1 KiB, and in them the slots that hold a chunk.
 *
 * I1  A slot that wraps from row to row is drawn in pieces; pieces lie where the bytes lie.
 * I2  Nothing is painted outside of a page's square and the raster.
 *
 * Units: …Bytes bytes, pages are 8 KiB; coordinates are the raster's pixels.
 */
import type { ChunkListing } from "../../http/api-types.ts";
import type { ColourMode, Palette } from "./palette.ts";

const PAGE_BYTES = 8192;
const ROWS = 8;
const ROW_BYTES = PAGE_BYTES / ROWS;

/** A slot with a chunk: where its bytes begin and end in the heap, and what it is. */
export interface FilledSlot {
  readonly fromBytes: number;
  readonly endBytes: number;
  readonly index: number;
}

/** The chunks of some pages, by page. */
export class PageSlots {
  readonly listing: ChunkListing;
  private readonly byPage = new Map<number, FilledSlot[]>();

  /** `slotBytesAt` gives the slot size of the span that begins at a page. */
  constructor(listing: ChunkListing, slotBytesAt: (page: number) => number) {
    this.listing = listing;
    for (let index = 0; index < listing.chunk.length; index++) {
      const page = listing.page[index] as number;
      const slotBytes = slotBytesAt(page);
      const fromBytes = page * PAGE_BYTES + (listing.slot[index] as number) * slotBytes;
      const slot = { fromBytes, endBytes: fromBytes + slotBytes, index };
      const last = Math.floor((slot.endBytes - 1) / PAGE_BYTES);
      for (let at = Math.floor(fromBytes / PAGE_BYTES); at <= last; at++) {
        const slots = this.byPage.get(at);
        if (slots) slots.push(slot);
        else this.byPage.set(at, [slot]);
      }
    }
  }

  slotsOf(page: number): readonly FilledSlot[] {
    return this.byPage.get(page) ?? [];
  }

  /** The slot at a byte of a page, undefined where none holds a chunk. */
  slotAt(page: number, byte: number): FilledSlot | undefined {
    const at = page * PAGE_BYTES + byte;
    return this.slotsOf(page).find(({ fromBytes, endBytes }) => at >= fromBytes && at < endBytes);
  }
}

/** The byte of a page under a point of its cell, both coordinates parts from 0 to 1. */
export function byteAt(x: number, y: number): number {
  const row = Math.min(ROWS - 1, Math.floor(y * ROWS));
  return row * ROW_BYTES + Math.min(ROW_BYTES - 1, Math.floor(x * ROW_BYTES));
}

/** The picture that is painted on: colour words, line by line. */
export interface Raster {
  readonly words: Uint32Array;
  readonly width: number;
  readonly height: number;
}

/** The square of a page's cell on a raster, its end not included. */
export interface CellSquare {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Rows of this many pixels have a gap below them. */
const GAP_FROM = 5;

/** The colour words of all chunks of a listing, by index. */
function chunkColours(
  listing: ChunkListing,
  mode: ColourMode,
  palette: Palette,
  classColourAt: (page: number) => number,
): Uint32Array {
  const windows = palette.windows(listing.windowStartsMs.length);
  return Uint32Array.from(listing.chunk, (_, index) => {
    if (mode === "origin") return palette.origins[listing.origin[index] as number] as number;
    if (mode === "window") {
      return windows[listing.window[index] as number] ?? (windows[0] as number);
    }
    if (mode === "class") return classColourAt(listing.page[index] as number);
    const part = (listing.bytes[index] as number) / (listing.capacity[index] as number);
    return palette.occupancy(part);
  });
}

/** Slots in colours, painted as pixels: a frame that is panned makes no object and no string. */
export class SlotColours {
  private readonly slots: PageSlots;
  private readonly free: number;
  private readonly colours: Uint32Array;

  /** `classColourAt` gives the colour of the class of the span that begins at a page. */
  constructor(
    slots: PageSlots,
    mode: ColourMode,
    palette: Palette,
    free: number,
    classColourAt: (page: number) => number,
  ) {
    this.slots = slots;
    this.free = free;
    this.colours = chunkColours(slots.listing, mode, palette, classColourAt);
  }

  /** Paints the slots of a page over its cell; a page without chunks stays as it is. */
  paintPage(raster: Raster, page: number, square: CellSquare): void {
    const slots = this.slots.slotsOf(page);
    if (slots.length === 0) return;
    const size = square.bottom - square.top;
    for (let row = 0; row < ROWS; row++) {
      const top = square.top + Math.round((row * size) / ROWS);
      const end = square.top + Math.round(((row + 1) * size) / ROWS);
      const bottom = end - top >= GAP_FROM ? end - 1 : end;
      const from = Math.max(0, top);
      if (from < Math.min(bottom, raster.height)) {
        this.paintRow(raster, slots, page * PAGE_BYTES + row * ROW_BYTES, from, square);
        copyLine(raster, from, Math.min(bottom, raster.height), square);
      }
      this.paintGap(raster, bottom, end, square);
    }
  }

  /** One line of pixels of the KiB that begins at a byte of the heap. */
  private paintRow(
    { words, width }: Raster,
    slots: readonly FilledSlot[],
    rowBytes: number,
    line: number,
    { left, right }: CellSquare,
  ): void {
    const start = line * width + left;
    const pixels = right - left;
    words.fill(this.free, start, start + pixels);
    for (const { fromBytes, endBytes, index } of slots) {
      const from = Math.max(0, fromBytes - rowBytes);
      const end = Math.min(ROW_BYTES, endBytes - rowBytes);
      if (from >= end) continue;
      const first = Math.round((from * pixels) / ROW_BYTES);
      const behind = Math.round((end * pixels) / ROW_BYTES);
      // A slot that ends here leaves a pixel to the next one.
      const kept = endBytes - rowBytes <= ROW_BYTES && behind - first > 1 ? behind - 1 : behind;
      words.fill(this.colours[index] as number, start + first, start + kept);
    }
  }

  private paintGap(raster: Raster, from: number, end: number, { left, right }: CellSquare): void {
    const { words, width, height } = raster;
    for (let line = Math.max(0, from); line < Math.min(end, height); line++) {
      words.fill(this.free, line * width + left, line * width + right);
    }
  }
}

/** Copies the pixels of a line to those below it, up to `bottom`. */
function copyLine(
  { words, width }: Raster,
  line: number,
  bottom: number,
  { left, right }: CellSquare,
): void {
  const start = line * width;
  for (let below = line + 1; below < bottom; below++) {
    words.copyWithin(below * width + left, start + left, start + right);
  }
}
