import { createHash } from "node:crypto";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { ChunkTable } from "../../src/chunk/chunk-table.ts";
import { BumpHeap } from "./bump-heap.ts";
import {
  chunkOf,
  extremes,
  hexOf,
  numbers,
  readRange,
  scrapes,
  streamOf,
  walks,
} from "./chunk-samples.ts";
import { bitsOf, type NaiveSample, naiveDecode, naiveEncode } from "./naive-xor.ts";

const heap = new BumpHeap();

function emptyTable(): ChunkTable {
  heap.clear();
  return new ChunkTable(heap, 1);
}

/** Three samples of value 1 whose last is at `third`. */
function third(time: number): NaiveSample[] {
  return numbers([
    [0, 1],
    [15000, 1],
    [time, 1],
  ]);
}

function steps(first: number, count: number): NaiveSample[] {
  return Array.from({ length: count }, (_, i) => [(first + i) * 60000, bitsOf((first + i) * 100)]);
}

const VECTORS: readonly (readonly [string, NaiveSample[], string])[] = [
  ["one sample", numbers([[1000, 1]]), "0001d00f3ff0000000000000"],
  [
    "two equal samples",
    numbers([
      [1000, 1],
      [16000, 1],
    ]),
    "0002d00f3ff0000000000000987500",
  ],
  ["no second difference", third(30000), "0003003ff0000000000000987500"],
  ["a second difference of 1", third(30001), "0003003ff00000000000009875400080"],
  ["8192, the last of 14 bits", third(38192), "0003003ff00000000000009875500000"],
  ["-8191, the first of 14 bits", third(21809), "0003003ff00000000000009875500080"],
  ["8193, in 17 bits", third(38193), "0003003ff00000000000009875610008"],
  ["-8192, in 17 bits", third(21808), "0003003ff000000000000098756f0000"],
  ["65537, in 20 bits", third(95537), "0003003ff0000000000000987570800080"],
  ["524289, in 64 bits", third(554289), "0003003ff00000000000009875780000000000400008"],
  [
    "a negative time and decimals",
    numbers([
      [-1, 0],
      [0, 0.1],
      [1, 0.2],
      [2, 0.3],
    ]),
    "000401000000000000000001c5eff7333333333333500e0000000000001af5d5555555555548",
  ],
  [
    "whole numbers at a real time",
    numbers([1, 2, 3, 4, 5].map((v, i) => [1700000000000 + 15000 * i, v])),
    "000580a0abfef9623ff00000000000009875c25fff6c06d616da0c",
  ],
  [
    "a stale marker",
    [
      [0, bitsOf(1)],
      [15000, 0x7ff0000000000002n],
    ],
    "0002003ff00000000000009875c3f40000000000000020",
  ],
  [
    "a XOR of all 64 bits",
    [
      [0, 0n],
      [1, 0x8000000000000001n],
    ],
    "000200000000000000000001c0040000000000000008",
  ],
];

describe("chunk appender", () => {
  for (const [name, samples, hex] of VECTORS) {
    it(`writes the published bytes of ${name}`, () => {
      const chunks = emptyTable();
      expect(hexOf(chunks, chunkOf(chunks, samples))).toBe(hex);
    });
  }

  for (const [first, length, digest] of [
    [0, 228, "c9f096202fbc89d23a92785506ea91abc6e046dbc3fad8ef0332ecfaf6b7f08d"],
    [120, 229, "cd45ecd74bcc001248ab56c0d605d69c183f772abf04cc97cf3c12db297e3cfd"],
  ] as const) {
    it(`writes the published 120 samples from step ${first} on`, () => {
      const chunks = emptyTable();
      const stream = streamOf(chunks, chunkOf(chunks, steps(first, 120)));
      expect(stream.length).toBe(length);
      expect(createHash("sha256").update(stream).digest("hex")).toBe(digest);
    });
  }

  it("holds 65,535 samples and not one more", () => {
    const chunks = emptyTable();
    const samples = numbers(Array.from({ length: 65535 }, (_, i) => [i * 1000, i % 7]));
    const chunk = chunkOf(chunks, samples);
    expect(streamOf(chunks, chunk).slice(0, 2)).toEqual(new Uint8Array([255, 255]));
    expect(readRange(chunks, chunk)).toEqual(samples);
    expect(() => chunkOf(chunks, [...samples, [65535000, 0n]])).toThrow("chunk is full");
    chunks.verify();
  });

  it("refuses a time that is not behind the last one", () => {
    const chunks = emptyTable();
    for (const time of [1000, 999, Number.NaN, 1000.5, 2 ** 53]) {
      expect(() =>
        chunkOf(
          chunks,
          numbers([
            [1000, 1],
            [time, 1],
          ]),
        ),
      ).toThrow("time is");
      expect(() =>
        chunkOf(
          chunks,
          numbers([
            [0, 1],
            [1000, 1],
            [time, 1],
          ]),
        ),
      ).toThrow("time is");
    }
  });

  it("grows by append's rule, one byte at a time, and drops what it leaves", () => {
    const chunks = emptyTable();
    const samples: NaiveSample[] = Array.from({ length: 300 }, (_, i) => [
      i * 15000,
      bitsOf(Math.sqrt(i)),
    ]);
    const chunk = chunkOf(chunks, samples);
    const capacity = chunks.capacityOf(chunk);
    expect(capacity).toBe(heap.ladderCapacity(chunks.byteLengthOf(chunk)));
    expect(heap.calls).toEqual([
      128, 256, -128, 512, -256, 896, -512, 1408, -896, 2048, -1408, 3072, -2048,
    ]);
    expect([...heap.live.values()]).toEqual([3072]);
  });

  test.prop([scrapes(120)])("writes what the standard encoder writes", (samples) => {
    const chunks = emptyTable();
    const chunk = chunkOf(chunks, samples);
    expect(hexOf(chunks, chunk)).toBe(Buffer.from(naiveEncode(samples)).toString("hex"));
    chunks.verify();
    heap.verify();
  });

  test.prop([fc.oneof(scrapes(600), walks(600))], { numRuns: 60 })(
    "opens windows again behind 120 samples, for any decoder to read",
    (samples) => {
      const chunks = emptyTable();
      const chunk = chunkOf(chunks, samples);
      expect(hexOf(chunks, chunk)).toBe(Buffer.from(naiveEncode(samples, 120)).toString("hex"));
      expect(naiveDecode(streamOf(chunks, chunk))).toEqual(samples);
      expect(readRange(chunks, chunk)).toEqual(samples);
      chunks.verify();
      heap.verify();
    },
  );

  test.prop([extremes], { numRuns: 500 })("keeps times as far apart as they get", (samples) => {
    const chunks = emptyTable();
    const chunk = chunkOf(chunks, samples);
    expect(hexOf(chunks, chunk)).toBe(Buffer.from(naiveEncode(samples)).toString("hex"));
    expect(readRange(chunks, chunk)).toEqual(samples);
  });
});
