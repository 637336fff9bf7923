/**
 * Spans: runs of pages cut into slots of one size, as 64-byte records in one shared buffer.
 *
 * I1  A span in use owns its pages alone; `spanAt` names it for each of them. Ref 0 is no span.
 * I2  Allocated bits are those of the last sweep; a slot is free when its index is at least
 *     freeIndex and its bit is 0. Allocation takes the lowest and sets freeIndex past it, so the
 *     bits themselves change only at a sweep.
 * I3  Live bits are the slots that something references now; sweeping copies them to the allocated.
 * I4  allocCount is the slots taken, dead ones included; countedAllocs of them are in the class'
 *     malloc counter.
 *
 * Record (16 words): page, page count, links, cycle of the last sweep, place of the bits, tiny
 * counts, serial; then 16-bit class, slot count, freeIndex, allocCount, countedAllocs, queue; then
 * the bits of up to 64 slots as pairs (allocated word, live word), so that an allocation, a drop
 * and a sweep touch one cache line. Spans of more slots (below 128 bytes) keep their pairs in two
 * adjacent cells of the same buffer.
 *
 * Units: pages are 8 KiB; sizes are bytes.
 */
import { assert } from "../base/assert.ts";
import { PAGE_BYTES, type PageIndex, type SpanRef } from "../base/units.ts";
import { GrowingBuffer } from "./growing-buffer.ts";
import { bitCount, lowestBit } from "./page-bits.ts";

export const NO_SPAN = 0 as SpanRef;
/** Most slots of a span: 16-byte slots in one page. */
export const SLOT_COUNT_MAX = 512;

const CELL_WORDS = 16;
const CELL_BYTES = CELL_WORDS * 4;
/** Words: refs << 4 is the record's first one. */
const PAGE = 0;
const PAGE_COUNT = 1;
const NEXT = 2;
const PREVIOUS = 3;
const CYCLE = 4;
const BITS = 5;
const TINY_COUNTS = 6;
const SERIAL = 7;
const INLINE_BITS = 12;
/** Halves: refs << 5 is the record's first one. */
const CLASS = 16;
const SLOT_COUNT = 17;
const FREE_INDEX = 18;
const ALLOC_COUNT = 19;
const COUNTED_ALLOCS = 20;
const QUEUE = 21;

const INLINE_SLOTS = 64;
const WIDE_CELLS = 2;
/** A longer span's pages are mapped by fill(), whose call costs as much as these. */
const LOOP_PAGES_MAX = 32;

assert(INLINE_BITS + (INLINE_SLOTS / 32) * 2 === CELL_WORDS, "inline bits end the record");
assert((WIDE_CELLS * CELL_WORDS * 32) / 2 === SLOT_COUNT_MAX, "wide bits hold every slot");

export class SpanTable {
  private words: Uint32Array = new Uint32Array(0);
  private halves: Uint16Array = new Uint16Array(0);
  private spanByPage: Uint32Array = new Uint32Array(0);
  private cellBuffer = new GrowingBuffer();
  private pageBuffer = new GrowingBuffer();
  /** Cells ever handed out; cell 0 is nobody's. */
  private cellCount = 1;
  private freeCell = 0;
  private freeWide = 0;
  private inUse = 0;
  private serial = 0;

  constructor() {
    this.reserveCells(1);
    this.reservePages(1);
  }

  /** Spans in use. */
  get inUseCount(): number {
    return this.inUse;
  }

  /** Spans ever made. */
  get madeCount(): number {
    return this.serial;
  }

  pageOf(span: SpanRef): PageIndex {
    return this.words[(span << 4) + PAGE]! as PageIndex;
  }

  pageCountOf(span: SpanRef): number {
    return this.words[(span << 4) + PAGE_COUNT]!;
  }

  classOf(span: SpanRef): number {
    return this.halves[(span << 5) + CLASS]!;
  }

  slotCountOf(span: SpanRef): number {
    return this.halves[(span << 5) + SLOT_COUNT]!;
  }

  freeIndexOf(span: SpanRef): number {
    return this.halves[(span << 5) + FREE_INDEX]!;
  }

  allocCountOf(span: SpanRef): number {
    return this.halves[(span << 5) + ALLOC_COUNT]!;
  }

  countedAllocsOf(span: SpanRef): number {
    return this.halves[(span << 5) + COUNTED_ALLOCS]!;
  }

  /** Notes that all slots taken so far are in the class' malloc counter. */
  setCounted(span: SpanRef): void {
    this.halves[(span << 5) + COUNTED_ALLOCS] = this.halves[(span << 5) + ALLOC_COUNT]!;
  }

  /** Number of the span in the order in which spans were made, from 1. */
  serialOf(span: SpanRef): number {
    return this.words[(span << 4) + SERIAL]!;
  }

  /** The cycle in which the span was made or last swept. */
  sweptCycleOf(span: SpanRef): number {
    return this.words[(span << 4) + CYCLE]!;
  }

  /** Place of the reference counts of a span of tiny blocks; see tiny-blocks.ts. */
  tinyCountsOf(span: SpanRef): number {
    return this.words[(span << 4) + TINY_COUNTS]!;
  }

  setTinyCounts(span: SpanRef, place: number): void {
    this.words[(span << 4) + TINY_COUNTS] = place;
  }

  nextOf(span: SpanRef): SpanRef {
    return this.words[(span << 4) + NEXT]! as SpanRef;
  }

  previousOf(span: SpanRef): SpanRef {
    return this.words[(span << 4) + PREVIOUS]! as SpanRef;
  }

  setNext(span: SpanRef, next: SpanRef): void {
    this.words[(span << 4) + NEXT] = next;
  }

  setPrevious(span: SpanRef, previous: SpanRef): void {
    this.words[(span << 4) + PREVIOUS] = previous;
  }

  /** The queue that the span waits in, as span-queues.ts numbers them; 0 is none. */
  queueOf(span: SpanRef): number {
    return this.halves[(span << 5) + QUEUE]!;
  }

  setQueue(span: SpanRef, queue: number): void {
    this.halves[(span << 5) + QUEUE] = queue;
  }

  isFull(span: SpanRef): boolean {
    const half = span << 5;
    return this.halves[half + ALLOC_COUNT] === this.halves[half + SLOT_COUNT];
  }

  /** The span that holds a page, or NO_SPAN. */
  spanAt(page: PageIndex): SpanRef {
    return (page < this.spanByPage.length ? this.spanByPage[page]! : NO_SPAN) as SpanRef;
  }

  /** The span with the lowest first page in [page, endPage), or NO_SPAN: walks in address order. */
  spanFrom(page: PageIndex, endPage: PageIndex): SpanRef {
    const end = Math.min(endPage, this.spanByPage.length);
    for (let p = page as number; p < end; p++) {
      const span = this.spanByPage[p]! as SpanRef;
      if (span !== NO_SPAN && this.pageOf(span) === p) return span;
    }
    return NO_SPAN;
  }

  /** First page after the span's. */
  endPageOf(span: SpanRef): PageIndex {
    const word = span << 4;
    return (this.words[word + PAGE]! + this.words[word + PAGE_COUNT]!) as PageIndex;
  }

  /** Makes a span of free slots over pages that the caller has taken, as if swept in `cycle`. */
  create(
    page: PageIndex,
    pageCount: number,
    sizeClass: number,
    slotCount: number,
    cycle: number,
  ): SpanRef {
    assert(slotCount >= 1 && slotCount <= SLOT_COUNT_MAX, "span has an impossible slot count");
    const span = this.takeCell() as SpanRef;
    const bits = slotCount <= INLINE_SLOTS ? (span << 4) + INLINE_BITS : this.takeWide() << 4;
    const word = span << 4;
    // A loop: a call of fill() costs more than sixteen words.
    for (let at = word; at < word + CELL_WORDS; at++) this.words[at] = 0;
    this.words[word + PAGE] = page;
    this.words[word + PAGE_COUNT] = pageCount;
    this.words[word + CYCLE] = cycle;
    this.words[word + BITS] = bits;
    this.words[word + SERIAL] = ++this.serial;
    this.halves[(span << 5) + CLASS] = sizeClass;
    this.halves[(span << 5) + SLOT_COUNT] = slotCount;
    this.inUse++;
    this.mapPages(page, pageCount, span);
    return span;
  }

  /** Ends a span that is in no queue: its pages are the caller's again. */
  retire(span: SpanRef): void {
    assert(this.queueOf(span) === 0, "a retired span is in no queue");
    assert(this.spanAt(this.pageOf(span)) === span, "span is not in use");
    this.mapPages(this.pageOf(span), this.pageCountOf(span), NO_SPAN);
    this.inUse--;
    if (this.slotCountOf(span) > INLINE_SLOTS) this.giveWide(this.words[(span << 4) + BITS]! >>> 4);
    this.words[(span << 4) + NEXT] = this.freeCell;
    this.freeCell = span;
  }

  /** Takes the lowest free slot, live at once. The span must not be full. */
  takeSlot(span: SpanRef): number {
    const words = this.words;
    const halves = this.halves;
    const half = span << 5;
    const bits = words[(span << 4) + BITS]!;
    const from = halves[half + FREE_INDEX]!;
    let at = bits + ((from >>> 5) << 1);
    let free = ~words[at]! & (-1 << (from & 31));
    while (free === 0) {
      at += 2;
      free = ~words[at]!;
    }
    const slot = ((at - bits) << 4) + lowestBit(free);
    assert(slot < halves[half + SLOT_COUNT]!, "span has no free slot");
    words[at + 1] = words[at + 1]! | (free & -free);
    halves[half + FREE_INDEX] = slot + 1;
    halves[half + ALLOC_COUNT] = halves[half + ALLOC_COUNT]! + 1;
    return slot;
  }

  isLive(span: SpanRef, slot: number): boolean {
    return ((this.liveWordOf(span, slot >>> 5) >>> (slot & 31)) & 1) === 1;
  }

  /** Whether the slot holds an object, live or dead and not yet swept. */
  isAllocated(span: SpanRef, slot: number): boolean {
    return ((this.allocatedWordOf(span, slot >>> 5) >>> (slot & 31)) & 1) === 1;
  }

  /** Bits of slots [32 * word, 32 * word + 32) that something references. */
  liveWordOf(span: SpanRef, word: number): number {
    return this.words[this.words[(span << 4) + BITS]! + 2 * word + 1]!;
  }

  /** Bits of slots [32 * word, 32 * word + 32) that hold an object, dead ones included. */
  allocatedWordOf(span: SpanRef, word: number): number {
    const swept = this.words[this.words[(span << 4) + BITS]! + 2 * word]!;
    const below = this.freeIndexOf(span) - 32 * word;
    if (below <= 0) return swept;
    return (swept | (below >= 32 ? -1 : (1 << below) - 1)) >>> 0;
  }

  setLive(span: SpanRef, slot: number): void {
    const at = this.words[(span << 4) + BITS]! + ((slot >>> 5) << 1) + 1;
    this.words[at] = this.words[at]! | (1 << (slot & 31));
  }

  clearLive(span: SpanRef, slot: number): void {
    const at = this.words[(span << 4) + BITS]! + ((slot >>> 5) << 1) + 1;
    const bit = 1 << (slot & 31);
    const live = this.words[at]!;
    assert((live & bit) !== 0, "dropped object is not live");
    this.words[at] = live & ~bit;
  }

  /** Number of live slots. */
  liveCountOf(span: SpanRef): number {
    const bits = this.words[(span << 4) + BITS]!;
    const end = bits + (((this.slotCountOf(span) + 31) >>> 5) << 1);
    let live = 0;
    for (let at = bits + 1; at < end; at += 2) live += bitCount(this.words[at]!);
    return live;
  }

  /** Sweeps: the live slots become the allocated ones. Returns how many stay; notes the cycle. */
  sweep(span: SpanRef, cycle: number): number {
    const words = this.words;
    const half = span << 5;
    const bits = words[(span << 4) + BITS]!;
    const end = bits + (((this.halves[half + SLOT_COUNT]! + 31) >>> 5) << 1);
    words[(span << 4) + CYCLE] = cycle;
    if (this.halves[half + FREE_INDEX] === 0 && this.isUnchanged(bits, end)) {
      return this.halves[half + ALLOC_COUNT]!;
    }
    let live = 0;
    for (let at = bits; at < end; at += 2) {
      const word = words[at + 1]!;
      words[at] = word;
      live += bitCount(word);
    }
    this.halves[half + FREE_INDEX] = 0;
    this.halves[half + ALLOC_COUNT] = live;
    this.halves[half + COUNTED_ALLOCS] = live;
    return live;
  }

  /** Becomes equal to another table, in buffers of its own. */
  copyFrom(other: SpanTable): void {
    this.cellBuffer = other.cellBuffer.clone();
    this.pageBuffer = other.pageBuffer.clone();
    this.cellCount = other.cellCount;
    this.freeCell = other.freeCell;
    this.freeWide = other.freeWide;
    this.inUse = other.inUse;
    this.serial = other.serial;
    this.renewViews();
  }

  /** Nothing was allocated (freeIndex is 0) nor dropped since the last sweep. */
  private isUnchanged(bits: number, end: number): boolean {
    const words = this.words;
    for (let at = bits; at < end; at += 2) if (words[at] !== words[at + 1]) return false;
    return true;
  }

  private mapPages(page: PageIndex, pageCount: number, span: SpanRef): void {
    this.reservePages(page + pageCount);
    const { spanByPage } = this;
    if (pageCount > LOOP_PAGES_MAX) spanByPage.fill(span, page, page + pageCount);
    else for (let at = page as number; at < page + pageCount; at++) spanByPage[at] = span;
  }

  private takeCell(): number {
    const cell = this.freeCell;
    if (cell === 0) return this.extend(1);
    this.freeCell = this.words[(cell << 4) + NEXT]!;
    return cell;
  }

  /** Two adjacent cells of zero bits. */
  private takeWide(): number {
    const cell = this.freeWide;
    if (cell === 0) return this.extend(WIDE_CELLS);
    this.freeWide = this.words[cell << 4]!;
    this.words.fill(0, cell << 4, (cell + WIDE_CELLS) << 4);
    return cell;
  }

  private giveWide(cell: number): void {
    this.words[cell << 4] = this.freeWide;
    this.freeWide = cell;
  }

  private extend(count: number): number {
    const cell = this.cellCount;
    this.cellCount += count;
    this.reserveCells(this.cellCount);
    return cell;
  }

  private reserveCells(count: number): void {
    if (this.cellBuffer.ensure(count * CELL_BYTES)) this.renewViews();
  }

  private reservePages(count: number): void {
    if (this.pageBuffer.ensure(count * 4)) this.renewViews();
  }

  private renewViews(): void {
    this.words = new Uint32Array(this.cellBuffer.buffer);
    this.halves = new Uint16Array(this.cellBuffer.buffer);
    this.spanByPage = new Uint32Array(this.pageBuffer.buffer);
  }
}

/** Bytes that a span covers. */
export function spanBytes(pageCount: number): number {
  return pageCount * PAGE_BYTES;
}
