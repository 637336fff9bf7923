/**
 * The directory of the journal's segments: what is in it, and what goes when.
 *
 * I1  A name is never used twice: the next sequence number is above every one seen.
 * I2  Only segments in front go, oldest first, so that what is left is one line without holes.
 *
 * Units: lengths and positions are bytes.
 */
import type { Disk } from "../base/disk.ts";
import { TsdbError } from "../base/errors.ts";
import {
  JOURNAL_VERSION,
  JOURNAL_VERSION_READ_FROM,
  SEGMENT_HEADER_BYTES,
} from "./journal-format.ts";
import { decodeSegmentHeader, type SegmentHeader, sequenceOfName } from "./segment-header.ts";

/** A segment on the disk. */
export interface Segment {
  readonly name: string;
  readonly sequence: number;
  /** Bytes of the file; 0 when the disk does not tell. */
  readonly length: number;
  /** Null when it cannot be read, for the reason given. */
  readonly header: SegmentHeader | null;
  readonly reason: string;
}

export class JournalDirectory {
  readonly disk: Disk;
  readonly path: string;

  constructor(disk: Disk, path: string) {
    this.disk = disk;
    this.path = path;
  }

  pathOf(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Segments by sequence. TsdbError JOURNAL_INCOMPATIBLE for one of another version. */
  async segments(): Promise<Segment[]> {
    const segments: Segment[] = [];
    for (const name of await this.disk.list(this.path)) {
      const sequence = sequenceOfName(name);
      if (sequence !== null) segments.push(await this.segment(name, sequence));
    }
    return segments.sort((a, b) => a.sequence - b.sequence);
  }

  /** Makes durable what a segment has. */
  async sync(name: string): Promise<void> {
    const file = await this.disk.open(this.pathOf(name), "append");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Removes segments whose successor starts at or before `position`; says how many went. */
  async removeBefore(position: number): Promise<number> {
    const segments = await this.segments();
    let removed = 0;
    for (let i = 0; i + 1 < segments.length; i++) {
      const next = segments[i + 1]!.header;
      if (next === null || next.start > position) break;
      await this.disk.remove(this.pathOf(segments[i]!.name));
      removed++;
    }
    return removed;
  }

  private async segment(name: string, sequence: number): Promise<Segment> {
    const bytes = new Uint8Array(SEGMENT_HEADER_BYTES);
    let length = 0;
    try {
      const path = this.pathOf(name);
      length = await this.disk.size(path);
      const file = await this.disk.open(path, "read");
      try {
        const read = await file.read(bytes, 0, bytes.length, 0);
        return segmentOf(name, sequence, length, bytes.subarray(0, read));
      } finally {
        await file.close();
      }
    } catch (error) {
      if (!(error instanceof TsdbError) || error.code !== "DISK_FAILED") throw error;
      return { name, sequence, length, header: null, reason: error.message };
    }
  }
}

function segmentOf(name: string, sequence: number, length: number, bytes: Uint8Array): Segment {
  const reading = decodeSegmentHeader(bytes, sequence);
  if (reading.kind === "other-version") {
    const text = `${name} has format version ${reading.version}; this program reads versions`;
    const read = `${JOURNAL_VERSION_READ_FROM} to ${JOURNAL_VERSION}`;
    throw new TsdbError("JOURNAL_INCOMPATIBLE", `${text} ${read}`);
  }
  const header = reading.kind === "header" ? reading.header : null;
  return {
    name,
    sequence,
    length,
    header,
    reason: reading.kind === "damaged" ? reading.reason : "",
  };
}
