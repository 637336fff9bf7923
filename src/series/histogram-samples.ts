/**
 * Native histograms into the chunks of a series.
 *
 * A sample goes to the newest chunk when that is of its window and kind, is not full, and takes it
 * (chunk/histogram-fit.ts); else it begins a chunk. A late one begins a chunk between two others,
 * or goes to the end of the one in front; a chunk that covers its time is split there.
 *
 * Units: times are milliseconds since the epoch.
 */
import { type ChunkRef, type SeriesRef, windowOfTime } from "../base/units.ts";
import { type ChunkTable, NO_CHUNK } from "../chunk/chunk-table.ts";
import {
  appendHistogram,
  beginWithHistogram,
  encoderOf,
  flagsAlone,
  flagsBehind,
  isFullOfHistograms,
  kindOfRow,
  settleHistograms,
} from "../chunk/histogram-appender.ts";
import { HistogramColumns, ResetHint } from "../chunk/histogram-columns.ts";
import { decodeAll, emit, isGaugeChunk } from "../chunk/histogram-decoder.ts";
import { sameHistogram } from "../chunk/histogram-equality.ts";
import { ChunkFlags } from "../chunk/histogram-fit.ts";
import { SampleColumns, STALE_HIGH, STALE_LOW } from "../chunk/sample-columns.ts";
import { decodeRange } from "../chunk/xor-decoder.ts";
import { AppendCode } from "./append-code.ts";
import { splitAt } from "./chunk-split.ts";
import type { LateTarget } from "./late-samples.ts";

const rows = new HistogramColumns();
const floats = new SampleColumns(1);
const stale = new HistogramColumns();

/** Whether a float is a stale marker for the histograms of a series' newest chunk. */
export function isStaleAfterHistogram(
  chunks: ChunkTable,
  chunk: ChunkRef,
  high: number,
  low: number,
): boolean {
  if (high >>> 0 !== STALE_HIGH || low >>> 0 !== STALE_LOW) return false;
  return chunk !== NO_CHUNK && chunks.isHistogram(chunk);
}

/** A stale marker as the histogram that ends the series whose newest chunk is `chunk`. */
export function staleHistogram(
  chunks: ChunkTable,
  chunk: ChunkRef,
  timeMs: number,
): HistogramColumns {
  const hint = isGaugeChunk(chunks, chunk) ? ResetHint.gauge : ResetHint.unknown;
  stale.clear();
  stale.pushStale(timeMs, encoderOf(chunks, chunk).isFloat, hint);
  return stale;
}

/** Appends a sample that is later than all of its series, and in a kept window. */
export function appendNewest(
  head: LateTarget,
  series: SeriesRef,
  from: HistogramColumns,
  row: number,
): void {
  append(head, series, head.newestChunkOf(series), NO_CHUNK, from, row);
}

/** Inserts a sample that is older than the newest one of its series. */
export function insertLateHistogram(
  head: LateTarget,
  series: SeriesRef,
  from: HistogramColumns,
  row: number,
): AppendCode {
  const { chunks } = head;
  const timeMs = from.timeOf(row);
  let newer: ChunkRef = NO_CHUNK;
  let older = head.newestChunkOf(series);
  while (older !== NO_CHUNK && chunks.firstTimeOf(older) > timeMs) {
    newer = older;
    older = chunks.olderOf(older);
  }
  if (older !== NO_CHUNK && timeMs <= chunks.lastTimeOf(older)) {
    const code = codeAt(chunks, older, from, row);
    if (code !== AppendCode.stored) return code;
    newer = splitAt(head, older, newer, timeMs);
  }
  append(head, series, older, newer, from, row);
  if (newer !== NO_CHUNK) {
    forgetResets(chunks, newer);
    head.noteChange(newer);
  }
  return AppendCode.stored;
}

/** What becomes of a sample at the time of the newest one of a chunk. */
export function repeatedHistogram(
  chunks: ChunkTable,
  chunk: ChunkRef,
  from: HistogramColumns,
  row: number,
): AppendCode {
  if (chunks.kindOf(chunk) !== kindOfRow(from, row)) return AppendCode.duplicate;
  rows.clear();
  emit(encoderOf(chunks, chunk), 0, rows);
  return sameHistogram(rows, 0, from, row) ? AppendCode.unchanged : AppendCode.duplicate;
}

/** Whether a histogram chunk has a sample of that time. */
export function hasHistogramAt(chunks: ChunkTable, chunk: ChunkRef, timeMs: number): boolean {
  rows.clear();
  decodeAll(chunks, chunk, rows);
  for (let i = 0; i < rows.length; i++) if (rows.timeOf(i) === timeMs) return true;
  return false;
}

/** "stored" when the chunk has no sample of that time. */
function codeAt(
  chunks: ChunkTable,
  chunk: ChunkRef,
  from: HistogramColumns,
  row: number,
): AppendCode {
  const timeMs = from.timeOf(row);
  if (!chunks.isHistogram(chunk)) {
    floats.clear();
    const found = decodeRange(chunks, chunk, timeMs, timeMs, floats);
    return found > 0 ? AppendCode.duplicate : AppendCode.stored;
  }
  rows.clear();
  decodeAll(chunks, chunk, rows);
  for (let i = 0; i < rows.length; i++) {
    if (rows.timeOf(i) !== timeMs) continue;
    return sameHistogram(rows, i, from, row) ? AppendCode.unchanged : AppendCode.duplicate;
  }
  return AppendCode.stored;
}

/** Appends to `older` or to a chunk between it and `newer`. */
function append(
  head: LateTarget,
  series: SeriesRef,
  older: ChunkRef,
  newer: ChunkRef,
  from: HistogramColumns,
  row: number,
): void {
  const { chunks } = head;
  const window = windowOfTime(from.timeOf(row), head.windowMs);
  const isKind = older !== NO_CHUNK && chunks.kindOf(older) === kindOfRow(from, row);
  let flags = 0;
  if (isKind && chunks.windowOf(older) === window && !isFullOfHistograms(chunks, older)) {
    flags = appendHistogram(chunks, older, from, row);
    if (flags < 0) return;
  } else flags = isKind ? flagsBehind(chunks, older, from, row) : flagsAlone(from, row);
  settleHistograms(chunks, older);
  beginWithHistogram(chunks, head.openChunk(series, window, newer), flags, from, row);
}

/** What a chunk said of the sample in front of it holds no more. */
function forgetResets(chunks: ChunkTable, chunk: ChunkRef): void {
  if (!chunks.isHistogram(chunk) || isGaugeChunk(chunks, chunk)) return;
  chunks.setHistogramFlags(chunk, ChunkFlags.unknown);
}
