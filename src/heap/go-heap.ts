/**
 * Go's allocator for byte slices on one processor: allocate, drop, collect.
 *
 * A request goes to the cached span of its class; a full one is exchanged for the span with holes
 * that has waited longest, or a fresh one from the page heap. Dropping only clears the live bit:
 * the bytes stay counted until a cycle has swept their span.
 *
 * I1  A cached span is swept and in no queue; every other span in use is in exactly one queue.
 * I2  liveBytes is the slot bytes of live slots; allocatedBytes those of slots not yet swept away.
 * I3  mallocs[c] lacks what the cached span of c has handed out since it was cached.
 * I4  A cycle starts only when everything of the cycle before is swept.
 * I5  The same calls in the same order give the same addresses, whoever looks in between.
 *
 * Marking costs nothing: the live bits are the mark bits. Sweeping is done in steps, by the
 * background call, by refills that need a span and in proportion to allocation, as in Go.
 *
 * Units: bytes, 8 KiB pages where named so.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import {
  addressOfPage,
  type HeapAddress,
  type PageIndex,
  pageOfAddress,
  type SpanRef,
} from "../base/units.ts";
import type { GoRules } from "./go-rules.ts";
import { grownCapacity, ladderCapacity, slotBytesOf } from "./growth.ts";
import type { HeapMemory } from "./heap-memory.ts";
import { Pacer } from "./pacer.ts";
import { PageHeap } from "./page-heap.ts";
import { GROUP_PAGES } from "./pages.ts";
import { Pauses } from "./pauses.ts";
import {
  CLASS_COUNT,
  LARGE_CLASS,
  SLOT_BYTES,
  SPAN_PAGES,
  TINY_BYTES,
  TINY_CLASS,
} from "./size-classes.ts";
import { SpanQueues } from "./span-queues.ts";
import { NO_SPAN, SpanTable, spanBytes } from "./spans.ts";
import { SweepDebt } from "./sweep-debt.ts";
import { NO_ADDRESS, TinyBlocks } from "./tiny-blocks.ts";

const REFILL_POPS_MAX = 101;
const FORCED_PERIOD_MS = 120_000;

/** What a heap is made of. `memory` null keeps the books only, for replaying traces. */
export interface GoHeapOptions {
  readonly rules: GoRules;
  readonly gogcPercent: number | null;
  readonly limitBytes: number;
  readonly memory: HeapMemory | null;
  readonly clock: Clock;
}

export class GoHeap {
  readonly rules: GoRules;
  readonly memory: HeapMemory | null;
  readonly spans = new SpanTable();
  readonly queues = new SpanQueues(this.spans);
  readonly pages: PageHeap;
  readonly pacer: Pacer;
  readonly pauses = new Pauses();
  readonly tiny = new TinyBlocks();
  /** Allocations counted so far, by class; class 0 counts large objects. */
  readonly mallocs = new Float64Array(CLASS_COUNT);
  /** Objects swept away so far, by class. */
  readonly frees = new Float64Array(CLASS_COUNT);
  /** Spans in use, by class. */
  readonly spanCounts = new Uint32Array(CLASS_COUNT);
  private readonly clock: Clock;
  private readonly classByEighth: Uint8Array;
  private readonly smallRequestMax: number;
  private readonly cached = new Uint32Array(CLASS_COUNT).fill(NO_SPAN);
  private readonly debt = new SweepDebt();
  private inUsePages = 0;
  private liveTotal = 0;
  private allocatedTotal = 0;
  private largeTotal = 0;
  private cumulativeLarge = 0;
  private cycles = 0;
  private lastCycleMs = 0;
  private lastCheckMs: number;
  private sweeping = false;
  private sweepClass = 0;
  private cycleWanted = false;
  private survivor: HeapAddress = NO_ADDRESS;

  constructor(options: GoHeapOptions) {
    this.rules = options.rules;
    this.memory = options.memory;
    this.clock = options.clock;
    this.pages = new PageHeap(options.memory);
    this.pacer = new Pacer(options.gogcPercent, options.limitBytes);
    this.classByEighth = options.rules.classByEighth;
    this.smallRequestMax = options.rules.smallRequestMax;
    this.lastCheckMs = options.clock.monotonicMs();
  }

  /** Pages of spans in use, times the page size: HeapInuse. */
  get inUseBytes(): number {
    return spanBytes(this.inUsePages);
  }

  /** Slot bytes not yet swept away: HeapAlloc as ReadMemStats has it. */
  get allocatedBytes(): number {
    return this.allocatedTotal;
  }

  /** Slot bytes that something references. */
  get liveBytes(): number {
    return this.liveTotal;
  }

  /** Bytes of large objects not yet swept away. */
  get largeBytes(): number {
    return this.largeTotal;
  }

  /** Bytes of all large objects ever allocated. */
  get cumulativeLargeBytes(): number {
    return this.cumulativeLarge;
  }

  /** Collections started. */
  get cycleCount(): number {
    return this.cycles;
  }

  /** Wall-clock time of the last collection, ms since the epoch; 0 before the first. */
  get lastCycleTimeMs(): number {
    return this.lastCycleMs;
  }

  /** Whether spans of the last cycle still wait to be swept. */
  get isSweeping(): boolean {
    return this.sweeping;
  }

  /** The span from which the class is served now, or NO_SPAN. */
  cachedSpanOf(sizeClass: number): SpanRef {
    return this.cached[sizeClass]! as SpanRef;
  }

  /** make([]byte, 0, capacity): the address of a new object. Capacity is at least 1. */
  allocate(capacity: number): HeapAddress {
    if (capacity < TINY_BYTES) return this.allocateTiny(capacity);
    if (capacity > this.smallRequestMax) return this.allocateLarge(capacity);
    return this.allocateSlot(this.classByEighth[(capacity + 7) >>> 3]!);
  }

  /** The last reference to an object is gone; its bytes are garbage until a cycle sweeps them. */
  drop(address: HeapAddress, capacity: number): void {
    if (capacity < TINY_BYTES && !this.tiny.leave(address)) return;
    const span = this.spans.spanAt(pageOfAddress(address));
    assert(span !== NO_SPAN, "dropped address is in no span");
    const sizeClass = this.spans.classOf(span);
    if (sizeClass === LARGE_CLASS) {
      this.spans.clearLive(span, 0);
      this.liveTotal -= spanBytes(this.spans.pageCountOf(span));
      return;
    }
    this.spans.clearLive(span, this.slotAt(span, address));
    this.liveTotal -= SLOT_BYTES[sizeClass]!;
  }

  /** Slot of the object at `address` in its span (for a tiny object: of its block). */
  slotAt(span: SpanRef, address: HeapAddress): number {
    const size = SLOT_BYTES[this.spans.classOf(span)]!;
    if (size === 0) return 0;
    return Math.floor((address - addressOfPage(this.spans.pageOf(span))) / size);
  }

  /** Capacity after an append that needs `needed` bytes, more than `capacity`. */
  grownCapacity(capacity: number, needed: number): number {
    return grownCapacity(this.rules, capacity, needed);
  }

  /** Capacity that ingestion reaches for `length` bytes. */
  ladderCapacity(length: number): number {
    return ladderCapacity(this.rules, length);
  }

  /** Bytes of heap that a slice of `capacity` takes. */
  slotBytes(capacity: number): number {
    return slotBytesOf(this.rules, capacity);
  }

  /** runtime.GC(): one whole cycle, completely swept. */
  collect(): void {
    this.startCycle();
    this.finishSweep();
  }

  /** What ReadMemStats does to the heap: the cached spans go back to the queues, unswept by it. */
  flushCaches(): void {
    for (let c = 0; c < CLASS_COUNT; c++) {
      const span = this.uncache(c);
      if (span === NO_SPAN) continue;
      this.pacer.addLive(-this.freeBytesOf(span, c));
      this.queues.pushSwept(span);
    }
    this.tiny.flush();
  }

  /**
   * One step of work beside allocation: the two-minute collection, or sweeping up to `spanBudget`
   * spans. Returns whether spans are left to sweep.
   */
  background(spanBudget: number): boolean {
    const now = this.clock.monotonicMs();
    if (this.pacer.gogcPercent !== null && now - this.lastCheckMs >= FORCED_PERIOD_MS) {
      this.startCycle();
    }
    for (let i = 0; this.sweeping && i < spanBudget; i++) this.sweepOne();
    return this.sweeping;
  }

  /** Starts a cycle: what is dead now will be swept. */
  startCycle(): void {
    this.finishSweep();
    const started = this.clock.monotonicMs();
    this.keepCurrentTinyBlock();
    const marked = this.liveTotal + (this.survivor === NO_ADDRESS ? 0 : TINY_BYTES);
    this.pacer.endMark(marked, Math.max(0, this.inUseBytes - this.allocatedTotal));
    this.queues.swapGenerations();
    this.cycles++;
    this.sweeping = true;
    this.sweepClass = 0;
    this.debt.begin(this.inUsePages, this.pacer);
    for (let c = 0; c < CLASS_COUNT; c++) {
      const span = this.uncache(c);
      if (span !== NO_SPAN) this.sweepSpan(span, false);
    }
    this.tiny.flush();
    this.cycleWanted = false;
    this.lastCycleMs = this.clock.nowMs();
    this.lastCheckMs = this.clock.monotonicMs();
    this.pauses.add((this.lastCheckMs - started) / 1000);
  }

  /** Sweeps whatever the last cycle left unswept. */
  finishSweep(): void {
    while (this.sweeping) this.sweepOne();
  }

  private allocateSlot(sizeClass: number): HeapAddress {
    let span = this.cached[sizeClass]! as SpanRef;
    if (span === NO_SPAN || this.spans.isFull(span)) span = this.refill(sizeClass);
    const slot = this.spans.takeSlot(span);
    const size = SLOT_BYTES[sizeClass]!;
    this.liveTotal += size;
    this.allocatedTotal += size;
    const address = addressOfPage(this.spans.pageOf(span)) + slot * size;
    if (this.cycleWanted) this.startCycle();
    return address as HeapAddress;
  }

  private allocateTiny(bytes: number): HeapAddress {
    assert(bytes > 0, "an empty slice is not allocated");
    const block = this.tiny.current;
    const joined = this.tiny.join(bytes);
    if (joined !== NO_ADDRESS) {
      this.reviveTinyBlock(block);
      return joined;
    }
    const address = this.allocateSlot(TINY_CLASS);
    this.tiny.begin(address, bytes);
    return address;
  }

  /** A dead block that was still current is live again when an object joins it. */
  private reviveTinyBlock(block: HeapAddress): void {
    const span = this.spans.spanAt(pageOfAddress(block));
    const slot = this.slotAt(span, block);
    if (this.spans.isLive(span, slot)) return;
    this.spans.setLive(span, slot);
    this.liveTotal += TINY_BYTES;
  }

  private keepCurrentTinyBlock(): void {
    this.survivor = NO_ADDRESS;
    const block = this.tiny.current;
    if (block === NO_ADDRESS) return;
    const span = this.spans.spanAt(pageOfAddress(block));
    if (!this.spans.isLive(span, this.slotAt(span, block))) this.survivor = block;
  }

  private allocateLarge(bytes: number): HeapAddress {
    const pageCount = Math.ceil(bytes / spanBytes(1));
    this.payDebt(spanBytes(pageCount), pageCount);
    const span = this.newSpan(LARGE_CLASS, pageCount);
    this.spans.takeSlot(span);
    this.queues.pushSwept(span);
    const size = spanBytes(pageCount);
    this.mallocs[LARGE_CLASS] = this.mallocs[LARGE_CLASS]! + 1;
    this.spans.setCountedAllocs(span, 1);
    this.liveTotal += size;
    this.allocatedTotal += size;
    this.largeTotal += size;
    this.cumulativeLarge += size;
    this.pacer.addLive(size);
    const address = addressOfPage(this.spans.pageOf(span));
    if (this.pacer.isDue()) this.startCycle();
    return address;
  }

  private refill(sizeClass: number): SpanRef {
    const old = this.uncache(sizeClass);
    if (old !== NO_SPAN) this.queues.pushSwept(old);
    const pageCount = SPAN_PAGES[sizeClass]!;
    this.payDebt(spanBytes(pageCount), 0);
    let span = this.queues.popSweptPartial(sizeClass);
    if (span === NO_SPAN && this.sweeping) span = this.sweepForRefill(sizeClass);
    if (span === NO_SPAN) span = this.newSpan(sizeClass, pageCount);
    this.spans.setCountedAllocs(span, this.spans.allocCountOf(span));
    this.cached[sizeClass] = span;
    this.pacer.addLive(this.freeBytesOf(span, sizeClass));
    this.cycleWanted = this.pacer.isDue();
    return span;
  }

  private sweepForRefill(sizeClass: number): SpanRef {
    let pops = 0;
    const partial = this.queues.popUnsweptPartial(sizeClass);
    if (partial !== NO_SPAN) {
      this.sweepSpan(partial, true);
      return partial;
    }
    for (; pops < REFILL_POPS_MAX; pops++) {
      const full = this.queues.popUnsweptFull(sizeClass);
      if (full === NO_SPAN) return NO_SPAN;
      this.sweepSpan(full, true);
      if (!this.spans.isFull(full)) return full;
      this.queues.pushSwept(full);
    }
    return NO_SPAN;
  }

  private newSpan(sizeClass: number, pageCount: number): SpanRef {
    if (this.sweeping) this.reclaim(pageCount);
    const page = this.pages.allocate(pageCount);
    this.inUsePages += pageCount;
    this.spanCounts[sizeClass] = this.spanCounts[sizeClass]! + 1;
    const span = this.spans.create(page, pageCount, sizeClass, this.rules.slotCounts[sizeClass]!);
    this.spans.setSweptCycle(span, this.cycles);
    return span;
  }

  /** Takes the cached span of a class out of the cache and counts what it handed out. */
  private uncache(sizeClass: number): SpanRef {
    const span = this.cached[sizeClass]! as SpanRef;
    if (span === NO_SPAN) return NO_SPAN;
    const handedOut = this.spans.allocCountOf(span) - this.spans.countedAllocsOf(span);
    this.mallocs[sizeClass] = this.mallocs[sizeClass]! + handedOut;
    this.spans.setCountedAllocs(span, this.spans.allocCountOf(span));
    this.cached[sizeClass] = NO_SPAN;
    return span;
  }

  private freeBytesOf(span: SpanRef, sizeClass: number): number {
    const freeSlots = this.spans.slotCountOf(span) - this.spans.allocCountOf(span);
    return freeSlots * SLOT_BYTES[sizeClass]!;
  }

  /** Sweeps the next span in the collector's order. */
  private sweepOne(): void {
    while (this.sweepClass < CLASS_COUNT) {
      let span = this.queues.popUnsweptFull(this.sweepClass);
      if (span === NO_SPAN) span = this.queues.popUnsweptPartial(this.sweepClass);
      if (span !== NO_SPAN) {
        this.sweepSpan(span, false);
        return;
      }
      this.sweepClass++;
    }
    this.sweeping = false;
    this.debt.end();
  }

  /** Sweeps a span that no queue holds; unless kept, frees it when empty or queues it. */
  private sweepSpan(span: SpanRef, keep: boolean): void {
    const sizeClass = this.spans.classOf(span);
    const before = this.spans.allocCountOf(span);
    const rescued = this.rescueSurvivor(span);
    const left = this.spans.sweep(span, this.cycles);
    if (rescued) this.spans.clearLive(span, this.slotAt(span, this.survivor));
    if (rescued) this.survivor = NO_ADDRESS;
    this.countFrees(span, sizeClass, before - left);
    this.debt.swept(this.spans.pageCountOf(span));
    if (keep) return;
    if (left === 0) {
      this.freeSpan(span);
      this.spans.recycle(span);
    } else this.queues.pushSwept(span);
  }

  /** Marks the tiny block that this cycle keeps, if it is in the span. */
  private rescueSurvivor(span: SpanRef): boolean {
    if (this.survivor === NO_ADDRESS) return false;
    if (this.spans.spanAt(pageOfAddress(this.survivor)) !== span) return false;
    this.spans.setLive(span, this.slotAt(span, this.survivor));
    return true;
  }

  private countFrees(span: SpanRef, sizeClass: number, freed: number): void {
    if (freed === 0) return;
    this.frees[sizeClass] = this.frees[sizeClass]! + freed;
    const large = sizeClass === LARGE_CLASS;
    const size = large ? spanBytes(this.spans.pageCountOf(span)) : SLOT_BYTES[sizeClass]!;
    this.allocatedTotal -= freed * size;
    if (large) this.largeTotal -= size;
  }

  private freeSpan(span: SpanRef): void {
    const sizeClass = this.spans.classOf(span);
    const pageCount = this.spans.pageCountOf(span);
    this.pages.free(this.spans.pageOf(span), pageCount);
    this.inUsePages -= pageCount;
    this.spanCounts[sizeClass] = this.spanCounts[sizeClass]! - 1;
    this.spans.retire(span);
  }

  private payDebt(bytes: number, callerPages: number): void {
    while (this.sweeping && this.debt.isOwed(bytes, callerPages, this.pacer)) this.sweepOne();
  }

  /** Frees unswept spans without a live object, in address order, until `pageCount` came back. */
  private reclaim(pageCount: number): void {
    let wanted = this.debt.useCredit(pageCount);
    while (wanted > 0) {
      const group = this.debt.nextGroup(this.pages.bitmap.mappedCount);
      if (group < 0) return;
      wanted -= this.reclaimGroup(group);
    }
    this.debt.addCredit(-wanted);
  }

  private reclaimGroup(group: number): number {
    let reclaimed = 0;
    const end = (group + 1) * GROUP_PAGES;
    for (let page = group * GROUP_PAGES; page < end; page++) {
      const span = this.spans.spanAt(page as PageIndex);
      if (span === NO_SPAN || this.spans.pageOf(span) !== page) continue;
      if (this.spans.sweptCycleOf(span) === this.cycles || this.isMarked(span)) continue;
      this.countFrees(span, this.spans.classOf(span), this.spans.allocCountOf(span));
      reclaimed += this.spans.pageCountOf(span);
      this.freeSpan(span);
    }
    this.debt.swept(reclaimed);
    return reclaimed;
  }

  /** Whether the current cycle keeps anything in an unswept span. */
  private isMarked(span: SpanRef): boolean {
    if (this.spans.liveCountOf(span) > 0) return true;
    if (this.survivor === NO_ADDRESS) return false;
    return this.spans.spanAt(pageOfAddress(this.survivor)) === span;
  }
}
