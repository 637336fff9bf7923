/**
 * What metrics and page see of the engine: every figure of one moment, read together.
 *
 * The engine fills it from plain fields and columns when asked; nothing here is kept up to date.
 *
 * Units: …Bytes bytes, …Seconds seconds (times since the epoch), …Count numbers of things now,
 * …Total counts since the start.
 */

/** The simulated heap as runtime/metrics and MemStats would tell it. */
export interface HeapReading {
  readonly goVersion: string;
  /** GOGC, null when off. */
  readonly gogcPercent: number | null;
  /** Memory limit, 0 for none. */
  readonly limitBytes: number;
  /** Bytes of objects as runtime/metrics has them: without what cached spans handed out. */
  readonly objectBytes: number;
  /** Bytes of objects as ReadMemStats has them. */
  readonly exactObjectBytes: number;
  readonly liveBytes: number;
  readonly allocatedBytesTotal: number;
  readonly mallocTotal: number;
  readonly freeTotal: number;
  readonly inUseBytes: number;
  readonly idleBytes: number;
  readonly releasedBytes: number;
  readonly spanRecordBytes: number;
  readonly spanRecordSystemBytes: number;
  readonly cacheRecordBytes: number;
  readonly cacheRecordSystemBytes: number;
  readonly metadataBytes: number;
  readonly otherBytes: number;
  readonly nextCycleBytes: number;
  readonly lastCycleSeconds: number;
  readonly cycleTotal: number;
  readonly pauseTotal: number;
  readonly pauseSumSeconds: number;
  /** Minimum, quartiles and maximum of the last pauses. */
  readonly pauseQuantilesSeconds: readonly number[];
  readonly largeBytes: number;
  readonly touchedBytes: number;
  readonly classes: readonly ClassReading[];
}

/** One size class of the simulated heap. */
export interface ClassReading {
  readonly slotBytes: number;
  readonly spanCount: number;
  readonly slotsUsed: number;
  readonly slotsFree: number;
  /** Bytes of its spans that hold no object: free slots and tails. */
  readonly unusedBytes: number;
}

/** Samples that were refused for one reason. */
export interface RefusedReading {
  readonly reason: string;
  readonly total: number;
}

/** Snapshots written by this process. */
export interface SnapshotReading {
  readonly writtenTotal: number;
  readonly failedTotal: number;
  /** Of the last one written; zeros before the first. */
  readonly lastSeconds: number;
  readonly lastBytes: number;
  readonly lastDurationSeconds: number;
  readonly lastChunkCount: number;
}

/** The restore at the start of this process. */
export interface RestoreReading {
  readonly durationSeconds: number;
  readonly chunkCount: number;
  readonly seriesCount: number;
}

export interface EngineReading {
  readonly heap: HeapReading;
  readonly samplesStoredTotal: number;
  readonly samplesUnchangedTotal: number;
  readonly refused: readonly RefusedReading[];
  readonly limitRefusalTotal: number;
  readonly seriesCount: number;
  readonly seriesCreatedTotal: number;
  readonly labelPairCount: number;
  readonly chunkCount: number;
  readonly sampleCount: number;
  readonly windowCount: number;
  readonly purgedChunkTotal: number;
  readonly snapshot: SnapshotReading;
  readonly restore: RestoreReading;
}
