/**
 * Chunk size bench: bytes of 4 hours of samples in one chunk, beside 120 samples a chunk.
 *
 * Samples are those of the modelled cluster at 15 s, or of a stream on disk (chunk-samples.ts).
 * Chunks of 120 samples are what Prometheus would store; the first 120 samples of any chunk are
 * its bytes exactly. The other policies of docs/adr are counted, not written. A third table has
 * series of plain shapes.
 *
 *   npm run bench:chunk [-- --series 6000 --cycles 960 --seed 1 --stream PATH]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ManualClock } from "../src/base/clock.ts";
import type { ChunkRef, SeriesRef, WindowNumber } from "../src/base/units.ts";
import { ChunkTable } from "../src/chunk/chunk-table.ts";
import { appendSample } from "../src/chunk/xor-appender.ts";
import { GoHeap } from "../src/heap/go-heap.ts";
import { rulesOfGoVersion } from "../src/heap/go-rules.ts";
import { HeapMemory } from "../src/heap/heap-memory.ts";
import { bytesUnder, POLICIES } from "./chunk-policies.ts";
import {
  matrixOfCluster,
  matrixOfStream,
  type SampleMatrix,
  SHORT_CHUNK_SAMPLES,
} from "./chunk-samples.ts";
import { matrixOfShapes } from "./chunk-shapes.ts";
import { appendResult, machine, printTable } from "./results.ts";

const WRITTEN_SHORT = "120 samples a chunk";
const WRITTEN_LONG = "one chunk, windows opened again";

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "6000" },
    cycles: { type: "string", default: "960" },
    seed: { type: "string", default: "1" },
    stream: { type: "string" },
    results: { type: "string" },
  },
});

const chunks = new ChunkTable(
  new GoHeap({
    rules: rulesOfGoVersion("1.26"),
    gogcPercent: 100,
    limitBytes: 0,
    memory: new HeapMemory(),
    clock: new ManualClock(0),
  }),
);

/** Bytes of `count` samples from index `from` on as the encoder writes them. */
function bytesWritten(matrix: SampleMatrix, from: number, count: number): number {
  const chunk: ChunkRef = chunks.create(0 as SeriesRef, 0 as WindowNumber);
  for (let at = from; at < from + count; at++) {
    const high = matrix.bits[2 * at + 1]!;
    appendSample(chunks, chunk, matrix.times[at]!, high, matrix.bits[2 * at]!);
  }
  const bytes = chunks.byteLengthOf(chunk);
  chunks.release(chunk);
  return bytes;
}

/** Bytes of each series, by how it is stored. */
function sizesOf(matrix: SampleMatrix): Map<string, Uint32Array> {
  const { cycles, seriesCount } = matrix;
  const sizes = new Map<string, Uint32Array>();
  const fill = (name: string, bytesOf: (from: number) => number): void => {
    sizes.set(
      name,
      Uint32Array.from({ length: seriesCount }, (_, series) => bytesOf(series * cycles)),
    );
  };
  fill(WRITTEN_SHORT, (from) => {
    let bytes = 0;
    for (let at = 0; at < cycles; at += SHORT_CHUNK_SAMPLES) {
      bytes += bytesWritten(matrix, from + at, Math.min(SHORT_CHUNK_SAMPLES, cycles - at));
    }
    return bytes;
  });
  for (const [name, make] of Object.entries(POLICIES)) {
    fill(name, (from) => bytesUnder(make(), matrix, from, cycles));
  }
  fill(WRITTEN_LONG, (from) => bytesWritten(matrix, from, cycles));
  return sizes;
}

function percent(ratio: number): string {
  return `${ratio >= 1 ? "+" : ""}${(100 * (ratio - 1)).toFixed(1)} %`;
}

function sum(sizes: Uint32Array, chosen: readonly number[]): number {
  return chosen.reduce((total, series) => total + sizes[series]!, 0);
}

/** One row a way of storing: total, and the series that lost most. */
function overall(matrix: SampleMatrix, sizes: Map<string, Uint32Array>): Record<string, string>[] {
  const short = sizes.get(WRITTEN_SHORT)!;
  const all = Array.from(short, (_, series) => series);
  return [...sizes].map(([name, bytes]) => {
    const ratios = all.map((series) => bytes[series]! / short[series]!);
    return {
      stored: name,
      "B/sample": (sum(bytes, all) / matrix.times.length).toFixed(3),
      "against 120": percent(sum(bytes, all) / sum(short, all)),
      "worst series": percent(Math.max(...ratios)),
      "series over +3 %": String(ratios.filter((ratio) => ratio > 1.03).length),
    };
  });
}

/** One row a kind of series: short chunks against one chunk. */
function byKind(matrix: SampleMatrix, sizes: Map<string, Uint32Array>): Record<string, string>[] {
  const short = sizes.get(WRITTEN_SHORT)!;
  const long = sizes.get(WRITTEN_LONG)!;
  const standard = sizes.get("standard, one chunk")!;
  const perSample = (bytes: Uint32Array, chosen: readonly number[]): string =>
    (sum(bytes, chosen) / chosen.length / matrix.cycles).toFixed(3);
  return [...new Set(matrix.kinds)].map((kind) => {
    const chosen = matrix.kinds.flatMap((of, series) => (of === kind ? [series] : []));
    return {
      kind,
      series: String(chosen.length),
      "120 samples B": perSample(short, chosen),
      "standard, one chunk B": perSample(standard, chosen),
      "one chunk B": perSample(long, chosen),
      against: percent(sum(long, chosen) / sum(short, chosen)),
      worst: percent(Math.max(...chosen.map((series) => long[series]! / short[series]!))),
    };
  });
}

const cycles = Number(options.cycles);
const matrix =
  options.stream === undefined
    ? matrixOfCluster(Number(options.series), cycles, Number(options.seed))
    : matrixOfStream(options.stream, cycles);
const sizes = sizesOf(matrix);
const rows = overall(matrix, sizes);
console.log(`${matrix.seriesCount} series of ${matrix.cycles} samples`);
printTable(rows);
console.log();
const kinds = byKind(matrix, sizes);
printTable(kinds);
if (options.stream === undefined) {
  const shaped = matrixOfShapes(100, cycles, Number(options.seed));
  const shapes = byKind(shaped, sizesOf(shaped));
  console.log();
  printTable(shapes);
  const file = fileURLToPath(new URL("results/chunk-size.jsonl", import.meta.url));
  const figures = { seed: Number(options.seed), rows, kinds, shapes };
  appendResult(options.results ?? file, { ...machine(), ...figures });
}
