/**
 * Every figure of the engine at one moment, read together: what metrics and page show.
 *
 * Nothing here is kept up to date; plain fields and columns are copied when asked for. Before the
 * restore there is no store: its figures are those of an empty one.
 *
 * Units: …Bytes bytes, …Seconds seconds (times since the epoch where named so), …Count numbers of
 * things now, …Total counts since the start of the process.
 */
import type { Clock, ClockSteps } from "../base/clock.ts";
import { DurationBuckets } from "../base/duration-buckets.ts";
import { GoHeap } from "../heap/go-heap.ts";
import { rulesOfGoVersion } from "../heap/go-rules.ts";
import { CLASS_COUNT } from "../heap/size-classes.ts";
import { spanOccupancy } from "../heap/span-occupancy.ts";
import type { ClassStats, HeapStats } from "../heap/stats.ts";
import { APPEND_REASONS, AppendCode } from "../series/append-code.ts";
import { EXEMPLAR_REASONS, ExemplarCode } from "../series/exemplar-code.ts";
import type { Engine } from "./engine.ts";
import { type HeapStatus, heapStatus, NO_HEAP } from "./heap-status.ts";
import type { RestoreFigures } from "./persistence.ts";
import type { Store } from "./store.ts";

/** Samples or exemplars that were refused for one reason. */
export interface RefusedSamples {
  readonly reason: string;
  readonly total: number;
}

/** What the store holds and has done. */
export interface StoreReading {
  readonly seriesCount: number;
  readonly seriesCreatedTotal: number;
  readonly seriesRemovedTotal: number;
  readonly labelPairCount: number;
  readonly chunkCount: number;
  readonly sampleCount: number;
  readonly windowCount: number;
  readonly purgedChunkTotal: number;
  readonly limitRefusalTotal: number;
}

/** Exemplars held, and what became of those that were sent. */
export interface ExemplarReading {
  readonly count: number;
  readonly seriesCount: number;
  readonly max: number;
  /** Time of the oldest one held, 0 when none is. */
  readonly oldestTimeSeconds: number;
  readonly storedTotal: number;
  readonly unchangedTotal: number;
  readonly refused: readonly RefusedSamples[];
}

/** Snapshots written by this process; the last… are zeros before the first. */
export interface SnapshotReading {
  readonly writtenTotal: number;
  readonly failedTotal: number;
  readonly lastTimeSeconds: number;
  readonly lastBytes: number;
  readonly lastDurationSeconds: number;
  readonly lastChunkCount: number;
  readonly lastSampleCount: number;
}

/** Blocks handed over by this process. */
export interface ExportReading {
  readonly writtenTotal: number;
  readonly failedTotal: number;
}

/** A restore of this process; zeros when there was nothing to restore. */
export interface RestoreReading {
  /** When it was over; 0 when there was none. */
  readonly timeSeconds: number;
  /** Its policy, "" when there was none; the order is "" also when no snapshot could be read. */
  readonly capacity: string;
  readonly order: string;
  readonly durationSeconds: number;
  readonly chunkCount: number;
  readonly sampleCount: number;
  readonly seriesCount: number;
  readonly damageCount: number;
}

/** The journal of this process; zeros before it is open. */
export interface JournalReading {
  readonly recordTotal: number;
  readonly sampleTotal: number;
  readonly byteTotal: number;
  readonly failureTotal: number;
  readonly syncDurations: DurationBuckets;
  readonly isFailing: boolean;
  readonly segmentCount: number;
  readonly tailSampleCount: number;
  readonly replayedSampleTotal: number;
  readonly damageTotal: number;
}

export interface EngineReading {
  readonly goVersion: string;
  readonly heap: HeapStats;
  /** By size class; 0 is the large objects. */
  readonly classes: readonly ClassStats[];
  /** Spans by tenths of their slots that are live. */
  readonly spanOccupancy: Float64Array;
  readonly heapStatus: HeapStatus;
  readonly samplesStoredTotal: number;
  readonly histogramsStoredTotal: number;
  readonly samplesUnchangedTotal: number;
  readonly refused: readonly RefusedSamples[];
  readonly metadataFamilyCount: number;
  readonly clock: ClockSteps;
  readonly store: StoreReading;
  readonly exemplars: ExemplarReading;
  readonly snapshot: SnapshotReading;
  /** The last restore. */
  readonly restore: RestoreReading;
  /** The last restores, oldest first. */
  readonly restores: readonly RestoreReading[];
  readonly journal: JournalReading;
  readonly exports: ExportReading;
}

const NO_STEPS: ClockSteps = { seenCount: 0, adoptedCount: 0, stepMs: 0 };
const EMPTY_STORE: StoreReading = {
  seriesCount: 0,
  seriesCreatedTotal: 0,
  seriesRemovedTotal: 0,
  labelPairCount: 0,
  chunkCount: 0,
  sampleCount: 0,
  windowCount: 0,
  purgedChunkTotal: 0,
  limitRefusalTotal: 0,
};
const NO_SYNCS = new DurationBuckets([]);
const NOTHING_RESTORED: RestoreReading = {
  timeSeconds: 0,
  capacity: "",
  order: "",
  durationSeconds: 0,
  chunkCount: 0,
  sampleCount: 0,
  seriesCount: 0,
  damageCount: 0,
};

const NO_EXPORTS: ExportReading = { writtenTotal: 0, failedTotal: 0 };

function storeReading({ head, chunks, limitRefusalCount }: Store, windowCount: number) {
  const { index } = head;
  return {
    seriesCount: index.series.liveCount,
    seriesCreatedTotal: index.createdCount,
    seriesRemovedTotal: index.removedCount,
    labelPairCount: index.pairs.liveCount,
    chunkCount: chunks.count,
    sampleCount: head.sampleCount,
    windowCount,
    purgedChunkTotal: head.purgedChunkCount,
    limitRefusalTotal: limitRefusalCount,
  };
}

function exemplarReading(store: Store | null): ExemplarReading {
  const ring = store?.head.exemplars;
  const counts = store?.ingest.exemplars.counts;
  return {
    count: ring?.count ?? 0,
    seriesCount: ring?.seriesCount ?? 0,
    max: ring?.capacity ?? 0,
    oldestTimeSeconds: (ring?.oldestTimeMs ?? 0) / 1000,
    storedTotal: counts?.[ExemplarCode.stored] ?? 0,
    unchangedTotal: counts?.[ExemplarCode.unchanged] ?? 0,
    refused: EXEMPLAR_REASONS.map(([code, reason]) => ({ reason, total: counts?.[code] ?? 0 })),
  };
}

function snapshotReading({ persistence }: Engine): SnapshotReading {
  const { failedTotal, last, lastTimeSeconds, writtenTotal } = persistence.snapshots;
  return {
    writtenTotal,
    failedTotal,
    lastTimeSeconds,
    lastBytes: last?.bytes ?? 0,
    lastDurationSeconds: last?.durationSeconds ?? 0,
    lastChunkCount: last?.counts.chunks ?? 0,
    lastSampleCount: last?.counts.samples ?? 0,
  };
}

function restoreReading(restored: RestoreFigures): RestoreReading {
  const { capacity, chunkCount, damage, durationSeconds, order, sampleCount } = restored;
  return {
    timeSeconds: restored.timeMs / 1000,
    capacity,
    order: order ?? "",
    durationSeconds,
    chunkCount,
    sampleCount,
    seriesCount: restored.seriesCount,
    damageCount: damage.length,
  };
}

function journalReading({ persistence: { journal } }: Engine): JournalReading {
  const { output, replayed, segmentCount, tailSampleCount } = journal;
  return {
    recordTotal: output?.figures.recordsTotal ?? 0,
    sampleTotal: output?.figures.samplesTotal ?? 0,
    byteTotal: output?.figures.bytesTotal ?? 0,
    failureTotal: output?.figures.failuresTotal ?? 0,
    syncDurations: output?.figures.syncDurations ?? NO_SYNCS,
    isFailing: output !== null && output.failure !== null,
    segmentCount,
    tailSampleCount,
    replayedSampleTotal: replayed.sampleCount,
    damageTotal: replayed.damage.length,
  };
}

/** Reads the figures of an engine, before and after its restore. */
export class EngineReader {
  private readonly engine: Engine;
  private readonly goVersion: string;
  private readonly clock: Clock;
  private readonly emptyHeap: GoHeap;

  /** The heap settings are those of the engine's store: they show while there is none. */
  constructor(
    engine: Engine,
    goVersion: string,
    gogcPercent: number | null,
    limitBytes: number,
    clock: Clock,
  ) {
    this.engine = engine;
    this.clock = clock;
    this.goVersion = goVersion;
    const rules = rulesOfGoVersion(goVersion);
    this.emptyHeap = new GoHeap({ rules, gogcPercent, limitBytes, memory: null, clock });
  }

  read(): EngineReading {
    const { engine, goVersion } = this;
    const restores = engine.persistence.restores.map(restoreReading);
    const store = engine.hasStore ? engine.store : null;
    const heap = store?.heap ?? this.emptyHeap;
    const counts = engine.sampleCounts;
    const refused: RefusedSamples[] = [];
    for (let code = AppendCode.unchanged + 1; code < counts.length; code++) {
      refused.push({ reason: APPEND_REASONS[code]?.label ?? "", total: counts[code] ?? 0 });
    }
    return {
      goVersion,
      heap: heap.stats(),
      classes: Array.from({ length: CLASS_COUNT }, (_, sizeClass) => heap.classStats(sizeClass)),
      spanOccupancy: spanOccupancy(heap),
      heapStatus: store === null ? NO_HEAP : heapStatus(store),
      samplesStoredTotal: counts[AppendCode.stored] ?? 0,
      histogramsStoredTotal: store?.ingest.histogramCount ?? 0,
      samplesUnchangedTotal: counts[AppendCode.unchanged] ?? 0,
      refused,
      metadataFamilyCount: engine.metadata().size,
      clock: this.clock.steps?.() ?? NO_STEPS,
      store: store === null ? EMPTY_STORE : storeReading(store, engine.windows().length),
      exemplars: exemplarReading(store),
      snapshot: snapshotReading(engine),
      restore: restores.at(-1) ?? NOTHING_RESTORED,
      restores,
      journal: journalReading(engine),
      exports: engine.exports ?? NO_EXPORTS,
    };
  }
}
