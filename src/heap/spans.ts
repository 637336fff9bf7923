/**
 * Spans: runs of pages cut into slots of one size, as columns.
 *
 * I1  A span in use owns its pages alone; spanOfPage names it for each of them.
 * I2  allocated[] are the bits of the last sweep; a slot is free when its index is at least
 *     freeIndex and its bit is 0. Allocation takes the lowest and sets freeIndex past it, so the
 *     bits themselves change only at a sweep.
 * I3  live[] are the slots that something references now; sweeping copies them to allocated[].
 * I4  allocCount is the number of slots taken since and including the last sweep; countedAllocs of
 *     them have been added to the class' malloc counter.
 *
 * 512 bits are enough for every class that a byte slice can reach (16-byte slots of one page).
 *
 * Units: pages are 8 KiB; sizes are bytes.
 */
import { assert } from "../base/assert.ts";
import { PAGE_BYTES, type PageIndex, type SpanRef } from "../base/units.ts";
import { lowestBit } from "./pages.ts";

export const NO_SPAN = 0xffffffff as SpanRef;
/** 32-bit words of slot bits a span has. */
export const BIT_WORDS = 16;

type Words = Uint32Array<SharedArrayBuffer>;

function words(length: number): Words {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

function twice(column: Words): Words {
  const larger = words(column.length * 2);
  larger.set(column);
  return larger;
}

/** Number of set bits. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

export class SpanTable {
  private pages: Words = words(256);
  private pageCounts: Words = words(256);
  private classes: Words = words(256);
  private slotCounts: Words = words(256);
  private freeIndexes: Words = words(256);
  private allocCounts: Words = words(256);
  private countedAllocs: Words = words(256);
  private nexts: Words = words(256);
  private inUse: Words = words(256);
  private sweptCycles: Words = words(256);
  private allocatedBits: Words = words(256 * BIT_WORDS);
  private liveBits: Words = words(256 * BIT_WORDS);
  private spanByPage: Words = words(4096);
  private readonly free: number[] = [];
  private count = 0;
  private inUseSpans = 0;

  /** Every ref is below this. */
  get upperBound(): number {
    return this.count;
  }

  get inUseCount(): number {
    return this.inUseSpans;
  }

  isInUse(span: number): boolean {
    return this.inUse[span] === 1;
  }

  pageOf(span: SpanRef): PageIndex {
    return this.pages[span]! as PageIndex;
  }

  pageCountOf(span: SpanRef): number {
    return this.pageCounts[span]!;
  }

  classOf(span: SpanRef): number {
    return this.classes[span]!;
  }

  slotCountOf(span: SpanRef): number {
    return this.slotCounts[span]!;
  }

  freeIndexOf(span: SpanRef): number {
    return this.freeIndexes[span]!;
  }

  allocCountOf(span: SpanRef): number {
    return this.allocCounts[span]!;
  }

  countedAllocsOf(span: SpanRef): number {
    return this.countedAllocs[span]!;
  }

  setCountedAllocs(span: SpanRef, value: number): void {
    this.countedAllocs[span] = value;
  }

  /** The cycle in which the span was made or last swept. */
  sweptCycleOf(span: SpanRef): number {
    return this.sweptCycles[span]!;
  }

  setSweptCycle(span: SpanRef, cycle: number): void {
    this.sweptCycles[span] = cycle;
  }

  nextOf(span: SpanRef): SpanRef {
    return this.nexts[span]! as SpanRef;
  }

  setNext(span: SpanRef, next: SpanRef): void {
    this.nexts[span] = next;
  }

  isFull(span: SpanRef): boolean {
    return this.allocCounts[span] === this.slotCounts[span];
  }

  /** The span that holds a page, or NO_SPAN. */
  spanAt(page: PageIndex): SpanRef {
    if (page >= this.spanByPage.length) return NO_SPAN;
    return ((this.spanByPage[page]! - 1) >>> 0) as SpanRef;
  }

  /** Makes a span of free slots over pages that the caller has taken. */
  create(page: PageIndex, pageCount: number, sizeClass: number, slotCount: number): SpanRef {
    assert(slotCount >= 1 && slotCount <= BIT_WORDS * 32, "span has an impossible slot count");
    const span = (this.free.pop() ?? this.extend()) as SpanRef;
    this.pages[span] = page;
    this.pageCounts[span] = pageCount;
    this.classes[span] = sizeClass;
    this.slotCounts[span] = slotCount;
    this.freeIndexes[span] = 0;
    this.allocCounts[span] = 0;
    this.countedAllocs[span] = 0;
    this.inUse[span] = 1;
    this.inUseSpans++;
    const from = span * BIT_WORDS;
    this.allocatedBits.fill(0, from, from + BIT_WORDS);
    this.liveBits.fill(0, from, from + BIT_WORDS);
    this.mapPages(page, pageCount, span + 1);
    return span;
  }

  /** Ends a span: its pages are the caller's again. The record waits for recycle(). */
  retire(span: SpanRef): void {
    assert(this.inUse[span] === 1, "span is not in use");
    this.mapPages(this.pageOf(span), this.pageCountOf(span), 0);
    this.inUse[span] = 0;
    this.inUseSpans--;
  }

  /** Lets a later span have the record of a retired one that no queue holds any more. */
  recycle(span: SpanRef): void {
    assert(this.inUse[span] === 0, "span is still in use");
    this.free.push(span);
  }

  /** Takes the lowest free slot, live at once. The span must not be full. */
  takeSlot(span: SpanRef): number {
    const base = span * BIT_WORDS;
    const from = this.freeIndexes[span]!;
    let word = from >>> 5;
    let bits = ~this.allocatedBits[base + word]! & (-1 << (from & 31));
    while (bits === 0) bits = ~this.allocatedBits[base + ++word]!;
    const slot = (word << 5) + lowestBit(bits);
    assert(slot < this.slotCounts[span]!, "span has no free slot");
    this.liveBits[base + word] = this.liveBits[base + word]! | (1 << (slot & 31));
    this.freeIndexes[span] = slot + 1;
    this.allocCounts[span] = this.allocCounts[span]! + 1;
    return slot;
  }

  isLive(span: SpanRef, slot: number): boolean {
    return (this.liveBits[span * BIT_WORDS + (slot >>> 5)]! & (1 << (slot & 31))) !== 0;
  }

  /** Whether the slot holds an object, live or dead and not yet swept. */
  isAllocated(span: SpanRef, slot: number): boolean {
    const bit = 1 << (slot & 31);
    const index = span * BIT_WORDS + (slot >>> 5);
    if ((this.allocatedBits[index]! & bit) !== 0) return true;
    return slot < this.freeIndexes[span]!;
  }

  setLive(span: SpanRef, slot: number): void {
    const index = span * BIT_WORDS + (slot >>> 5);
    this.liveBits[index] = this.liveBits[index]! | (1 << (slot & 31));
  }

  clearLive(span: SpanRef, slot: number): void {
    const index = span * BIT_WORDS + (slot >>> 5);
    const bit = 1 << (slot & 31);
    assert((this.liveBits[index]! & bit) !== 0, "dropped object is not live");
    this.liveBits[index] = this.liveBits[index]! & ~bit;
  }

  /** Number of live slots. */
  liveCountOf(span: SpanRef): number {
    const from = span * BIT_WORDS;
    const wordCount = (this.slotCounts[span]! + 31) >>> 5;
    let live = 0;
    for (let w = from; w < from + wordCount; w++) live += popcount(this.liveBits[w]!);
    return live;
  }

  /** Sweeps: the live slots become the allocated ones. Returns how many stay; notes the cycle. */
  sweep(span: SpanRef, cycle: number): number {
    const from = span * BIT_WORDS;
    const wordCount = (this.slotCounts[span]! + 31) >>> 5;
    let live = 0;
    for (let w = from; w < from + wordCount; w++) {
      const bits = this.liveBits[w]!;
      this.allocatedBits[w] = bits;
      live += popcount(bits);
    }
    this.sweptCycles[span] = cycle;
    this.freeIndexes[span] = 0;
    this.allocCounts[span] = live;
    this.countedAllocs[span] = live;
    return live;
  }

  private mapPages(page: PageIndex, pageCount: number, value: number): void {
    while (page + pageCount > this.spanByPage.length) this.spanByPage = twice(this.spanByPage);
    this.spanByPage.fill(value, page, page + pageCount);
  }

  private extend(): number {
    if (this.count === this.pages.length) this.double();
    return this.count++;
  }

  private double(): void {
    this.pages = twice(this.pages);
    this.pageCounts = twice(this.pageCounts);
    this.classes = twice(this.classes);
    this.slotCounts = twice(this.slotCounts);
    this.freeIndexes = twice(this.freeIndexes);
    this.allocCounts = twice(this.allocCounts);
    this.countedAllocs = twice(this.countedAllocs);
    this.nexts = twice(this.nexts);
    this.inUse = twice(this.inUse);
    this.sweptCycles = twice(this.sweptCycles);
    this.allocatedBits = twice(this.allocatedBits);
    this.liveBits = twice(this.liveBits);
  }
}

/** Bytes that a span covers. */
export function spanBytes(pageCount: number): number {
  return pageCount * PAGE_BYTES;
}
