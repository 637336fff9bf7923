/**
 * What is read of the heap at the end of an hour, right after a collection.
 *
 * Reading flushes the caches, as ReadMemStats does: the drill is what a process that reads its
 * MemStats every hour would see.
 *
 * Units: …Bytes bytes; hours from the start of the simulation.
 */
import { FIRST_CAPACITY, grownCapacity } from "../heap/growth.ts";
import { CLASS_COUNT } from "../heap/size-classes.ts";
import type { DrillHeap } from "./drill-heap.ts";

export interface Reading {
  /** "h37" for the end of hour 37, "restored" right after a restore. */
  readonly label: string;
  readonly hour: number;
  /** heap_alloc: slots that hold an object. */
  readonly allocBytes: number;
  /** heap_inuse: spans that hold one. */
  readonly inuseBytes: number;
  /** Of heap_inuse - heap_alloc, what lies in classes that ingestion never asks for. */
  readonly unaskedBytes: number;
  readonly sysBytes: number;
  readonly releasedBytes: number;
  /** What references lead to: the sum that a heap profile's inuse_space estimates. */
  readonly liveBytes: number;
  readonly objectCount: number;
  readonly totalAllocBytes: number;
  readonly cycleCount: number;
}

/** Reads the heap. */
export function readHeap(heap: DrillHeap, label: string, hour: number): Reading {
  heap.flushCaches();
  const stats = heap.stats();
  return {
    label,
    hour,
    allocBytes: stats.allocBytes,
    inuseBytes: stats.heapInuseBytes,
    unaskedBytes: unaskedBytes(heap),
    sysBytes: stats.heapSysBytes,
    releasedBytes: stats.heapReleasedBytes,
    liveBytes: stats.liveBytes,
    objectCount: stats.heapObjects,
    totalAllocBytes: stats.totalAllocBytes,
    cycleCount: stats.gcCount,
  };
}

/** heap_inuse - heap_alloc: what fragmentation costs. */
export function gapOf(reading: Reading): number {
  return reading.inuseBytes - reading.allocBytes;
}

/** heap_sys - heap_released: what the operating system sees of the heap. */
export function retainedOf(reading: Reading): number {
  return reading.sysBytes - reading.releasedBytes;
}

/** Free slots of classes that no chunk passes through as it grows. */
function unaskedBytes(heap: DrillHeap): number {
  const asked = new Set<number>();
  const { rules } = heap;
  let capacity = FIRST_CAPACITY;
  while (capacity <= rules.smallRequestMax) {
    asked.add(rules.classByEighth[(capacity + 7) >>> 3]!);
    capacity = grownCapacity(rules, capacity, capacity + 1);
  }
  let bytes = 0;
  for (let sizeClass = 1; sizeClass < CLASS_COUNT; sizeClass++) {
    if (!asked.has(sizeClass)) bytes += heap.classStats(sizeClass).unusedBytes;
  }
  return bytes;
}
