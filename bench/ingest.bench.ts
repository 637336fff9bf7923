/**
 * Ingest bench: what it costs a server to take remote write, in CPU seconds of its process.
 *
 * Generates a stream of requests (load/), starts the server, sends the first scrape cycle, which
 * creates every series, and then the rest, and reads the server's CPU time around each part. CPU
 * and not wall time is the measure, since sender and server share the machine.
 *
 *   npm run bench:ingest -- --series 10000,100000 --cycles 120 --runs 3
 *   npm run bench:ingest -- --external 'CMD with {port} and {dir}' --ready /health
 *   npm run bench:ingest -- --attach PID:PORT
 *   npm run bench:ingest -- --protocol 2-metadata       # remote write 2.0; "2": without metadata
 *
 * One line of JSON per run is appended to bench/results/ingest.jsonl (--results FILE, or "none").
 */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Prng } from "../src/base/prng.ts";
import { Cluster } from "./load/cluster.ts";
import { generateRequests, type StreamProtocol } from "./load/request-stream.ts";
import type { SendReport } from "./load/send-stream.ts";
import { order, startSender } from "./load/sender-process.ts";
import { StreamWriter } from "./load/stream-file.ts";
import { cpuBetween, cpuOf, memoryOf } from "./process-figures.ts";
import { appendResult, machine, median, printTable } from "./results.ts";
import { attachServer, type ServerUnderTest, startServer } from "./server-under-test.ts";

const OWN_COMMAND =
  "node dist/main.js serve --web.listen-address=127.0.0.1:{port} --storage.path={dir}" +
  " --self-scrape.interval=0";
const WINDOW_MS = 4 * 3600 * 1000;
const INTERVAL_MS = 15_000;

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "10000,100000" },
    cycles: { type: "string", default: "120" },
    runs: { type: "string", default: "3" },
    connections: { type: "string", default: "4" },
    "samples-per-request": { type: "string", default: "2000" },
    "end-minutes-into-window": { type: "string", default: "230" },
    seed: { type: "string", default: "1" },
    external: { type: "string", default: OWN_COMMAND },
    attach: { type: "string" },
    ready: { type: "string", default: "/-/ready" },
    write: { type: "string", default: "/api/v1/write" },
    name: { type: "string", default: "spandrel" },
    /** 1, 2, or 2-metadata: remote write 2.0 with type and help of every series. */
    protocol: { type: "string", default: "1" },
    results: {
      type: "string",
      default: fileURLToPath(new URL("results/ingest.jsonl", import.meta.url)),
    },
  },
});

/** One part of a run: what was sent, and what it cost the server. */
interface Part extends SendReport {
  readonly cpuSeconds: number;
}

interface Run {
  readonly firstCycle: Part;
  readonly steady: Part;
  readonly loadedBytes: number;
  readonly peakBytes: number;
}

/** The newest moment not after now that lies so many minutes into a chunk window. */
function endOfLoad(minutesIntoWindow: number): number {
  const latest = Date.now() - minutesIntoWindow * 60_000;
  return Math.floor(latest / WINDOW_MS) * WINDOW_MS + minutesIntoWindow * 60_000;
}

function writeStream(path: string, seriesCount: number, cycles: number): void {
  const random = new Prng(Number(options.seed));
  const cluster = new Cluster(seriesCount, INTERVAL_MS, random);
  const writer = new StreamWriter(path);
  const settings = {
    cycles,
    intervalMs: INTERVAL_MS,
    endMs: endOfLoad(Number(options["end-minutes-into-window"])),
    queues: Number(options.connections),
    samplesPerRequest: Number(options["samples-per-request"]),
    protocol: options.protocol as StreamProtocol,
  };
  generateRequests(cluster, random, settings, (request) => writer.add(request));
  writer.close();
}

async function measure(
  sender: ChildProcess,
  server: ServerUnderTest,
  fromCycle: number,
  toCycle: number,
): Promise<Part> {
  const before = cpuOf(server.pid);
  const report = await order(sender, fromCycle, toCycle);
  await sleep(300);
  return { ...report, cpuSeconds: cpuBetween(before, cpuOf(server.pid)) };
}

async function runOnce(streamPath: string, cycles: number): Promise<Run> {
  const server =
    options.attach === undefined
      ? await startServer(options.external, options.ready)
      : attachServer(options.attach);
  const { write, connections, protocol } = options;
  const sender = startSender(streamPath, server.port, write, connections, protocol);
  try {
    const firstCycle = await measure(sender, server, 0, 1);
    const steady = await measure(sender, server, 1, cycles);
    const { resident, residentPeak } = memoryOf(server.pid);
    return { firstCycle, steady, loadedBytes: resident, peakBytes: residentPeak };
  } finally {
    if (sender.connected) sender.disconnect();
    await server.stop();
  }
}

function row(seriesCount: number, label: string, runs: readonly Run[]): Record<string, string> {
  const of = (pick: (run: Run) => number): number => median(runs.map(pick));
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
  const steadySamples = of((run) => run.steady.samples);
  return {
    series: String(seriesCount),
    run: label,
    "us CPU/sample": of((run) => (run.steady.cpuSeconds * 1e6) / run.steady.samples).toFixed(3),
    "samples/CPU-s": of((run) => run.steady.samples / run.steady.cpuSeconds).toFixed(0),
    "wall samples/s": of((run) => run.steady.samples / run.steady.wallSeconds).toFixed(0),
    "new series/CPU-s": of((run) => run.firstCycle.samples / run.firstCycle.cpuSeconds).toFixed(0),
    "RSS MiB": mebibytes(of((run) => run.loadedBytes)),
    "peak MiB": mebibytes(of((run) => run.peakBytes)),
    "sender CPU s": of((run) => run.steady.senderCpuSeconds).toFixed(2),
    samples: String(steadySamples),
    refused: String(of((run) => run.firstCycle.refusedSamples + run.steady.refusedSamples)),
  };
}

async function benchSeries(seriesCount: number): Promise<Record<string, string>[]> {
  const directory = mkdtempSync(join(tmpdir(), "spandrel-stream-"));
  const streamPath = join(directory, "stream");
  const cycles = Number(options.cycles);
  const rows: Record<string, string>[] = [];
  try {
    writeStream(streamPath, seriesCount, cycles);
    const runs: Run[] = [];
    for (let i = 0; i < Number(options.runs); i++) {
      const run = await runOnce(streamPath, cycles);
      runs.push(run);
      rows.push(row(seriesCount, String(i + 1), [run]));
      const refusal = run.firstCycle.firstRefusal || run.steady.firstRefusal;
      if (refusal !== "") console.error(`first refusal: ${refusal}`);
      const { name, seed, protocol } = options;
      const window = options["end-minutes-into-window"];
      const settings = { name, seed, series: seriesCount, cycles, endMinutesIntoWindow: window };
      appendResult(options.results, { ...machine(), protocol, ...settings, run: i + 1, ...run });
    }
    if (runs.length > 1) rows.push(row(seriesCount, "median", runs));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return rows;
}

const rows: Record<string, string>[] = [];
for (const seriesCount of options.series.split(",").map(Number)) {
  rows.push(...(await benchSeries(seriesCount)));
}
printTable(rows);
