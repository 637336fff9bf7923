/**
 * Export bench: how long writes wait while a sealed window is handed over as a block.
 *
 * Loads a window that ended just now, then writes what the same targets would send at present, one
 * request every 20 ms, until the block of the window is there; and as many requests again when
 * there is nothing to export. What an export adds is the longest wait while it is under way beside
 * the longest waits of stretches of as many writes before and after it.
 *
 *   npm run bench:export                                     # 100,000 series, half an hour
 *   npm run bench:export -- --series 10000 --cycles 40 --results none
 *   npm run bench:export -- --turns      # how long the main thread keeps the event loop at a time
 *   npm run bench:export -- --profile    # and what the longest turn was for
 *
 * A wait has in it what else runs on the machine; a turn is CPU time of the main thread alone. The
 * watch keeps that thread busy, so that waits and CPU seconds with it tell nothing.
 *
 * A line of JSON goes to bench/results/export.jsonl (--results FILE, or "none").
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
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
import { StreamReader, StreamWriter } from "./load/stream-file.ts";
import { WriteConnection } from "./load/write-connection.ts";
import { cpuBetween, cpuOf } from "./process-figures.ts";
import { appendResult, machine, printTable } from "./results.ts";
import { freePort, type ServerUnderTest, startServer } from "./server-under-test.ts";
import type { LongestTurn } from "./turn-watch.ts";
import { WatchedServer } from "./watched-server.ts";

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "100000" },
    cycles: { type: "string", default: "120" },
    seed: { type: "string", default: "1" },
    turns: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    results: {
      type: "string",
      default: fileURLToPath(new URL("results/export.jsonl", import.meta.url)),
    },
  },
});

const isWatched = options.turns || options.profile;
const INTERVAL_MS = 15_000;
/** What is written at present is of the open window whenever the bench is run. */
const clock = new BenchClock(MID_WINDOW_MS);
const WINDOW_MS = 4 * 3600 * 1000;
const WRITE_PAUSE_MS = 20;
const WRITES_MAX = 20_000;
/** Cycles of the present; the requests are sent again from the first when they are used up. */
const PRESENT_CYCLES = 40;
/** Slower than any machine that this is run on loads, samples per second. */
const LOAD_RATE_MIN = 300_000;
/** For the start of server and sender, milliseconds. */
const START_MS_MAX = 20_000;

/** From the capture of the series to the name of the block, which tells when it was begun. */
const CAPTURE_MS = 1000;
const ULID_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ULID_TIME_DIGITS = 10;

interface Wait {
  readonly sentAtMs: number;
  readonly ms: number;
}

interface Waits {
  readonly writes: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

function summarised(waits: readonly Wait[]): Waits {
  const sorted = waits.map(({ ms }) => ms).sort((a, b) => a - b);
  const p99Ms = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  return { writes: sorted.length, p99Ms, maxMs: sorted.at(-1) ?? 0 };
}

/** The longest wait of every stretch of so many writes, sorted. */
function longestOf(waits: readonly Wait[], writes: number): number[] {
  const longest: number[] = [];
  for (let from = 0; from + writes <= waits.length; from += writes) {
    longest.push(summarised(waits.slice(from, from + writes)).maxMs);
  }
  return longest.sort((a, b) => a - b);
}

/** When a block was begun. */
function begunMs(ulid: string): number {
  let timeMs = 0;
  for (const digit of ulid.slice(0, ULID_TIME_DIGITS)) {
    timeMs = timeMs * ULID_DIGITS.length + ULID_DIGITS.indexOf(digit);
  }
  return timeMs;
}

function writeStream(path: string, cycles: number, endMs: number): void {
  const random = new Prng(Number(options.seed));
  const cluster = new Cluster(Number(options.series), INTERVAL_MS, random);
  const writer = new StreamWriter(path);
  const settings = { cycles, intervalMs: INTERVAL_MS, endMs, queues: 4, samplesPerRequest: 2000 };
  generateRequests(cluster, random, settings, (request) => writer.add(request));
  writer.close();
}

/** Writes until `isOver`, and tells how long each request waited for its answer. */
async function waitsUntil(
  port: number,
  stream: StreamReader,
  isOver: (writes: number) => boolean,
): Promise<Wait[]> {
  const connection = new WriteConnection(port, "/api/v1/write");
  const buffer = Buffer.alloc(stream.largestBodyBytes());
  const waits: Wait[] = [];
  while (!isOver(waits.length)) {
    if (waits.length === WRITES_MAX) throw new Error(`no block after ${WRITES_MAX} writes`);
    const body = stream.read(waits.length % stream.requestCount, buffer);
    const sentAtMs = clock.nowMs();
    const sent = performance.now();
    await connection.post(body);
    waits.push({ sentAtMs, ms: performance.now() - sent });
    await sleep(WRITE_PAUSE_MS);
  }
  connection.close();
  return waits;
}

/** Name of the block that the directory says is exported; "" before. */
function exportedBlock(directory: string): string {
  const file = join(directory, "exported.json");
  if (!existsSync(file)) return "";
  const list = JSON.parse(readFileSync(file, "utf8")) as { windows: { ulid: string }[] };
  return list.windows[0]?.ulid ?? "";
}

/** Throws when the window was exported before it was loaded. */
function checkBlock(directory: string, samples: number): void {
  const meta = readFileSync(join(directory, exportedBlock(directory), "meta.json"), "utf8");
  const { numSamples } = (JSON.parse(meta) as { stats: { numSamples: number } }).stats;
  if (numSamples !== samples) throw new Error(`block of ${numSamples} samples, not of ${samples}`);
}

/** How long after its end the window is to be exported, seconds: not before it is loaded. */
function exportDelaySeconds(sealedMs: number, samples: number): number {
  const loadedMs = clock.nowMs() + START_MS_MAX + (samples / LOAD_RATE_MIN) * 1000;
  return Math.ceil((loadedMs - sealedMs) / 1000);
}

/** A server that exports to `blocks` after so many seconds. */
async function startExporter(directory: string, delaySeconds: number): Promise<ServerUnderTest> {
  const exporting = `--export.blocks-path=${join(directory, "blocks")}`;
  const delay = `--export.delay=${delaySeconds}s`;
  if (!isWatched) {
    return startServer(
      `node ${clock.nodeOption} dist/main.js serve --web.listen-address=127.0.0.1:{port}` +
        ` --storage.path={dir} --self-scrape.interval=0 ${exporting} ${delay}`,
      "/-/ready",
    );
  }
  const store = join(directory, "store");
  const server = new WatchedServer(await freePort(), store, [exporting, delay], [clock.nodeOption]);
  await server.ready();
  return server;
}

/** Begins to watch for the longest turn; call what it returns for that. */
async function watched(server: ServerUnderTest): Promise<() => Promise<LongestTurn | null>> {
  if (!(server instanceof WatchedServer)) return () => Promise.resolve(null);
  await server.longestTurn();
  if (options.profile) server.profile();
  return () => server.longestTurn();
}

interface Stretch {
  readonly waits: readonly Wait[];
  readonly turn: LongestTurn | null;
  readonly cpuSeconds: number;
}

/** Writes until `isOver`, and tells what that took of the server. */
async function stretchUntil(
  server: ServerUnderTest,
  stream: StreamReader,
  isOver: (writes: number) => boolean,
): Promise<Stretch> {
  const longestTurn = await watched(server);
  const before = cpuOf(server.pid);
  const waits = await waitsUntil(server.port, stream, isOver);
  const cpuSeconds = cpuBetween(before, cpuOf(server.pid));
  return { waits, turn: await longestTurn(), cpuSeconds };
}

interface ExportWaits {
  readonly before: Waits;
  readonly during: Waits;
  readonly after: Waits;
  /** The longest waits of stretches as long as the export with nothing to export, rising. */
  readonly quietMaxMs: readonly number[];
}

/** Cuts the waits until a block was there at the moment at which its making began. */
function exportWaits(first: Stretch, second: Stretch, ulid: string): ExportWaits {
  const fromMs = begunMs(ulid) - CAPTURE_MS;
  const before = first.waits.filter(({ sentAtMs }) => sentAtMs < fromMs);
  const during = first.waits.filter(({ sentAtMs }) => sentAtMs >= fromMs);
  const quiet = [before, second.waits].flatMap((waits) => longestOf(waits, during.length));
  return {
    before: summarised(before),
    during: summarised(during),
    after: summarised(second.waits),
    quietMaxMs: quiet.sort((a, b) => a - b),
  };
}

function printWaits({ before, during, after, quietMaxMs }: ExportWaits): void {
  const rows = { "nothing, before": before, "a block is written": during, "nothing, after": after };
  printTable(
    Object.entries(rows).map(([what, waits]) => ({
      while: what,
      writes: String(waits.writes),
      "p99 ms": waits.p99Ms.toFixed(1),
      "longest ms": waits.maxMs.toFixed(1),
    })),
  );
  const quiet = quietMaxMs.map((ms) => ms.toFixed(0)).join(", ");
  console.log(`longest of ${during.writes} writes with nothing to export, ms: ${quiet}`);
}

function printTurns(turns: Readonly<Record<string, LongestTurn | null>>): void {
  for (const [what, turn] of Object.entries(turns)) {
    if (turn === null) continue;
    const { cpuMs, collectingMs } = turn;
    const collecting = `${collectingMs.toFixed(1)} of collections`;
    console.log(`longest turn ${what}: ${cpuMs.toFixed(1)} ms of CPU, ${collecting}`);
    if (options.profile) console.log(turn.profile.join("\n"));
  }
}

async function main(directory: string): Promise<void> {
  const sealedMs = Math.floor(clock.nowMs() / WINDOW_MS) * WINDOW_MS - 1;
  const [past, present] = [join(directory, "past"), join(directory, "present")];
  writeStream(past, Number(options.cycles), sealedMs);
  writeStream(present, PRESENT_CYCLES, clock.nowMs());
  const blocks = join(directory, "blocks");
  const samples = Number(options.series) * Number(options.cycles);
  const server = await startExporter(directory, exportDelaySeconds(sealedMs, samples));
  const sender = startSender(past, server.port, "/api/v1/write", "4");
  const stream = new StreamReader(present);
  try {
    await order(sender, 0, Number(options.cycles));
    sender.disconnect();
    const during = await stretchUntil(server, stream, () => exportedBlock(blocks) !== "");
    checkBlock(blocks, samples);
    const after = await stretchUntil(server, stream, (written) => written === during.waits.length);
    const waits = exportWaits(during, after, exportedBlock(blocks));
    printWaits(waits);
    printTurns({ "until the block": during.turn, after: after.turn });
    const cpuSeconds = during.cpuSeconds - after.cpuSeconds;
    if (!isWatched) console.log(`export took ${cpuSeconds.toFixed(2)} s of CPU`);
    const settings = { series: Number(options.series), cycles: Number(options.cycles) };
    const turns = { turnMs: during.turn?.cpuMs, turnMsAfter: after.turn?.cpuMs };
    appendResult(options.results, { ...machine(), ...settings, ...waits, cpuSeconds, ...turns });
  } finally {
    stream.close();
    if (sender.connected) sender.disconnect();
    await server.stop();
  }
}

const directory = mkdtempSync(join(tmpdir(), "spandrel-export-"));
try {
  await main(directory);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
