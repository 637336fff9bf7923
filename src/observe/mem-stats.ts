/**
 * The figures of the simulated heap under the names of Go's runtime.MemStats.
 *
 * They are the exact ones: what ReadMemStats would give, without the flush that it does.
 *
 * Units: as Go has them: bytes, counts, nanoseconds (LastGC since 1970).
 */
import type { ClassStats, HeapStats } from "../heap/stats.ts";

const NANOS_PER_MS = 1e6;
const NANOS_PER_SECOND = 1e9;
/** BySize ends with this class. */
const BY_SIZE_CLASSES = 61;

/** MemStats without BySize. */
export function memStats(heap: HeapStats) {
  return {
    Alloc: heap.allocBytes,
    TotalAlloc: heap.totalAllocBytes,
    Sys: heap.sysBytes,
    Lookups: 0,
    Mallocs: heap.mallocs,
    Frees: heap.frees,
    HeapAlloc: heap.allocBytes,
    HeapSys: heap.heapSysBytes,
    HeapIdle: heap.heapIdleBytes,
    HeapInuse: heap.heapInuseBytes,
    HeapReleased: heap.heapReleasedBytes,
    HeapObjects: heap.heapObjects,
    StackInuse: heap.stackInuseBytes,
    StackSys: heap.stackSysBytes,
    MSpanInuse: heap.mspanInuseBytes,
    MSpanSys: heap.mspanSysBytes,
    MCacheInuse: heap.mcacheInuseBytes,
    MCacheSys: heap.mcacheSysBytes,
    BuckHashSys: heap.buckHashSysBytes,
    GCSys: heap.gcSysBytes,
    OtherSys: heap.otherSysBytes,
    NextGC: heap.nextGcBytes,
    LastGC: heap.lastGcTimeMs * NANOS_PER_MS,
    PauseTotalNs: Math.round(heap.gcPauseSumSeconds * NANOS_PER_SECOND),
    NumGC: heap.gcCount,
  };
}

/** MemStats.BySize: the classes up to 18432 bytes. */
export function bySize(classes: readonly ClassStats[]) {
  return classes.slice(0, BY_SIZE_CLASSES).map(({ slotBytes, mallocs, frees, sizeClass }) => ({
    Size: sizeClass === 0 ? 0 : slotBytes,
    Mallocs: sizeClass === 0 ? 0 : mallocs,
    Frees: sizeClass === 0 ? 0 : frees,
  }));
}
