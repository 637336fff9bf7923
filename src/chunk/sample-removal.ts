/**
 * Taking samples out of the middle of a chunk: it is encoded anew without them.
 *
 * I1  The bytes afterwards are those of a chunk that never got the removed samples: the stream
 *     starts over in a fresh slice of 128 bytes and grows through the ordinary append.
 * I2  A chunk of which nothing or everything would go is not touched.
 *
 * Units: times are milliseconds.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef } from "../base/units.ts";
import type { ChunkTable } from "./chunk-table.ts";
import { removeHistograms } from "./histogram-rewrite.ts";
import { startOver } from "./late-insert.ts";
import { SampleColumns } from "./sample-columns.ts";
import { dropCovered, type TimeIntervals } from "./time-intervals.ts";
import { appendSample } from "./xor-appender.ts";
import { decodeRange } from "./xor-decoder.ts";

const samples = new SampleColumns();

/**
 * Removes the samples that lie in `intervals`; returns how many do. When all of them do, the chunk
 * is left as it is, to be released by the caller: a chunk has a sample.
 */
export function removeSamples(
  chunks: ChunkTable,
  chunk: ChunkRef,
  intervals: TimeIntervals,
): number {
  if (chunks.isHistogram(chunk)) return removeHistograms(chunks, chunk, intervals);
  samples.clear();
  decodeRange(chunks, chunk, chunks.firstTimeOf(chunk), chunks.lastTimeOf(chunk), samples);
  const removed = dropCovered(samples, 0, intervals);
  if (removed === 0 || samples.length === 0) return removed;
  startOver(chunks, chunk);
  for (let i = 0; i < samples.length; i++) {
    appendSample(chunks, chunk, samples.timeOf(i), samples.highOf(i), samples.lowOf(i));
  }
  assert(chunks.sampleCountOf(chunk) === samples.length, "samples were lost");
  return removed;
}
