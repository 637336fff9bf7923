/**
 * Histogram chunks that lose samples, to a deletion or to a chunk of their own: encoded anew.
 *
 * I1  What is left of a chunk fits into one chunk: nothing in it falls, and only stale samples
 *     stand behind a stale one.
 * I2  Its layout is the one that it had.
 *
 * Units: times are milliseconds.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef } from "../base/units.ts";
import type { ChunkTable } from "./chunk-table.ts";
import { appendHistogram, beginWithHistogram } from "./histogram-appender.ts";
import { HistogramColumns } from "./histogram-columns.ts";
import { decodeAll } from "./histogram-decoder.ts";
import { startOver } from "./late-insert.ts";
import { isTouched, type TimeIntervals } from "./time-intervals.ts";

const rows = new HistogramColumns();
const kept = new HistogramColumns();

/** Puts rows [from, to) of a chunk of these flags into an empty chunk. */
export function fillWithHistograms(
  chunks: ChunkTable,
  chunk: ChunkRef,
  flags: number,
  source: HistogramColumns,
  from: number,
  to: number,
): void {
  for (let row = from; row < to; row++) {
    if (row === from) beginWithHistogram(chunks, chunk, flags, source, row);
    else assert(appendHistogram(chunks, chunk, source, row) < 0, "rest of a chunk does not fit");
  }
}

/** Takes the rows from `first` on that lie in a stretch out of columns. */
export function dropCoveredHistograms(
  columns: HistogramColumns,
  first: number,
  list: TimeIntervals,
): void {
  kept.clear();
  for (let row = first; row < columns.length; row++) {
    const timeMs = columns.timeOf(row);
    if (!isTouched(list, timeMs, timeMs)) kept.pushRow(columns, row);
  }
  columns.truncate(first);
  for (let row = 0; row < kept.length; row++) columns.pushRow(kept, row);
}

/** As removeSamples() for a histogram chunk. */
export function removeHistograms(
  chunks: ChunkTable,
  chunk: ChunkRef,
  intervals: TimeIntervals,
): number {
  rows.clear();
  decodeAll(chunks, chunk, rows);
  const count = rows.length;
  dropCoveredHistograms(rows, 0, intervals);
  const removed = count - rows.length;
  if (removed === 0 || rows.length === 0) return removed;
  const flags = chunks.histogramFlagsOf(chunk);
  startOver(chunks, chunk);
  fillWithHistograms(chunks, chunk, flags, rows, 0, rows.length);
  return removed;
}
