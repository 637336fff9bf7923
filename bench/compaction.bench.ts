/**
 * Compaction bench: the incident on a large store, and how long it takes to pack it.
 *
 * A store is filled as ingestion fills it, written in shuffled order, restored with exact
 * capacities, and goes on for some windows, so that restored chunks have expired among their
 * neighbours. Then one compaction is asked for while samples keep coming in, a scrape cycle spread
 * over as many turns as its series make requests of 2,000. A portion is one turn of the store's
 * background work: a step of the compaction, sweeping, and whatever else is due. CPU is that of the
 * whole process; wall times include what others on the machine took.
 *
 *   npm run bench:compaction
 *   npm run bench:compaction -- --series 20000 --results none
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ManualClock, systemClock } from "../src/base/clock.ts";
import { MemoryDisk } from "../src/base/memory-disk.ts";
import type { SeriesRef } from "../src/base/units.ts";
import {
  DEFAULT_SCENARIO,
  type Scenario,
  snapshotConfiguration,
  startOf,
  storeSettings,
} from "../src/drill/scenario.ts";
import { SizedValues } from "../src/drill/sized-values.ts";
import { heapForecast } from "../src/engine/forecast.ts";
import { MetadataStore } from "../src/engine/metadata-store.ts";
import { Store } from "../src/engine/store.ts";
import { StoreRestore } from "../src/engine/store-restore.ts";
import { snapshotSource } from "../src/engine/store-snapshot.ts";
import { restoreNewest } from "../src/journal/restore.ts";
import { SnapshotDirectory } from "../src/journal/snapshot-directory.ts";
import { SnapshotWriter } from "../src/journal/snapshot-writer.ts";
import { appendResult, machine, median, printTable } from "./results.ts";

const MIB = 2 ** 20;
const REQUEST_SERIES = 2000;

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "100000" },
    samples: { type: "string", default: "160" },
    bytes: { type: "string", default: "450" },
    after: { type: "string", default: "5" },
    results: {
      type: "string",
      default: fileURLToPath(new URL("results/compaction.jsonl", import.meta.url)),
    },
  },
});

const scenario: Scenario = {
  ...DEFAULT_SCENARIO,
  seriesCount: Number(options.series),
  scrapeMs: DEFAULT_SCENARIO.windowMs / Number(options.samples),
  chunkBytesMedian: Number(options.bytes),
};
const simulated = new ManualClock(startOf(scenario));
/** Samples come at simulated times; steps are timed by the machine's clock. */
const clock = { nowMs: () => simulated.nowMs(), monotonicMs: () => systemClock.monotonicMs() };

/** Scrapes for some windows. */
function ingest(store: Store, windows: number): void {
  const values = new SizedValues(scenario, store.head);
  const endMs = simulated.nowMs() + windows * scenario.windowMs;
  for (; simulated.nowMs() < endMs; simulated.advance(scenario.scrapeMs)) {
    store.settle();
    values.scrape(simulated.nowMs());
  }
}

async function restarted(store: Store): Promise<Store> {
  const directory = new SnapshotDirectory(new MemoryDisk(1), "snapshots");
  const configuration = snapshotConfiguration(scenario);
  const pause = () => Promise.resolve();
  const common = { directory, configuration, clock, pause, sliceMs: Number.POSITIVE_INFINITY };
  const writer = new SnapshotWriter({ ...common, order: "shuffled", shuffleSeed: 1 });
  await writer.write(snapshotSource(store, new MetadataStore()));
  const outcome = await restoreNewest({
    directory,
    configuration,
    newTarget: () => {
      const next = new Store(storeSettings(scenario), clock);
      return new StoreRestore(next, new MetadataStore(), "exact");
    },
    onProgress: () => {},
  });
  if (outcome.kind !== "restored") throw new Error(`nothing restored: ${outcome.kind}`);
  return outcome.target.store;
}

/** Repeats the newest sample of some series, a moment later. */
function write(store: Store, firstSeries: number, timeMs: number): void {
  const { chunks, head } = store;
  for (let i = firstSeries; i < firstSeries + REQUEST_SERIES; i++) {
    const series = (i % scenario.seriesCount) as SeriesRef;
    const chunk = head.index.series.newestChunkOf(series);
    head.append(series, timeMs, chunks.lastValueHighOf(chunk) ^ 1, chunks.lastValueLowOf(chunk));
  }
}

function gapMiB(store: Store): number {
  return heapForecast(store).now.unusedBytes / MIB;
}

/** Compacts between writes; CPU and wall milliseconds of the steps that it took. */
async function compact(store: Store) {
  const done = store.compaction.start();
  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  for (let turn = 0, more = true; more; turn++) {
    write(store, turn * REQUEST_SERIES, simulated.nowMs() + turn);
    const cpu = process.cpuUsage();
    const started = performance.now();
    more = store.work();
    wallMs.push(performance.now() - started);
    const { user, system } = process.cpuUsage(cpu);
    cpuMs.push((user + system) / 1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { result: await done, wallMs, cpuMs };
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}

async function main(): Promise<void> {
  const before = new Store(storeSettings(scenario), clock);
  ingest(before, scenario.windowCount);
  const gapBefore = gapMiB(before);
  const store = await restarted(before);
  ingest(store, Number(options.after));
  const { result, wallMs, cpuMs } = await compact(store);
  store.verify();
  const row = {
    chunks: String(store.chunks.count),
    "gap before restart MiB": gapBefore.toFixed(1),
    "before compaction": (result.unusedBytesBefore / MIB).toFixed(1),
    "after it": (result.unusedBytesAfter / MIB).toFixed(1),
    "moved chunks": String(result.movedChunkCount),
    "moved MiB": (result.movedBytes / MIB).toFixed(0),
    seconds: result.durationSeconds.toFixed(2),
    "longest step ms": (result.longestStepSeconds * 1000).toFixed(1),
    portions: String(wallMs.length),
    "CPU ms, median": median(cpuMs).toFixed(1),
    "99%": percentile(cpuMs, 0.99).toFixed(1),
    "wall ms, 99%": percentile(wallMs, 0.99).toFixed(1),
    worst: Math.max(...wallMs).toFixed(1),
  };
  printTable([row]);
  const { series, samples, bytes, after } = options;
  appendResult(options.results, { ...machine(), series, samples, bytes, after, row });
}

await main();
