/**
 * The program: its commands, and for `serve` how the parts of the service are put together,
 * started and stopped in order.
 *
 * Start: log, data directory, HTTP (503 where it needs the store), restore, heartbeat.
 * Stop, on SIGTERM or SIGINT: HTTP, heartbeat, a last snapshot, data directory.
 */
import { randomInt } from "node:crypto";
import { createRequire } from "node:module";
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { AccessFile } from "./access/access-file.ts";
import { isGuarded } from "./access/access-rules.ts";
import { type Clock, systemClock } from "./base/clock.ts";
import { NodeDisk } from "./base/disk.ts";
import { TsdbError } from "./base/errors.ts";
import { GuardedClock } from "./base/guarded-clock.ts";
import { chooseHashKey } from "./base/hash-key.ts";
import type { Log } from "./base/log.ts";
import { command, runCommandLine } from "./cli/command.ts";
import { createLogger } from "./cli/logger.ts";
import { onHangUp, stopSignal } from "./cli/stop-signals.ts";
import { shownFlags } from "./config/flag-table.ts";
import { checkServeConfig, SERVE_FLAGS, type ServeConfig } from "./config/serve-flags.ts";
import { DRILL_SUMMARY, runDrillCommand } from "./drill/drill-command.ts";
import { DRILL_FLAGS } from "./drill/drill-flags.ts";
import { DrillService } from "./drill/drill-service.ts";
import { replayFiles } from "./drill/heap-replay-command.ts";
import { HEAP_REPLAY_FLAGS } from "./drill/heap-replay-flags.ts";
import { launch } from "./drill/launch.ts";
import { BlockExport } from "./engine/block-export.ts";
import { Engine, type EngineSettings, SNAPSHOTS_DIRECTORY } from "./engine/engine.ts";
import { EngineReader } from "./engine/engine-reading.ts";
import { HeapRecorder } from "./engine/heap-recorder.ts";
import { SelfScrape } from "./engine/self-scrape.ts";
import { closeServer, isLoopback, listen, originOf } from "./http/listen.ts";
import { PromqlQueries } from "./http/promql-queries.ts";
import { buildServer } from "./http/server.ts";
import type { About, ServerParts } from "./http/server-parts.ts";
import { runImport } from "./import/import-command.ts";
import { IMPORT_FLAGS } from "./import/import-flags.ts";
import { runSnapshotCommand } from "./journal/snapshot-command.ts";
import { Metrics } from "./observe/metrics.ts";
import { RequestCounts } from "./observe/request-counts.ts";
import { createEngine } from "./promql/engine.ts";
import { labelHashReady } from "./promql/evaluate/label-hash.ts";
import { STABLE_SYNTAX } from "./promql/parse/parse-options.ts";
import { run as runTestScripts } from "./promql/promqltest-command.ts";
import { QueryThreads } from "./promql/thread/query-threads.ts";

const packageFile = createRequire(import.meta.url)("../package.json") as { version: string };
const VERSION = packageFile.version;
const SEED_END = 2 ** 32;
/** How often it is looked whether a window is sealed. */
const EXPORT_INTERVAL_MS = 10_000;
const ULID_DIGIT_END = 32;

function engineSettings(config: ServeConfig): EngineSettings {
  return {
    store: {
      windowMs: config.chunkWindowMs,
      windowCount: config.chunksPerSeries,
      outOfOrderMs: config.outOfOrderWindowMs,
      seriesMax: config.seriesCountMax,
      exemplarsMax: config.exemplarsMax,
      goVersion: config.goVersion,
      gogcPercent: config.gogcPercent,
      heapLimitBytes: config.heapLimitBytes,
      compactThresholdPercent: config.compactThresholdPercent,
      seed: randomInt(SEED_END),
    },
    storagePath: config.storagePath,
    snapshotIntervalMs: config.snapshotIntervalMs,
    snapshotOrder: config.snapshotOrder,
    restoreCapacity: config.restoreCapacity,
    journalSync: config.journalSync,
    journalSyncIntervalMs: config.journalSyncIntervalMs,
    replaySamplesMax: config.replaySamplesMax,
  };
}

function aboutOf(config: ServeConfig): About {
  return {
    version: VERSION,
    revision: "",
    goVersion: config.goVersion,
    startTimeMs: systemClock.nowMs(),
    hostName: hostname(),
    workingDirectory: process.cwd(),
    gogc: SERVE_FLAGS.gogcPercent.kind.show(config.gogcPercent),
    heapLimitBytes: config.heapLimitBytes,
    retentionMs: config.chunkWindowMs * config.chunksPerSeries,
    flags: shownFlags(SERVE_FLAGS, config),
  };
}

/** The metrics of an engine and what is counted beside it. */
function metricsOf(engine: Engine, config: ServeConfig, clock: Clock) {
  const counts = new RequestCounts();
  const { goVersion, gogcPercent, heapLimitBytes } = config;
  const reader = new EngineReader(engine, goVersion, gogcPercent, heapLimitBytes, clock);
  const readEngine = () => reader.read();
  const build = { version: VERSION, revision: "", nodeVersion: process.version };
  return { counts, readEngine, metrics: new Metrics(readEngine, counts, build) };
}

/** Where the built page lies: beside the compiled program. Null when it is not there. */
async function pageDirectory(disk: NodeDisk): Promise<string | null> {
  const path = fileURLToPath(new URL("web", import.meta.url));
  return (await disk.list(path)).includes("index.html") ? path : null;
}

/** Builds the HTTP server over an engine. */
function serverOf(
  config: ServeConfig,
  engine: Engine,
  parts: ReturnType<typeof metricsOf>,
  access: AccessFile,
  others: Pick<ServerParts, "drill" | "pageDirectory" | "recorder" | "clock">,
  threads: QueryThreads,
  log: Log,
) {
  const { clock } = others;
  parts.counts.door.webConfig = access;
  const has = (feature: (typeof config.features)[number]) => config.features.includes(feature);
  const promql = createEngine({
    syntax: {
      ...STABLE_SYNTAX,
      experimentalFunctions: has("promql-experimental-functions"),
      durationExpressions: has("promql-duration-expr"),
      extendedSelectors: has("promql-extended-range-selectors"),
    },
    delayedNameRemoval: has("promql-delayed-name-removal"),
    lookbackMs: config.queryLookbackMs,
    samplesMax: config.querySamplesMax,
    timeoutMs: config.queryTimeoutMs,
    clock,
  });
  return buildServer({
    service: engine,
    heap: engine,
    ...others,
    queries: new PromqlQueries(promql, clock, config.queryBytesMax, threads),
    counts: parts.counts,
    renderMetrics: () => parts.metrics.render(),
    readEngine: parts.readEngine,
    settings: config,
    about: aboutOf(config),
    log,
    access,
    quit: () => process.kill(process.pid, "SIGTERM"),
    onBug: (error) => endWithBug(error, log),
  });
}

/** A broken invariant: what is on disk is whole, what is in memory may not be. */
function endWithBug(error: unknown, log: Log): void {
  log.error({ error }, "a bug was met while storing samples: ending without a snapshot");
  process.exit(1);
}

/** Warns when others than this machine can reach the service and may do too much. */
function warnOfReach(host: string, { rules }: AccessFile, log: Log): void {
  const isOpen = !isGuarded(rules);
  if (isLoopback(host) || (!isOpen && rules.tls !== null)) return;
  const text = isOpen
    ? "there is no authentication: anybody who can connect may read and write"
    : "there is no TLS: passwords and tokens can be read on the way";
  const flags = "(--web.listen-address, --web.config.file)";
  log.warn({ host }, `other machines can reach this address, and ${text} ${flags}`);
}

/** Tells where the service is found. */
function announce(
  { listenAddress: { host } }: ServeConfig,
  port: number,
  access: AccessFile,
  log: Log,
): string {
  const origin = originOf(host, port, access.rules.tls === null ? "http" : "https");
  const places = { page: origin, write: `${origin}/api/v1/write`, "grafana data source": origin };
  log.info(places, `Spandrel ${VERSION} listens on port ${port}`);
  warnOfReach(host, access, log);
  return origin;
}

/** The service's clock: the machine's, but for steps that have not stood for an hour. */
function serviceClock(log: Log): Clock {
  const words = {
    seen: "made a step; nothing is dropped because of it until it has stood for an hour",
    withdrawn: "went back to where it was before its step",
    adopted: "has kept its step for an hour: it is believed now",
  };
  return new GuardedClock(systemClock, (news, stepMs) => {
    const seconds = Math.round(stepMs / 1000);
    log.warn({ seconds }, `the machine's clock ${words[news]} (${seconds} s)`);
  });
}

/** Hands windows over as blocks, if that is asked for. */
function exportBlocks(engine: Engine, config: ServeConfig, clock: Clock, log: Log): void {
  if (config.exportPath === "") return;
  const delayMs = Math.max(config.exportDelayMs, config.outOfOrderWindowMs);
  const settings = { path: config.exportPath, delayMs };
  const random32 = () => randomInt(ULID_DIGIT_END);
  const blocks = new BlockExport(settings, new NodeDisk(), clock, log, random32);
  engine.exports = blocks.figures;
  const run = () => blocks.run(engine.store.head);
  engine.every({ name: "block export", intervalMs: EXPORT_INTERVAL_MS, run });
}

/** The threads of long queries, counted and their faults logged. */
function queryThreads(config: ServeConfig, counts: RequestCounts, log: Log): QueryThreads {
  return new QueryThreads(config.queryThreads, {
    onJob: () => counts.queriesMoved++,
    onFault: (reason) => log.error({ reason }, "a thread of long queries failed, and they with it"),
  });
}

/** Runs the service until a signal ends it. */
async function serve(config: ServeConfig): Promise<number> {
  checkServeConfig(config);
  const stopped = stopSignal((code) => process.exit(code));
  const log = createLogger(config.logLevel, config.logFormat, process.stdout.isTTY);
  const clock = serviceClock(log);
  const disk = new NodeDisk();
  const access = await AccessFile.open(disk, config.webConfigFile, log);
  // A fault of the file is logged and counted where it is met.
  onHangUp(() => void access.reload().catch(() => {}));
  chooseHashKey(randomInt(SEED_END));
  const engine = await Engine.open(engineSettings(config), disk, clock, log);
  const parts = metricsOf(engine, config, clock);
  const recorder = new HeapRecorder(engine, clock);
  const seriesMax = config.drillSeriesMax;
  const drill = new DrillService({ disk, clock: systemClock, launch, seriesMax });
  const others = { recorder, clock, drill, pageDirectory: await pageDirectory(disk) };
  const threads = queryThreads(config, parts.counts, log);
  const app = await serverOf(config, engine, parts, access, others, threads, log);
  recorder.start();
  try {
    const { host, port } = config.listenAddress;
    const origin = announce(config, await listen(app, host, port), access, log);
    const instance = new URL(origin).host;
    const scrape = new SelfScrape(() => parts.metrics.render(), engine, clock, instance);
    exportBlocks(engine, config, clock, log);
    const intervalMs = config.selfScrapeIntervalMs;
    engine.every({ name: "self-scrape", intervalMs, run: () => scrape.scrape() });
    const signal = await Promise.race([stopped, engine.restore().then(() => stopped)]);
    log.info({ signal }, `${signal}: finishing what is under way`);
  } finally {
    recorder.stop();
    await drill.close();
    await closeServer(app);
    await threads.close();
    await engine.close();
  }
  log.info({}, "stopped");
  return 0;
}

/** The directory of the snapshots, given that one or the data directory around it. */
async function snapshotDirectory(disk: NodeDisk, path: string): Promise<string> {
  const inner = `${path}/${SNAPSHOTS_DIRECTORY}`;
  return (await disk.list(inner)).length > 0 ? inner : path;
}

/** `snapshot list` and `snapshot verify`. */
function snapshotCommand(verb: string, summary: string) {
  return command({
    name: `snapshot ${verb}`,
    summary,
    words: "DIRECTORY",
    flags: {},
    run: async (_config, words) => {
      const disk = new NodeDisk();
      const paths = [];
      for (const word of words) paths.push(await snapshotDirectory(disk, word));
      return runSnapshotCommand([verb, ...paths], disk, (line) => console.log(line));
    },
  });
}

const replayCommand = command({
  name: "heap replay",
  summary: "Replays allocation traces on the simulated heap and prints what it measures.",
  words: "TRACE...",
  flags: HEAP_REPLAY_FLAGS,
  run: async (config, files) => {
    await replayFiles(new NodeDisk(), { ...config, files }, (line) => console.log(line));
    return 0;
  },
});

const testScriptsCommand = command({
  name: "promqltest",
  summary: "Runs PromQL test scripts against the query engine and counts what passes.",
  words: "FILE...",
  flags: {},
  run: async (_config, names) => {
    if (names.length === 0) {
      throw new TsdbError("CONFIG_INVALID", "promqltest: name at least one script");
    }
    const disk = new NodeDisk();
    const files = [];
    for (const name of names) {
      files.push({ name, text: new TextDecoder().decode(await disk.readFile(name)) });
    }
    return runTestScripts(files, (line) => console.log(line));
  },
});

const importCommand = command({
  name: "import",
  summary: "Sends Prometheus blocks and OpenMetrics text to a running server.",
  words: "PATH...",
  flags: IMPORT_FLAGS,
  run: (config, paths) => runImport(config, paths, new NodeDisk(), (line) => console.log(line)),
});

const drillCommand = command({
  name: "drill",
  summary: DRILL_SUMMARY,
  words: "",
  flags: DRILL_FLAGS,
  run: (config) => {
    const stop = new AbortController();
    void stopSignal((code) => process.exit(code)).then((signal) => stop.abort(signal));
    return runDrillCommand(config, {
      out: (text) => console.log(text),
      progress: (text) => process.stderr.write(text),
      isTerminal: process.stderr.isTTY,
      stop: stop.signal,
    });
  },
});

const COMMANDS = [
  command({
    name: "serve",
    summary: "Runs the service.",
    words: "",
    flags: SERVE_FLAGS,
    run: serve,
  }),
  drillCommand,
  importCommand,
  replayCommand,
  testScriptsCommand,
  snapshotCommand("list", "Lists the snapshots in a directory."),
  snapshotCommand("verify", "Reads every byte of the snapshots in a directory and checks it."),
];

const terminal = {
  out: (text: string) => console.log(text),
  error: (text: string) => console.error(text),
};

/** Runs what the arguments ask for; resolves with the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  await labelHashReady;
  return runCommandLine(COMMANDS, VERSION, args, process.env, terminal);
}
