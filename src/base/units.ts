/**
 * Numbers with a meaning: an index, a count and a size are three types.
 *
 * Every brand is a plain number at run time. The few conversions between them live here, and only
 * here (and in column accessors) is a number cast to a brand.
 *
 * Units: HeapAddress is bytes from the start of the simulated address space (a double, may pass
 * 2^32); PageIndex counts 8 KiB pages from address 0; UnixMs is milliseconds since the epoch, may
 * be negative; WindowNumber counts chunk windows from the epoch; the …Ref types are dense indexes.
 */

declare const brand: unique symbol;
/** A number (or other base type) that the compiler keeps apart from its like. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

export type PageIndex = Brand<number, "PageIndex">;
export type SpanRef = Brand<number, "SpanRef">;
export type HeapAddress = Brand<number, "HeapAddress">;
export type ChunkRef = Brand<number, "ChunkRef">;
export type SeriesRef = Brand<number, "SeriesRef">;
export type PairRef = Brand<number, "PairRef">;
export type SymbolRef = Brand<number, "SymbolRef">;
export type UnixMs = Brand<number, "UnixMs">;
export type WindowNumber = Brand<number, "WindowNumber">;

export const PAGE_BYTES = 8192;

/** First byte of a page. */
export function addressOfPage(page: PageIndex): HeapAddress {
  return (page * PAGE_BYTES) as HeapAddress;
}

/** Page that holds the byte at `address`. */
export function pageOfAddress(address: HeapAddress): PageIndex {
  return Math.floor(address / PAGE_BYTES) as PageIndex;
}

/** The chunk window that holds a moment: windows are aligned to the epoch. */
export function windowOfTime(timeMs: number, windowMs: number): WindowNumber {
  return Math.floor(timeMs / windowMs) as WindowNumber;
}

/** First millisecond of a window. */
export function windowStart(window: WindowNumber, windowMs: number): UnixMs {
  return (window * windowMs) as UnixMs;
}
