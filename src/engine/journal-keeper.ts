/**
 * The journal's life beside the store: read at the start, written while the store runs, cut off
 * where snapshots have it.
 *
 * I1  The writer goes on behind every position that journal or snapshots ever had.
 * I2  One writer lives as long as the process; each store that is restored gets its own log.
 *
 * Units: positions are bytes of the journal; …Ms milliseconds.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { Delay } from "../base/delay.ts";
import type { Disk } from "../base/disk.ts";
import type { Log } from "../base/log.ts";
import { JournalDirectory } from "../journal/journal-directory.ts";
import { type JournalDamage, type JournalReading, JournalScan } from "../journal/journal-scan.ts";
import { type JournalSync, JournalWriter } from "../journal/journal-writer.ts";
import type { Store } from "./store.ts";
import { StoreReplay } from "./store-replay.ts";
import type { StoreRestore } from "./store-restore.ts";
import type { JournalState } from "./store-snapshot.ts";
import { WriteLog } from "./write-log.ts";

/** A segment of this size is followed by a new one. */
const SEGMENT_BYTES = 16 << 20;
const RETRY_MS = 1000;

export interface JournalSettings {
  /** Directory of the segments. */
  readonly path: string;
  readonly sync: JournalSync;
  readonly syncIntervalMs: number;
}

/** What the last replay of this process found. */
export interface ReplayFigures {
  recordCount: number;
  sampleCount: number;
  damage: readonly JournalDamage[];
}

/** Where a restored snapshot leaves the journal. */
export interface JournalMark {
  readonly position: number;
  readonly lastNumber: number;
}

export class JournalKeeper {
  readonly replayed: ReplayFigures = { recordCount: 0, sampleCount: 0, damage: [] };
  readonly directory: JournalDirectory;
  private readonly settings: JournalSettings;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly delay: Delay;
  private reading: JournalReading | null = null;
  private writer: JournalWriter | null = null;
  private current: WriteLog | null = null;
  private samplesAtMark = 0;
  private removedCount = 0;

  constructor(settings: JournalSettings, disk: Disk, clock: Clock, log: Log, delay: Delay) {
    this.settings = settings;
    this.clock = clock;
    this.log = log;
    this.delay = delay;
    this.directory = new JournalDirectory(disk, settings.path);
  }

  /** The journal of the store that runs. */
  get writes(): WriteLog {
    assert(this.current !== null, "the journal is not open yet");
    return this.current;
  }

  /** Where the journal stands, asked again and again; undefined before it is open. */
  get state(): JournalState | undefined {
    return this.current ?? undefined;
  }

  /** Null until the first restore is over. */
  get output(): JournalWriter | null {
    return this.writer;
  }

  /** Samples that a restart now would have to replay, at most. */
  get tailSampleCount(): number {
    return (
      (this.writer?.figures.samplesTotal ?? 0) + this.replayed.sampleCount - this.samplesAtMark
    );
  }

  /** Segments in the directory. */
  get segmentCount(): number {
    const begun = this.writer?.figures.segmentsTotal ?? 0;
    return (this.reading?.segmentCount ?? 0) + begun - this.removedCount;
  }

  /** Adds what the journal has from `from` on; `breathe` is given the bytes read so far. */
  async replay(
    target: StoreRestore,
    from: number,
    breathe: (doneBytes: number) => Promise<void> | null,
  ): Promise<void> {
    // A store that is restored in the living process stood still since its snapshot.
    if (this.writer !== null) return;
    const replay = new StoreReplay(target);
    const scan = new JournalScan({ directory: this.directory, from, target: replay, breathe });
    this.reading = await scan.run();
    replay.finish();
    const { records, samples, damage } = this.reading;
    this.replayed.recordCount = records;
    this.replayed.sampleCount = samples;
    this.replayed.damage = damage;
    this.report(damage, replay.lostCount);
    if (records === 0) return;
    this.log.info(
      { records, samples, added: replay.addedCount },
      `journal: ${samples} samples of ${records} requests since the snapshot was begun`,
    );
  }

  /** Begins to log what `store` accepts. `mark` is the end of all snapshots. */
  async open(store: Store, mark: JournalMark, lastNumber: number): Promise<void> {
    const writer = this.writer ?? (await this.newWriter(mark.position));
    this.writer = writer;
    const last = Math.max(mark.lastNumber, lastNumber, this.current?.lastNumber ?? 0);
    this.current = new WriteLog(writer, store.head.index, last);
    store.ingest.journal = this.current;
    store.cleaning.log = this.current;
  }

  /** A snapshot begins: what comes from now on is in a segment of its own. */
  async mark(): Promise<void> {
    await this.writer?.rotate();
    this.samplesAtMark = (this.writer?.figures.samplesTotal ?? 0) + this.replayed.sampleCount;
  }

  /** Removes segments that no kept snapshot needs. A disk that fails is met again next time. */
  async removeBefore(position: number): Promise<void> {
    this.removedCount += await this.directory.removeBefore(position);
  }

  /** Makes everything durable and ends. */
  async close(): Promise<void> {
    await this.writer?.close();
  }

  private async newWriter(snapshotEnd: number): Promise<JournalWriter> {
    const { end = 0, usedEnd = 0, lastSequence = 0, segments: tail = [] } = this.reading ?? {};
    const options = {
      directory: this.directory,
      sync: this.settings.sync,
      syncIntervalMs: this.settings.syncIntervalMs,
      segmentBytes: SEGMENT_BYTES,
      retryMs: RETRY_MS,
      clock: this.clock,
      delay: this.delay,
      onFault: (fault: Error | null) => {
        if (fault === null) this.log.info({}, "the journal is written again");
        else this.log.error({ error: fault }, fault.message);
      },
    };
    const position = Math.max(usedEnd, snapshotEnd);
    const writer = new JournalWriter(options, { position, previousEnd: end, lastSequence, tail });
    await writer.begin();
    return writer;
  }

  private report(damage: readonly JournalDamage[], lostCount: number): void {
    for (const { file, offset, reason, lost } of damage) {
      const text = `journal damaged: ${file} at byte ${offset}: ${reason}; lost: ${lost}`;
      this.log.error({ file, offset, lost }, text);
    }
    if (lostCount === 0) return;
    const text = `${lostCount} samples of the journal are lost: the damage took the series' labels`;
    this.log.error({ samples: lostCount }, text);
  }
}
