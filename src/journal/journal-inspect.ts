/**
 * Looking at a journal without a store: every byte is read and every record checked.
 *
 * Units: lengths are bytes.
 */
import type { JournalDirectory } from "./journal-directory.ts";
import { type JournalReading, JournalScan } from "./journal-scan.ts";
import type { RecordTarget } from "./record-reader.ts";

/** What a look at the segments found. */
export interface JournalListing {
  readonly segmentCount: number;
  readonly bytes: number;
}

/** Takes everything and keeps nothing. */
const NOTHING: RecordTarget = {
  begin: () => {},
  define: () => {},
  sample: () => {},
  histogram: () => {},
  exemplar: () => {},
  family: () => {},
  deleted: () => {},
  cleaned: () => {},
};

export async function listJournal(directory: JournalDirectory): Promise<JournalListing> {
  const segments = await directory.segments();
  const bytes = segments.reduce((sum, { length }) => sum + length, 0);
  return { segmentCount: segments.length, bytes };
}

/** Reads all segments; null when there is none. */
export async function verifyJournal(directory: JournalDirectory): Promise<JournalReading | null> {
  const [first] = await directory.segments();
  if (first === undefined) return null;
  const from = first.header?.start ?? 0;
  return new JournalScan({ directory, from, target: NOTHING, breathe: () => null }).run();
}
