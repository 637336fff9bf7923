/**
 * Write waits bench: how long writes wait while nothing is asked, and beside a query in a loop.
 *
 * Loads the modelled cluster, then sends a write every 20 ms, in turn with the query and without.
 * Who asks is a process of the lowest priority (ask-again.ts), so that it takes little from a
 * server on the same machine, and who sends one of a high priority, where the system lets it. A
 * query is a range of 25 minutes with a step of 15 s.
 *
 *   npm run bench:write-waits                                # all series, no function
 *   npm run bench:write-waits -- --query 'sum(rate(up[5m]))' --rounds 4
 *   npm run bench:write-waits -- --node=--v8-pool-size=4     # the server's Node with other flags
 *
 * Units: …Ms milliseconds of wall time, …S seconds.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, getPriority, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Prng } from "../src/base/prng.ts";
import { BenchClock, MID_WINDOW_MS } from "./bench-clock.ts";
import { Cluster } from "./load/cluster.ts";
import { generateRequests } from "./load/request-stream.ts";
import { order, startSender } from "./load/sender-process.ts";
import { StreamReader, StreamWriter } from "./load/stream-file.ts";
import { printTable } from "./results.ts";
import { startServer } from "./server-under-test.ts";
import { PacedWriter, summarise } from "./write-waits.ts";

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "100000" },
    query: { type: "string", default: '{__name__=~".+"}' },
    seconds: { type: "string", default: "12" },
    rounds: { type: "string", default: "2" },
    /** As `npm start` has it. */
    node: { type: "string", multiple: true, default: ["--v8-pool-size=1"] },
    seed: { type: "string", default: "1" },
  },
});

const INTERVAL_MS = 15_000;
const LOADED_CYCLES = 120;
/** Kept back for the writes. */
const KEPT_CYCLES = 120;
const RANGE_S = 1500;
const SETTLE_MS = 3000;

const clock = new BenchClock(MID_WINDOW_MS);
const endMs = clock.nowMs();
const endS = Math.floor(endMs / 1000) - (KEPT_CYCLES * INTERVAL_MS) / 1000;

function writeStream(path: string): void {
  const random = new Prng(Number(options.seed));
  const cluster = new Cluster(Number(options.series), INTERVAL_MS, random);
  const writer = new StreamWriter(path);
  const cycles = LOADED_CYCLES + KEPT_CYCLES;
  const settings = { cycles, intervalMs: INTERVAL_MS, endMs, queues: 4, samplesPerRequest: 2000 };
  generateRequests(cluster, random, settings, (request) => writer.add(request));
  writer.close();
}

function startAsking(port: number): ChildProcess {
  const range = { start: String(endS - RANGE_S), end: String(endS), step: "15" };
  const parameters = new URLSearchParams({ query: options.query, ...range });
  const entry = fileURLToPath(new URL("ask-again.ts", import.meta.url));
  const url = `http://127.0.0.1:${port}/api/v1/query_range?${parameters}`;
  return fork(entry, [url], { execArgv: ["--import", "tsx"] });
}

/** Ends it; how often it was answered. */
async function stopAsking(asking: ChildProcess): Promise<number> {
  const answer = once(asking, "message");
  asking.send("stop");
  const [answers] = (await answer) as [number];
  return answers;
}

/**
 * Does something before all others, where the system lets it: what this process waits for is none
 * of the server's. Who is started meanwhile would be as important.
 */
async function first<T>(work: () => Promise<T>): Promise<T> {
  const usual = getPriority();
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    return work();
  }
  return work().finally(() => setPriority(usual));
}

const directory = mkdtempSync(join(tmpdir(), "spandrel-waits-"));
process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
const path = join(directory, "stream");
writeStream(path);
const own = "dist/main.js serve --web.listen-address=127.0.0.1:{port} --storage.path={dir}";
const flags = [clock.nodeOption, ...options.node].join(" ");
const server = await startServer(`node ${flags} ${own} --self-scrape.interval=0`, "/-/ready");
try {
  const sender = startSender(path, server.port, "/api/v1/write", "4");
  await order(sender, 0, LOADED_CYCLES);
  sender.disconnect();
  await sleep(SETTLE_MS);
  const stream = new StreamReader(path);
  const writer = new PacedWriter(stream, server.port);
  writer.seek(LOADED_CYCLES);
  const rows: Record<string, string>[] = [];
  for (let n = 0; n < 2 * Number(options.rounds); n++) {
    const asking = n % 2 === 1 ? startAsking(server.port) : null;
    const untilMs = performance.now() + 1000 * Number(options.seconds);
    const waits = await first(() => writer.sendWhile(() => performance.now() < untilMs));
    const answers = asking ? await stopAsking(asking) : 0;
    const { p50Ms, p99Ms, longestMs, writes } = summarise(waits);
    rows.push({
      beside: asking ? options.query : "nothing",
      p50: p50Ms.toFixed(1),
      p99: p99Ms.toFixed(1),
      longest: longestMs.toFixed(1),
      writes: String(writes),
      answers: String(answers),
    });
  }
  writer.close();
  stream.close();
  printTable(rows);
} finally {
  await server.stop();
}
