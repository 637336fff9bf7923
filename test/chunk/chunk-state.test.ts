import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { ChunkRef } from "../../src/base/units.ts";
import type { CapacityPolicy } from "../../src/chunk/chunk-restore.ts";
import { stateBytesOf, writeState } from "../../src/chunk/chunk-state.ts";
import { ChunkTable, NO_CHUNK } from "../../src/chunk/chunk-table.ts";
import { CHUNK_STATE_BYTES, MARK_STATE_BYTES } from "../../src/chunk/saved-state.ts";
import { BumpHeap } from "./bump-heap.ts";
import {
  appendAll,
  chunkOf,
  extremes,
  hexOf,
  numbers,
  readRange,
  SERIES,
  scrapes,
  streamOf,
  WINDOW,
} from "./chunk-samples.ts";
import type { NaiveSample } from "./naive-xor.ts";
import { restoreOne } from "./restore-one.ts";

const POLICIES: readonly CapacityPolicy[] = ["exact", "grow", "class", "oneshot"];
const heap = new BumpHeap();

function emptyTable(): ChunkTable {
  heap.clear();
  return new ChunkTable(heap, 1);
}

interface Saved {
  readonly bytes: Uint8Array;
  readonly stateLength: number;
}

/** State and stream one behind the other, with 16 bytes in front. */
function save(chunks: ChunkTable, chunk: ChunkRef): Saved {
  const stateLength = stateBytesOf(chunks, chunk);
  const bytes = new Uint8Array(16 + stateLength + chunks.byteLengthOf(chunk));
  writeState(chunks, chunk, bytes, 16, stateLength);
  bytes.set(streamOf(chunks, chunk), 16 + stateLength);
  return { bytes, stateLength };
}

function restore(chunks: ChunkTable, { bytes, stateLength }: Saved, policy: CapacityPolicy) {
  const dataAt = 16 + stateLength;
  const dataLength = bytes.length - dataAt;
  return restoreOne(chunks, SERIES, WINDOW, bytes, 16, stateLength, dataAt, dataLength, policy);
}

/** A chunk stopped after each of `stops` samples equals, at the end, one that never was. */
function expectSame(samples: readonly NaiveSample[], stops: readonly number[]): void {
  const chunks = emptyTable();
  const straight = chunkOf(chunks, samples);
  const whole = save(chunks, straight);
  for (const stop of stops) {
    const before = chunkOf(chunks, samples.slice(0, stop));
    const saved = save(chunks, before);
    const policy = POLICIES[stop % POLICIES.length] as CapacityPolicy;
    const chunk = restore(chunks, saved, policy);
    expect(save(chunks, chunk)).toEqual(saved);
    appendAll(chunks, chunk, samples.slice(stop));
    expect(save(chunks, chunk)).toEqual(whole);
    chunks.release(before);
    chunks.release(chunk);
  }
  chunks.verify();
  heap.verify();
}

/** The capacity that `count` appends of one byte lead to from `capacity`. */
function grownBytewise(capacity: number, length: number): number {
  let result = capacity;
  while (result < length) result = heap.grownCapacity(result, result + 1);
  return result;
}

describe("chunk state", () => {
  test.prop([scrapes(400)], { numRuns: 25 })(
    "continues as if never stopped, wherever it was stopped",
    (samples) => {
      expectSame(
        samples,
        samples.map((_, i) => i),
      );
    },
  );

  test.prop([extremes])("continues at the ends of time", (samples) => {
    expectSame(
      samples,
      samples.map((_, i) => i),
    );
  });

  it("continues over a long run of integers, whose windows are opened again", () => {
    let value = 0;
    const samples = numbers(
      Array.from({ length: 960 }, (_, i) => {
        value += (i * 7919) % 13 === 0 ? 100_000 : (i * 31) % 17;
        return [i * 15000, value];
      }),
    );
    expectSame(
      samples,
      Array.from({ length: 96 }, (_, i) => i * 10 + (i % 10)),
    );
  });

  test.prop([scrapes(300), fc.constantFrom(...POLICIES)], { numRuns: 60 })(
    "gives the capacity that its policy says, and grows from there",
    (samples, policy) => {
      const chunks = emptyTable();
      const stop = Math.ceil(samples.length / 2);
      const saved = save(chunks, chunkOf(chunks, samples.slice(0, stop)));
      heap.clear();
      const restored = new ChunkTable(heap, 1);
      const chunk = restore(restored, saved, policy);
      const length = restored.byteLengthOf(chunk);
      const ladder = heap.ladderCapacity(length);
      const oneshot = length > 128 ? heap.grownCapacity(128, length) : 128;
      const capacity = { exact: length, grow: ladder, class: ladder, oneshot }[policy];
      expect(restored.capacityOf(chunk)).toBe(capacity);
      if (policy === "exact" || policy === "class") expect(heap.calls).toEqual([capacity]);
      else
        expect(heap.calls.slice(0, 3)).toEqual(
          capacity > 128 ? [128, expect.anything(), -128] : [128],
        );
      appendAll(restored, chunk, samples.slice(stop));
      expect(restored.capacityOf(chunk)).toBe(
        grownBytewise(capacity, restored.byteLengthOf(chunk)),
      );
      expect(readRange(restored, chunk)).toEqual(samples);
      restored.verify();
      heap.verify();
    },
  );

  it("leaves the smaller slices as garbage when it grows", () => {
    const chunks = emptyTable();
    const samples = numbers(Array.from({ length: 200 }, (_, i) => [i * 1000, Math.sqrt(i)]));
    const saved = save(chunks, chunkOf(chunks, samples));
    heap.clear();
    restore(new ChunkTable(heap, 1), saved, "grow");
    expect(heap.calls).toEqual([128, 256, -128, 512, -256, 896, -512, 1408, -896]);
  });

  it("is of the documented size", () => {
    const chunks = emptyTable();
    const samples = numbers(Array.from({ length: 960 }, (_, i) => [i * 15000, i]));
    const chunk = chunkOf(chunks, samples);
    // 120, 240, … 960 and the fine one at 930.
    expect(stateBytesOf(chunks, chunk)).toBe(CHUNK_STATE_BYTES + 9 * MARK_STATE_BYTES);
    expect(CHUNK_STATE_BYTES).toBe(48);
    expect(MARK_STATE_BYTES).toBe(24);
  });

  it("is written with the length that was told, and no other", () => {
    const chunks = emptyTable();
    const samples = numbers(Array.from({ length: 960 }, (_, i) => [i * 15000, i]));
    const chunk = chunkOf(chunks, samples);
    const length = stateBytesOf(chunks, chunk);
    const bytes = new Uint8Array(2 * length);
    for (const other of [length - MARK_STATE_BYTES, length + MARK_STATE_BYTES]) {
      expect(() => writeState(chunks, chunk, bytes, length / 2, other)).toThrow("another length");
    }
  });

  it("refuses a stream cut at any byte", () => {
    const chunks = emptyTable();
    const samples = numbers(Array.from({ length: 150 }, (_, i) => [i * 1000, i]));
    const { bytes, stateLength } = save(chunks, chunkOf(chunks, samples));
    const live = chunks.count;
    for (let length = 0; length < bytes.length - 16 - stateLength; length++) {
      const cut = { bytes: bytes.subarray(0, 16 + stateLength + length), stateLength };
      expect(restore(chunks, cut, "exact")).toBe(NO_CHUNK);
    }
    for (let length = 0; length < stateLength; length++) {
      const dataAt = 16 + stateLength;
      const dataLength = bytes.length - dataAt;
      expect(
        restoreOne(chunks, SERIES, WINDOW, bytes, 16, length, dataAt, dataLength, "exact"),
      ).toBe(NO_CHUNK);
    }
    expect(chunks.count).toBe(live);
  });

  it("takes or refuses a state with any bit flipped, and stays whole", () => {
    const chunks = emptyTable();
    const samples = numbers(Array.from({ length: 150 }, (_, i) => [i * 1000, i]));
    const saved = save(chunks, chunkOf(chunks, samples));
    let refused = 0;
    for (let bit = 0; bit < (saved.stateLength + 2) * 8; bit++) {
      const at = 16 + (bit >>> 3);
      saved.bytes[at] = (saved.bytes[at] as number) ^ (1 << (bit & 7));
      const chunk = restore(chunks, saved, "exact");
      if (chunk === NO_CHUNK) refused++;
      else chunks.release(chunk);
      saved.bytes[at] = (saved.bytes[at] as number) ^ (1 << (bit & 7));
    }
    expect(refused).toBeGreaterThan(100);
    chunks.verify();
    heap.verify();
    expect(hexOf(chunks, restore(chunks, saved, "exact"))).toBe(
      Buffer.from(saved.bytes.subarray(16 + saved.stateLength)).toString("hex"),
    );
  });
});
