/**
 * The engine: one writer over one store, restored at the start, written to disk while it runs.
 *
 * Life: open() takes the directory; restore() fills the store and starts the heartbeat; close()
 * stops it, writes a last snapshot and lets the directory go. restart() does in the living process
 * what a stop and a start would have done to the heap.
 *
 * I1  Nothing is written or queried while the store is restored (state "restoring").
 * I2  Everything that changes the store runs on this thread, in portions between requests.
 *
 * Units: …Ms milliseconds.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { type Delay, systemDelay } from "../base/delay.ts";
import type { Disk, DiskLock } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { nextTurn, type Slices } from "../base/slices.ts";
import { type SeriesRef, windowStart } from "../base/units.ts";
import type { TimeIntervals } from "../chunk/time-intervals.ts";
import { APPEND_CODE_COUNT } from "../series/append-code.ts";
import { exemplarsOf, type SeriesExemplars } from "../series/exemplar-queries.ts";
import { HeadSource } from "../series/head-source.ts";
import { labelNames, labelValues, ofLabelSets, type Selectors } from "../series/label-queries.ts";
import type { LabelSetList } from "../series/label-sets.ts";
import type { Intake } from "../wire/intake.ts";
import type { WriteBatch } from "../wire/write-batch.ts";
import type { ExportFigures } from "./block-export.ts";
import type { CompactionResult } from "./compaction.ts";
import { headStatus } from "./head-status.ts";
import { collectInSteps } from "./heap-collection.ts";
import type { HeapService, RestartPolicy, RestartResult } from "./heap-service.ts";
import {
  type ChunkDetail,
  type ChunkListing,
  chunkDetail,
  listChunks,
} from "./heap-status-chunks.ts";
import { type AllocationEntry, allocationOrigins } from "./heap-status-origins.ts";
import { listSpans, type SpanListing } from "./heap-status-spans.ts";
import type { JournalSettings } from "./journal-keeper.ts";
import { MetadataStore } from "./metadata-store.ts";
import { Persistence, type PersistenceSettings } from "./persistence.ts";
import { deleteSelected } from "./series-deletion.ts";
import type {
  HeadStatus,
  MetricMetadata,
  RestoreProgress,
  Service,
  ServiceState,
  SnapshotResult,
  WindowStatus,
  WriteOutcome,
} from "./service.ts";
import { type SeriesSelection, SortedSeries } from "./sorted-series.ts";
import { Store, type StoreSettings } from "./store.ts";
import { type PeriodicTask, Ticker } from "./ticker.ts";

/** Where snapshots and journal lie in the data directory. */
export const SNAPSHOTS_DIRECTORY = "snapshots";
export const JOURNAL_DIRECTORY = "journal";
/** How often it is looked whether the journal has grown too long. */
const JOURNAL_LOOK_MS = 1000;

export interface EngineSettings {
  readonly store: StoreSettings;
  readonly storagePath: string;
  readonly snapshotIntervalMs: number;
  readonly snapshotOrder: PersistenceSettings["order"];
  readonly restoreCapacity: PersistenceSettings["capacity"];
  readonly journalSync: JournalSettings["sync"];
  readonly journalSyncIntervalMs: number;
  /** A snapshot is written when a restart would have to replay more samples than this. */
  readonly replaySamplesMax: number;
}

export class Engine implements Service, HeapService {
  readonly persistence: Persistence;
  /** Blocks that were handed over; null when none are to be. */
  exports: ExportFigures | null = null;
  private readonly settings: EngineSettings;
  private readonly clock: Clock;
  private readonly lock: DiskLock;
  private readonly ticker: Ticker;
  private current: Store | null = null;
  private families = new MetadataStore();
  private life: ServiceState = "restoring";
  private restarting: Promise<RestartResult> | null = null;

  private constructor(
    settings: EngineSettings,
    disk: Disk,
    clock: Clock,
    log: Log,
    lock: DiskLock,
    delay: Delay,
  ) {
    this.settings = settings;
    this.clock = clock;
    this.lock = lock;
    const { windowMs, windowCount, goVersion, seed } = settings.store;
    const configuration = { chunkWindowMs: windowMs, chunksPerSeries: windowCount, goVersion };
    const persistence = {
      path: `${settings.storagePath}/${SNAPSHOTS_DIRECTORY}`,
      configuration,
      order: settings.snapshotOrder,
      shuffleSeed: seed,
      capacity: settings.restoreCapacity,
      journal: {
        path: `${settings.storagePath}/${JOURNAL_DIRECTORY}`,
        sync: settings.journalSync,
        syncIntervalMs: settings.journalSyncIntervalMs,
      },
    };
    this.persistence = new Persistence(persistence, disk, clock, log, delay);
    this.ticker = new Ticker(clock, log, () => this.store.work(), delay);
    this.ticker.add({
      name: "snapshot",
      intervalMs: settings.snapshotIntervalMs,
      run: () => this.snapshot(),
    });
    this.ticker.add({
      name: "snapshot of a long journal",
      intervalMs: JOURNAL_LOOK_MS,
      run: () => this.shortenJournal(),
    });
  }

  /** Takes the data directory. TsdbError DATA_DIRECTORY_IN_USE while another process has it. */
  static async open(
    settings: EngineSettings,
    disk: Disk,
    clock: Clock,
    log: Log,
    delay: Delay = systemDelay,
  ): Promise<Engine> {
    await disk.makeDirectory(settings.storagePath);
    const lock = await disk.lock(`${settings.storagePath}/lock`);
    return new Engine(settings, disk, clock, log, lock, delay);
  }

  /** Restores the store and starts the heartbeat. */
  async restore(): Promise<void> {
    const newStore = () => new Store(this.settings.store, this.clock);
    const { store, metadata } = await this.persistence.restore(newStore);
    this.current = store;
    this.families = metadata;
    if (this.life !== "restoring") return;
    this.life = "ready";
    this.ticker.start();
  }

  /** Adds something to be done every so often while the engine runs. */
  every(task: PeriodicTask): void {
    this.ticker.add(task);
  }

  /** Stops the heartbeat, writes a last snapshot if there is something to keep, lets go. */
  async close(): Promise<void> {
    const restored = this.life === "ready" || this.restarting !== null;
    this.life = "stopping";
    await this.restarting?.catch(() => null);
    await this.ticker.stop();
    this.current?.abandon();
    try {
      if (restored && this.current !== null) await this.snapshot();
    } finally {
      await this.persistence.journal.close().finally(() => this.lock.release());
    }
  }

  get state(): ServiceState {
    return this.life;
  }

  /** The store; there is none before it is restored. */
  get store(): Store {
    assert(this.current !== null, "the store is not restored yet");
    return this.current;
  }

  /** Whether there is a store to look at. */
  get hasStore(): boolean {
    return this.current !== null;
  }

  /** Samples so far by AppendCode; zeros before the restore. */
  get sampleCounts(): Float64Array {
    return this.current?.ingest.counts ?? new Float64Array(APPEND_CODE_COUNT);
  }

  restoreProgress(): RestoreProgress {
    return this.persistence.progress();
  }

  get intake(): Intake {
    return this.store.intake;
  }

  write(batch: WriteBatch): WriteOutcome {
    if (this.life === "restoring") throw new TsdbError("UNAVAILABLE", "the store is restoring");
    const { writes } = this.persistence.journal;
    writes.begin(this.clock.nowMs());
    const outcome = this.store.write(batch);
    this.families.apply(batch, (name, metadata) => writes.family(name, metadata));
    writes.end();
    return outcome;
  }

  written(): Promise<void> | null {
    return this.persistence.journal.output?.written() ?? null;
  }

  keepMetadata(name: string, metadata: MetricMetadata): void {
    if (!this.families.set(name, metadata)) return;
    this.store.intake.forgetFamily(name);
    const { writes } = this.persistence.journal;
    writes.begin(this.clock.nowMs());
    writes.family(name, metadata);
    writes.end();
  }

  source(): HeadSource {
    return new HeadSource(this.store.head);
  }

  sortedSeries(selection: SeriesSelection, slices: Slices): Promise<SortedSeries> {
    return SortedSeries.open(this.store.head, selection, slices);
  }

  series<Answer>(
    selectors: Selectors,
    fromMs: number,
    toMs: number,
    slices: Slices,
    answer: (sets: LabelSetList) => Promise<Answer>,
  ): Promise<Answer> {
    return ofLabelSets(this.store.head, { selectors, fromMs, toMs }, slices, answer);
  }

  labelNames(
    selectors: Selectors,
    fromMs: number,
    toMs: number,
    slices: Slices,
  ): Promise<readonly string[]> {
    return labelNames(this.store.head, { selectors, fromMs, toMs }, slices);
  }

  labelValues(
    name: string,
    selectors: Selectors,
    fromMs: number,
    toMs: number,
    slices: Slices,
  ): Promise<readonly string[]> {
    return labelValues(this.store.head, name, { selectors, fromMs, toMs }, slices);
  }

  exemplars(
    selectors: Selectors,
    fromMs: number,
    toMs: number,
    slices: Slices,
  ): Promise<readonly SeriesExemplars[]> {
    return exemplarsOf(this.store.head, selectors, fromMs, toMs, slices);
  }

  metadata(): ReadonlyMap<string, MetricMetadata> {
    return this.families.families;
  }

  async deleteSeries(selectors: Selectors, fromMs: number, toMs: number): Promise<number> {
    this.requireReady();
    const { writes } = this.persistence.journal;
    writes.begin(this.clock.nowMs());
    // Others write between two portions: each portion is a record of its own.
    const pause = async () => {
      writes.end();
      await nextTurn();
      writes.begin(this.clock.nowMs());
    };
    const onDeleted = (series: SeriesRef, stretch: TimeIntervals) =>
      writes.deletion(series, stretch[0]!, stretch[1]!);
    const { head } = this.store;
    const count = await deleteSelected(head, selectors, fromMs, toMs, pause, onDeleted);
    writes.end();
    await this.written();
    return count;
  }

  async cleanTombstones(): Promise<void> {
    this.requireReady();
    await this.store.cleaning.start();
    if (this.current !== null) await this.collectHeap();
  }

  headStatus(limit: number, slices: Slices): Promise<HeadStatus> {
    return headStatus(this.store.head, limit, slices);
  }

  /** Windows that are kept and hold chunks, oldest first. */
  windows(): WindowStatus[] {
    const { head } = this.store;
    const kept = head.windows.numbers().filter((w) => w * head.windowMs >= head.oldestStartMs);
    return kept.map((window) => {
      const startMs = windowStart(window, head.windowMs);
      const endMs = startMs + head.windowMs;
      return { startMs, endMs, chunkCount: head.windows.countOf(window) };
    });
  }

  spans(fromPage: number, limit: number): SpanListing {
    return listSpans(this.store, fromPage, limit);
  }

  chunksBetween(fromPage: number, endPage: number): Promise<ChunkListing> {
    return listChunks(this.store, fromPage, endPage, nextTurn);
  }

  chunkAt(chunk: number, address: number): ChunkDetail {
    return chunkDetail(this.store, chunk, address);
  }

  allocationOrigins(): AllocationEntry[] {
    return allocationOrigins(this.store);
  }

  collectHeap(): Promise<void> {
    return collectInSteps(this.store.heap, nextTurn);
  }

  async compactHeap(): Promise<CompactionResult> {
    this.requireReady();
    return this.store.compaction.start();
  }

  async restart(policy: RestartPolicy): Promise<RestartResult> {
    this.requireReady();
    this.life = "restoring";
    this.restarting = this.goThroughRestart(policy);
    try {
      return await this.restarting;
    } finally {
      this.restarting = null;
    }
  }

  async snapshot(): Promise<SnapshotResult> {
    const summary = await this.persistence.write(this.store, this.families);
    return {
      name: summary.name,
      seriesCount: summary.counts.series,
      chunkCount: summary.counts.chunks,
      bytes: summary.bytes,
      durationSeconds: summary.durationSeconds,
    };
  }

  private requireReady(): void {
    if (this.life !== "ready") throw new TsdbError("UNAVAILABLE", `the service is ${this.life}`);
  }

  /** Writes a snapshot when a restart would have to replay too much, and none is under way. */
  private async shortenJournal(): Promise<void> {
    const { persistence, settings } = this;
    if (persistence.isWriting) return;
    if (persistence.journal.tailSampleCount > settings.replaySamplesMax) await this.snapshot();
  }

  private async goThroughRestart({ capacity, order }: RestartPolicy): Promise<RestartResult> {
    await this.ticker.stop();
    try {
      const { name, counts, durationSeconds } = await this.persistence.write(
        this.store,
        this.families,
        order,
      );
      this.store.abandon();
      this.current = null;
      const newStore = () => new Store(this.settings.store, this.clock);
      const { store, metadata } = await this.persistence.restore(newStore, capacity);
      this.current = store;
      this.families = metadata;
      return {
        capacity,
        order,
        snapshotName: name,
        seriesCount: store.head.index.series.liveCount,
        chunkCount: store.chunks.count,
        sampleCount: counts.samples,
        snapshotSeconds: durationSeconds,
        restoreSeconds: this.persistence.restored?.durationSeconds ?? 0,
      };
    } finally {
      if (this.life === "restoring" && this.current !== null) {
        this.life = "ready";
        this.ticker.start();
      }
    }
  }
}
