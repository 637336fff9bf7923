/**
 * Turns bench: how long a request keeps the event loop of a server at a time, which is how long a
 * write waits for it at most.
 *
 * Loads the modelled cluster, and two series by themselves with all that 32 hours hold: floats
 * every second and native histograms every 15 s. Then asks what takes long, one after the other,
 * and the heaviest query 20 times at once.
 *
 *   npm run bench:turns                                      # 100,000 series, 20 minutes
 *   npm run bench:turns -- --series 10000 --only "series;labels"    # names with one of these
 *   npm run bench:turns -- --only federate --profile          # and what the longest turn was for;
 *                                                            # the loading's figure is then higher
 *   npm run bench:turns -- --node=--max-semi-space-size=4     # the server's Node with a flag
 *
 * After each request the server is left alone for as long, a second at most: its longest turns then
 * are the machine's own, which stops for a while and counts that as CPU time. No figure is better
 * than these. "stolen" is what the machine's own account says was taken from its processors in the
 * longest turn or shortly before it, in steps of 10 ms.
 *
 * A line of JSON goes to bench/results/turns.jsonl (--results).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Prng } from "../src/base/prng.ts";
import { BenchClock, MID_WINDOW_MS } from "./bench-clock.ts";
import { Cluster } from "./load/cluster.ts";
import { generateRequests } from "./load/request-stream.ts";
import { order, startSender } from "./load/sender-process.ts";
import { StreamWriter } from "./load/stream-file.ts";
import { writeLongSeries } from "./long-series.ts";
import { appendResult, machine, printTable } from "./results.ts";
import { freePort } from "./server-under-test.ts";
import { textRequests } from "./text-requests.ts";
import { type Asked, turnRequests } from "./turn-requests.ts";
import type { LongestTurn } from "./turn-watch.ts";
import { WatchedServer } from "./watched-server.ts";

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "100000" },
    cycles: { type: "string", default: "80" },
    reps: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    profile: { type: "boolean", default: false },
    node: { type: "string", multiple: true, default: [] },
    seed: { type: "string", default: "1" },
    results: {
      type: "string",
      default: fileURLToPath(new URL("results/turns.jsonl", import.meta.url)),
    },
  },
});

const INTERVAL_MS = 15_000;
/** The windows hold all that is written whenever the bench is run. */
const clock = new BenchClock(MID_WINDOW_MS);

/** Asks; the length of the answer. */
async function ask({ name, path, body, headers = {}, together = 1 }: Asked): Promise<number> {
  const request: RequestInit = body === undefined ? { headers } : { method: "POST", body, headers };
  const answers = Array.from({ length: together }, async () => {
    const answer = await fetch(`${server.url}${path}`, request);
    let length = 0;
    let start = "";
    for await (const part of answer.body!) {
      if (length === 0)
        start = Buffer.from(part as Uint8Array)
          .toString("utf8")
          .slice(0, 200);
      length += (part as Uint8Array).length;
    }
    if (!answer.ok) console.error(`${name}: ${answer.status} ${start}`);
    return length;
  });
  return (await Promise.all(answers))[0]!;
}

/** Writes the stream; its last whole minute. */
function writeStream(path: string): number {
  const random = new Prng(Number(options.seed));
  const cluster = new Cluster(Number(options.series), INTERVAL_MS, random);
  const writer = new StreamWriter(path);
  const endMs = clock.nowMs();
  const cycles = Number(options.cycles);
  const settings = { cycles, intervalMs: INTERVAL_MS, endMs, queues: 4, samplesPerRequest: 2000 };
  generateRequests(cluster, random, settings, (request) => writer.add(request));
  writer.close();
  return Math.floor(endMs / 60_000) * 60;
}

interface Row {
  readonly name: string;
  /** The longest turn: that of the repetition in which it was shortest, and longest. */
  readonly cpuMs: number;
  readonly mostMs: number;
  readonly collectingMs: number;
  /** The collections of the longest of the longest turns, and what the machine took from it. */
  readonly collecting: readonly string[];
  readonly mostStolenMs: number;
  readonly wallMs: number;
  /** CPU time of the main thread for one of it. */
  readonly totalMs: number;
  readonly bytes: number;
}

/** The longest turns of the server while nobody asked, one for each request. */
const idleMs: number[] = [];
const IDLE_MS_MAX = 1000;

/** Asks some times; the shortest of the longest turns is what the request takes. */
async function measured(request: Asked): Promise<Row> {
  const turns: LongestTurn[] = [];
  let bytes = 0;
  let askedMs = 0;
  for (let i = 0; i < Number(options.reps); i++) {
    await server.longestTurn();
    const fromMs = performance.now();
    bytes = await ask(request);
    askedMs = performance.now() - fromMs;
    turns.push(await server.longestTurn());
  }
  await sleep(Math.min(askedMs, IDLE_MS_MAX));
  idleMs.push((await server.longestTurn()).cpuMs);
  turns.sort((a, b) => a.cpuMs - b.cpuMs);
  const { cpuMs, collectingMs } = turns[0]!;
  if (options.profile) {
    server.profile();
    await ask(request);
    const { profile, ...turn } = await server.longestTurn();
    console.error(`${request.name}: ${JSON.stringify(turn)}\n${profile.join("\n")}`);
  }
  return {
    ...{ name: request.name, cpuMs, collectingMs, bytes, mostMs: turns.at(-1)!.cpuMs },
    collecting: turns.at(-1)!.collecting,
    mostStolenMs: turns.at(-1)!.stolenMs,
    wallMs: Math.min(...turns.map((turn) => turn.wallMs)),
    totalMs: Math.min(...turns.map((turn) => turn.totalMs)),
  };
}

const directory = mkdtempSync(join(tmpdir(), "spandrel-turns-"));
const server = new WatchedServer(
  await freePort(),
  join(directory, "store"),
  ["--enable-feature=promql-experimental-functions"],
  [clock.nodeOption, ...options.node],
);
try {
  const endS = writeStream(join(directory, "stream"));
  await server.ready();
  if (options.profile) server.profile();
  const sender = startSender(join(directory, "stream"), server.port, "/api/v1/write", "4");
  await order(sender, 0, Number(options.cycles));
  sender.disconnect();
  await writeLongSeries(server.url, endS);
  await sleep(2000);
  const writing = await server.longestTurn();
  if (options.profile) console.error(`loading:\n${writing.profile.join("\n")}`);
  const loaded = { endS, seconds: Number(options.cycles) * (INTERVAL_MS / 1000) };
  const only = options.only.split(";");
  const rows: Row[] = [];
  for (const request of [...turnRequests(loaded), ...textRequests(endS)]) {
    if (!only.some((part) => request.name.includes(part))) continue;
    const row = await measured(request);
    rows.push(row);
    const { name, cpuMs, mostMs, mostStolenMs, collecting } = row;
    const figures = [cpuMs, mostMs].map((ms) => ms.toFixed(1).padStart(8)).join("");
    const stolen = mostStolenMs > 0 ? `stolen ${mostStolenMs}` : "";
    console.error(`${figures}  ${name}  ${collecting.join(", ")}  ${stolen}`);
  }
  console.log(`longest turn while loading: ${writing.cpuMs.toFixed(1)} ms of CPU`);
  idleMs.sort((a, b) => b - a);
  const [idle, tenth] = [idleMs[0]!, idleMs[Math.floor(idleMs.length / 10)]!];
  console.log(`while nothing is asked: ${idle.toFixed(1)} ms, one in ten ${tenth.toFixed(1)}`);
  printTable(
    rows.map(({ name, cpuMs, mostMs, mostStolenMs, collectingMs, wallMs, totalMs, bytes }) => ({
      request: name,
      "CPU ms": cpuMs.toFixed(1),
      most: mostMs.toFixed(1),
      stolen: mostStolenMs.toFixed(0),
      "of it GC": collectingMs.toFixed(1),
      "wall ms": wallMs.toFixed(1),
      "whole ms": totalMs.toFixed(0),
      "answer KB": (bytes / 1000).toFixed(0),
    })),
  );
  const { series, cycles, seed } = options;
  const settings = { seed, series: Number(series), cycles: Number(cycles) };
  appendResult(options.results, {
    ...machine(),
    ...settings,
    loading: writing.cpuMs,
    idleMs,
    rows,
  });
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
