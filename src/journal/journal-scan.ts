/**
 * Reads the journal from a position on: every whole record, whatever else is damaged.
 *
 * I1  Records come in the order of their positions, each once: what a segment repeats of the one
 *     before (a write that failed and was done again) is taken from the later one.
 * I2  Damage costs the records it touches and no others, and is always reported; what a crash left
 *     of a write at the end of a segment is not, once a later segment knows of it.
 *
 * Units: offsets, lengths and positions are bytes.
 */
import { TsdbError } from "../base/errors.ts";
import type { JournalDirectory, Segment } from "./journal-directory.ts";
import { RECORD_GRAIN_BYTES, SEGMENT_HEADER_BYTES } from "./journal-format.ts";
import { RecordReader, type RecordTarget } from "./record-reader.ts";

/** A place in the journal that could not be used. */
export interface JournalDamage {
  readonly file: string;
  readonly offset: number;
  readonly reason: string;
  /** What is gone with it, in words. */
  readonly lost: string;
}

/** What reading found. */
export interface JournalReading {
  readonly records: number;
  readonly samples: number;
  /** Where the last whole record ends. */
  readonly end: number;
  /** Positions below this may have been used. */
  readonly usedEnd: number;
  readonly lastSequence: number;
  /** Segments in the directory, those before the position included. */
  readonly segmentCount: number;
  /** Names of the segments that were read. */
  readonly segments: readonly string[];
  readonly damage: readonly JournalDamage[];
}

export interface ScanOptions {
  readonly directory: JournalDirectory;
  /** Records before this position are passed over. */
  readonly from: number;
  readonly target: RecordTarget;
  /** Called between records; lets others have their turn. Bytes of the segment read so far. */
  readonly breathe: (doneBytes: number) => Promise<void> | null;
}

/** Records between two looks at the others. */
const RECORDS_PER_LOOK = 4;

export class JournalScan {
  private readonly options: ScanOptions;
  private readonly reader = new RecordReader();
  private readonly damage: JournalDamage[] = [];
  private readonly names: string[] = [];
  private records = 0;
  private samples = 0;
  /** Where the records read so far end; null before the first. */
  private reached: number | null = null;
  private usedEnd = 0;
  private doneBytes = 0;
  /** Bytes of the record that nextRecord() found. */
  private size = 0;

  constructor(options: ScanOptions) {
    this.options = options;
  }

  /** Reads everything. TsdbError JOURNAL_INCOMPATIBLE for a segment of another version. */
  async run(): Promise<JournalReading> {
    const { from, directory } = this.options;
    const segments = await directory.segments();
    this.usedEnd = from;
    for (const [i, segment] of segments.entries()) {
      if (isBefore(segment, segments[i + 1] ?? null, from)) continue;
      await this.readSegment(segment, segments[i + 1] ?? null);
    }
    return {
      records: this.records,
      samples: this.samples,
      end: this.reached ?? from,
      usedEnd: Math.max(this.usedEnd, this.reached ?? from),
      lastSequence: segments.at(-1)?.sequence ?? 0,
      segmentCount: segments.length,
      segments: this.names,
      damage: this.damage,
    };
  }

  private async readSegment(segment: Segment, next: Segment | null): Promise<void> {
    const { name, header } = segment;
    if (header === null) this.report(name, 0, segment.reason, "nothing but what follows says");
    else this.checkStart(name, header.previousEnd);
    let bytes: Uint8Array;
    try {
      bytes = await this.options.directory.disk.readFile(this.options.directory.pathOf(name));
    } catch (error) {
      if (!(error instanceof TsdbError) || error.code !== "DISK_FAILED") throw error;
      this.report(name, 0, error.message, "the whole segment");
      return;
    }
    this.names.push(name);
    this.reader.open(bytes);
    await this.readRecords(name, bytes, header?.start ?? null, next);
    this.doneBytes += bytes.length;
    if (header !== null) {
      this.usedEnd = Math.max(this.usedEnd, header.start + bytes.length - SEGMENT_HEADER_BYTES);
    }
  }

  /** Reports records that lie missing between what was read and what was there once. */
  private checkStart(name: string, previousEnd: number): void {
    const reached = Math.max(this.reached ?? 0, this.options.from);
    if (previousEnd <= reached) return;
    this.report(name, 0, "records before this segment are missing", span(reached, previousEnd));
    this.reached = previousEnd;
  }

  private async readRecords(
    name: string,
    bytes: Uint8Array,
    start: number | null,
    next: Segment | null,
  ): Promise<void> {
    const limit = next?.header?.start ?? Number.POSITIVE_INFINITY;
    let base = start;
    let at = SEGMENT_HEADER_BYTES;
    while (at < bytes.length) {
      const found = this.nextRecord(bytes, at, base);
      if (found < 0) break;
      const position = this.reader.positionAt(found);
      if (position >= limit) return;
      if (found > at) this.reportHole(name, at, position - (found - at), position);
      base = position - (found - SEGMENT_HEADER_BYTES);
      this.take(name, found);
      at = found + this.size;
      const breath =
        this.records % RECORDS_PER_LOOK === 0 ? this.options.breathe(this.doneBytes + at) : null;
      if (breath !== null) await breath;
    }
    if (at < bytes.length) this.endedWithin(name, at, base, bytes.length - at, next);
  }

  /** Where the next whole record starts, from `at` on; -1 when none does. */
  private nextRecord(bytes: Uint8Array, at: number, base: number | null): number {
    for (let from = at; from < bytes.length; from += RECORD_GRAIN_BYTES) {
      this.size = this.reader.sizeAt(from);
      if (this.size === 0) continue;
      const expected = base === null ? null : base + from - SEGMENT_HEADER_BYTES;
      if (expected === null || this.reader.positionAt(from) === expected) return from;
    }
    return -1;
  }

  private take(name: string, at: number): void {
    const position = this.reader.positionAt(at);
    const end = position + this.size;
    const isNew = position >= this.options.from && position >= (this.reached ?? 0);
    if (isNew) {
      this.records++;
      this.samples += this.reader.sampleCountAt(at);
      if (!this.reader.read(at, this.options.target)) {
        this.report(name, at, "sections of a record make no sense", span(position, end));
      }
    }
    this.reached = Math.max(this.reached ?? 0, end);
  }

  private reportHole(name: string, at: number, from: number, to: number): void {
    if (to <= this.options.from) return;
    this.report(name, at, "no whole record here", span(from, to));
    this.reached = Math.max(this.reached ?? 0, to);
  }

  /** Bytes without a whole record at the end: damage, unless the next segment knows of them. */
  private endedWithin(
    name: string,
    at: number,
    base: number | null,
    length: number,
    next: Segment | null,
  ): void {
    const position = base === null ? (this.reached ?? 0) : base + at - SEGMENT_HEADER_BYTES;
    const known = next?.header ?? null;
    if (known !== null && known.previousEnd <= position) return;
    if (known !== null && known.start <= position) return;
    // Whatever is missing is told once the next segment says where its records begin.
    if (known !== null) {
      this.report(name, at, "no whole record here", span(position, known.previousEnd));
      this.reached = Math.max(this.reached ?? 0, known.previousEnd);
      return;
    }
    const lost = `${length} bytes, which a crash may have left of a write that was under way`;
    this.report(name, at, "the journal ends within a record", lost);
  }

  private report(file: string, offset: number, reason: string, lost: string): void {
    this.damage.push({ file, offset, reason, lost });
  }
}

/** Whether everything that counts of a segment lies before a position. */
function isBefore(segment: Segment, next: Segment | null, position: number): boolean {
  if (next?.header != null) return next.header.start <= position;
  if (next !== null || segment.header === null) return false;
  return segment.header.start + segment.length - SEGMENT_HEADER_BYTES <= position;
}

function span(from: number, to: number): string {
  return `the records at positions ${from} to ${to}`;
}
