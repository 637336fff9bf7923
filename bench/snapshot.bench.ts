/**
 * Snapshot bench: what writing and restoring a full store costs, in each order.
 *
 * A store of 100,000 series with 8 chunks of 120 samples each is filled as ingestion fills it, then
 * written in the three orders in turn, several times, and each is restored in a process of its own
 * under each capacity policy. In order time it is also written again, which writes the open window
 * only, and beside it a store of one window. CPU is that of the whole process, its disk threads
 * included; bytes are those of all files. "vs shuffled" compares median CPU with the order of
 * unordered writers. The longest slice of a snapshot is wall time, median and worst of the runs: on
 * a busy machine it includes what others took.
 *
 *   npm run bench:snapshot
 *   npm run bench:snapshot -- --series 20000 --samples 60 --runs 3 --results none
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ManualClock, systemClock } from "../src/base/clock.ts";
import { NodeDisk } from "../src/base/disk.ts";
import { nextTurn } from "../src/base/slices.ts";
import type { CapacityPolicy } from "../src/chunk/chunk-restore.ts";
import { MetadataStore } from "../src/engine/metadata-store.ts";
import { Store } from "../src/engine/store.ts";
import { StoreRestore } from "../src/engine/store-restore.ts";
import { snapshotSource } from "../src/engine/store-snapshot.ts";
import { restoreNewest } from "../src/journal/restore.ts";
import { SnapshotDirectory } from "../src/journal/snapshot-directory.ts";
import type { SnapshotOrder } from "../src/journal/snapshot-format.ts";
import { SnapshotWriter } from "../src/journal/snapshot-writer.ts";
import { END_MS, filledStore, STORE_SETTINGS, WINDOW_COUNT, WINDOW_MS } from "./filled-store.ts";
import { appendResult, machine, median, printTable } from "./results.ts";

const ORDERS: readonly SnapshotOrder[] = ["shuffled", "series", "time"];
/** The orders, and what is written besides. */
const WAYS = [...ORDERS, "time, again", "time, one window"];
const POLICIES: readonly CapacityPolicy[] = ["class", "exact", "grow"];
const CONFIGURATION = {
  chunkWindowMs: WINDOW_MS,
  chunksPerSeries: WINDOW_COUNT,
  goVersion: STORE_SETTINGS.goVersion,
};
const MEGABYTE = 1e6;

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "100000" },
    samples: { type: "string", default: "120" },
    runs: { type: "string", default: "7" },
    results: {
      type: "string",
      default: fileURLToPath(new URL("results/snapshot.jsonl", import.meta.url)),
    },
    restore: { type: "string" },
    policy: { type: "string", default: "class" },
  },
});

interface WriteFigures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly longestSliceMs: number;
  readonly bytes: number;
}

interface RestoreFigures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly indexSeconds: number;
  readonly chunks: number;
  readonly samples: number;
}

function cpuSecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function directoryOf(root: string, order: SnapshotOrder): SnapshotDirectory {
  return new SnapshotDirectory(new NodeDisk(), join(root, order));
}

async function write(store: Store, writer: SnapshotWriter): Promise<WriteFigures> {
  const before = process.cpuUsage();
  const summary = await writer.write(snapshotSource(store, new MetadataStore()));
  const { durationSeconds, longestSliceMs, bytes } = summary;
  return { seconds: durationSeconds, cpuSeconds: cpuSecondsSince(before), longestSliceMs, bytes };
}

/** A writer that has written nothing yet, and so writes everything the first time. */
function newWriter(root: string, order: SnapshotOrder): SnapshotWriter {
  const directory = directoryOf(root, order);
  const common = { directory, configuration: CONFIGURATION, clock: systemClock, pause: nextTurn };
  return new SnapshotWriter({ ...common, order, shuffleSeed: 1, sliceMs: 3 });
}

/** Writes the store in each way in turn, `runs` times; the first round warms up. */
async function measureWrites(root: string, runs: number): Promise<Map<string, WriteFigures[]>> {
  const store = filledStore(Number(options.series), Number(options.samples));
  const small = filledStore(Number(options.series), Number(options.samples), 1);
  const figures = new Map<string, WriteFigures[]>(WAYS.map((way) => [way, []]));
  for (let run = 0; run <= runs; run++) {
    const round: WriteFigures[] = [];
    for (const order of ORDERS) {
      const writer = newWriter(root, order);
      round.push(await write(store, writer));
      if (order === "time") round.push(await write(store, writer));
    }
    round.push(await write(small, newWriter(join(root, "small"), "time")));
    if (run === 0) continue;
    for (const [i, way] of WAYS.entries()) figures.get(way)!.push(round[i]!);
  }
  return figures;
}

/** Restores the snapshot of an order in this process. */
async function restore(root: string, order: SnapshotOrder, policy: CapacityPolicy): Promise<void> {
  const before = process.cpuUsage();
  const startedMs = performance.now();
  let indexMs = 0;
  class Timed extends StoreRestore {
    override chunks(...args: Parameters<StoreRestore["chunks"]>): number {
      if (indexMs === 0) indexMs = performance.now() - startedMs;
      return super.chunks(...args);
    }
  }
  const clock = new ManualClock(END_MS);
  const outcome = await restoreNewest({
    directory: directoryOf(root, order),
    configuration: CONFIGURATION,
    newTarget: () => new Timed(new Store(STORE_SETTINGS, clock), new MetadataStore(), policy),
    onProgress: () => {},
  });
  const seconds = (performance.now() - startedMs) / 1000;
  if (outcome.kind !== "restored") throw new Error(`nothing restored: ${outcome.kind}`);
  const { chunks, samples } = outcome.counts;
  const cpuSeconds = cpuSecondsSince(before);
  const figures = { seconds, cpuSeconds, indexSeconds: indexMs / 1000, chunks, samples };
  console.log(JSON.stringify(figures satisfies RestoreFigures));
}

/** Restores in a fresh process, as a restart does; median of three. */
function measureRestore(root: string, order: SnapshotOrder, policy: string): RestoreFigures {
  const self = fileURLToPath(import.meta.url);
  const all = Array.from({ length: 3 }, () => {
    const args = ["--import", "tsx", self, "--restore", `${order}:${root}`, "--policy", policy];
    const child = spawnSync(process.execPath, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    return JSON.parse(child.stdout) as RestoreFigures;
  });
  return all.toSorted((a, b) => a.seconds - b.seconds)[1]!;
}

function writeRows(figures: Map<string, WriteFigures[]>): Record<string, string>[] {
  const cpuOf = (order: string) => median(figures.get(order)!.map((one) => one.cpuSeconds));
  return WAYS.map((order) => {
    const all = figures.get(order)!;
    const seconds = median(all.map((one) => one.seconds));
    const slices = all.map((one) => one.longestSliceMs);
    const bytes = all[0]!.bytes;
    return {
      write: order,
      MB: (bytes / MEGABYTE).toFixed(1),
      seconds: seconds.toFixed(3),
      "MB/s": (bytes / MEGABYTE / seconds).toFixed(0),
      "series/s": (Number(options.series) / seconds).toFixed(0),
      "CPU s": cpuOf(order).toFixed(3),
      "vs shuffled": (cpuOf(order) / cpuOf("shuffled")).toFixed(2),
      "longest slice ms": median(slices).toFixed(1),
      "worst ms": Math.max(...slices).toFixed(1),
    };
  });
}

function restoreRows(root: string, bytes: number): Record<string, string>[] {
  const cases = ORDERS.flatMap((order) => POLICIES.map((policy) => [order, policy] as const));
  return cases.map(([order, policy]) => {
    const { seconds, cpuSeconds, indexSeconds, chunks } = measureRestore(root, order, policy);
    return {
      restore: order,
      capacity: policy,
      seconds: seconds.toFixed(3),
      "of it index": indexSeconds.toFixed(3),
      "MB/s": (bytes / MEGABYTE / seconds).toFixed(0),
      "series/s": (Number(options.series) / seconds).toFixed(0),
      "ns/chunk": (((seconds - indexSeconds) * 1e9) / chunks).toFixed(0),
      "CPU s": cpuSeconds.toFixed(3),
    };
  });
}

async function main(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "snapshot-bench-"));
  try {
    const writes = await measureWrites(root, Number(options.runs));
    const written = writeRows(writes);
    printTable(written);
    console.log();
    const restored = restoreRows(root, writes.get("time")![0]!.bytes);
    printTable(restored);
    const { series, samples } = options;
    appendResult(options.results, { ...machine(), series, samples, written, restored });
  } finally {
    rmSync(root, { recursive: true });
  }
}

if (options.restore === undefined) await main();
else {
  const [order, root] = options.restore.split(/:(.*)/s) as [SnapshotOrder, string];
  await restore(root, order, options.policy as CapacityPolicy);
}
