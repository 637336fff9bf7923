/**
 * The spandrel_… metrics of the service: ingestion, store, snapshots, restore, requests.
 *
 * Units: bytes and seconds where named so; the rest are counts.
 */
import type {
  EngineReading,
  ExemplarReading,
  ExportReading,
  RestoreReading,
  SnapshotReading,
  StoreReading,
} from "../engine/engine-reading.ts";
import { DOOR_METRICS } from "./door-metrics.ts";
import { JOURNAL_METRICS } from "./journal-metrics.ts";
import {
  durations,
  labelled,
  type MetricDefinition,
  type MetricInput,
  plain,
} from "./metric-definition.ts";
import type { RequestCounts } from "./request-counts.ts";

type Kind = MetricDefinition["type"];

/** Makes a metric of a part of the input. */
function of<Part>(pick: (input: MetricInput) => Part) {
  return (
    type: Kind,
    name: string,
    help: string,
    value: (part: Part) => number,
    meaning = "",
  ): MetricDefinition => plain(type, name, help, (input) => value(pick(input)), meaning);
}

const engine = of<EngineReading>((input) => input.engine);
const store = of<StoreReading>((input) => input.engine.store);
const exemplars = of<ExemplarReading>((input) => input.engine.exemplars);
const snapshot = of<SnapshotReading>((input) => input.engine.snapshot);
const restore = of<RestoreReading>((input) => input.engine.restore);
const exports = of<ExportReading>((input) => input.engine.exports);
const requests = of<RequestCounts>((input) => input.requests);

const INGESTION: readonly MetricDefinition[] = [
  engine(
    "counter",
    "spandrel_samples_stored_total",
    "Samples stored.",
    (e) => e.samplesStoredTotal,
  ),
  engine(
    "counter",
    "spandrel_histograms_stored_total",
    "Native histograms stored.",
    (e) => e.histogramsStoredTotal,
    "They count as samples too.",
  ),
  engine(
    "counter",
    "spandrel_samples_unchanged_total",
    "Samples that were stored already with the same bits.",
    (e) => e.samplesUnchangedTotal,
    "Requests that a sender repeated.",
  ),
  labelled(
    "counter",
    "spandrel_samples_refused_total",
    "Samples refused, by reason.",
    ["reason"],
    ({ engine: { refused } }) =>
      refused.map(({ reason, total }) => ({ labels: { reason }, value: total })),
    "Their request was answered with 400; the others of it were stored.",
  ),
  store(
    "counter",
    "spandrel_heap_limit_refusals_total",
    "Write requests refused with 429 because the heap limit was reached.",
    (s) => s.limitRefusalTotal,
  ),
  requests(
    "counter",
    "spandrel_write_body_bytes_total",
    "Bytes of write requests as received.",
    (r) => r.writeBodyBytes,
  ),
  requests(
    "counter",
    "spandrel_write_decoded_bytes_total",
    "Bytes of write requests after decompression.",
    (r) => r.writeDecodedBytes,
  ),
  requests(
    "counter",
    "spandrel_write_exemplars_total",
    "Exemplars in write requests.",
    (r) => r.writeExemplars,
  ),
  requests(
    "counter",
    "spandrel_write_metadata_total",
    "Metadata entries in write requests.",
    (r) => r.writeMetadata,
  ),
  requests(
    "counter",
    "spandrel_otlp_points_left_out_total",
    "Data points of OTLP that could not be translated; their senders were told.",
    (r) => r.otlpPointsLeftOut,
  ),
];

const HOLDINGS: readonly MetricDefinition[] = [
  store("gauge", "spandrel_series", "Series held.", (s) => s.seriesCount),
  store(
    "counter",
    "spandrel_series_created_total",
    "Series made, restored ones included.",
    (s) => s.seriesCreatedTotal,
  ),
  store(
    "counter",
    "spandrel_series_removed_total",
    "Series removed because their last chunk expired.",
    (s) => s.seriesRemovedTotal,
  ),
  store("gauge", "spandrel_label_pairs", "Different label pairs held.", (s) => s.labelPairCount),
  store("gauge", "spandrel_samples", "Samples held.", (s) => s.sampleCount),
  store("gauge", "spandrel_chunks", "Chunks held.", (s) => s.chunkCount),
  store("gauge", "spandrel_windows", "Chunk windows held.", (s) => s.windowCount),
  store(
    "counter",
    "spandrel_chunks_purged_total",
    "Chunks dropped because their window expired.",
    (s) => s.purgedChunkTotal,
  ),
  engine(
    "gauge",
    "spandrel_metadata_families",
    "Metric families whose metadata is held.",
    (e) => e.metadataFamilyCount,
  ),
];

const EXEMPLARS: readonly MetricDefinition[] = [
  exemplars("gauge", "spandrel_exemplars", "Exemplars held.", (e) => e.count),
  exemplars(
    "gauge",
    "spandrel_exemplars_max",
    "Exemplars that are held at most.",
    (e) => e.max,
    "--storage.exemplars.max-exemplars",
  ),
  exemplars(
    "gauge",
    "spandrel_exemplar_series",
    "Series whose exemplars are held.",
    (e) => e.seriesCount,
  ),
  exemplars(
    "gauge",
    "spandrel_exemplar_oldest_time_seconds",
    "Time of the exemplar that makes room next, in seconds since 1970; 0 when none is held.",
    (e) => e.oldestTimeSeconds,
    "How far back exemplars reach.",
  ),
  exemplars(
    "counter",
    "spandrel_exemplars_stored_total",
    "Exemplars stored.",
    (e) => e.storedTotal,
  ),
  exemplars(
    "counter",
    "spandrel_exemplars_unchanged_total",
    "Exemplars that their series had last.",
    (e) => e.unchangedTotal,
    "Senders repeat an exemplar until the next one comes.",
  ),
  labelled(
    "counter",
    "spandrel_exemplars_refused_total",
    "Exemplars not stored, by reason.",
    ["reason"],
    ({
      engine: {
        exemplars: { refused },
      },
    }) => refused.map(({ reason, total }) => ({ labels: { reason }, value: total })),
    "Samples are not touched by it. A remote write 2.0 sender is told of out_of_order with 400.",
  ),
];

const DISK: readonly MetricDefinition[] = [
  exports(
    "counter",
    "spandrel_blocks_exported_total",
    "Windows handed over as Prometheus blocks.",
    (e) => e.writtenTotal,
  ),
  exports(
    "counter",
    "spandrel_block_export_failures_total",
    "Blocks that could not be written; they are tried again.",
    (e) => e.failedTotal,
  ),
  snapshot("counter", "spandrel_snapshots_total", "Snapshots written.", (s) => s.writtenTotal),
  snapshot(
    "counter",
    "spandrel_snapshot_failures_total",
    "Snapshots that could not be written.",
    (s) => s.failedTotal,
  ),
  snapshot(
    "gauge",
    "spandrel_snapshot_last_time_seconds",
    "When the last snapshot was finished, in seconds since 1970; 0 before the first.",
    (s) => s.lastTimeSeconds,
  ),
  snapshot(
    "gauge",
    "spandrel_snapshot_last_duration_seconds",
    "How long writing the last snapshot took.",
    (s) => s.lastDurationSeconds,
  ),
  snapshot(
    "gauge",
    "spandrel_snapshot_last_bytes",
    "Size of the last snapshot.",
    (s) => s.lastBytes,
  ),
  snapshot(
    "gauge",
    "spandrel_snapshot_last_chunks",
    "Chunks in the last snapshot.",
    (s) => s.lastChunkCount,
  ),
  snapshot(
    "gauge",
    "spandrel_snapshot_last_samples",
    "Samples in the last snapshot.",
    (s) => s.lastSampleCount,
  ),
  restore(
    "gauge",
    "spandrel_restore_duration_seconds",
    "How long the restore at the start took; 0 when there was nothing to restore.",
    (r) => r.durationSeconds,
  ),
  restore(
    "gauge",
    "spandrel_restore_series",
    "Series restored at the start.",
    (r) => r.seriesCount,
  ),
  restore("gauge", "spandrel_restore_chunks", "Chunks restored at the start.", (r) => r.chunkCount),
  restore(
    "gauge",
    "spandrel_restore_samples",
    "Samples restored at the start.",
    (r) => r.sampleCount,
  ),
  restore(
    "gauge",
    "spandrel_restore_damaged_places",
    "Damaged places found in snapshots at the start.",
    (r) => r.damageCount,
    "The log names each file and offset, and what was lost.",
  ),
];

const REQUESTS: readonly MetricDefinition[] = [
  labelled(
    "counter",
    "spandrel_http_requests_total",
    "HTTP requests answered, by route and status.",
    ["handler", "code"],
    (input) =>
      input.requests.requests().map(({ handler, status, count }) => ({
        labels: { handler, code: String(status) },
        value: count,
      })),
  ),
  durations(
    "spandrel_http_request_duration_seconds",
    "Time from a request to its answer, by route.",
    ["handler"],
    (input) => input.requests.requestDurations(),
    "Of writes: from the first byte of the body. Routes that were asked at least once.",
  ),
  requests(
    "gauge",
    "spandrel_queries_running",
    "Queries under way.",
    (r) => r.queriesRunning,
    "At most --query.max-concurrency.",
  ),
  requests(
    "gauge",
    "spandrel_queries_waiting",
    "Queries that wait for a place.",
    (r) => r.queriesWaiting,
  ),
  requests(
    "counter",
    "spandrel_queries_moved_total",
    "Queries that took long and went on in a thread of their own.",
    (r) => r.queriesMoved,
    "None with --query.threads=0.",
  ),
  labelled(
    "gauge",
    "spandrel_build_info",
    "Version of the program and of what runs it; always 1.",
    ["version", "revision", "nodeversion"],
    ({ build: { version, revision, nodeVersion } }) => [
      { labels: { version, revision, nodeversion: nodeVersion }, value: 1 },
    ],
  ),
];

const CLOCK: readonly MetricDefinition[] = [
  engine(
    "counter",
    "spandrel_clock_steps_total",
    "Steps of the machine's clock by more than 10 s.",
    (e) => e.clock.seenCount,
    "Nothing is dropped because of one until it has stood for an hour.",
  ),
  engine(
    "counter",
    "spandrel_clock_steps_adopted_total",
    "Steps of the machine's clock that stood for an hour and were taken over.",
    (e) => e.clock.adoptedCount,
  ),
  engine(
    "gauge",
    "spandrel_clock_step_seconds",
    "How far the machine's clock is ahead of the service's, negative when behind.",
    (e) => e.clock.stepMs / 1000,
    "0 unless a step has not stood for an hour yet.",
  ),
];

export const SERVICE_METRICS: readonly MetricDefinition[] = [
  ...INGESTION,
  ...HOLDINGS,
  ...EXEMPLARS,
  ...DISK,
  ...REQUESTS,
  ...DOOR_METRICS,
  ...JOURNAL_METRICS,
  ...CLOCK,
];
