/**
 * Samples that arrive behind newer ones, when an out-of-order window allows them.
 *
 * The sample belongs into the chunk of its window that covers its time, or into a new chunk between
 * two others. A full chunk is split in two halves first, a chunk of histograms at that time.
 *
 * Units: times are milliseconds since the epoch.
 */
import { type ChunkRef, type SeriesRef, type WindowNumber, windowOfTime } from "../base/units.ts";
import { type ChunkTable, NO_CHUNK, SAMPLES_MAX } from "../chunk/chunk-table.ts";
import { InsertCode, insertSample } from "../chunk/late-insert.ts";
import { SampleColumns, STALE_HIGH, STALE_LOW } from "../chunk/sample-columns.ts";
import { appendSample } from "../chunk/xor-appender.ts";
import { decodeRange } from "../chunk/xor-decoder.ts";
import { AppendCode } from "./append-code.ts";
import { splitAt } from "./chunk-split.ts";
import { hasHistogramAt, insertLateHistogram, staleHistogram } from "./histogram-samples.ts";

/** What inserting needs of the head. */
export interface LateTarget {
  readonly chunks: ChunkTable;
  readonly windowMs: number;
  /** Samples of released chunks; those that a split moved do not count. */
  removedSampleCount: number;
  newestChunkOf(series: SeriesRef): ChunkRef;
  openChunk(series: SeriesRef, window: WindowNumber, newer: ChunkRef): ChunkRef;
  removeChunk(chunk: ChunkRef): void;
  /** Notes a change of a chunk that no sample of its window made. */
  noteChange(chunk: ChunkRef): void;
  /** Notes that samples moved from one chunk to another. */
  noteSplit(): void;
}

/** Inserts a sample that is older than the newest one of its series. */
export function insertLate(
  head: LateTarget,
  series: SeriesRef,
  timeMs: number,
  high: number,
  low: number,
): AppendCode {
  const window = windowOfTime(timeMs, head.windowMs);
  const { chunks } = head;
  let newer: ChunkRef = NO_CHUNK;
  let chunk = head.newestChunkOf(series);
  while (chunk !== NO_CHUNK && chunks.firstTimeOf(chunk) > timeMs) {
    newer = chunk;
    chunk = chunks.olderOf(chunk);
  }
  if (chunk !== NO_CHUNK && chunks.isHistogram(chunk) && timeMs <= chunks.lastTimeOf(chunk)) {
    return insertBetween(head, chunk, newer, timeMs, high, low);
  }
  const target = coveringChunk(head, chunk, newer, window, timeMs);
  if (target === NO_CHUNK) {
    appendSample(chunks, head.openChunk(series, window, newer), timeMs, high, low);
    return AppendCode.stored;
  }
  if (chunks.sampleCountOf(target) === SAMPLES_MAX) {
    splitChunk(head, target);
    return insertLate(head, series, timeMs, high, low);
  }
  const code = insertSample(chunks, target, timeMs, high, low);
  if (code === InsertCode.inserted) return AppendCode.stored;
  return code === InsertCode.equal ? AppendCode.unchanged : AppendCode.duplicate;
}

/** Inserts a float among the histograms of a chunk; among them a stale marker is one of them. */
function insertBetween(
  head: LateTarget,
  chunk: ChunkRef,
  newer: ChunkRef,
  timeMs: number,
  high: number,
  low: number,
): AppendCode {
  const { chunks } = head;
  const series = chunks.seriesOf(chunk);
  if (high >>> 0 === STALE_HIGH && low >>> 0 === STALE_LOW) {
    return insertLateHistogram(head, series, staleHistogram(chunks, chunk, timeMs), 0);
  }
  if (hasHistogramAt(chunks, chunk, timeMs)) return AppendCode.duplicate;
  splitAt(head, chunk, newer, timeMs);
  return insertLate(head, series, timeMs, high, low);
}

/**
 * The chunk that takes the sample: the one that starts at or before it when it is of the same
 * window, else the next newer one of that window, else NO_CHUNK.
 */
function coveringChunk(
  head: LateTarget,
  older: ChunkRef,
  newer: ChunkRef,
  window: WindowNumber,
  timeMs: number,
): ChunkRef {
  const { chunks } = head;
  const fits = (chunk: ChunkRef): boolean =>
    chunk !== NO_CHUNK && chunks.windowOf(chunk) === window && !chunks.isHistogram(chunk);
  const olderFits = fits(older);
  const newerFits = fits(newer);
  if (!olderFits) return newerFits ? newer : NO_CHUNK;
  const behind = timeMs > chunks.lastTimeOf(older);
  const full = chunks.sampleCountOf(older) === SAMPLES_MAX;
  return behind && full && newerFits ? newer : older;
}

/** Replaces a full chunk by two that hold half of its samples each. */
function splitChunk(head: LateTarget, chunk: ChunkRef): void {
  const { chunks } = head;
  const samples = new SampleColumns(SAMPLES_MAX);
  decodeRange(chunks, chunk, chunks.firstTimeOf(chunk), chunks.lastTimeOf(chunk), samples);
  const series = chunks.seriesOf(chunk);
  const window = chunks.windowOf(chunk);
  const older = head.openChunk(series, window, chunk);
  const newer = head.openChunk(series, window, chunk);
  for (let i = 0; i < samples.length; i++) {
    const half = i * 2 < samples.length ? older : newer;
    const time = samples.times[i]!;
    appendSample(chunks, half, time, samples.bits[2 * i + 1]!, samples.bits[2 * i]!);
  }
  head.removeChunk(chunk);
  head.removedSampleCount -= samples.length;
  head.noteSplit();
}
