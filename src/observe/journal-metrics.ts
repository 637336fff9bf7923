/** The metrics of the journal: what was written, how its syncs went, what a restart had to read. */
import type { JournalReading } from "../engine/engine-reading.ts";
import { durations, type MetricDefinition, plain } from "./metric-definition.ts";

function journal(
  type: MetricDefinition["type"],
  name: string,
  help: string,
  value: (reading: JournalReading) => number,
  meaning = "",
): MetricDefinition {
  return plain(type, name, help, ({ engine }) => value(engine.journal), meaning);
}

export const JOURNAL_METRICS: readonly MetricDefinition[] = [
  journal(
    "counter",
    "spandrel_journal_records_total",
    "Records put into the journal: one for each request of which something was accepted.",
    (j) => j.recordTotal,
  ),
  journal(
    "counter",
    "spandrel_journal_samples_total",
    "Samples put into the journal.",
    (j) => j.sampleTotal,
  ),
  journal(
    "counter",
    "spandrel_journal_written_bytes_total",
    "Bytes of the records put into the journal.",
    (j) => j.byteTotal,
  ),
  durations(
    "spandrel_journal_sync_duration_seconds",
    "How long syncs of the journal to the disk took.",
    [],
    ({ engine }) => [{ labels: {}, buckets: engine.journal.syncDurations }],
    "With --journal.sync=always a write waits for one.",
  ),
  journal(
    "counter",
    "spandrel_journal_failures_total",
    "Writes and syncs of the journal that failed.",
    (j) => j.failureTotal,
    "Writes are refused with 503 until one works again.",
  ),
  journal(
    "gauge",
    "spandrel_journal_failing",
    "1 while the journal cannot be written and writes are refused.",
    (j) => (j.isFailing ? 1 : 0),
  ),
  journal("gauge", "spandrel_journal_segments", "Files of the journal.", (j) => j.segmentCount),
  journal(
    "gauge",
    "spandrel_journal_tail_samples",
    "Samples in the journal since the last snapshot: what a restart after a crash would replay.",
    (j) => j.tailSampleCount,
    "More than --journal.max-replay-samples start a snapshot.",
  ),
  journal(
    "counter",
    "spandrel_journal_replayed_samples_total",
    "Samples read from the journal at the start.",
    (j) => j.replayedSampleTotal,
  ),
  journal(
    "counter",
    "spandrel_journal_damages_total",
    "Damaged places found in the journal at the start.",
    (j) => j.damageTotal,
    "The log names each file and offset, and what was lost.",
  ),
];
