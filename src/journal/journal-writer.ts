/**
 * Writes the journal: records of many requests go to the disk together.
 *
 * I1  written() settles when everything appended so far is as safe as the mode promises: "always"
 *     synced, "interval" handed to the system and synced within syncIntervalMs, "off" handed to it.
 * I2  What is not known to be safe stays in memory, in order. When a write or a sync fails, all of
 *     it is written again to a new segment, until that works; meanwhile isFailing, nothing new is
 *     taken, and written() rejects.
 * I3  Positions only rise and are never used twice.
 * I4  One write is under way at a time; records that come meanwhile make the next one.
 *
 * After a failed sync the system may have dropped the bytes and forgotten about it: a later sync
 * that works proves nothing about them, which is why they are written again.
 *
 * Units: positions and lengths are bytes; …Ms milliseconds.
 */
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { Delay } from "../base/delay.ts";
import { DurationBuckets } from "../base/duration-buckets.ts";
import { TsdbError } from "../base/errors.ts";
import { type JournalBlock, JournalBlocks } from "./journal-block.ts";
import type { JournalDirectory } from "./journal-directory.ts";
import { recordPadded } from "./journal-format.ts";
import type { RecordBuilder } from "./record-builder.ts";
import { SegmentFile } from "./segment-file.ts";

/** When written records are synced. */
export type JournalSync = "always" | "interval" | "off";

export interface JournalWriterOptions {
  readonly directory: JournalDirectory;
  readonly sync: JournalSync;
  readonly syncIntervalMs: number;
  /** A segment of this size is followed by a new one: bytes. */
  readonly segmentBytes: number;
  readonly retryMs: number;
  readonly clock: Clock;
  readonly delay: Delay;
  /** Told when writing begins to fail and when it works again (null). */
  readonly onFault: (fault: TsdbError | null) => void;
}

/** From a memory's to a bad disk's. */
const SYNC_BOUNDS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5];

/** Where a journal goes on. */
export interface JournalStart {
  /** Position of the next record. */
  readonly position: number;
  /** Where the records before it end. */
  readonly previousEnd: number;
  readonly lastSequence: number;
  /** Segments of a process before this one that may not be synced. */
  readonly tail?: readonly string[];
}

/** What the writer has done since it was made. */
export interface JournalFigures {
  recordsTotal: number;
  samplesTotal: number;
  bytesTotal: number;
  syncsTotal: number;
  /** Seconds that syncs took. */
  readonly syncDurations: DurationBuckets;
  failuresTotal: number;
  /** Segments begun. */
  segmentsTotal: number;
}

export class JournalWriter {
  readonly figures: JournalFigures = {
    recordsTotal: 0,
    samplesTotal: 0,
    bytesTotal: 0,
    syncsTotal: 0,
    syncDurations: new DurationBuckets(SYNC_BOUNDS_SECONDS),
    failuresTotal: 0,
    segmentsTotal: 0,
  };
  private readonly options: JournalWriterOptions;
  private readonly blocks = new JournalBlocks();
  /** Takes new records. */
  private open: JournalBlock;
  /** Written and not known to be safe, oldest first. */
  private unsynced: JournalBlock[] = [];
  private writing: JournalBlock | null = null;
  private segment: SegmentFile | null = null;
  private readonly start: JournalStart;
  private sequence: number;
  private readonly tail: string[];
  private rotates = false;
  private pumping: Promise<void> | null = null;
  private syncing: Promise<void> | null = null;
  private syncDue = false;
  private fault: TsdbError | null = null;
  private closed = false;

  constructor(options: JournalWriterOptions, start: JournalStart) {
    this.options = options;
    this.start = { ...start, position: recordPadded(start.position) };
    this.open = this.blocks.take(this.start.position);
    this.sequence = start.lastSequence;
    this.tail = [...(start.tail ?? [])];
  }

  /**
   * Makes durable what a process before this one left: a sender that repeats it is answered at
   * once. To be called before anything is; when it fails, so does the journal.
   */
  async begin(): Promise<void> {
    await this.syncTail().catch((error: unknown) => this.fail(error));
  }

  /** Position of the next record. */
  get position(): number {
    return this.open.end;
  }

  /** Why nothing can be written now; null when all is well. */
  get failure(): TsdbError | null {
    return this.fault;
  }

  /** Takes a record; its bytes are copied. It goes to the disk by itself. */
  append(record: RecordBuilder): void {
    assert(this.fault === null && !this.closed, "journal takes no records now");
    const before = this.open.length;
    this.open.add(record);
    this.figures.recordsTotal++;
    this.figures.samplesTotal += record.sampleCount;
    this.figures.bytesTotal += this.open.length - before;
    this.pump();
  }

  /** Settles as I1 says; null when there is nothing to wait for. */
  written(): Promise<void> | null {
    if (this.fault !== null) return Promise.reject(this.fault);
    if (this.open.length > 0) return this.open.settled;
    return this.writing === null ? null : this.writing.settled;
  }

  /** Sees to it that the next record begins a new segment. */
  rotate(): void {
    this.rotates = true;
  }

  /** Writes and syncs everything, whatever the mode, and closes. TsdbError when that fails. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.pumping !== null || this.syncing !== null) await (this.pumping ?? this.syncing);
    if (this.fault !== null) throw this.fault;
    if (this.unsynced.length > 0 || this.options.sync === "off") await this.segment?.sync();
    await this.segment?.close();
    this.segment = null;
  }

  private async syncTail(): Promise<void> {
    const { directory, sync } = this.options;
    if (sync === "off") this.tail.length = 0;
    if (this.tail.length > 0) await directory.disk.syncDirectory(directory.path);
    for (let name = this.tail[0]; name !== undefined; name = this.tail[0]) {
      await directory.sync(name);
      this.tail.shift();
    }
  }

  private pump(): void {
    if (this.pumping !== null || this.fault !== null) return;
    this.pumping = this.writeAll()
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.pumping = null;
        if (this.open.length > 0) this.pump();
      });
  }

  private async writeAll(): Promise<void> {
    while (this.open.length > 0 && this.fault === null) {
      const block = this.open;
      this.writing = block;
      this.open = this.blocks.take(block.end);
      const segment = await this.segmentFor(block.start);
      await segment.append(block.bytes, block.length);
      // A sync may have failed meanwhile: then the block waits to be written again.
      if (this.fault !== null) return;
      this.unsynced.push(block);
      if (this.options.sync === "always") await this.sync();
      else if (this.options.sync === "off") this.forget(1);
      else this.syncSoon();
      this.writing = null;
      block.succeed();
    }
  }

  /** The segment for a record at `start`, a new one when it is time. */
  private async segmentFor(start: number): Promise<SegmentFile> {
    const old = this.segment;
    if (old !== null && !this.rotates && old.length < this.options.segmentBytes) return old;
    if (old !== null) {
      if (this.options.sync !== "off") await this.sync();
      this.segment = null;
      await old.close();
    }
    this.segment = await this.beginSegment(start);
    return this.segment;
  }

  private async beginSegment(
    start: number,
    blocks: readonly JournalBlock[] = [],
  ): Promise<SegmentFile> {
    this.rotates = false;
    const { directory, sync, clock } = this.options;
    await directory.disk.makeDirectory(directory.path);
    const header = {
      sequence: ++this.sequence,
      start,
      previousEnd: start > this.start.position ? start : this.start.previousEnd,
      createdMs: clock.nowMs(),
    };
    const segment = await SegmentFile.create(directory, header, sync !== "off", blocks);
    this.figures.segmentsTotal++;
    return segment;
  }

  /** Syncs once in a while after a write. */
  private syncSoon(): void {
    if (this.syncDue) return;
    this.syncDue = true;
    this.options.delay(this.options.syncIntervalMs, () => {
      this.syncDue = false;
      if (this.fault === null && this.unsynced.length > 0) {
        this.sync().catch((error: unknown) => this.fail(error));
      }
    });
  }

  /** Makes everything written so far durable. */
  private async sync(): Promise<void> {
    while (this.syncing !== null) await this.syncing;
    if (this.segment === null || this.unsynced.length === 0) return;
    const { clock } = this.options;
    const count = this.unsynced.length;
    const startedMs = clock.monotonicMs();
    const work = this.segment.sync();
    // Others wait for its end only; a failure is heard by the one who began it.
    this.syncing = work.catch(() => {});
    try {
      await work;
    } finally {
      this.syncing = null;
    }
    this.figures.syncsTotal++;
    this.figures.syncDurations.observe((clock.monotonicMs() - startedMs) / 1000);
    if (this.fault === null) this.forget(count);
  }

  /** Lets the oldest `count` written blocks go: they are safe. */
  private forget(count: number): void {
    for (const block of this.unsynced.splice(0, count)) this.blocks.give(block);
  }

  /** Begins the time in which nothing is taken, see I2. */
  private fail(error: unknown): void {
    if (this.fault !== null) return;
    const said = error instanceof Error ? error.message : String(error);
    const text = `the journal cannot be written, nothing is accepted until it can: ${said}`;
    this.fault = new TsdbError("JOURNAL_FAILED", text, { cause: error });
    this.figures.failuresTotal++;
    this.options.onFault(this.fault);
    const segment = this.segment;
    this.segment = null;
    void segment?.close().catch(() => {});
    if (this.writing !== null) {
      if (!this.unsynced.includes(this.writing)) this.unsynced.push(this.writing);
      this.writing.fail(this.fault);
      this.writing = null;
    }
    if (this.open.length > 0) {
      this.open.fail(this.fault);
      this.unsynced.push(this.open);
      this.open = this.blocks.take(this.open.end);
    }
    this.retryLater();
  }

  private retryLater(): void {
    this.options.delay(this.options.retryMs, () => {
      if (this.closed) return;
      const before = this.pumping ?? Promise.resolve();
      this.pumping = before
        .then(() => this.writeAgain())
        .catch(() => {
          this.figures.failuresTotal++;
          this.retryLater();
        })
        .finally(() => {
          this.pumping = null;
        });
    });
  }

  /**
   * Writes everything that is not safe to a new segment, which is seen when all of it is there:
   * from then on it counts, and not what the segment before has of it.
   */
  private async writeAgain(): Promise<void> {
    await this.syncTail();
    const start = this.unsynced[0]?.start ?? this.position;
    this.segment = await this.beginSegment(start, this.unsynced);
    this.forget(this.unsynced.length);
    this.fault = null;
    this.options.onFault(null);
  }
}
