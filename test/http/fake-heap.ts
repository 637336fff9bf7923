/**
 * A heap service with two spans and made-up origins that notes what it is asked to do.
 */
import type { CompactionResult } from "../../src/engine/compaction.ts";
import type { HeapService, RestartPolicy, RestartResult } from "../../src/engine/heap-service.ts";
import type { ChunkDetail, ChunkListing } from "../../src/engine/heap-status-chunks.ts";
import type { AllocationEntry } from "../../src/engine/heap-status-origins.ts";
import type { SpanListing } from "../../src/engine/heap-status-spans.ts";

const WINDOW_MS = Date.UTC(2026, 10, 23, 12);

export const compactionResult: CompactionResult = {
  passCount: 1,
  movedChunkCount: 5,
  movedBytes: 5000,
  inuseBytesBefore: 90_000,
  inuseBytesAfter: 50_000,
  unusedBytesBefore: 41_000,
  unusedBytesAfter: 1000,
  durationSeconds: 0.5,
  longestStepSeconds: 0.003,
};

/** Six windows of one restored series, one that is being ingested, and some garbage. */
export const origins: readonly AllocationEntry[] = [
  entry("ingestion", "made", null, 10, 1280, 0, 0),
  entry("ingestion", "made", WINDOW_MS, 7, 896, 2, 256),
  entry("ingestion", "grown", WINDOW_MS, 5, 1280, 3, 5_000_000_000),
  entry("restore", "made", WINDOW_MS - 14_400_000, 6, 8448, 6, 8448),
  entry("compaction", "remade", WINDOW_MS, 1, 1408, 1, 1408),
  {
    origin: { source: "garbage", kind: "unswept" },
    windowStartMs: null,
    allocatedObjects: 0,
    allocatedBytes: 0,
    inuseObjects: 4,
    inuseBytes: 512,
  },
];

function entry(
  source: "ingestion" | "restore" | "compaction",
  kind: "made" | "grown" | "remade",
  windowStartMs: number | null,
  allocatedObjects: number,
  allocatedBytes: number,
  inuseObjects: number,
  inuseBytes: number,
): AllocationEntry {
  const origin = { source, kind };
  return { origin, windowStartMs, allocatedObjects, allocatedBytes, inuseObjects, inuseBytes };
}

const chunkListing: ChunkListing = {
  isCut: false,
  windowStartsMs: [WINDOW_MS],
  ...{ chunk: [5], series: [2], page: [], slot: [3], window: [0] },
  ...{ origin: [1], samples: [240], bytes: [900], capacity: [1024] },
};

const chunkDetail: ChunkDetail = {
  chunk: 0,
  labels: { __name__: "up", job: "a" },
  address: 0,
  windowStartMs: WINDOW_MS,
  windowEndMs: WINDOW_MS + 14_400_000,
  expiryMs: WINDOW_MS + 8 * 14_400_000,
  origin: "grown",
  sampleCount: 2,
  byteCount: 900,
  capacityBytes: 1024,
  slotBytes: 1024,
  firstTimeMs: WINDOW_MS,
  lastTimeMs: WINDOW_MS + 15_000,
  isHistogram: false,
  timesMs: [WINDOW_MS, WINDOW_MS + 15_000],
  values: ["1", "NaN"],
};

export class FakeHeap implements HeapService {
  readonly asked: string[] = [];
  nextFailure: Error | null = null;

  spans(fromPage: number, limit: number): SpanListing {
    this.asked.push(`spans ${fromPage} ${limit}`);
    return {
      firstPage: 512,
      endPage: 1024,
      nextPage: 700,
      count: 2,
      windowStartsMs: [WINDOW_MS - 14_400_000, WINDOW_MS],
      pages: Uint32Array.of(512, 600),
      pageCounts: Uint32Array.of(1, 5),
      classes: Uint8Array.of(8, 0),
      flags: Uint8Array.of(1, 2),
      slots: Uint16Array.of(63, 1),
      used: Uint16Array.of(60, 1),
      live: Uint16Array.of(40, 0),
      windowsLow: Uint32Array.of(3, 0x8000_0001),
      windowsHigh: Uint32Array.of(0, 2),
      origins: Uint16Array.of(30, 8, 2, 0, 0, 0, 0, 0),
    };
  }

  async chunksBetween(fromPage: number, endPage: number): Promise<ChunkListing> {
    this.asked.push(`chunks ${fromPage} ${endPage}`);
    return { ...chunkListing, page: [fromPage] };
  }

  chunkAt(chunk: number, address: number): ChunkDetail {
    this.asked.push(`chunk ${chunk} ${address}`);
    if (this.nextFailure) throw this.nextFailure;
    return { ...chunkDetail, chunk, address };
  }

  allocationOrigins(): AllocationEntry[] {
    this.asked.push("origins");
    return [...origins];
  }

  async collectHeap(): Promise<void> {
    this.asked.push("collect");
  }

  async compactHeap(): Promise<CompactionResult> {
    this.asked.push("compact");
    if (this.nextFailure) throw this.nextFailure;
    return compactionResult;
  }

  async restart({ capacity, order }: RestartPolicy): Promise<RestartResult> {
    this.asked.push(`restart ${capacity} ${order}`);
    if (this.nextFailure) throw this.nextFailure;
    return {
      capacity,
      order,
      snapshotName: "snapshot-00000007.manifest",
      seriesCount: 10,
      chunkCount: 80,
      sampleCount: 4000,
      snapshotSeconds: 0.1,
      restoreSeconds: 0.2,
    };
  }
}
