/**
 * Every figure of the heap in one consistent read, twice where Go has two answers.
 *
 * I1  The plain fields are exact: what runtime.MemStats holds (reading them here flushes nothing).
 * I2  The metrics… fields are what runtime/metrics says, and with it client_golang's go_memstats_*:
 *     allocations in the spans cached right now are missing from them.
 * I3  heapSys = heapInuse + heapIdle; released pages are part of idle; metrics objects + unused =
 *     heapInuse.
 *
 * Units: …Bytes bytes, …Seconds seconds, …Ms milliseconds since the epoch, the rest counts.
 */
import { PAGE_BYTES } from "../base/units.ts";
import type { HeapParts } from "./heap-parts.ts";
import { type ProcessFigures, processBytes, processFigures } from "./process-model.ts";
import { CLASS_COUNT, LARGE_CLASS, SLOT_BYTES, SPAN_PAGES } from "./size-classes.ts";

/** NextGC when no collection will ever start: the largest 64-bit number. */
const NO_GOAL = 2 ** 64;

/** All figures of the heap; see the header. */
export interface HeapStats extends ProcessFigures {
  /** HeapAlloc: slot bytes not yet swept away. */
  readonly allocBytes: number;
  /** TotalAlloc: slot bytes ever allocated. */
  readonly totalAllocBytes: number;
  readonly mallocs: number;
  readonly frees: number;
  readonly heapObjects: number;
  readonly metricsAllocBytes: number;
  readonly metricsTotalAllocBytes: number;
  readonly metricsMallocs: number;
  readonly metricsFrees: number;
  readonly metricsHeapObjects: number;
  readonly heapInuseBytes: number;
  readonly heapIdleBytes: number;
  readonly heapReleasedBytes: number;
  readonly heapSysBytes: number;
  /** Everything mapped. */
  readonly sysBytes: number;
  readonly nextGcBytes: number;
  /** 0 before the first collection. */
  readonly lastGcTimeMs: number;
  readonly gcCount: number;
  readonly gcPauseSumSeconds: number;
  /** Minimum, quartiles and maximum of the last 256. */
  readonly gcPauseQuantilesSeconds: readonly [number, number, number, number, number];
  /** Null = off. */
  readonly gogcPercent: number | null;
  /** 0 = none. */
  readonly limitBytes: number;
  /** Slot bytes that something references: what a collection now would leave. */
  readonly liveBytes: number;
  /** Real memory ever written, at most; 0 without real memory. */
  readonly touchedBytes: number;
}

/** One size class; class 0 is the large objects, whose slot is their span. */
export interface ClassStats {
  readonly sizeClass: number;
  readonly slotBytes: number;
  readonly spanBytes: number;
  /** As the runtime has counted them so far; see I1 of class-figures.ts. */
  readonly mallocs: number;
  readonly frees: number;
  readonly spans: number;
  readonly slots: number;
  /** Slots that hold an object, dead ones included. */
  readonly slotsUsed: number;
  readonly slotsFree: number;
  /** Slots that something references. */
  readonly slotsLive: number;
  /** Bytes of the class' spans that hold no object. */
  readonly unusedBytes: number;
}

/** Figures of one size class. */
export function classStats(heap: HeapParts, sizeClass: number): ClassStats {
  const figures = heap.store.figures;
  const mallocs = figures.mallocs[sizeClass]!;
  const frees = figures.frees[sizeClass]!;
  const spans = figures.spans[sizeClass]!;
  const slots = spans * heap.rules.slotCounts[sizeClass]!;
  const used = mallocs + heap.uncountedOf(sizeClass) - frees;
  const spanBytes = SPAN_PAGES[sizeClass]! * PAGE_BYTES;
  return {
    sizeClass,
    slotBytes: SLOT_BYTES[sizeClass]!,
    spanBytes,
    mallocs,
    frees,
    spans,
    slots,
    slotsUsed: used,
    slotsFree: slots - used,
    slotsLive: figures.live[sizeClass]!,
    unusedBytes: spans * spanBytes - used * SLOT_BYTES[sizeClass]!,
  };
}

/** Every figure of the heap. */
export function heapStats(heap: HeapParts): HeapStats {
  const { pages, store, pacer } = heap;
  const process = processFigures(heap.rules, pages.mappedPages, store.records);
  const heapSysBytes = pages.mappedPages * PAGE_BYTES;
  return {
    ...process,
    ...countedFigures(heap),
    heapInuseBytes: heap.inUseBytes,
    heapIdleBytes: heapSysBytes - heap.inUseBytes,
    heapReleasedBytes: pages.releasedPages * PAGE_BYTES,
    heapSysBytes,
    sysBytes: heapSysBytes + processBytes(process),
    nextGcBytes: Number.isFinite(pacer.goalBytes) ? pacer.goalBytes : NO_GOAL,
    lastGcTimeMs: heap.lastCycleTimeMs,
    gcCount: heap.cycleCount,
    gcPauseSumSeconds: heap.pauses.sumSeconds,
    gcPauseQuantilesSeconds: heap.pauses.quantiles(),
    gogcPercent: pacer.gogcPercent,
    limitBytes: pacer.limitBytes,
    liveBytes: heap.liveBytes,
    touchedBytes: heap.memory?.touchedBytes ?? 0,
  };
}

function countedFigures(heap: HeapParts) {
  const { figures, tiny } = heap.store;
  let mallocs = 0;
  let frees = 0;
  let uncounted = 0;
  let uncountedBytes = 0;
  let allocatedBytes = figures.largeAllocatedBytes;
  for (let c = 0; c < CLASS_COUNT; c++) {
    mallocs += figures.mallocs[c]!;
    frees += figures.frees[c]!;
    uncounted += heap.uncountedOf(c);
    uncountedBytes += heap.uncountedOf(c) * SLOT_BYTES[c]!;
    if (c !== LARGE_CLASS) allocatedBytes += figures.mallocs[c]! * SLOT_BYTES[c]!;
  }
  const counted = figures.countedBytes();
  return {
    allocBytes: counted + uncountedBytes,
    totalAllocBytes: allocatedBytes + uncountedBytes,
    mallocs: mallocs + uncounted + tiny.combinedCount,
    frees: frees + tiny.combinedCount,
    heapObjects: mallocs + uncounted - frees,
    metricsAllocBytes: counted,
    metricsTotalAllocBytes: allocatedBytes,
    metricsMallocs: mallocs + tiny.countedCount,
    metricsFrees: frees + tiny.countedCount,
    metricsHeapObjects: mallocs - frees,
  };
}
