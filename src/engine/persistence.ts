/**
 * The store's life on disk: restored at the start, written as snapshots while it runs.
 *
 * Units: …Ms milliseconds, …Seconds durations (times since the epoch where named so), …Bytes bytes.
 */
import type { Clock } from "../base/clock.ts";
import { type Delay, systemDelay } from "../base/delay.ts";
import type { Disk } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { nextTurn } from "../base/slices.ts";
import type { WindowNumber } from "../base/units.ts";
import type { CapacityPolicy } from "../chunk/chunk-restore.ts";
import { type DamageReport, type RestoreOutcome, restoreNewest } from "../journal/restore.ts";
import { SnapshotDirectory } from "../journal/snapshot-directory.ts";
import type { SnapshotOrder } from "../journal/snapshot-format.ts";
import type { SnapshotConfiguration } from "../journal/snapshot-manifest.ts";
import type { Progress } from "../journal/snapshot-reader.ts";
import { type SnapshotSummary, SnapshotWriter } from "../journal/snapshot-writer.ts";
import { filesAsRestored, type WindowFile } from "../journal/window-files.ts";
import { JournalKeeper, type JournalMark, type JournalSettings } from "./journal-keeper.ts";
import { MetadataStore } from "./metadata-store.ts";
import type { RestoreProgress } from "./service.ts";
import type { Store } from "./store.ts";
import { StoreRestore } from "./store-restore.ts";
import { snapshotSource } from "./store-snapshot.ts";

/** Longest stretch that writing a snapshot keeps the thread: milliseconds. */
const SLICE_MS = 3;
const PROGRESS_LOG_MS = 2000;
/** Restores that are remembered. */
const RESTORES_MAX = 20;
/** Longest stretch that replaying the journal keeps the thread: milliseconds. */
const REPLAY_SLICE_MS = 20;

export interface PersistenceSettings {
  /** Directory of the snapshots. */
  readonly path: string;
  readonly configuration: SnapshotConfiguration;
  readonly order: SnapshotOrder;
  readonly shuffleSeed: number;
  readonly capacity: CapacityPolicy;
  readonly journal: JournalSettings;
}

/** Snapshots of this process. */
export interface SnapshotFigures {
  writtenTotal: number;
  failedTotal: number;
  lastTimeSeconds: number;
  last: SnapshotSummary | null;
}

/** A restore of this process. */
export interface RestoreFigures {
  /** When it was over, since the epoch. */
  readonly timeMs: number;
  readonly capacity: CapacityPolicy;
  /** Order of the chunks in the snapshot; null when none could be read. */
  readonly order: SnapshotOrder | null;
  readonly durationSeconds: number;
  readonly chunkCount: number;
  readonly sampleCount: number;
  readonly seriesCount: number;
  readonly damage: readonly DamageReport[];
}

export class Persistence {
  readonly snapshots: SnapshotFigures = {
    writtenTotal: 0,
    failedTotal: 0,
    lastTimeSeconds: 0,
    last: null,
  };
  /** The last restores of this process, oldest first; none where there was nothing to restore. */
  readonly restores: RestoreFigures[] = [];
  readonly journal: JournalKeeper;
  private readonly settings: PersistenceSettings;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly directory: SnapshotDirectory;
  private readonly writer: SnapshotWriter;
  private blocksDone = 0;
  private blocksTotal = 0;

  constructor(
    settings: PersistenceSettings,
    disk: Disk,
    clock: Clock,
    log: Log,
    delay: Delay = systemDelay,
  ) {
    this.settings = settings;
    this.clock = clock;
    this.log = log;
    this.directory = new SnapshotDirectory(disk, settings.path);
    this.journal = new JournalKeeper(settings.journal, disk, clock, log, delay);
    this.writer = new SnapshotWriter({
      directory: this.directory,
      configuration: settings.configuration,
      order: settings.order,
      shuffleSeed: settings.shuffleSeed,
      clock,
      pause: nextTurn,
      sliceMs: SLICE_MS,
    });
  }

  /** The last restore; null until one was tried, and when there was nothing to restore. */
  get restored(): RestoreFigures | null {
    return this.restores.at(-1) ?? null;
  }

  /** Whether a snapshot is being written. */
  get isWriting(): boolean {
    return this.writer.isWriting;
  }

  /** Blocks read so far and in all. */
  progress(): RestoreProgress {
    return { min: 0, max: this.blocksTotal, current: this.blocksDone };
  }

  /**
   * Restores the newest whole snapshot and what the journal has since, into a store that `newStore`
   * makes; then the journal takes what the store accepts. Throws TsdbError SNAPSHOT_INCOMPATIBLE or
   * JOURNAL_INCOMPATIBLE rather than read a store of another kind.
   */
  async restore(
    newStore: () => Store,
    capacity = this.settings.capacity,
  ): Promise<{ store: Store; metadata: MetadataStore }> {
    const startedMs = this.clock.monotonicMs();
    const newTarget = () => new StoreRestore(newStore(), new MetadataStore(), capacity);
    let files: ReadonlyMap<number, WindowFile> = new Map();
    const outcome = await restoreNewest({
      directory: this.directory,
      configuration: this.settings.configuration,
      newTarget,
      onProgress: this.progressReport(startedMs),
      replay: (target, { journalPosition }, { wholeFiles }) => {
        const { windows } = target.store.head;
        files = filesAsRestored(wholeFiles, (window) => windows.changeOf(window as WindowNumber));
        return this.replay(target, journalPosition);
      },
    });
    const target = outcome.kind === "restored" ? outcome.target : newTarget();
    if (outcome.kind !== "restored") {
      await this.replay(target, 0);
      target.finish();
    }
    const mark = await this.endOfSnapshots();
    await this.journal.open(target.store, mark, target.numbers.last);
    if (outcome.kind === "restored" && files.size > 0) {
      const source = snapshotSource(target.store, target.metadata);
      this.writer.adopt(source, outcome.manifest.numbering, files);
    }
    this.noteRestore(outcome, target, capacity, startedMs);
    return target;
  }

  /** Keeps and tells what a restore that began at `startedMs` found. */
  private noteRestore(
    outcome: RestoreOutcome<StoreRestore>,
    { store }: StoreRestore,
    capacity: CapacityPolicy,
    startedMs: number,
  ): void {
    if (outcome.kind === "empty") return;
    this.reportDamage(outcome.damage);
    if (outcome.kind === "unreadable") {
      const nothing = { chunkCount: 0, sampleCount: 0, seriesCount: 0, order: null };
      this.remember({ ...nothing, capacity, ...this.timed(startedMs), damage: outcome.damage });
      return;
    }
    const { chunks, samples } = outcome.counts;
    const seriesCount = store.head.index.series.liveCount;
    const timed = this.timed(startedMs);
    this.remember({
      ...timed,
      capacity,
      order: outcome.manifest.order,
      chunkCount: chunks,
      sampleCount: samples,
      seriesCount,
      damage: outcome.damage,
    });
    const { durationSeconds } = timed;
    this.log.info(
      { chunks, samples, series: seriesCount, seconds: durationSeconds },
      `restored ${chunks} chunks of ${seriesCount} series in ${durationSeconds.toFixed(2)} s`,
    );
  }

  private remember(restore: RestoreFigures): void {
    this.restores.push(restore);
    if (this.restores.length > RESTORES_MAX) this.restores.shift();
  }

  private progressReport(startedMs: number): Progress {
    let loggedMs = startedMs;
    return (done, total) => {
      this.blocksDone = done;
      this.blocksTotal = total;
      const now = this.clock.monotonicMs();
      if (now - loggedMs < PROGRESS_LOG_MS) return;
      loggedMs = now;
      this.log.info({ done, total }, `restoring: block ${done} of ${total}`);
    };
  }

  private replay(target: StoreRestore, from: number): Promise<void> {
    let startedMs = this.clock.monotonicMs();
    return this.journal.replay(target, from, () => {
      if (this.clock.monotonicMs() - startedMs < REPLAY_SLICE_MS) return null;
      return nextTurn().then(() => {
        startedMs = this.clock.monotonicMs();
      });
    });
  }

  /** How far all readable snapshots reach into the journal. */
  private async endOfSnapshots(): Promise<JournalMark> {
    const mark = { position: 0, lastNumber: 0 };
    for (const sequence of await this.directory.sequences()) {
      const reading = await this.directory.readManifest(sequence);
      if (reading.kind !== "manifest") continue;
      const { journalEnd, lastJournalNumber } = reading.manifest;
      mark.position = Math.max(mark.position, journalEnd);
      mark.lastNumber = Math.max(mark.lastNumber, lastJournalNumber);
    }
    return mark;
  }

  /** Writes a snapshot. TsdbError SNAPSHOT_RUNNING or DISK_FAILED. */
  async write(
    store: Store,
    metadata: MetadataStore,
    order = this.settings.order,
  ): Promise<SnapshotSummary> {
    try {
      const source = snapshotSource(store, metadata, this.journal.state);
      await this.journal.mark();
      const summary = await this.writer.write(source, order);
      await this.journal.removeBefore(summary.journalNeededFrom);
      this.snapshots.writtenTotal++;
      this.snapshots.last = summary;
      this.snapshots.lastTimeSeconds = this.clock.nowMs() / 1000;
      const { counts, bytes, reusedFiles, durationSeconds, longestSliceMs } = summary;
      this.log.info(
        { name: summary.name, chunks: counts.chunks, bytes, reusedFiles, seconds: durationSeconds },
        `snapshot ${summary.name}: ${counts.chunks} chunks, ${bytes} bytes in ` +
          `${durationSeconds.toFixed(2)} s, longest step ${longestSliceMs.toFixed(1)} ms; ` +
          `${reusedFiles} windows as they were written before`,
      );
      if (summary.cleanupFault !== null) this.log.warn({}, summary.cleanupFault);
      return summary;
    } catch (error) {
      const running = error instanceof TsdbError && error.code === "SNAPSHOT_RUNNING";
      if (!running) this.snapshots.failedTotal++;
      throw error;
    }
  }

  private reportDamage(damage: readonly DamageReport[]): void {
    this.writer.noteDamaged(damage.map((report) => report.sequence));
    for (const { file, offset, reason, lost } of damage) {
      this.log.error(
        { file, offset, lost },
        `snapshot damaged: ${file} at byte ${offset}: ${reason}; lost: ${lost}`,
      );
    }
  }

  /** When a restore that began at `startedMs` was over, and how long it took. */
  private timed(startedMs: number) {
    const durationSeconds = (this.clock.monotonicMs() - startedMs) / 1000;
    return { timeMs: this.clock.nowMs(), durationSeconds };
  }
}
