/**
 * Samples for the tests of chunks: writing them, reading them back, and making them up.
 */
import fc from "fast-check";
import type { ChunkRef, SeriesRef, WindowNumber } from "../../src/base/units.ts";
import type { ChunkTable } from "../../src/chunk/chunk-table.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import { appendSample } from "../../src/chunk/xor-appender.ts";
import { decodeRange } from "../../src/chunk/xor-decoder.ts";
import { bitsOf, type NaiveSample } from "./naive-xor.ts";

export const SERIES = 7 as SeriesRef;
export const WINDOW = -3 as WindowNumber;

export function highOf(bits: bigint): number {
  return Number(bits >> 32n);
}

export function lowOf(bits: bigint): number {
  return Number(bits & 0xffffffffn);
}

export function appendAll(
  chunks: ChunkTable,
  chunk: ChunkRef,
  samples: readonly NaiveSample[],
): ChunkRef {
  for (const [time, bits] of samples) appendSample(chunks, chunk, time, highOf(bits), lowOf(bits));
  return chunk;
}

export function chunkOf(chunks: ChunkTable, samples: readonly NaiveSample[]): ChunkRef {
  return appendAll(chunks, chunks.create(SERIES, WINDOW), samples);
}

export function streamOf(chunks: ChunkTable, chunk: ChunkRef): Uint8Array {
  const start = chunks.offsetOf(chunk);
  return chunks.bytesOf(chunk).slice(start, start + chunks.byteLengthOf(chunk));
}

export function hexOf(chunks: ChunkTable, chunk: ChunkRef): string {
  return Buffer.from(streamOf(chunks, chunk)).toString("hex");
}

export function samplesOf(columns: SampleColumns): NaiveSample[] {
  return Array.from({ length: columns.length }, (_, i) => [
    columns.times[i] as number,
    (BigInt(columns.bits[2 * i + 1] as number) << 32n) | BigInt(columns.bits[2 * i] as number),
  ]);
}

export function readRange(
  chunks: ChunkTable,
  chunk: ChunkRef,
  fromMs = Number.NEGATIVE_INFINITY,
  toMs = Number.POSITIVE_INFINITY,
): NaiveSample[] {
  const columns = new SampleColumns(1);
  decodeRange(chunks, chunk, fromMs, toMs, columns);
  return samplesOf(columns);
}

/** Samples from [time, number] pairs. */
export function numbers(pairs: readonly (readonly [number, number])[]): NaiveSample[] {
  return pairs.map(([time, value]) => [time, bitsOf(value)]);
}

const rawBits = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const specialBits = fc.constantFrom(
  0n,
  0x7ff0000000000002n,
  0x7ff8000000000001n,
  0xfff0000000000000n,
  0x8000000000000000n,
  1n,
);
const anyBits = fc.oneof(
  rawBits,
  specialBits,
  fc.integer({ min: -1000, max: 1000 }).map((n) => bitsOf(n)),
  fc.integer({ min: 0, max: 9999 }).map((n) => bitsOf(n / 100)),
);
const delta = fc.oneof(
  { weight: 6, arbitrary: fc.constant(15000) },
  { weight: 3, arbitrary: fc.integer({ min: 14990, max: 15010 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 1_200_000 }) },
);

function fromDeltas(first: number, rows: readonly (readonly [number, bigint])[]): NaiveSample[] {
  let time = first;
  return rows.map(([step, bits]) => {
    time += step;
    return [time, bits];
  });
}

/** Samples at scrape-like times with values of every kind. */
export function scrapes(maxLength: number): fc.Arbitrary<NaiveSample[]> {
  const value = fc.oneof({ weight: 2, arbitrary: fc.constant(bitsOf(1)) }, anyBits);
  return fc
    .tuple(
      fc.integer({ min: -1e12, max: 2e12 }),
      fc.array(fc.tuple(delta, value), { minLength: 1, maxLength }),
    )
    .map(([first, rows]) => fromDeltas(first, rows));
}

/** Samples of a counter or gauge of whole numbers that now and then jumps. */
export function walks(maxLength: number): fc.Arbitrary<NaiveSample[]> {
  const step = fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 0, max: 40 }) },
    { weight: 1, arbitrary: fc.integer({ min: -1_000_000, max: 1_000_000 }) },
  );
  return fc.array(step, { minLength: Math.floor(maxLength / 2), maxLength }).map((steps) => {
    let value = 0;
    return steps.map((by, i): NaiveSample => {
      value += by;
      return [i * 15000, bitsOf(value)];
    });
  });
}

/** Samples anywhere in the times that a double holds exactly. */
export const extremes: fc.Arbitrary<NaiveSample[]> = fc
  .tuple(fc.uniqueArray(fc.maxSafeInteger(), { minLength: 1, maxLength: 12 }), fc.array(anyBits))
  .map(([times, bits]) =>
    times.sort((a, b) => a - b).map((time, i) => [time, bits[i % Math.max(1, bits.length)] ?? 5n]),
  );
