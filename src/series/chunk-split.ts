/**
 * Making room in the middle of a chunk for a sample that cannot be in it: what lies behind a moment
 * moves to a chunk of its own.
 *
 * I1  No sample is lost or changed, and both chunks are of the window and kind of the first.
 *
 * Units: times are milliseconds since the epoch.
 */
import type { ChunkRef } from "../base/units.ts";
import { type ChunkTable, SAMPLES_MAX } from "../chunk/chunk-table.ts";
import { flagsAlone } from "../chunk/histogram-appender.ts";
import { HistogramColumns } from "../chunk/histogram-columns.ts";
import { decodeAll } from "../chunk/histogram-decoder.ts";
import { fillWithHistograms } from "../chunk/histogram-rewrite.ts";
import { startOver } from "../chunk/late-insert.ts";
import { SampleColumns } from "../chunk/sample-columns.ts";
import { appendSample } from "../chunk/xor-appender.ts";
import { decodeRange } from "../chunk/xor-decoder.ts";
import type { LateTarget } from "./late-samples.ts";

const rows = new HistogramColumns();

/**
 * Moves the samples of `chunk` that are later than `timeMs` to a new chunk in front of `newer`;
 * the chunk has samples on both sides of that time, and none at it.
 */
export function splitAt(
  head: LateTarget,
  chunk: ChunkRef,
  newer: ChunkRef,
  timeMs: number,
): ChunkRef {
  const { chunks } = head;
  const rear = head.openChunk(chunks.seriesOf(chunk), chunks.windowOf(chunk), newer);
  if (chunks.isHistogram(chunk)) splitHistograms(chunks, chunk, rear, timeMs);
  else splitFloats(chunks, chunk, rear, timeMs);
  head.noteSplit();
  return rear;
}

function splitFloats(chunks: ChunkTable, chunk: ChunkRef, rear: ChunkRef, timeMs: number): void {
  const samples = new SampleColumns(SAMPLES_MAX);
  decodeRange(chunks, chunk, chunks.firstTimeOf(chunk), chunks.lastTimeOf(chunk), samples);
  startOver(chunks, chunk);
  for (let i = 0; i < samples.length; i++) {
    const target = samples.timeOf(i) < timeMs ? chunk : rear;
    appendSample(chunks, target, samples.timeOf(i), samples.highOf(i), samples.lowOf(i));
  }
}

function splitHistograms(
  chunks: ChunkTable,
  chunk: ChunkRef,
  rear: ChunkRef,
  timeMs: number,
): void {
  rows.clear();
  decodeAll(chunks, chunk, rows);
  let middle = 0;
  while (rows.timeOf(middle) < timeMs) middle++;
  const flags = chunks.histogramFlagsOf(chunk);
  startOver(chunks, chunk);
  fillWithHistograms(chunks, chunk, flags, rows, 0, middle);
  fillWithHistograms(chunks, rear, flagsAlone(rows, middle), rows, middle, rows.length);
}
