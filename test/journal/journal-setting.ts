/**
 * A journal on a simulated disk, with a clock and timers that the test moves.
 *
 * Units: …Ms milliseconds.
 */
import { ManualClock } from "../../src/base/clock.ts";
import type { Disk } from "../../src/base/disk.ts";
import type { TsdbError } from "../../src/base/errors.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { JournalDirectory } from "../../src/journal/journal-directory.ts";
import { type JournalReading, JournalScan } from "../../src/journal/journal-scan.ts";
import { type JournalSync, JournalWriter } from "../../src/journal/journal-writer.ts";
import { RecordBuilder } from "../../src/journal/record-builder.ts";
import { ManualTimers } from "../sim/manual-timers.ts";
import { type PlainRecord, RecordCollector } from "./record-collector.ts";

export const JOURNAL_PATH = "/data/journal";
const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

export class JournalSetting {
  readonly disk: MemoryDisk;
  readonly clock = new ManualClock(START_MS);
  readonly timers = new ManualTimers();
  readonly directory: JournalDirectory;
  readonly faults: (TsdbError | null)[] = [];
  sync: JournalSync = "always";
  segmentBytes = 1 << 20;

  /** `around` is what the journal sees of the disk. */
  constructor(seed = 1, around: (disk: MemoryDisk) => Disk = (disk) => disk) {
    this.disk = new MemoryDisk(seed);
    this.directory = new JournalDirectory(around(this.disk), JOURNAL_PATH);
  }

  /** A writer that goes on where `reading` ended. */
  writer(reading: JournalReading | null = null): JournalWriter {
    const { directory, sync, segmentBytes, clock, timers } = this;
    const { usedEnd = 0, end = 0, lastSequence = 0 } = reading ?? {};
    return new JournalWriter(
      {
        directory,
        sync,
        segmentBytes,
        clock,
        syncIntervalMs: 200,
        retryMs: 1000,
        delay: timers.delay,
        onFault: (fault) => this.faults.push(fault),
      },
      { position: usedEnd, previousEnd: end, lastSequence },
    );
  }

  /** Reads everything from `from` on. */
  async read(from = 0): Promise<JournalReading & { readonly plain: PlainRecord[] }> {
    const target = new RecordCollector();
    const { directory } = this;
    const scan = new JournalScan({ directory, from, target, breathe: () => null });
    return { ...(await scan.run()), plain: target.records };
  }

  names(): Promise<string[]> {
    return this.disk.list(JOURNAL_PATH);
  }
}

/** A record of one new series and `count` samples of it: what was written is told by `number`. */
export function recordOf(number: number, count = 1): RecordBuilder {
  const record = new RecordBuilder();
  record.begin(START_MS + number);
  const labels = new TextEncoder().encode(`series number ${number}`);
  record.define(number, labels, 0, labels.length, 0, 0);
  for (let i = 0; i < count; i++) record.sample(number, START_MS + number + i, number, i);
  return record;
}

/** The numbers of the series that `records` define. */
export function numbersOf(records: readonly PlainRecord[]): number[] {
  return records.flatMap(({ definitions }) => definitions.map(([number]) => number));
}
