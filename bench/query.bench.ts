/**
 * Query bench: what a query costs a server, in CPU seconds of its process, and whether two servers
 * answer the same.
 *
 * Generates a stream of requests (load/), starts each server, loads it, asks every query of
 * query-list.ts again and again, and compares the answers with Prometheus' (relative 1e-9). At the
 * end the heaviest query runs in a loop while writes come in: how long does a write wait?
 *
 *   npm run bench:query                                      # 100,000 series, one hour
 *   npm run bench:query -- --series 10000 --cycles 80 --servers spandrel
 *
 * Neighbours are found in PEERS_DIR, or in the user's cache under spandrel-bench/peers; one that is
 * not there is left out. A line of JSON per server goes to bench/results/query.jsonl (--results).
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Prng } from "../src/base/prng.ts";
import { Cluster } from "./load/cluster.ts";
import { generateRequests } from "./load/request-stream.ts";
import { order, startSender } from "./load/sender-process.ts";
import { StreamReader, StreamWriter } from "./load/stream-file.ts";
import { WriteConnection } from "./load/write-connection.ts";
import { cpuBetween, cpuOf } from "./process-figures.ts";
import { type BenchQuery, differences, QUANTILE, QUERIES } from "./query-list.ts";
import { appendResult, machine, median, printTable } from "./results.ts";
import { type ServerUnderTest, startServer } from "./server-under-test.ts";

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "100000" },
    cycles: { type: "string", default: "240" },
    reps: { type: "string", default: "7" },
    servers: { type: "string", default: "prometheus,victoria-metrics,spandrel" },
    seed: { type: "string", default: "1" },
    results: {
      type: "string",
      default: fileURLToPath(new URL("results/query.jsonl", import.meta.url)),
    },
  },
});

const INTERVAL_MS = 15_000;
const TOLERANCE = 1e-9;
/** A query is repeated for so long at least, and so often at most. */
const QUERY_MS = 400;
const REPETITIONS_MAX = 300;
const LOOP_MS = 15_000;
const WRITE_PAUSE_MS = 20;
/** Cycles that are kept back for the writes at the end. */
const KEPT_CYCLES = 12;

const PEERS =
  process.env["PEERS_DIR"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "spandrel-bench/peers");

interface Server {
  readonly command: string;
  readonly ready: string;
}

/** The command of a server by name, or null when it is not there. */
function serverOf(name: string, directory: string): Server | null {
  if (name === "spandrel") {
    const flags = "--web.listen-address=127.0.0.1:{port} --storage.path={dir}";
    const command = `node dist/main.js serve ${flags} --self-scrape.interval=0`;
    return { command, ready: "/-/ready" };
  }
  const program = join(PEERS, "bin", name);
  if (!existsSync(program)) return null;
  if (name === "victoria-metrics") {
    const flags =
      "-storageDataPath={dir} -httpListenAddr=127.0.0.1:{port} -search.disableCache" +
      " -search.latencyOffset=0s -search.maxUniqueTimeseries=5000000 -loggerLevel=WARN";
    return { command: `${program} ${flags}`, ready: "/health" };
  }
  const file = join(directory, "prometheus.yml");
  writeFileSync(file, "global: {}\n");
  const flags =
    `--config.file=${file} --storage.tsdb.path={dir} --web.listen-address=127.0.0.1:{port}` +
    " --web.enable-remote-write-receiver --log.level=warn";
  return { command: `${program} ${flags}`, ready: "/-/ready" };
}

async function ask(port: number, path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text.slice(0, 200)}`);
  return text;
}

interface Timing {
  readonly name: string;
  readonly cpuMs: number;
  readonly medianMs: number;
  readonly answer: string;
}

async function timing(server: ServerUnderTest, query: BenchQuery, endS: number): Promise<Timing> {
  const path = query.path(endS);
  const answer = await ask(server.port, path);
  const wall: number[] = [];
  const start = performance.now();
  const before = cpuOf(server.pid);
  const enough = (): boolean =>
    wall.length >= Number(options.reps) && performance.now() - start > QUERY_MS;
  while (!enough() && wall.length < REPETITIONS_MAX) {
    const asked = performance.now();
    await ask(server.port, path);
    wall.push(performance.now() - asked);
  }
  await sleep(20);
  const cpuMs = (cpuBetween(before, cpuOf(server.pid)) * 1000) / wall.length;
  return { name: query.name, cpuMs, medianMs: median(wall), answer };
}

interface Waits {
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly writes: number;
}

/** How long writes take while the heaviest query runs in a loop, one after the other. */
async function waitsOfWrites(
  server: ServerUnderTest,
  stream: StreamReader,
  fromCycle: number,
  endS: number,
): Promise<Waits> {
  const connection = new WriteConnection(server.port, "/api/v1/write");
  const buffer = Buffer.alloc(stream.largestBodyBytes());
  const until = performance.now() + LOOP_MS;
  const asking = (async () => {
    while (performance.now() < until) await ask(server.port, QUANTILE.path(endS));
  })();
  const waits: number[] = [];
  for (let i = 0; i < stream.requestCount && performance.now() < until; i++) {
    if (stream.cycleOf(i) < fromCycle) continue;
    const body = stream.read(i, buffer);
    const sent = performance.now();
    await connection.post(body);
    waits.push(performance.now() - sent);
    await sleep(WRITE_PAUSE_MS);
  }
  await asking;
  connection.close();
  waits.sort((a, b) => a - b);
  const p99Ms = waits[Math.floor(waits.length * 0.99)] ?? 0;
  return { p99Ms, maxMs: waits.at(-1) ?? 0, writes: waits.length };
}

interface ServerRun {
  readonly timings: readonly Timing[];
  readonly waits: Waits;
}

async function runServer(
  { command, ready }: Server,
  streamPath: string,
  endS: number,
): Promise<ServerRun> {
  const server = await startServer(command, ready);
  const sender = startSender(streamPath, server.port, "/api/v1/write", "4");
  const stream = new StreamReader(streamPath);
  try {
    const loaded = Number(options.cycles);
    await order(sender, 0, 1);
    await order(sender, 1, loaded);
    await sleep(3000);
    const timings: Timing[] = [];
    for (const query of QUERIES) timings.push(await timing(server, query, endS));
    return { timings, waits: await waitsOfWrites(server, stream, loaded, endS) };
  } finally {
    stream.close();
    if (sender.connected) sender.disconnect();
    await server.stop();
  }
}

/** Writes the stream; returns the last whole minute of what is loaded before the queries. */
function writeStream(path: string): number {
  const random = new Prng(Number(options.seed));
  const cluster = new Cluster(Number(options.series), INTERVAL_MS, random);
  const writer = new StreamWriter(path);
  const cycles = Number(options.cycles) + KEPT_CYCLES;
  const endMs = Date.now();
  const settings = { cycles, intervalMs: INTERVAL_MS, endMs, queues: 4, samplesPerRequest: 2000 };
  generateRequests(cluster, random, settings, (request) => writer.add(request));
  writer.close();
  return Math.floor((endMs - KEPT_CYCLES * INTERVAL_MS) / 60_000) * 60;
}

function report(runs: ReadonlyMap<string, ServerRun>): void {
  const reference = runs.get("prometheus");
  const rows = QUERIES.map(({ name }, i) => {
    const row: Record<string, string> = { query: name };
    for (const [server, { timings }] of runs) row[server] = timings[i]!.cpuMs.toFixed(1);
    const own = runs.get("spandrel")?.timings[i];
    const other = reference?.timings[i];
    row["of prometheus"] = own && other ? (own.cpuMs / other.cpuMs).toFixed(2) : "";
    const count = own && other ? differences(own.answer, other.answer, TOLERANCE) : null;
    row["answers"] = count === null ? "" : count === 0 ? "equal" : `${count} differ`;
    return row;
  });
  console.log("CPU ms a query");
  printTable(rows);
  for (const [server, { waits }] of runs) {
    const { p99Ms, maxMs, writes } = waits;
    const times = `p99 ${p99Ms.toFixed(1)} ms, longest ${maxMs.toFixed(1)} ms`;
    console.log(`${server}: ${writes} writes while ${QUANTILE.name} runs in a loop: ${times}`);
  }
}

const directory = mkdtempSync(join(tmpdir(), "spandrel-stream-"));
const runs = new Map<string, ServerRun>();
try {
  const streamPath = join(directory, "stream");
  const endS = writeStream(streamPath);
  for (const name of options.servers.split(",")) {
    const server = serverOf(name, directory);
    if (server === null) {
      console.error(`${name} is not in ${PEERS}: left out`);
      continue;
    }
    const run = await runServer(server, streamPath, endS);
    runs.set(name, run);
    const timings = run.timings.map(({ name, cpuMs, medianMs }) => ({ name, cpuMs, medianMs }));
    const { series, cycles, seed } = options;
    const settings = { name, seed, series: Number(series), cycles: Number(cycles) };
    appendResult(options.results, { ...machine(), ...settings, timings, waits: run.waits });
  }
  report(runs);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
