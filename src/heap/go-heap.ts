/**
 * Go's allocator for byte slices on one processor: allocate, drop, collect.
 *
 * A request goes to the cached span of its class; a full one is exchanged for the span with holes
 * that has waited longest, or a fresh one from the page heap. Dropping only clears the live bit:
 * the bytes stay counted until a cycle has swept their span.
 *
 * I1  A cached span is swept and in no queue; every other span in use is in exactly one queue.
 * I2  Marking costs nothing: the live bits are the mark bits, so a cycle starts in an instant and
 *     is over when its spans are swept (sweeper.ts), in steps.
 * I3  A cycle starts only when everything of the cycle before is swept. A trigger that comes
 *     earlier sweeps some more and is tested again at the next refill.
 * I4  The same calls in the same order give the same addresses, whoever looks in between.
 *
 * Units: bytes, 8 KiB pages where named so.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import {
  addressOfPage,
  type HeapAddress,
  PAGE_BYTES,
  pageOfAddress,
  type SpanRef,
} from "../base/units.ts";
import type { GoRules } from "./go-rules.ts";
import { CapacityLadder, grownCapacity, slotBytesOf } from "./growth.ts";
import type { HeapMemory } from "./heap-memory.ts";
import type { HeapParts } from "./heap-parts.ts";
import { Pacer } from "./pacer.ts";
import { PageHeap } from "./pages.ts";
import { Pauses } from "./pauses.ts";
import { processBytes, processFigures } from "./process-model.ts";
import { Scavenger } from "./scavenger.ts";
import {
  CLASS_COUNT,
  LARGE_CLASS,
  SLOT_BYTES,
  SLOTS_PER_BYTE,
  SPAN_PAGES,
  TINY_BYTES,
  TINY_CLASS,
} from "./size-classes.ts";
import { SpanStore } from "./span-store.ts";
import { NO_SPAN, spanBytes } from "./spans.ts";
import { type ClassStats, classStats, type HeapStats, heapStats } from "./stats.ts";
import { Sweeper } from "./sweeper.ts";
import { verifyHeap } from "./verify-heap.ts";

const FORCED_PERIOD_MS = 120_000;
/** Spans swept when a cycle is due but the last one is not yet swept. */
const OVERDUE_SWEEP_SPANS = 256;
/** What `make([]byte, 0, 0)` gives: an address in no span. */
const ZERO_BYTES_ADDRESS = 0 as HeapAddress;

/** What a heap is made of. `memory` null keeps the books only, for replaying traces. */
export interface GoHeapOptions {
  readonly rules: GoRules;
  readonly gogcPercent: number | null;
  readonly limitBytes: number;
  readonly memory: HeapMemory | null;
  readonly clock: Clock;
  /** Pages of the first group never handed out: the random start of Go 1.26. Default 0. */
  readonly startPages?: number;
}

export class GoHeap implements HeapParts {
  readonly rules: GoRules;
  readonly memory: HeapMemory | null;
  readonly pages: PageHeap;
  readonly store: SpanStore;
  readonly pacer: Pacer;
  readonly sweeper: Sweeper;
  readonly scavenger: Scavenger;
  readonly pauses = new Pauses();
  private readonly options: GoHeapOptions;
  private readonly clock: Clock;
  private readonly ladder: CapacityLadder;
  private readonly classByEighth: Uint8Array;
  private readonly smallRequestMax: number;
  private readonly cached = new Uint32Array(CLASS_COUNT).fill(NO_SPAN);
  private lastCycleMs = 0;
  private lastCycleMonotonicMs: number;

  constructor(options: GoHeapOptions, pages: PageHeap = new PageHeap(options.startPages ?? 0)) {
    this.options = options;
    this.rules = options.rules;
    this.memory = options.memory;
    this.clock = options.clock;
    this.ladder = new CapacityLadder(options.rules);
    this.pages = pages;
    this.store = new SpanStore(options.rules, options.memory, this.pages);
    this.pacer = new Pacer(options.gogcPercent, options.limitBytes);
    this.sweeper = new Sweeper(this.store, this.pacer);
    const skipsDense = options.rules.scavengerSkipsDense;
    this.scavenger = new Scavenger(this.pages, skipsDense, options.limitBytes);
    this.classByEighth = options.rules.classByEighth;
    this.smallRequestMax = options.rules.smallRequestMax;
    this.lastCycleMonotonicMs = options.clock.monotonicMs();
  }

  /** Pages of spans in use, times the page size: HeapInuse. */
  get inUseBytes(): number {
    return spanBytes(this.pages.spanPages);
  }

  /** Slot bytes not yet swept away: HeapAlloc as ReadMemStats has it. */
  get allocatedBytes(): number {
    let bytes = this.store.figures.countedBytes();
    for (let c = 0; c < CLASS_COUNT; c++) bytes += this.uncountedOf(c) * SLOT_BYTES[c]!;
    return bytes;
  }

  /** Slot bytes that something references. */
  get liveBytes(): number {
    return this.store.figures.liveBytes();
  }

  /** Collections started. */
  get cycleCount(): number {
    return this.sweeper.cycle;
  }

  /** Wall-clock time of the last collection, ms since the epoch; 0 before the first. */
  get lastCycleTimeMs(): number {
    return this.lastCycleMs;
  }

  /** Whether spans of the last cycle still wait to be swept. */
  get isSweeping(): boolean {
    return this.sweeper.isActive;
  }

  /** The span from which the class is served now, or NO_SPAN. */
  cachedSpanOf(sizeClass: number): SpanRef {
    return this.cached[sizeClass]! as SpanRef;
  }

  /** Allocations from the cached span of a class that its malloc counter lacks. */
  uncountedOf(sizeClass: number): number {
    const span = this.cached[sizeClass]! as SpanRef;
    if (span === NO_SPAN) return 0;
    return this.store.spans.allocCountOf(span) - this.store.spans.countedAllocsOf(span);
  }

  /** make([]byte, 0, capacity): the address of a new object. Capacity 0 takes no memory. */
  allocate(capacity: number): HeapAddress {
    if (capacity > this.smallRequestMax) return this.allocateLarge(capacity);
    if (capacity < TINY_BYTES) return this.allocateTiny(capacity);
    return this.allocateSlot(this.classByEighth[(capacity + 7) >>> 3]!);
  }

  /** allocate(capacity) so many times; the addresses go to `into`. */
  allocateMany(capacity: number, count: number, into: Float64Array): void {
    for (let made = 0; made < count; ) {
      // Refills, and begins a cycle when one is due.
      into[made++] = this.allocate(capacity);
      made += this.allocateFromCached(capacity, count - made, into, made);
    }
  }

  /** As many of `most` objects as the cached span has room for; how many. */
  private allocateFromCached(
    capacity: number,
    most: number,
    into: Float64Array,
    at: number,
  ): number {
    if (capacity > this.smallRequestMax || capacity < TINY_BYTES) return 0;
    const sizeClass = this.classByEighth[(capacity + 7) >>> 3]!;
    const span = this.cached[sizeClass]! as SpanRef;
    if (span === NO_SPAN) return 0;
    const { spans, figures } = this.store;
    const room = spans.slotCountOf(span) - spans.allocCountOf(span);
    const count = room < most ? room : most;
    const start = spans.pageOf(span) * PAGE_BYTES;
    const slotBytes = SLOT_BYTES[sizeClass]!;
    for (let i = 0; i < count; i++) into[at + i] = start + spans.takeSlot(span) * slotBytes;
    figures.addLive(sizeClass, count);
    return count;
  }

  /**
   * The last reference to an object is gone; its bytes are garbage until a cycle sweeps them.
   * `capacity` is what it was allocated with.
   */
  drop(address: HeapAddress, capacity: number): void {
    if (capacity === 0) return;
    const spans = this.store.spans;
    const span = spans.spanAt(pageOfAddress(address));
    assert(span !== NO_SPAN, "dropped address is in no span");
    if (spans.sweptCycleOf(span) !== this.sweeper.cycle) this.sweeper.sweepInPlace(span);
    const sizeClass = spans.classOf(span);
    const slot = this.slotAt(span, address);
    if (capacity < TINY_BYTES) {
      assert(sizeClass === TINY_CLASS, "a tiny object lies in a span of 16-byte slots");
      if (!this.store.tiny.leave(spans.tinyCountsOf(span), slot)) return;
    }
    spans.clearLive(span, slot);
    this.store.figures.addLive(sizeClass, -1);
    if (sizeClass === LARGE_CLASS) {
      this.store.figures.largeLiveBytes -= spanBytes(spans.pageCountOf(span));
    }
  }

  /** Slot of the object at `address` in its span (for a tiny object: of its block). */
  slotAt(span: SpanRef, address: HeapAddress): number {
    const { spans } = this.store;
    const offset = address - spans.pageOf(span) * PAGE_BYTES;
    return (offset * SLOTS_PER_BYTE[spans.classOf(span)]!) | 0;
  }

  /** Capacity after an append that needs `needed` bytes, more than `capacity`. */
  grownCapacity(capacity: number, needed: number): number {
    return grownCapacity(this.rules, capacity, needed);
  }

  /** Capacity that ingestion reaches for `length` bytes. */
  ladderCapacity(length: number): number {
    return this.ladder.capacityFor(length);
  }

  /** Bytes of heap that a slice of `capacity` takes. */
  slotBytes(capacity: number): number {
    return slotBytesOf(this.rules, capacity);
  }

  /** runtime.GC(): one whole cycle, completely swept. */
  collect(): void {
    this.sweeper.finish();
    this.startCycle();
    this.sweeper.finish();
  }

  /** Starts a cycle that background() will sweep, unless one is still swept; whether it did. */
  startCollection(): boolean {
    if (this.sweeper.isActive) return false;
    this.startCycle();
    return true;
  }

  /** What ReadMemStats does to the heap: the cached spans go back to the queues, unswept by it. */
  flushCaches(): void {
    for (let c = 0; c < CLASS_COUNT; c++) {
      const span = this.uncache(c);
      if (span === NO_SPAN) continue;
      this.pacer.addLive(-this.freeSlotBytes(span, c));
      this.store.queues.pushSwept(span);
    }
    this.store.tiny.flush();
  }

  /**
   * One step of work beside allocation: the two-minute collection, sweeping up to `spanBudget`
   * spans, then releasing pages. Returns whether spans are left to sweep.
   */
  background(spanBudget: number): boolean {
    if (!this.sweeper.isActive && this.isPeriodOver()) this.startCycle();
    if (this.sweeper.step(spanBudget)) return true;
    this.scavenger.step(this.clock.monotonicMs());
    return false;
  }

  /** debug.FreeOSMemory: collects, then releases every free page. */
  releaseMemory(): void {
    this.collect();
    this.scavenger.releaseAll();
  }

  /** Every figure of the heap in one consistent read. */
  stats(): HeapStats {
    return heapStats(this);
  }

  /** Figures of one size class, 0 (large) to 67. */
  classStats(sizeClass: number): ClassStats {
    return classStats(this, sizeClass);
  }

  /** Recomputes all invariants from nothing; throws AssertionError on any difference. */
  verify(): void {
    verifyHeap(this);
  }

  /**
   * A copy of the books without the bytes, free to go its own way: what would happen if. Costs
   * about 80 bytes copied per span.
   */
  fork(clock: Clock): GoHeap {
    const copy = new GoHeap({ ...this.options, memory: null, clock }, this.pages.clone());
    copy.store.copyFrom(this.store);
    copy.pacer.copyFrom(this.pacer);
    copy.sweeper.copyFrom(this.sweeper);
    copy.scavenger.copyFrom(this.scavenger);
    copy.pauses.copyFrom(this.pauses);
    copy.cached.set(this.cached);
    copy.lastCycleMs = this.lastCycleMs;
    copy.lastCycleMonotonicMs = this.lastCycleMonotonicMs;
    return copy;
  }

  private isPeriodOver(): boolean {
    if (this.pacer.gogcPercent === null || this.sweeper.cycle === 0) return false;
    return this.clock.monotonicMs() - this.lastCycleMonotonicMs >= FORCED_PERIOD_MS;
  }

  /** Starts a cycle: what is dead now will be swept. The last one must be swept. */
  private startCycle(): void {
    const started = this.clock.monotonicMs();
    this.sweeper.keepCurrentTinyBlock();
    this.pacer.endMark(this.liveBytes + this.sweeper.survivorBytes);
    this.applyLimit();
    this.scavenger.endMark(this.pacer.goalBytes, this.bytesBesideHeap(), started);
    this.sweeper.begin();
    this.pages.use.nextCycle();
    for (let c = 0; c < CLASS_COUNT; c++) {
      const span = this.uncache(c);
      if (span !== NO_SPAN) this.sweeper.sweepCached(span);
    }
    this.store.tiny.flush();
    this.lastCycleMs = this.clock.nowMs();
    this.lastCycleMonotonicMs = this.clock.monotonicMs();
    this.pauses.add((this.lastCycleMonotonicMs - started) / 1000);
  }

  /** Mapped memory that is not heap. */
  private bytesBesideHeap(): number {
    return processBytes(processFigures(this.rules, this.pages.mappedPages, this.store.records));
  }

  /** Recomputes the goal under a memory limit. */
  private applyLimit(): void {
    if (this.pacer.limitBytes === 0) return;
    const beside = this.bytesBesideHeap();
    const unused = Math.max(0, this.inUseBytes - this.allocatedBytes);
    this.pacer.applyLimit(this.scavenger.retainedBytes + beside, beside + unused);
  }

  /** Tested after refills and large allocations, as in Go. */
  private startDueCycle(): void {
    if (!this.pacer.isDue()) return;
    if (!this.sweeper.step(OVERDUE_SWEEP_SPANS)) this.startCycle();
  }

  private allocateSlot(sizeClass: number): HeapAddress {
    const span = this.cached[sizeClass]! as SpanRef;
    if (span === NO_SPAN || this.store.spans.isFull(span)) {
      const address = this.placeIn(this.refill(sizeClass), sizeClass);
      this.startDueCycle();
      return address;
    }
    return this.placeIn(span, sizeClass);
  }

  private placeIn(span: SpanRef, sizeClass: number): HeapAddress {
    const spans = this.store.spans;
    const slot = spans.takeSlot(span);
    this.store.figures.addLive(sizeClass, 1);
    return (spans.pageOf(span) * PAGE_BYTES + slot * SLOT_BYTES[sizeClass]!) as HeapAddress;
  }

  private allocateTiny(bytes: number): HeapAddress {
    if (bytes === 0) return ZERO_BYTES_ADDRESS;
    const { tiny, spans } = this.store;
    const offset = tiny.join(bytes);
    if (offset >= 0) {
      if (tiny.enter(spans.tinyCountsOf(tiny.span), tiny.slot)) this.reviveTinyBlock();
      return (tiny.current + offset) as HeapAddress;
    }
    let span = this.cached[TINY_CLASS]! as SpanRef;
    const refilled = span === NO_SPAN || spans.isFull(span);
    if (refilled) span = this.refill(TINY_CLASS);
    const address = this.placeIn(span, TINY_CLASS);
    const slot = this.slotAt(span, address);
    tiny.enter(spans.tinyCountsOf(span), slot);
    tiny.begin(address, span, slot, bytes);
    if (refilled) this.startDueCycle();
    return address;
  }

  /** A dead block that was still current is live again when an object joins it. */
  private reviveTinyBlock(): void {
    const { tiny, spans, figures } = this.store;
    assert(!spans.isLive(tiny.span, tiny.slot), "a block without references is not live");
    spans.setLive(tiny.span, tiny.slot);
    figures.addLive(TINY_CLASS, 1);
  }

  private allocateLarge(bytes: number): HeapAddress {
    const pageCount = Math.ceil(bytes / PAGE_BYTES);
    const size = spanBytes(pageCount);
    this.sweeper.pay(size, pageCount);
    const span = this.newSpan(LARGE_CLASS, pageCount);
    const { spans, figures } = this.store;
    spans.takeSlot(span);
    spans.setCounted(span);
    this.store.queues.pushSwept(span);
    figures.countMallocs(LARGE_CLASS, 1);
    figures.addLive(LARGE_CLASS, 1);
    figures.largeAllocatedBytes += size;
    figures.largeLiveBytes += size;
    this.pacer.addLive(size);
    const address = addressOfPage(spans.pageOf(span));
    this.startDueCycle();
    return address;
  }

  private refill(sizeClass: number): SpanRef {
    const queues = this.store.queues;
    const old = this.uncache(sizeClass);
    if (old !== NO_SPAN) queues.pushSwept(old);
    if (sizeClass === TINY_CLASS) this.store.tiny.countCombined();
    const pageCount = SPAN_PAGES[sizeClass]!;
    this.sweeper.pay(spanBytes(pageCount), 0);
    let span = queues.popSweptPartial(sizeClass);
    if (span === NO_SPAN && this.sweeper.isActive) span = this.sweeper.spanForRefill(sizeClass);
    if (span === NO_SPAN) span = this.newSpan(sizeClass, pageCount);
    const spans = this.store.spans;
    spans.setCounted(span);
    this.cached[sizeClass] = span;
    const usedBytes = spans.allocCountOf(span) * SLOT_BYTES[sizeClass]!;
    this.pacer.addLive(spanBytes(pageCount) - usedBytes);
    return span;
  }

  private newSpan(sizeClass: number, pageCount: number): SpanRef {
    if (this.sweeper.isActive) this.sweeper.reclaim(pageCount);
    const mappedBefore = this.pages.mappedPages;
    const span = this.store.create(sizeClass, pageCount, this.sweeper.cycle);
    const grownPages = this.pages.mappedPages - mappedBefore;
    if (grownPages > 0) {
      this.scavenger.heapGrew(spanBytes(grownPages));
      this.applyLimit();
    }
    return span;
  }

  /** Takes the cached span of a class out of the cache and counts what it handed out. */
  private uncache(sizeClass: number): SpanRef {
    const span = this.cached[sizeClass]! as SpanRef;
    if (span === NO_SPAN) return NO_SPAN;
    this.store.figures.countMallocs(sizeClass, this.uncountedOf(sizeClass));
    this.store.spans.setCounted(span);
    this.cached[sizeClass] = NO_SPAN;
    return span;
  }

  private freeSlotBytes(span: SpanRef, sizeClass: number): number {
    const spans = this.store.spans;
    return (spans.slotCountOf(span) - spans.allocCountOf(span)) * SLOT_BYTES[sizeClass]!;
  }
}
