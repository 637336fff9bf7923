/**
 * Turns bench: how long a request keeps the event loop of a server at a time, which is how long a
 * write waits for it at most.
 *
 * Loads the modelled cluster, and two series by themselves with all that 32 hours hold: floats
 * every second and native histograms every 15 s. Then asks what takes long, one after the other,
 * and the heaviest query 20 times at once.
 *
 *   npm run bench:turns                                      # 100,000 series, 20 minutes
 *   npm run bench:turns -- --series 10000 --only series
 *
 * A line of JSON goes to bench/results/turns.jsonl (--results).
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
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
import { StreamWriter } from "./load/stream-file.ts";
import { LONG_SECONDS, writeLongSeries } from "./long-series.ts";
import { appendResult, machine, printTable } from "./results.ts";
import { freePort } from "./server-under-test.ts";
import type { LongestTurn } from "./turn-watch.ts";

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "100000" },
    cycles: { type: "string", default: "80" },
    reps: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    seed: { type: "string", default: "1" },
    results: {
      type: "string",
      default: fileURLToPath(new URL("results/turns.jsonl", import.meta.url)),
    },
  },
});

const INTERVAL_MS = 15_000;
const READY_MS = 60_000;
/** Requests at once: the default of --query.max-concurrency. */
const TOGETHER = 20;
const ALL = '{__name__=~".+"}';
const BUCKETS = "http_request_duration_seconds_bucket";

interface Asked {
  readonly name: string;
  readonly path: string;
  readonly together?: number;
}

function asked(name: string, path: string, parameters: Record<string, string | number>): Asked {
  const entries = Object.entries(parameters).map(([key, value]) => [key, String(value)]);
  return { name, path: `${path}?${new URLSearchParams(entries as [string, string][])}` };
}

/** What is asked; endS is the last whole minute of the load. */
function requestsFor(endS: number): Asked[] {
  const times = { start: endS - 3600, end: endS };
  const instant = (query: string) =>
    asked(`query ${query}`, "/api/v1/query", { query, time: endS });
  const range = (query: string, step = 15, seconds = Number(options.cycles) * 15) =>
    asked(`range ${query}`, "/api/v1/query_range", {
      query,
      start: endS - seconds,
      end: endS,
      step,
    });
  const long = (query: string) => range(query, Math.ceil(LONG_SECONDS / 10_900), LONG_SECONDS);
  const heavy = range(`histogram_quantile(0.9, sum by (job, le) (rate(${BUCKETS}[5m])))`);
  return [
    asked("series", "/api/v1/series", { "match[]": ALL, ...times }),
    asked("series of a name", "/api/v1/series", { "match[]": BUCKETS, ...times }),
    asked("labels", "/api/v1/labels", times),
    asked("labels, matched", "/api/v1/labels", { "match[]": ALL, ...times }),
    asked("values of pod", "/api/v1/label/pod/values", times),
    asked("values of pod, matched", "/api/v1/label/pod/values", { "match[]": ALL, ...times }),
    asked("status/tsdb", "/api/v1/status/tsdb", {}),
    asked("federate", "/federate", { "match[]": ALL }),
    asked("metrics", "/metrics", {}),
    instant(ALL),
    instant(`${ALL}[5m]`),
    instant(`sort(${ALL})`),
    instant(`sort_desc(${BUCKETS})`),
    instant(`topk(10, ${ALL})`),
    instant(`topk by (job) (1000, ${ALL})`),
    instant(`quantile by (job) (0.9, ${ALL})`),
    instant(`count_values("v", ${ALL})`),
    instant(`count by (__name__) (${ALL})`),
    instant(`count by (pod, le, instance) (${ALL})`),
    instant(`${BUCKETS} + ${BUCKETS}`),
    instant(`${BUCKETS} and ${BUCKETS}`),
    instant(`${BUCKETS} or ${ALL}`),
    instant(`label_replace(${ALL}, "x", "$1", "pod", "(.*)-.*")`),
    instant(`histogram_quantile(0.9, ${BUCKETS})`),
    range(BUCKETS),
    range(`rate(${BUCKETS}[5m])`),
    range(`topk(10, ${BUCKETS})`),
    range(`quantile by (job) (0.9, ${BUCKETS})`),
    range(`${BUCKETS} * 2 + ${BUCKETS}`),
    range(`histogram_quantile(0.9, rate(${BUCKETS}[5m]))`),
    range(`max_over_time(rate(${BUCKETS}[1m])[5m:15s])`),
    range(`count(${BUCKETS})`, 15, 10_900 * 15),
    long("long"),
    long("rate(long[1h])"),
    long("max_over_time(long[1h])"),
    long("quantile_over_time(0.9, long[1h])"),
    long("stddev_over_time(long[1h])"),
    long("deriv(long[1h])"),
    long("sum_over_time(long[1h])"),
    long("max_over_time(rate(long[1m])[1h:1s])"),
    long("quantile_over_time(0.9, rate(long[1m])[1h:5s])"),
    instant(`long[${LONG_SECONDS}s]`),
    long("histogram"),
    long("rate(histogram[5m])"),
    long("histogram_quantile(0.9, sum(rate(histogram[1h])))"),
    long("sum_over_time(histogram[1h])"),
    instant(`histogram[${LONG_SECONDS}s]`),
    { ...heavy, name: `${TOGETHER} x ${heavy.name}`, together: TOGETHER },
  ];
}

class WatchedServer {
  readonly url: string;
  readonly port: number;
  private readonly child: ChildProcess;

  constructor(port: number, directory: string) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    const watch = fileURLToPath(new URL("turn-watch.ts", import.meta.url));
    const address = `--web.listen-address=127.0.0.1:${port}`;
    const flags = [address, `--storage.path=${directory}/store`, "--self-scrape.interval=0"];
    this.child = fork("dist/main.js", ["serve", ...flags], {
      execArgv: ["--import", "tsx", "--import", watch],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    process.once("exit", () => this.child.kill("SIGKILL"));
  }

  async ready(): Promise<void> {
    for (let waitedMs = 0; waitedMs < READY_MS; waitedMs += 100) {
      const answer = await fetch(`${this.url}/-/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(100);
    }
    throw new Error("the server is not ready");
  }

  /** The longest turn since the last call. */
  async longestTurn(): Promise<LongestTurn> {
    const answer = once(this.child, "message");
    this.child.send("read");
    const [turn] = (await answer) as [LongestTurn];
    return turn;
  }

  /** Asks; the length of the answer. */
  async ask({ path, together = 1 }: Asked): Promise<number> {
    const answers = Array.from({ length: together }, async () => {
      const answer = await fetch(`${this.url}${path}`);
      let length = 0;
      for await (const part of answer.body!) length += (part as Uint8Array).length;
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      return length;
    });
    return (await Promise.all(answers))[0]!;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await ended;
  }
}

/** Writes the stream; its last whole minute. */
function writeStream(path: string): number {
  const random = new Prng(Number(options.seed));
  const cluster = new Cluster(Number(options.series), INTERVAL_MS, random);
  const writer = new StreamWriter(path);
  const endMs = Date.now();
  const cycles = Number(options.cycles);
  const settings = { cycles, intervalMs: INTERVAL_MS, endMs, queues: 4, samplesPerRequest: 2000 };
  generateRequests(cluster, random, settings, (request) => writer.add(request));
  writer.close();
  return Math.floor(endMs / 60_000) * 60;
}

const directory = mkdtempSync(join(tmpdir(), "spandrel-turns-"));
const server = new WatchedServer(await freePort(), directory);
try {
  const endS = writeStream(join(directory, "stream"));
  await server.ready();
  const sender = startSender(join(directory, "stream"), server.port, "/api/v1/write", "4");
  await order(sender, 0, Number(options.cycles));
  sender.disconnect();
  await writeLongSeries(server.url, endS);
  await sleep(2000);
  const writing = await server.longestTurn();
  const rows: { name: string; cpuMs: number; wallMs: number; bytes: number }[] = [];
  for (const request of requestsFor(endS)) {
    if (!request.name.includes(options.only)) continue;
    // The longest turn of each repetition; the least of them is what it takes.
    const turns: LongestTurn[] = [];
    let bytes = 0;
    for (let i = 0; i < Number(options.reps); i++) {
      await server.longestTurn();
      bytes = await server.ask(request);
      turns.push(await server.longestTurn());
    }
    const cpuMs = Math.min(...turns.map((turn) => turn.cpuMs));
    const wallMs = Math.min(...turns.map((turn) => turn.wallMs));
    rows.push({ name: request.name, cpuMs, wallMs, bytes });
    console.error(`${cpuMs.toFixed(1).padStart(8)} ms  ${request.name}`);
  }
  console.log(`longest turn while loading: ${writing.cpuMs.toFixed(1)} ms of CPU`);
  printTable(
    rows.map(({ name, cpuMs, wallMs, bytes }) => ({
      request: name,
      "CPU ms": cpuMs.toFixed(1),
      "wall ms": wallMs.toFixed(1),
      "answer KB": (bytes / 1000).toFixed(0),
    })),
  );
  const { series, cycles, seed } = options;
  const settings = { seed, series: Number(series), cycles: Number(cycles) };
  appendResult(options.results, { ...machine(), ...settings, loading: writing.cpuMs, rows });
} finally {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
