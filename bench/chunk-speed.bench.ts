/**
 * Chunk speed bench: CPU of appending and reading samples, in the simulated heap.
 *
 * Samples are those of the modelled cluster at 15 s. Appends go scrape by scrape over all series,
 * growth of slices included. The last 5 minutes (20 samples) are read from a full window of 960
 * samples and from one of 40: seek marks should make them cost about the same. One case per
 * process; best of the rounds.
 *
 *   npm run bench:chunk-speed
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ManualClock } from "../src/base/clock.ts";
import type { ChunkRef, SeriesRef, WindowNumber } from "../src/base/units.ts";
import { ChunkTable } from "../src/chunk/chunk-table.ts";
import { SampleColumns } from "../src/chunk/sample-columns.ts";
import { appendSample } from "../src/chunk/xor-appender.ts";
import { decodeNewest, decodeRange } from "../src/chunk/xor-decoder.ts";
import { GoHeap } from "../src/heap/go-heap.ts";
import { rulesOfGoVersion } from "../src/heap/go-rules.ts";
import { HeapMemory } from "../src/heap/heap-memory.ts";
import { matrixOfCluster, type SampleMatrix } from "./chunk-samples.ts";
import { appendResult, machine, printTable } from "./results.ts";

const TAIL_MS = 5 * 60_000;

const heap = new GoHeap({
  rules: rulesOfGoVersion("1.26"),
  gogcPercent: null,
  limitBytes: 0,
  memory: new HeapMemory(),
  clock: new ManualClock(0),
});
const chunks = new ChunkTable(heap);

function makeChunks(count: number): ChunkRef[] {
  return Array.from({ length: count }, (_, i) => chunks.create(i as SeriesRef, 0 as WindowNumber));
}

function appendCycles(matrix: SampleMatrix, refs: readonly ChunkRef[], from: number, to: number) {
  const { cycles, times } = matrix;
  const words = new Int32Array(matrix.bits.buffer);
  for (let cycle = from; cycle < to; cycle++) {
    for (let series = 0; series < refs.length; series++) {
      const at = series * cycles + cycle;
      appendSample(chunks, refs[series]!, times[at]!, words[2 * at + 1]!, words[2 * at]!);
    }
  }
}

function cpuNs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}

function best(rounds: number, round: () => number): number {
  let least = Infinity;
  for (let i = 0; i < rounds; i++) least = Math.min(least, round());
  return least;
}

/** Nanoseconds per append, slices and all. */
function appending(seriesCount: number, cycles: number, rounds: number): number {
  const matrix = matrixOfCluster(seriesCount, cycles, 1);
  return best(rounds, () => {
    const refs = makeChunks(seriesCount);
    const ns = cpuNs(() => appendCycles(matrix, refs, 0, cycles));
    for (const chunk of refs) chunks.release(chunk);
    heap.collect();
    return ns / seriesCount / cycles;
  });
}

/** Nanoseconds per call of `read` over 5,000 chunks of `samples` samples. */
function reading(
  samples: number,
  read: (chunk: ChunkRef, endMs: number, into: SampleColumns) => void,
): number {
  const matrix = matrixOfCluster(5000, samples, 1);
  const refs = makeChunks(matrix.seriesCount);
  appendCycles(matrix, refs, 0, samples);
  const into = new SampleColumns(1024);
  return best(30, () => {
    const ns = cpuNs(() => {
      for (const chunk of refs) {
        into.clear();
        read(chunk, chunks.lastTimeOf(chunk), into);
      }
    });
    return ns / refs.length;
  });
}

function readTail(chunk: ChunkRef, endMs: number, into: SampleColumns): void {
  decodeRange(chunks, chunk, endMs - TAIL_MS + 1, endMs, into);
}

const CASES: Readonly<Record<string, () => number>> = {
  "append, 200 chunks": () => appending(200, 960, 10),
  "append, 10,000 chunks": () => appending(10_000, 480, 3),
  "append, 100,000 chunks": () => appending(100_000, 120, 3),
  "decode a sample of a whole window": () =>
    reading(960, (chunk, endMs, into) => decodeRange(chunks, chunk, -Infinity, endMs, into)) / 960,
  "last 5 minutes of 40 samples": () => reading(40, readTail),
  "last 5 minutes of 480 samples": () => reading(480, readTail),
  "last 5 minutes of 949 samples": () => reading(949, readTail),
  "last 5 minutes of 960 samples": () => reading(960, readTail),
  "newest sample": () =>
    reading(960, (chunk, endMs, into) => decodeNewest(chunks, chunk, endMs - TAIL_MS, endMs, into)),
};

const [chosen] = process.argv.slice(2);
if (chosen !== undefined) {
  console.log(CASES[chosen]!());
} else {
  const rows = Object.keys(CASES).map((name) => {
    const self = fileURLToPath(import.meta.url);
    const child = spawnSync(process.execPath, ["--import", "tsx", self, name], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    return { case: name, "ns CPU": Number(child.stdout).toFixed(0) };
  });
  printTable(rows);
  const file = fileURLToPath(new URL("results/chunk-speed.jsonl", import.meta.url));
  appendResult(file, { ...machine(), rows });
}
