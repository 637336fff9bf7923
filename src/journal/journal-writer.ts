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
 * I5  But in the mode "always" nobody waits for the end of a segment: the next one is made while
 *     the one before goes on (next-segment.ts), and synced together with it.
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
import { NextSegment } from "./next-segment.ts";
import type { RecordBuilder } from "./record-builder.ts";
import { SegmentFile } from "./segment-file.ts";
import type { SegmentHeader } from "./segment-header.ts";

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
  /** Segments before it that are not synced, oldest first, and whether its name is not. */
  private ended: SegmentFile[] = [];
  private isNameNew = false;
  /** The segment that comes next, while it is made. */
  private next: NextSegment | null = null;
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

  /** Resolves when the next record, or one that waits with it, will begin a new segment. */
  async rotate(): Promise<void> {
    if (this.segment === null || this.fault !== null || this.options.sync === "always") {
      this.rotates = true;
      return;
    }
    this.next ??= this.makeNext();
    await this.next.made;
  }

  /** Writes and syncs everything, whatever the mode, and closes. TsdbError when that fails. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.pumping !== null || this.syncing !== null) await (this.pumping ?? this.syncing);
    await this.endNext();
    if (this.fault !== null) throw this.fault;
    const isSynced = this.unsynced.length === 0 && this.ended.length === 0;
    if (!isSynced || this.options.sync === "off") await this.syncSegments();
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
      await this.next?.append(block);
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
    const { next } = this;
    if (next !== null && next.finished !== null) this.goOnIn(next.finished);
    const old = this.segment;
    if (old !== null && !this.rotates && old.length < this.options.segmentBytes) return old;
    const isDurable = this.options.sync === "always";
    if (old !== null && !isDurable) {
      this.next ??= this.makeNext();
      return old;
    }
    if (old !== null) {
      await this.sync();
      this.segment = null;
      await old.close();
    }
    this.segment = await this.beginSegment(start, isDurable);
    this.isNameNew = !isDurable;
    return this.segment;
  }

  /** Begins to make the next segment: it starts with the block that is open when it has a file. */
  private makeNext(): NextSegment {
    this.rotates = false;
    const onFault = (error: unknown) => {
      if (this.next === next) this.fail(error);
    };
    const header = () => this.headerAt(this.open.start);
    const { directory } = this.options;
    const next: NextSegment = new NextSegment(directory, ++this.sequence, header, onFault);
    return next;
  }

  /** Goes on in the next segment, which has what came since it began; the old one is synced. */
  private goOnIn(segment: SegmentFile): void {
    const old = this.segment!;
    this.next = null;
    this.segment = segment;
    this.figures.segmentsTotal++;
    if (this.options.sync === "off") {
      void old.close().catch(() => {});
      return;
    }
    this.ended.push(old);
    this.isNameNew = true;
  }

  /** Takes the next segment if it has its name, and does without it if not. */
  private async endNext(): Promise<void> {
    const { next } = this;
    await next?.settled();
    if (next === null || this.next !== next) return;
    if (next.finished !== null) this.goOnIn(next.finished);
    else await next.discard();
    this.next = null;
  }

  private async beginSegment(
    start: number,
    isDurable: boolean,
    blocks: readonly JournalBlock[] = [],
  ): Promise<SegmentFile> {
    this.rotates = false;
    const { directory } = this.options;
    this.sequence++;
    const header = this.headerAt(start);
    const segment = await SegmentFile.create(directory, header, isDurable, blocks);
    this.figures.segmentsTotal++;
    return segment;
  }

  /** The header of the newest segment if it begins at `start`. */
  private headerAt(start: number): SegmentHeader {
    const { clock } = this.options;
    const previousEnd = start > this.start.position ? start : this.start.previousEnd;
    return { sequence: this.sequence, start, previousEnd, createdMs: clock.nowMs() };
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
    const work = this.syncSegments();
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

  /** Syncs all that was written before: ended segments, the name of the last one, and it. */
  private async syncSegments(): Promise<void> {
    const { directory } = this.options;
    const { ended, segment, next, isNameNew } = this;
    this.ended = [];
    this.isNameNew = false;
    try {
      for (const old of ended) await old.sync();
      if (isNameNew) await directory.disk.syncDirectory(directory.path);
      await segment?.sync();
      await next?.sync();
    } finally {
      for (const old of ended) void old.close().catch(() => {});
    }
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
    const lost = [...this.ended, ...(this.segment === null ? [] : [this.segment])];
    this.ended = [];
    this.segment = null;
    this.isNameNew = false;
    for (const segment of lost) void segment.close().catch(() => {});
    void this.next?.discard();
    this.next = null;
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
    this.segment = await this.beginSegment(start, this.options.sync !== "off", this.unsynced);
    this.forget(this.unsynced.length);
    this.fault = null;
    this.options.onFault(null);
  }
}
