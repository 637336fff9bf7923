import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { ChunkRef } from "../../src/base/units.ts";
import { ChunkCapture } from "../../src/chunk/chunk-capture.ts";
import { ChunkTable } from "../../src/chunk/chunk-table.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { BumpHeap } from "./bump-heap.ts";
import {
  appendAll,
  chunkOf,
  extremes,
  numbers,
  readRange,
  samplesOf,
  scrapes,
  walks,
} from "./chunk-samples.ts";
import type { NaiveSample } from "./naive-xor.ts";

interface Captured {
  read(fromMs: number, toMs: number): NaiveSample[];
  readNewest(fromMs: number, toMs: number): NaiveSample[];
}

/** A chunk captured for reading from `fromMs` on, or for its newest sample up to `toMs`. */
function captured(chunks: ChunkTable, chunk: ChunkRef, fromMs: number, toMs: number): Captured {
  const captures = new ChunkCapture(chunks, chunks.readers.open());
  captures.capture(chunk, fromMs);
  captures.capture(chunk, toMs + 1);
  const columns = new SampleColumns(1);
  return {
    read(from, to) {
      columns.clear();
      captures.read(0, from, to, columns);
      return samplesOf(columns);
    },
    readNewest(from, to) {
      columns.clear();
      captures.readNewest(1, from, to, columns);
      return samplesOf(columns);
    },
  };
}

const anySamples = fc.oneof(scrapes(150), walks(400), extremes);

describe("a captured chunk", () => {
  test.prop([anySamples, fc.nat(), fc.nat(), fc.integer({ min: -2, max: 2 })])(
    "gives the samples that the plain decoder gives",
    (samples, first, second, offset) => {
      const chunks = new ChunkTable(new BumpHeap());
      const chunk = chunkOf(chunks, samples);
      const at = (n: number) => samples[n % samples.length]![0] + offset;
      const [from, to] = [Math.min(at(first), at(second)), Math.max(at(first), at(second))];
      const expected = readRange(chunks, chunk, from, to);
      const found = captured(chunks, chunk, from, to);
      expect(found.read(from, to)).toEqual(expected);
      expect(found.readNewest(from, to)).toEqual(expected.slice(-1));
      const all = captured(chunks, chunk, -Infinity, Infinity);
      expect(all.read(-Infinity, Infinity)).toEqual(samples);
    },
  );

  test.prop([walks(300), fc.nat()])("does not see what comes after", (samples, cut) => {
    const chunks = new ChunkTable(new BumpHeap());
    const before = samples.slice(0, 1 + (cut % samples.length));
    const chunk = chunkOf(chunks, before);
    const last = before.at(-1)![0];
    const early = captured(chunks, chunk, 0, last);
    appendAll(chunks, chunk, samples.slice(before.length));
    expect(early.read(0, Infinity)).toEqual(before);
    expect(early.readNewest(0, Infinity)).toEqual(before.slice(-1));
  });

  it("may be longer than the kernel's memory", () => {
    const chunks = new ChunkTable(new BumpHeap());
    const random = Array.from({ length: 20_000 }, (_, i): NaiveSample => {
      const bits = BigInt.asUintN(64, BigInt(i + 1) * 0x9e3779b97f4a7c15n);
      return [i * 1000 + (i % 7), bits];
    });
    const chunk = chunkOf(chunks, random);
    expect(captured(chunks, chunk, 0, 5000).read(0, Infinity)).toEqual(random);
    expect(captured(chunks, chunk, 0, 5007).readNewest(0, 5007)).toEqual(random.slice(5, 6));
  });

  it.each([0, 3, 100_000])(
    "is told from thousands of others, %i of which were expected",
    (room) => {
      const chunks = new ChunkTable(new BumpHeap());
      const streams = [0, 1, 2].map((n) => numbers([1, 2, 3].map((i) => [i * 1000 + n, i * n])));
      const refs = streams.map((samples) => chunkOf(chunks, samples));
      const captures = new ChunkCapture(chunks, chunks.readers.open());
      captures.expect(room);
      for (let i = 0; i < 13_000; i++) captures.capture(refs[i % 3]!, 0);
      const columns = new SampleColumns(1);
      for (let i = 0; i < 13_000; i += 7) {
        const index = (i * 5) % 13_000;
        columns.clear();
        captures.read(index, 0, Infinity, columns);
        expect(samplesOf(columns)).toEqual(streams[index % 3]);
      }
      expect(captures.count).toBe(13_000);
    },
  );
});
