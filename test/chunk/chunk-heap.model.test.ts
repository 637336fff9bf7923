import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { Prng } from "../../src/base/prng.ts";
import type { ChunkRef, HeapAddress } from "../../src/base/units.ts";
import type { ChunkHeap } from "../../src/chunk/chunk-heap.ts";
import { ChunkTable } from "../../src/chunk/chunk-table.ts";
import { insertSample } from "../../src/chunk/late-insert.ts";
import { appendSample } from "../../src/chunk/xor-appender.ts";
import { GoHeap } from "../../src/heap/go-heap.ts";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { HeapMemory } from "../../src/heap/heap-memory.ts";
import {
  chunkOf,
  hexOf,
  highOf,
  lowOf,
  numbers,
  readRange,
  SERIES,
  WINDOW,
} from "./chunk-samples.ts";
import { bitsOf, type NaiveSample } from "./naive-xor.ts";

function goHeap(): GoHeap {
  return new GoHeap({
    rules: rulesOfGoVersion("1.26"),
    gogcPercent: 100,
    limitBytes: 0,
    memory: new HeapMemory(),
    clock: new ManualClock(0),
  });
}

interface Twin {
  readonly chunk: ChunkRef;
  readonly samples: NaiveSample[];
}

function append(chunks: ChunkTable, { chunk, samples }: Twin, random: Prng): void {
  for (let i = random.below(60); i >= 0; i--) {
    const time = (samples.at(-1)?.[0] ?? 0) + 1 + random.below(30_000);
    const bits = bitsOf(random.below(3) === 0 ? random.float() : random.below(1000));
    appendSample(chunks, chunk, time, highOf(bits), lowOf(bits));
    samples.push([time, bits]);
  }
}

function insert(chunks: ChunkTable, { chunk, samples }: Twin, random: Prng): void {
  const time = random.below((samples.at(-1)?.[0] ?? 0) + 1);
  if (samples.some(([taken]) => taken === time)) return;
  insertSample(chunks, chunk, time, 0, 1);
  samples.push([time, 1n]);
  samples.sort((a, b) => a[0] - b[0]);
}

/** Chunks made, grown, rebuilt, moved and released while the heap collects under them. */
function churn(heap: GoHeap, seed: number): void {
  const chunks = new ChunkTable(heap);
  const random = new Prng(seed);
  const twins: Twin[] = [];
  for (let step = 0; step < 250; step++) {
    const twin = twins[random.below(twins.length)];
    const choice = random.below(20);
    if (twin === undefined || choice < 5) {
      twins.push({ chunk: chunks.create(SERIES, WINDOW), samples: [] });
    } else if (choice < 14) append(chunks, twin, random);
    else if (choice < 15) insert(chunks, twin, random);
    else if (choice < 16) {
      chunks.moveSlice(twin.chunk, chunks.capacityOf(twin.chunk), chunks.byteLengthOf(twin.chunk));
    } else if (choice < 18) {
      chunks.release(twin.chunk);
      twins.splice(twins.indexOf(twin), 1);
    } else heap.collect();
  }
  for (const { chunk, samples } of twins) expect(readRange(chunks, chunk)).toEqual(samples);
  chunks.verify();
  heap.verify();
  for (const { chunk } of twins) chunks.release(chunk);
  heap.collect();
  expect(heap.stats().heapObjects).toBe(0);
}

describe("chunks in the Go heap", () => {
  const heap = goHeap();
  test.prop([fc.nat()], { numRuns: 15 })("keep their samples whatever is collected", (seed) => {
    churn(heap, seed);
  });

  it("have the capacity that ingestion gives a stream of their length", () => {
    const chunks = new ChunkTable(heap);
    for (const count of [1, 20, 50, 200, 700, 3000]) {
      const samples = numbers(Array.from({ length: count }, (_, i) => [i * 15000, Math.sqrt(i)]));
      const chunk = chunkOf(chunks, samples);
      const capacity = heap.ladderCapacity(chunks.byteLengthOf(chunk));
      expect(chunks.capacityOf(chunk)).toBe(capacity);
      chunks.release(chunk);
    }
  });
});

describe("chunks behind 4 GiB", () => {
  it("have the same bytes as anywhere else", () => {
    const near = goHeap();
    const nearMemory = near.memory as HeapMemory;
    const far: ChunkHeap = {
      memory: { views: [] },
      allocate: (capacity) => {
        const address = near.allocate(capacity);
        // The region is the first one under another number; its view changes as it grows.
        (far.memory as { views: Uint8Array[] }).views[3] = nearMemory.views[0] as Uint8Array;
        return (address + 3 * 2 ** 32) as HeapAddress;
      },
      allocateMany: (capacity, count, into) => {
        for (let i = 0; i < count; i++) into[i] = far.allocate(capacity);
      },
      drop: (address, capacity) => near.drop((address - 3 * 2 ** 32) as HeapAddress, capacity),
      grownCapacity: (capacity, needed) => near.grownCapacity(capacity, needed),
      ladderCapacity: (length) => near.ladderCapacity(length),
    };
    const samples = numbers(Array.from({ length: 900 }, (_, i) => [i * 15000, Math.cbrt(i)]));
    const farChunks = new ChunkTable(far);
    const farChunk = chunkOf(farChunks, samples);
    const nearChunks = new ChunkTable(goHeap());
    expect(farChunks.addressOf(farChunk)).toBeGreaterThan(3 * 2 ** 32);
    expect(hexOf(farChunks, farChunk)).toBe(hexOf(nearChunks, chunkOf(nearChunks, samples)));
    expect(readRange(farChunks, farChunk)).toEqual(samples);
    farChunks.verify();
    farChunks.release(farChunk);
    near.verify();
  });
});
