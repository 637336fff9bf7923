/**
 * The inside of a page: its bytes in eight rows of 1 KiB, and in them the slots that hold a chunk.
 *
 * I1  A slot that wraps from row to row is drawn in pieces; pieces lie where the bytes lie.
 *
 * Units: …Bytes bytes, pages are 8 KiB; coordinates as the caller has them.
 */
import type { ChunkListing } from "../../http/api-types.ts";
import { type ColourMode, hexOf, type Palette } from "./palette.ts";

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

/** How slots are coloured. */
export class SlotColours {
  private readonly slots: PageSlots;
  private readonly mode: ColourMode;
  private readonly free: string;
  private readonly windows: readonly string[];
  private readonly origins: readonly string[];
  private readonly palette: Palette;
  private readonly classColourAt: (page: number) => string;

  /** `classColourAt` gives the colour of the class of the span that begins at a page. */
  constructor(
    slots: PageSlots,
    mode: ColourMode,
    palette: Palette,
    free: string,
    classColourAt: (page: number) => string,
  ) {
    this.slots = slots;
    this.classColourAt = classColourAt;
    this.mode = mode;
    this.palette = palette;
    this.free = free;
    this.windows = palette.windows(slots.listing.windowStartsMs.length).map(hexOf);
    this.origins = palette.origins.map(hexOf);
  }

  /** Paints the slots of a page over its cell; a page without chunks stays as it is. */
  paintPage(
    context: CanvasRenderingContext2D,
    page: number,
    x: number,
    y: number,
    size: number,
  ): void {
    const slots = this.slots.slotsOf(page);
    if (slots.length === 0) return;
    context.fillStyle = this.free;
    context.fillRect(x, y, size, size);
    for (const slot of slots) {
      const from = Math.max(0, slot.fromBytes - page * PAGE_BYTES);
      const end = Math.min(PAGE_BYTES, slot.endBytes - page * PAGE_BYTES);
      context.fillStyle = this.colourOf(slot.index);
      fillBytes(context, from, end, x, y, size);
    }
  }

  private colourOf(index: number): string {
    const { listing } = this.slots;
    if (this.mode === "origin") return this.origins[listing.origin[index] as number] as string;
    if (this.mode === "window") {
      return this.windows[listing.window[index] as number] ?? (this.windows[0] as string);
    }
    if (this.mode === "class") return this.classColourAt(listing.page[index] as number);
    const part = (listing.bytes[index] as number) / (listing.capacity[index] as number);
    return hexOf(this.palette.occupancy(part));
  }
}

function fillBytes(
  context: CanvasRenderingContext2D,
  from: number,
  end: number,
  x: number,
  y: number,
  size: number,
): void {
  const rowHeight = size / ROWS;
  for (let row = Math.floor(from / ROW_BYTES); row * ROW_BYTES < end; row++) {
    const left = Math.max(0, from - row * ROW_BYTES) / ROW_BYTES;
    const right = Math.min(ROW_BYTES, end - row * ROW_BYTES) / ROW_BYTES;
    const inset = right < 1 || row * ROW_BYTES + ROW_BYTES === end ? 1 : 0;
    const width = Math.max(0.5, (right - left) * size - inset);
    context.fillRect(x + left * size, y + row * rowHeight, width, rowHeight - 0.6);
  }
}
