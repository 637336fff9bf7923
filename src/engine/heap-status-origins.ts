/**
 * Where the bytes of the simulated heap came from: what a heap profile shows.
 *
 * I1  The sums are the heap's: allocated objects and bytes are Mallocs and TotalAlloc, those in use
 *     are HeapObjects and HeapAlloc. Garbage that waits for its sweep is in use, with an entry of
 *     its own.
 *
 * Units: …Bytes bytes of slots, …Ms milliseconds since the epoch.
 */
import { windowStart } from "../base/units.ts";
import { SliceKind, SliceSource } from "../chunk/slice-ledger.ts";
import type { Store } from "./store.ts";

/** Who asked for slices, and how they came about. */
export type AllocationOrigin =
  | { readonly source: "ingestion" | "restore" | "compaction"; readonly kind: SliceKindName }
  | { readonly source: "garbage"; readonly kind: "unswept" };
export type SliceKindName = "made" | "grown" | "remade";

/** Allocations of one origin; windows without slices now are together, startMs null. */
export interface AllocationEntry {
  readonly origin: AllocationOrigin;
  readonly windowStartMs: number | null;
  readonly allocatedObjects: number;
  readonly allocatedBytes: number;
  readonly inuseObjects: number;
  readonly inuseBytes: number;
}

const SOURCES = {
  [SliceSource.ingestion]: "ingestion",
  [SliceSource.restore]: "restore",
  [SliceSource.compaction]: "compaction",
} as const;
const KINDS = {
  [SliceKind.made]: "made",
  [SliceKind.grown]: "grown",
  [SliceKind.remade]: "remade",
} as const;

/** Every origin of the heap's bytes. */
export function allocationOrigins({ heap, head, ledger }: Store): AllocationEntry[] {
  const entries: AllocationEntry[] = ledger.byOrigin().map((figures) => ({
    origin: { source: SOURCES[figures.source], kind: KINDS[figures.kind] },
    windowStartMs: figures.window === null ? null : windowStart(figures.window, head.windowMs),
    allocatedObjects: figures.allocatedObjects,
    allocatedBytes: figures.allocatedBytes,
    inuseObjects: figures.liveObjects,
    inuseBytes: figures.liveBytes,
  }));
  const stats = heap.stats();
  let liveObjects = 0;
  for (const { inuseObjects } of entries) liveObjects += inuseObjects;
  const inuseBytes = stats.allocBytes - stats.liveBytes;
  if (inuseBytes === 0) return entries;
  const inuseObjects = stats.heapObjects - liveObjects;
  const origin = { source: "garbage", kind: "unswept" } as const;
  const none = { allocatedObjects: 0, allocatedBytes: 0, windowStartMs: null };
  return [...entries, { origin, ...none, inuseObjects, inuseBytes }];
}
