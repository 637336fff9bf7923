/**
 * Metrics of what is to come and what was done about it: forecast, compaction, the last restore.
 *
 * Units: bytes and seconds where named so.
 */
import { formatDuration } from "../base/duration.ts";
import type { EngineReading } from "../engine/engine-reading.ts";
import type { ForecastPoint } from "../engine/forecast.ts";
import { labelled, type MetricDefinition, plain } from "./metric-definition.ts";

const HOUR_MS = 3_600_000;

/** A time to come as it is labelled: whole hours as hours, "28h", so that they compare easily. */
function afterLabel(afterMs: number): string {
  return afterMs % HOUR_MS === 0 ? `${afterMs / HOUR_MS}h` : formatDuration(afterMs);
}

/** A metric with one value for each purge to come. */
function afterPurges(name: string, help: string, value: (point: ForecastPoint) => number) {
  return labelled(
    "gauge",
    name,
    help,
    ["after"],
    ({ engine }) =>
      (engine.heapStatus.forecast?.purges ?? []).map((point) => ({
        labels: { after: afterLabel(point.afterMs) },
        value: value(point),
      })),
    "`after` counts whole windows from the present one. Exact if nothing more is stored.",
  );
}

function compaction(
  type: MetricDefinition["type"],
  name: string,
  help: string,
  value: (status: EngineReading["heapStatus"]["compaction"]) => number,
  meaning = "",
): MetricDefinition {
  return plain(type, name, help, ({ engine }) => value(engine.heapStatus.compaction), meaning);
}

export const FORECAST_METRICS: readonly MetricDefinition[] = [
  afterPurges(
    "spandrel_heap_forecast_unused_bytes",
    "heap_inuse less heap_alloc after a purge to come and a collection.",
    ({ unusedBytes }) => unusedBytes,
  ),
  afterPurges(
    "spandrel_heap_forecast_inuse_bytes",
    "heap_inuse after a purge to come and a collection.",
    ({ inuseBytes }) => inuseBytes,
  ),
  compaction(
    "gauge",
    "spandrel_heap_packable_bytes",
    "What heap_inuse would lose if every size class were packed into the fewest spans.",
    (status) => status.packableBytes,
    "What compaction could free now.",
  ),
  compaction("gauge", "spandrel_compaction_running", "1 while the heap is compacted.", (status) =>
    status.isRunning ? 1 : 0,
  ),
  compaction(
    "counter",
    "spandrel_compactions_total",
    "Compactions begun.",
    (status) => status.runs,
    "Asked for, or by --heap.compact-threshold.",
  ),
  compaction(
    "counter",
    "spandrel_compaction_moved_chunks_total",
    "Chunks moved by compaction.",
    (status) => status.movedChunks,
  ),
  compaction(
    "counter",
    "spandrel_compaction_moved_bytes_total",
    "Bytes of chunks moved by compaction.",
    (status) => status.movedBytes,
  ),
  compaction(
    "gauge",
    "spandrel_compaction_longest_step_seconds",
    "Longest time that one step of a compaction kept the writer.",
    (status) => status.longestStepSeconds,
  ),
  labelled(
    "gauge",
    "spandrel_restore_info",
    "Policy of the last restore; always 1.",
    ["capacity", "order"],
    ({ engine: { restore } }) =>
      restore.timeSeconds === 0
        ? []
        : [{ labels: { capacity: restore.capacity, order: restore.order }, value: 1 }],
    "Absent while nothing was restored. A restart drill changes it too.",
  ),
  plain(
    "gauge",
    "spandrel_restore_time_seconds",
    "When the last restore was over, in seconds since 1970; 0 when there was none.",
    ({ engine }) => engine.restore.timeSeconds,
    "For annotations: changes with every restart and every restart drill.",
  ),
];
