/**
 * A span listing as bytes: docs/format/spans.md.
 *
 * Units: offsets and sizes are bytes.
 */
import type { SpanListing } from "../engine/heap-status-spans.ts";

const MAGIC = "SPDLSPAN";
const VERSION = 2;

/** Field offsets of the header. */
const VERSION_AT = 8;
const RECORD_SIZE_AT = 10;
const WINDOW_COUNT_AT = 12;
const SPAN_COUNT_AT = 16;
const NEXT_PAGE_AT = 20;
const FIRST_PAGE_AT = 24;
const END_PAGE_AT = 28;
const HEADER_SIZE = 32;
const WINDOW_SIZE = 8;

/** Field offsets of a record. */
const PAGE = 0;
const PAGE_COUNT = 4;
const CLASS = 8;
const FLAGS = 9;
const SLOTS = 10;
const USED = 12;
const LIVE = 14;
const WINDOWS_LOW = 16;
const WINDOWS_HIGH = 20;
const ORIGINS = 24;
const ORIGIN_COUNT = 4;
const RECORD_SIZE = 32;

/** Encodes a listing. */
export function encodeSpans(listing: SpanListing): Uint8Array {
  const { count, windowStartsMs } = listing;
  const recordsAt = HEADER_SIZE + windowStartsMs.length * WINDOW_SIZE;
  const bytes = new Uint8Array(recordsAt + count * RECORD_SIZE);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint16(VERSION_AT, VERSION, true);
  view.setUint16(RECORD_SIZE_AT, RECORD_SIZE, true);
  view.setUint32(WINDOW_COUNT_AT, windowStartsMs.length, true);
  view.setUint32(SPAN_COUNT_AT, count, true);
  view.setUint32(NEXT_PAGE_AT, listing.nextPage, true);
  view.setUint32(FIRST_PAGE_AT, listing.firstPage, true);
  view.setUint32(END_PAGE_AT, listing.endPage, true);
  windowStartsMs.forEach((startMs, i) => {
    view.setFloat64(HEADER_SIZE + i * WINDOW_SIZE, startMs, true);
  });
  for (let i = 0; i < count; i++) putRecord(view, recordsAt + i * RECORD_SIZE, listing, i);
  return bytes;
}

function putRecord(view: DataView, at: number, listing: SpanListing, i: number): void {
  view.setUint32(at + PAGE, listing.pages[i] as number, true);
  view.setUint32(at + PAGE_COUNT, listing.pageCounts[i] as number, true);
  view.setUint8(at + CLASS, listing.classes[i] as number);
  view.setUint8(at + FLAGS, listing.flags[i] as number);
  view.setUint16(at + SLOTS, listing.slots[i] as number, true);
  view.setUint16(at + USED, listing.used[i] as number, true);
  view.setUint16(at + LIVE, listing.live[i] as number, true);
  view.setUint32(at + WINDOWS_LOW, listing.windowsLow[i] as number, true);
  view.setUint32(at + WINDOWS_HIGH, listing.windowsHigh[i] as number, true);
  for (let origin = 0; origin < ORIGIN_COUNT; origin++) {
    const count = listing.origins[i * ORIGIN_COUNT + origin] as number;
    view.setUint16(at + ORIGINS + 2 * origin, count, true);
  }
}
