/**
 * A sample that arrives behind newer ones: the chunk is encoded anew around it.
 *
 * I1  The bytes afterwards are those of a chunk that got the same samples in order: the stream
 *     starts over in a fresh slice of 128 bytes and grows through the ordinary append.
 * I2  A sample that is there already changes nothing, not even the slice.
 *
 * Costs a decode and an encode of the whole chunk; late samples are rare by nature.
 *
 * Units: times are milliseconds.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef } from "../base/units.ts";
import { type ChunkTable, FIRST_CAPACITY, SAMPLES_MAX } from "./chunk-table.ts";
import { SampleColumns } from "./sample-columns.ts";
import { appendSample } from "./xor-appender.ts";
import { decodeRange } from "./xor-decoder.ts";

/** What became of a late sample. */
export const InsertCode = {
  /** It is in the chunk now. */
  inserted: 0,
  /** The chunk has a sample of that time with the same 64 bits. */
  equal: 1,
  /** The chunk has a sample of that time with other bits; it stays. */
  different: 2,
} as const;
export type InsertCode = (typeof InsertCode)[keyof typeof InsertCode];

const samples = new SampleColumns();

/**
 * Inserts a sample at any place in the chunk, which must have fewer than 65,535 samples unless it
 * has one of that time. The value comes as its two raw words.
 */
export function insertSample(
  chunks: ChunkTable,
  chunk: ChunkRef,
  timeMs: number,
  valueHigh: number,
  valueLow: number,
): InsertCode {
  samples.clear();
  if (decodeRange(chunks, chunk, timeMs, timeMs, samples) > 0) {
    const same = samples.highOf(0) === valueHigh && samples.lowOf(0) === valueLow;
    return same ? InsertCode.equal : InsertCode.different;
  }
  const count = chunks.sampleCountOf(chunk);
  assert(count < SAMPLES_MAX, "chunk is full");
  if (count === 0 || timeMs > chunks.lastTimeOf(chunk)) {
    appendSample(chunks, chunk, timeMs, valueHigh, valueLow);
    return InsertCode.inserted;
  }
  decodeRange(chunks, chunk, chunks.firstTimeOf(chunk), chunks.lastTimeOf(chunk), samples);
  startOver(chunks, chunk);
  const place = countBefore(timeMs);
  appendSamples(chunks, chunk, 0, place);
  appendSample(chunks, chunk, timeMs, valueHigh, valueLow);
  appendSamples(chunks, chunk, place, count);
  assert(chunks.sampleCountOf(chunk) === count + 1, "samples were lost");
  return InsertCode.inserted;
}

/** Leaves the chunk empty, in a slice as a new chunk has it. */
export function startOver(chunks: ChunkTable, chunk: ChunkRef): void {
  chunks.moveSlice(chunk, FIRST_CAPACITY, 0);
  chunks.clear(chunk);
}

/** How many of the decoded samples lie before `timeMs`. */
function countBefore(timeMs: number): number {
  let count = 0;
  while (count < samples.length && samples.timeOf(count) < timeMs) count++;
  return count;
}

function appendSamples(chunks: ChunkTable, chunk: ChunkRef, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    appendSample(chunks, chunk, samples.timeOf(i), samples.highOf(i), samples.lowOf(i));
  }
}
