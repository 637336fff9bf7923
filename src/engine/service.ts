/**
 * What the HTTP layer and the metrics see of the engine: one interface, so that both can be tested
 * against a fake and nothing of the engine's inside leaks into a route.
 *
 * Units: every …Ms is milliseconds since the epoch, every …Seconds a duration, every …Bytes bytes.
 */
import type { Slices } from "../base/slices.ts";
import type { SeriesSource } from "../promql/series-source.ts";
import type { SeriesExemplars } from "../series/exemplar-queries.ts";
import type { LabelSetList } from "../series/label-sets.ts";
import type { Matcher } from "../series/matcher.ts";
import type { Intake } from "../wire/intake.ts";
import type { WriteBatch } from "../wire/write-batch.ts";
import type { SeriesSelection, SortedSeries } from "./sorted-series.ts";

/** One kind of refusal met in a request: how often, and the first case in words. */
export interface Refusal {
  readonly reason: string;
  readonly count: number;
  readonly first: string;
}

/** What became of the exemplars of one write request. */
export interface ExemplarOutcome {
  /** Stored, or the same as the newest of their series. */
  readonly exemplarsWritten: number;
  /** Those that do not come after the newest of their series; null for none. */
  readonly lateExemplars: Refusal | null;
}

/** What became of one write request. Refused samples never take accepted ones with them. */
export interface WriteOutcome extends ExemplarOutcome {
  /** Histograms among them. */
  readonly samplesStored: number;
  readonly histogramsStored: number;
  readonly samplesUnchanged: number;
  readonly refusals: readonly Refusal[];
}

/** The life of the service as seen from outside. */
export type ServiceState = "restoring" | "ready" | "stopping";

/** Progress of a restore: counts of snapshot blocks, as /api/v1/status/walreplay shows them. */
export interface RestoreProgress {
  readonly min: number;
  readonly max: number;
  readonly current: number;
}

/** One metric family's metadata, as sent by remote write. */
export interface MetricMetadata {
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

/** A name with a figure, for the cardinality lists of /api/v1/status/tsdb. */
export interface NamedCount {
  readonly name: string;
  readonly value: number;
}

/** Figures of /api/v1/status/tsdb. Times are null when the store is empty. */
export interface HeadStatus {
  readonly seriesCount: number;
  readonly labelPairCount: number;
  readonly chunkCount: number;
  readonly minTimeMs: number | null;
  readonly maxTimeMs: number | null;
  readonly seriesCountByMetricName: readonly NamedCount[];
  readonly labelValueCountByLabelName: readonly NamedCount[];
  readonly memoryInBytesByLabelName: readonly NamedCount[];
  readonly seriesCountByLabelValuePair: readonly NamedCount[];
}

/** One 4-hour window held by the store. */
export interface WindowStatus {
  readonly startMs: number;
  readonly endMs: number;
  readonly chunkCount: number;
}

/** Outcome of a finished snapshot. */
export interface SnapshotResult {
  readonly name: string;
  readonly seriesCount: number;
  readonly chunkCount: number;
  readonly bytes: number;
  readonly durationSeconds: number;
}

/** The store as the HTTP layer drives it. */
export interface Service {
  readonly state: ServiceState;
  restoreProgress(): RestoreProgress;
  /** Reads request bodies: batches made by it are stored quicker than others. */
  readonly intake: Intake;
  /**
   * Stores a scanned request. Throws TsdbError HEAP_LIMIT or JOURNAL_FAILED when nothing of it was
   * stored. It may be acknowledged when written() has settled.
   */
  write(batch: WriteBatch): WriteOutcome;
  /**
   * Settles when everything stored so far is in the journal, rejects with JOURNAL_FAILED when it is
   * not; null when there is nothing to wait for.
   */
  written(): Promise<void> | null;
  /** The samples, for the query engine. */
  source(): SeriesSource;
  /** Series sorted by labels, chunks and samples as of now; the caller closes what it gets. */
  sortedSeries(selection: SeriesSelection, slices: Slices): Promise<SortedSeries>;
  /**
   * What `answer` makes of the label sets, sorted, that match any of the selectors and have samples
   * in [fromMs, toMs]. They are valid until it has settled.
   */
  series<Answer>(
    selectors: readonly (readonly Matcher[])[],
    fromMs: number,
    toMs: number,
    slices: Slices,
    answer: (sets: LabelSetList) => Promise<Answer>,
  ): Promise<Answer>;
  /** Label names, sorted by bytes; no selectors = all series. */
  labelNames(
    selectors: readonly (readonly Matcher[])[],
    fromMs: number,
    toMs: number,
    slices: Slices,
  ): Promise<readonly string[]>;
  /** Values of a label, sorted by bytes; no selectors = all series. */
  labelValues(
    name: string,
    selectors: readonly (readonly Matcher[])[],
    fromMs: number,
    toMs: number,
    slices: Slices,
  ): Promise<readonly string[]>;
  /** Exemplars in [fromMs, toMs] of the series that match any of the selectors. */
  exemplars(
    selectors: readonly (readonly Matcher[])[],
    fromMs: number,
    toMs: number,
    slices: Slices,
  ): Promise<readonly SeriesExemplars[]>;
  metadata(): ReadonlyMap<string, MetricMetadata>;
  headStatus(limit: number, slices: Slices): Promise<HeadStatus>;
  windows(): WindowStatus[];
  /** Deletes what the selected series have in [fromMs, toMs]; how many series lost something. */
  deleteSeries(
    selectors: readonly (readonly Matcher[])[],
    fromMs: number,
    toMs: number,
  ): Promise<number>;
  /** Takes deleted samples out of the heap; resolves when none is left and it was collected. */
  cleanTombstones(): Promise<void>;
  /** Writes a snapshot now. Rejects with TsdbError SNAPSHOT_RUNNING or DISK_FAILED. */
  snapshot(): Promise<SnapshotResult>;
}
