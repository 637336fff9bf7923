import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { ChunkTable } from "../../src/chunk/chunk-table.ts";
import { InsertCode, insertSample } from "../../src/chunk/late-insert.ts";
import { BumpHeap } from "./bump-heap.ts";
import {
  chunkOf,
  extremes,
  hexOf,
  highOf,
  lowOf,
  numbers,
  readRange,
  SERIES,
  scrapes,
  WINDOW,
} from "./chunk-samples.ts";
import type { NaiveSample } from "./naive-xor.ts";

const heap = new BumpHeap();

function emptyTable(): ChunkTable {
  heap.clear();
  return new ChunkTable(heap, 1);
}

/** Inserts `samples` in the order of `keys` and expects the chunk of the sorted run. */
function expectSortedRun(samples: readonly NaiveSample[], keys: readonly number[]): void {
  const chunks = emptyTable();
  const order = samples.map((_, i) => i);
  order.sort((a, b) => (keys[a % keys.length] ?? 0) - (keys[b % keys.length] ?? 0));
  const chunk = chunks.create(SERIES, WINDOW);
  for (const i of order) {
    const [time, bits] = samples[i] as NaiveSample;
    const code = insertSample(chunks, chunk, time, highOf(bits), lowOf(bits));
    expect(code).toBe(InsertCode.inserted);
  }
  const sorted = chunkOf(chunks, samples);
  expect(hexOf(chunks, chunk)).toBe(hexOf(chunks, sorted));
  expect(chunks.capacityOf(chunk)).toBe(chunks.capacityOf(sorted));
  expect(readRange(chunks, chunk)).toEqual(samples);
  expect(heap.live.size).toBe(2);
  chunks.verify();
  heap.verify();
}

const keys = fc.array(fc.nat(), { minLength: 1 });

describe("late sample", () => {
  test.prop([scrapes(200), keys], { numRuns: 50 })(
    "leaves the bytes and the capacity of a run in order",
    expectSortedRun,
  );

  test.prop([extremes, keys])("may lie anywhere in the times", expectSortedRun);

  it("changes nothing when the same sample is there", () => {
    const chunks = emptyTable();
    const samples = numbers([
      [10, 1],
      [20, Number.NaN],
      [30, 3],
    ]);
    const chunk = chunkOf(chunks, samples);
    const address = chunks.addressOf(chunk);
    for (const [time, bits] of samples) {
      const code = insertSample(chunks, chunk, time, highOf(bits), lowOf(bits));
      expect(code).toBe(InsertCode.equal);
    }
    expect(chunks.addressOf(chunk)).toBe(address);
    expect(readRange(chunks, chunk)).toEqual(samples);
  });

  it("is refused when the time has other value bits, even of another NaN", () => {
    const chunks = emptyTable();
    const samples: NaiveSample[] = [
      [10, 0x7ff8000000000001n],
      [20, 0n],
    ];
    const chunk = chunkOf(chunks, samples);
    expect(insertSample(chunks, chunk, 10, 0x7ff00000, 2)).toBe(InsertCode.different);
    expect(insertSample(chunks, chunk, 20, 0x80000000, 0)).toBe(InsertCode.different);
    expect(readRange(chunks, chunk)).toEqual(samples);
  });

  it("does not pass 65,535 samples", () => {
    const chunks = emptyTable();
    const pairs = Array.from({ length: 65535 }, (_, i) => [i * 2, 1] as const);
    const chunk = chunkOf(chunks, numbers(pairs));
    expect(() => insertSample(chunks, chunk, 1, 0, 0)).toThrow("chunk is full");
    expect(insertSample(chunks, chunk, 2, 0, 0)).toBe(InsertCode.different);
  });
});
