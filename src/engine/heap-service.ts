/**
 * What the HTTP layer may ask of the simulated heap, and have done to it.
 *
 * Units: …Seconds durations, …Ms milliseconds since the epoch.
 */
import type { CapacityPolicy } from "../chunk/chunk-restore.ts";
import type { SnapshotOrder } from "../journal/snapshot-format.ts";
import type { CompactionResult } from "./compaction.ts";
import type { ChunkDetail, ChunkListing } from "./heap-status-chunks.ts";
import type { AllocationEntry } from "./heap-status-origins.ts";
import type { SpanListing } from "./heap-status-spans.ts";

/** How the restart of a drill stores and takes back its chunks. */
export interface RestartPolicy {
  readonly capacity: CapacityPolicy;
  readonly order: SnapshotOrder;
}

/** A restart that is over. */
export interface RestartResult extends RestartPolicy {
  readonly snapshotName: string;
  readonly seriesCount: number;
  readonly chunkCount: number;
  readonly sampleCount: number;
  readonly snapshotSeconds: number;
  readonly restoreSeconds: number;
}

export interface HeapService {
  /** Up to `limit` spans from page `fromPage` on, in address order. */
  spans(fromPage: number, limit: number): SpanListing;
  /** The chunks that begin in [fromPage, endPage), found in portions. */
  chunksBetween(fromPage: number, endPage: number): Promise<ChunkListing>;
  /** One chunk. TsdbError NOT_FOUND unless it lies at that address. */
  chunkAt(chunk: number, address: number): ChunkDetail;
  allocationOrigins(): AllocationEntry[];
  /** runtime.GC() in portions: resolves when everything is swept. */
  collectHeap(): Promise<void>;
  /** Packs the chunks of sparse spans; joins a run under way. */
  compactHeap(): Promise<CompactionResult>;
  /**
   * Goes through a restart in the living process: snapshot, empty heap, restore. Answers are those
   * of a restoring service meanwhile. Rejects with UNAVAILABLE unless the service is ready, and as
   * a snapshot does; then nothing has changed.
   */
  restart(policy: RestartPolicy): Promise<RestartResult>;
}
