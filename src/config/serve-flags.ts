/**
 * Every setting of the service, with its bounds: the one list behind `spandrel serve`.
 *
 * Where a bound is not obvious its reason stands beside it. docs/flags.md is generated from here.
 *
 * Units: …Ms milliseconds, …Bytes bytes.
 */
import { formatDuration } from "../base/duration.ts";
import { TsdbError } from "../base/errors.ts";
import { type ConfigOf, flag } from "./flag-table.ts";
import {
  anyOf,
  byteSize,
  duration,
  labelPairs,
  listenAddress,
  oneOf,
  optionalText,
  orNone,
  percentOrOff,
  text,
  textList,
  wholeNumber,
  yesOrNo,
} from "./value-kinds.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** Go versions whose allocation rules the simulated heap knows. */
const GO_VERSIONS = [15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27].map((m) => `1.${m}`);

/** Experimental parts of PromQL that can be switched on. */
const FEATURES = [
  "promql-experimental-functions",
  "promql-duration-expr",
  "promql-extended-range-selectors",
  "promql-delayed-name-removal",
] as const;

export const SERVE_FLAGS = {
  listenAddress: flag(
    "web.listen-address",
    listenAddress,
    "127.0.0.1:9201",
    "Address of the HTTP API and the page. Only this machine can reach the default; before " +
      "others can, set --web.config.file.",
  ),
  webConfigFile: flag(
    "web.config.file",
    optionalText("FILE", "a file"),
    "",
    "TLS, users, tokens and response headers, in Prometheus' format; read again when it changes.",
  ),
  enableAdminApi: flag(
    "web.enable-admin-api",
    yesOrNo,
    "false",
    "Allows POST /api/v1/admin/…, to anybody with the role admin or, without " +
      "--web.config.file, anybody who can reach the address.",
  ),
  enableLifecycle: flag(
    "web.enable-lifecycle",
    yesOrNo,
    "false",
    "Allows POST /-/quit, which ends the service in order, and POST /-/reload, which reads " +
      "--web.config.file again. Whom is as with --web.enable-admin-api.",
  ),
  enableOtlpReceiver: flag(
    "web.enable-otlp-receiver",
    yesOrNo,
    "false",
    "Takes metrics of OpenTelemetry at POST /api/v1/otlp/v1/metrics.",
  ),
  otlpPromotedAttributes: flag(
    "otlp.promote-resource-attributes",
    textList("ATTRIBUTES", "attribute names, with commas between, or * for all of them"),
    "",
    "Resource attributes of OpenTelemetry that become labels of every series; all but the " +
      "service's own stand in target_info.",
  ),
  drillSeriesMax: flag(
    "web.drill-max-series",
    wholeNumber(0, 100_000),
    "10000",
    "Most series of a drill that is started from the page; it runs in a thread of its own. 0 " +
      "allows none.",
  ),
  writeBodyBytesMax: flag(
    "write.max-body-bytes",
    byteSize(1024, GIB),
    "32MiB",
    "Largest compressed body of a write request; a larger one is refused with 413.",
  ),
  writeDecodedBytesMax: flag(
    "write.max-decoded-bytes",
    byteSize(1024, GIB),
    "32MiB",
    "Largest size a write request may have after decompression; checked before any is done.",
  ),
  writePendingBytesMax: flag(
    "write.max-pending-bytes",
    byteSize(MIB, 64 * GIB),
    "256MiB",
    "Bodies of write requests held at once, being read or waiting; beyond it the answer is 503.",
  ),
  clientRequestsMax: flag(
    "write.max-requests-per-client",
    orNone(wholeNumber(1, 100_000), "no limit"),
    "256",
    "Write requests that one client may have under way; further ones are answered with 429. A " +
      "client is the name it authenticated by, or else its address.",
  ),
  clientSamplesPerSecond: flag(
    "write.max-samples-per-client",
    orNone(wholeNumber(1, 1_000_000_000), "no limit"),
    "0",
    "Samples that one client may send per second, ten seconds' worth at once; beyond it the " +
      "answer is 429 with the time to wait.",
  ),
  storagePath: flag(
    "storage.path",
    text("DIRECTORY", "a directory"),
    "data",
    "Directory of snapshots and journal; made when it is missing, used by one process at a time.",
  ),
  chunkWindowMs: flag(
    "storage.chunk-window",
    duration(MINUTE_MS, 2 * DAY_MS),
    "4h",
    "Length of a chunk: the samples of one series in one window, aligned to the epoch.",
  ),
  chunksPerSeries: flag(
    "storage.chunks-per-series",
    wholeNumber(1, 64),
    "8",
    "Chunks kept of each series, the open one included; older ones are dropped as time passes.",
  ),
  seriesCountMax: flag(
    "storage.max-series",
    wholeNumber(1, 16_777_216),
    "4000000",
    "Series held at once; samples of further new series are refused. No more fit than 33 million " +
      "chunks, one for each series and window, and 1.4 GiB of label bytes have room for.",
  ),
  exemplarsMax: flag(
    "storage.exemplars.max-exemplars",
    wholeNumber(0, 5_000_000),
    "100000",
    "Exemplars held at once, of all series together; the oldest makes room for the next. 0 " +
      "stores none.",
  ),
  outOfOrderWindowMs: flag(
    "storage.out-of-order-window",
    duration(MINUTE_MS, 128 * DAY_MS, "refuse every late sample"),
    "0",
    "How much older than the newest sample of its series a late sample may be.",
  ),
  exportPath: flag(
    "export.blocks-path",
    optionalText("DIRECTORY", "a directory"),
    "",
    "Directory that gets a Prometheus block of every window once it is sealed.",
  ),
  exportDelayMs: flag(
    "export.delay",
    duration(MINUTE_MS, DAY_MS),
    "30m",
    "How long after its end a window is sealed; at least --storage.out-of-order-window.",
  ),
  externalLabels: flag(
    "external-label",
    labelPairs,
    "",
    "Label that series get when another server reads or federates them; may be repeated.",
  ),
  remoteReadConcurrencyMax: flag(
    "storage.remote.read-concurrent-limit",
    wholeNumber(1, 1000),
    "10",
    "Remote reads under way at once; further ones wait.",
  ),
  remoteReadSamplesMax: flag(
    "storage.remote.read-sample-limit",
    wholeNumber(1, 2_000_000_000),
    "50000000",
    "Samples of a remote read that is not answered with chunks; a larger one is refused.",
  ),
  remoteReadFrameBytesMax: flag(
    "storage.remote.read-max-bytes-in-frame",
    byteSize(1024, 32 * MIB),
    "1MiB",
    "Size at which the chunks of one series go on in another frame of a remote read answer.",
  ),
  gogcPercent: flag(
    "heap.gogc",
    percentOrOff(100_000),
    "20",
    "GOGC of the simulated heap: garbage allowed before a cycle, as a percentage of what is live." +
      " Go's own default, and the drill's, is 100: a cycle costs a sweep here and no mark.",
  ),
  goVersion: flag(
    "heap.go-version",
    oneOf(GO_VERSIONS),
    "1.26",
    "Go version whose size classes, append growth and span layout the simulated heap follows.",
  ),
  heapLimitBytes: flag(
    "heap.limit",
    byteSize(4 * MIB, 256 * GIB, "no limit"),
    "0",
    "Largest simulated heap in use; writes that would pass it are answered with 429.",
  ),
  compactThresholdPercent: flag(
    "heap.compact-threshold",
    percentOrOff(100),
    "off",
    "Moves chunks out of sparse spans, beside ingestion, when that would save more than this " +
      "percentage of heap_inuse. Go cannot do this.",
  ),
  journalSync: flag(
    "journal.sync",
    oneOf(["interval", "always", "off"]),
    "interval",
    "When the journal of accepted writes is synced to the disk. always: before a write is " +
      "acknowledged, many sharing one sync. interval: every journal.sync-interval; a write is " +
      "handed to the system before it is acknowledged, so only a loss of power can take any. " +
      "off: left to the system.",
  ),
  journalSyncIntervalMs: flag(
    "journal.sync-interval",
    duration(10, MINUTE_MS),
    "200ms",
    "Time between two syncs with --journal.sync=interval.",
  ),
  replaySamplesMax: flag(
    "journal.max-replay-samples",
    wholeNumber(1000, 10_000_000_000),
    "5000000",
    "Samples in the journal since the last snapshot; more of them start the next one, so that a " +
      "restart after a crash stays short.",
  ),
  snapshotIntervalMs: flag(
    "snapshot.interval",
    duration(10 * SECOND_MS, 7 * DAY_MS, "only at shutdown"),
    "15m",
    "Time between snapshots; what came since the last is in the journal.",
  ),
  snapshotOrder: flag(
    "snapshot.order",
    oneOf(["time", "series", "shuffled"]),
    "time",
    "Order of the chunks in a snapshot, and so of their allocation after a restart.",
  ),
  restoreCapacity: flag(
    "restore.capacity",
    oneOf(["class", "grow", "exact"]),
    "class",
    "Capacity of a restored chunk: the size class ingestion would have, grown from 128 bytes " +
      "by appending, or its exact length.",
  ),
  queryBytesMax: flag(
    "query.max-length",
    byteSize(1024, 16 * MIB),
    // The longest text of which everything that is done in one turn stays far below 20 ms.
    "128KiB",
    "Longest text of a query, or of a selector where one is asked for; a longer one is refused " +
      "with 400. With more, a long text may delay writes by more than 20 ms. A form may have " +
      "eight times as much, a remote read once.",
  ),
  queryTimeoutMs: flag(
    "query.timeout",
    duration(1, DAY_MS),
    "2m",
    "Longest time a query may take, waiting included.",
  ),
  querySamplesMax: flag(
    "query.max-samples",
    wholeNumber(1, 2_000_000_000),
    "50000000",
    "Samples a query may hold in memory at once.",
  ),
  queryConcurrencyMax: flag(
    "query.max-concurrency",
    wholeNumber(1, 1000),
    "20",
    "Queries under way at once; further ones wait.",
  ),
  queryThreads: flag(
    "query.threads",
    wholeNumber(0, 16),
    "1",
    "Threads in which long queries are evaluated, beside the one that stores samples; 0 = none, " +
      "long queries share that one in slices.",
  ),
  queryLookbackMs: flag(
    "query.lookback-delta",
    duration(1, DAY_MS),
    "5m",
    "How far back an instant selector looks for the newest sample of a series.",
  ),
  features: flag(
    "enable-feature",
    anyOf(FEATURES),
    "",
    "Parts of PromQL that are experimental in Prometheus, under its names for them.",
  ),
  logLevel: flag(
    "log.level",
    oneOf(["debug", "info", "warn", "error"]),
    "info",
    "Least severe message that is logged.",
  ),
  logFormat: flag(
    "log.format",
    oneOf(["auto", "json", "pretty"]),
    "auto",
    "Form of the log: auto is pretty on a terminal and JSON otherwise.",
  ),
  selfScrapeIntervalMs: flag(
    "self-scrape.interval",
    duration(SECOND_MS, HOUR_MS, "off"),
    "15s",
    "Time between samples that the service stores of its own metrics.",
  ),
} as const;

/** The settings of the service. */
export type ServeConfig = ConfigOf<typeof SERVE_FLAGS>;

/** Refuses settings that are each allowed but not together (TsdbError CONFIG_INVALID). */
export function checkServeConfig(config: ServeConfig): void {
  const heldMs = config.chunkWindowMs * config.chunksPerSeries;
  if (config.outOfOrderWindowMs <= heldMs) return;
  const given = formatDuration(config.outOfOrderWindowMs);
  throw new TsdbError(
    "CONFIG_INVALID",
    `--storage.out-of-order-window="${given}" is not allowed: want at most the ` +
      `${formatDuration(heldMs)} that is kept (storage.chunk-window × storage.chunks-per-series)`,
  );
}
