import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { ChunkRef } from "../../src/base/units.ts";
import { ChunkTable } from "../../src/chunk/chunk-table.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { NO_MARK, SeekMarks } from "../../src/chunk/seek-marks.ts";
import { decodeNewest, decodeRange } from "../../src/chunk/xor-decoder.ts";
import { BumpHeap } from "./bump-heap.ts";
import { chunkOf, numbers, readRange, samplesOf, scrapes } from "./chunk-samples.ts";
import type { NaiveSample } from "./naive-xor.ts";

const heap = new BumpHeap();

function emptyTable(): ChunkTable {
  heap.clear();
  return new ChunkTable(heap, 1);
}

/** Sample counts of a chunk's marks, newest first. */
function markCounts(chunks: ChunkTable, chunk: ChunkRef): number[] {
  const counts: number[] = [];
  for (let mark = chunks.newestMarkOf(chunk); mark !== NO_MARK; mark = chunks.marks.olderOf(mark)) {
    counts.push(chunks.marks.countOf(mark));
  }
  return counts;
}

function scrapesAt15Seconds(count: number): NaiveSample[] {
  return numbers(Array.from({ length: count }, (_, i) => [i * 15000, Math.sin(i)]));
}

const bounds = fc.tuple(fc.nat(400), fc.nat(400), fc.constantFrom(-1, 0, 1));

describe("seek marks", () => {
  test.prop([scrapes(400), fc.array(bounds, { minLength: 1, maxLength: 20 })], { numRuns: 60 })(
    "change nothing about what a range reads",
    (samples, ranges) => {
      const chunks = emptyTable();
      const chunk = chunkOf(chunks, samples);
      for (const [a, b, shift] of ranges) {
        const fromMs = (samples[a % samples.length] as NaiveSample)[0] + shift;
        const toMs = (samples[b % samples.length] as NaiveSample)[0] + shift;
        const expected = samples.filter(([time]) => time >= fromMs && time <= toMs);
        expect(readRange(chunks, chunk, fromMs, toMs)).toEqual(expected);
        const newest = new SampleColumns(1);
        expect(decodeNewest(chunks, chunk, fromMs, toMs, newest)).toBe(expected.length > 0 ? 1 : 0);
        expect(samplesOf(newest)).toEqual(expected.slice(-1));
      }
      chunks.verify();
    },
  );

  it("stay at every 120 samples and roll along at the last two of every 30", () => {
    const chunks = emptyTable();
    const at = (count: number) => markCounts(chunks, chunkOf(chunks, scrapesAt15Seconds(count)));
    expect(at(29)).toEqual([]);
    expect(at(30)).toEqual([30]);
    expect(at(89)).toEqual([60, 30]);
    expect(at(90)).toEqual([90, 60]);
    expect(at(120)).toEqual([120, 90]);
    expect(at(150)).toEqual([150, 120]);
    expect(at(180)).toEqual([180, 150, 120]);
    expect(at(299)).toEqual([270, 240, 120]);
    expect(at(960)).toEqual([960, 930, 840, 720, 600, 480, 360, 240, 120]);
    chunks.verify();
  });

  it("leave at most 49 samples to decode for the last 20", () => {
    for (let count = 31; count < 300; count++) {
      const chunks = emptyTable();
      const chunk = chunkOf(chunks, scrapesAt15Seconds(count));
      const usable = markCounts(chunks, chunk).find((mark) => mark <= count - 20) ?? 0;
      expect(count - usable).toBeLessThanOrEqual(49);
    }
  });

  it("are skipped where the chunk spans more than 2^32 ms", () => {
    const chunks = emptyTable();
    const samples = numbers(Array.from({ length: 130 }, (_, i) => [i * 2 ** 26, i]));
    const chunk = chunkOf(chunks, samples);
    expect(markCounts(chunks, chunk)).toEqual([60, 30]);
    expect(readRange(chunks, chunk, 100 * 2 ** 26)).toEqual(samples.slice(100));
  });

  it("are freed with their chunk and used again", () => {
    const chunks = emptyTable();
    for (let round = 0; round < 3; round++) {
      const refs = Array.from({ length: 5 }, () => chunkOf(chunks, scrapesAt15Seconds(960)));
      expect(chunks.marks.count).toBe(5 * 9);
      for (const chunk of refs) chunks.release(chunk);
      expect(chunks.marks.count).toBe(0);
      chunks.verify();
    }
  });

  it("fail their check when one is lost", () => {
    const marks = new SeekMarks();
    marks.push(NO_MARK, 30, 1, 1, 0, 0, 200, 0, 0);
    expect(() => marks.verify(0)).toThrow("marks were lost");
  });
});

describe("decoder", () => {
  it("appends behind what the columns hold", () => {
    const chunks = emptyTable();
    const samples = scrapesAt15Seconds(100);
    const chunk = chunkOf(chunks, samples);
    const columns = new SampleColumns(4);
    expect(decodeRange(chunks, chunk, 0, 30000, columns)).toBe(3);
    expect(decodeRange(chunks, chunk, 90000, 105000, columns)).toBe(2);
    const expected = [0, 1, 2, 6, 7].map((i) => samples[i] as NaiveSample);
    expect(samplesOf(columns)).toEqual(expected);
  });

  it("reads nothing of an empty chunk, an empty range or outside of the chunk", () => {
    const chunks = emptyTable();
    const empty = chunkOf(chunks, []);
    expect(readRange(chunks, empty)).toEqual([]);
    expect(decodeNewest(chunks, empty, 0, 1, new SampleColumns())).toBe(0);
    const chunk = chunkOf(chunks, scrapesAt15Seconds(3));
    expect(readRange(chunks, chunk, 20000, 10000)).toEqual([]);
    expect(readRange(chunks, chunk, 30001, 1e9)).toEqual([]);
    expect(readRange(chunks, chunk, -1e9, -1)).toEqual([]);
    expect(readRange(chunks, chunk, 1, 14999)).toEqual([]);
  });

  it("takes the sample count from the record, not from the bytes", () => {
    const chunks = emptyTable();
    const samples = scrapesAt15Seconds(50);
    const chunk = chunkOf(chunks, samples);
    chunks.bytesOf(chunk)[chunks.offsetOf(chunk) + 1] = 255;
    expect(readRange(chunks, chunk)).toEqual(samples);
    expect(() => chunks.verify()).toThrow("count differs");
  });

  it("keeps the payload of every NaN", () => {
    const payloads = [
      0x7ff0000000000002n,
      0x7ff8000000000001n,
      0xfff4000000000123n,
      0x7ff0000000000002n,
    ];
    const samples = payloads.map((bits, i): NaiveSample => [i, bits]);
    const chunks = emptyTable();
    expect(readRange(chunks, chunkOf(chunks, samples))).toEqual(samples);
  });
});
