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
 * Neighbours are found as server-commands.ts says; one that is not there is left out. A line of
 * JSON per server goes to bench/results/query.jsonl (--results).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Prng } from "../src/base/prng.ts";
import { Cluster } from "./load/cluster.ts";
import { generateRequests } from "./load/request-stream.ts";
import { order, startSender } from "./load/sender-process.ts";
import { StreamReader, StreamWriter } from "./load/stream-file.ts";
import { differences, QUANTILE, QUERIES } from "./query-list.ts";
import { ask, type QueryTiming, timeQuery } from "./query-timing.ts";
import { appendResult, machine, printTable } from "./results.ts";
import { howToGet, isServerName, type ServerCommand, serverCommand } from "./server-commands.ts";
import { type ServerUnderTest, startServer } from "./server-under-test.ts";
import { PacedWriter, summarise, type WriteWaits } from "./write-waits.ts";

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
const LOOP_MS = 15_000;
/** Cycles that are kept back for the writes at the end. */
const KEPT_CYCLES = 12;

/** How long writes take while the heaviest query runs in a loop, one after the other. */
async function waitsOfWrites(
  server: ServerUnderTest,
  stream: StreamReader,
  fromCycle: number,
  endS: number,
): Promise<WriteWaits> {
  const writer = new PacedWriter(stream, server.port);
  writer.seek(fromCycle);
  const until = performance.now() + LOOP_MS;
  const goesOn = () => performance.now() < until;
  const asking = (async () => {
    while (goesOn()) await ask(server.port, QUANTILE.path(endS));
  })();
  const waits = await writer.sendWhile(goesOn);
  await asking;
  writer.close();
  return summarise(waits);
}

interface ServerRun {
  readonly timings: readonly QueryTiming[];
  readonly waits: WriteWaits;
}

async function runServer(
  { command, ready }: ServerCommand,
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
    const timings: QueryTiming[] = [];
    const repetitions = Number(options.reps);
    for (const query of QUERIES) timings.push(await timeQuery(server, query, endS, repetitions));
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
    const { p99Ms, longestMs, writes } = waits;
    const times = `p99 ${p99Ms.toFixed(1)} ms, longest ${longestMs.toFixed(1)} ms`;
    console.log(`${server}: ${writes} writes while ${QUANTILE.name} runs in a loop: ${times}`);
  }
}

const directory = mkdtempSync(join(tmpdir(), "spandrel-stream-"));
const runs = new Map<string, ServerRun>();
try {
  const streamPath = join(directory, "stream");
  const endS = writeStream(streamPath);
  for (const name of options.servers.split(",")) {
    if (!isServerName(name)) throw new Error(`no such server: ${name}`);
    const server = serverCommand(name);
    if (server === null) {
      if (name !== "spandrel") console.error(howToGet(name));
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
