/**
 * Deleting samples: a stretch of a series is marked at once, and cleaned out of the chunks later.
 *
 * As in Prometheus a deletion ends with the newest sample that the series has then: what is stored
 * later and behind it is not deleted.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive.
 */
import type { ChunkRef, SeriesRef } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import { removeSamples } from "../chunk/sample-removal.ts";
import {
  intervalsUntil,
  isTouched,
  oneInterval,
  type TimeIntervals,
} from "../chunk/time-intervals.ts";
import type { Head } from "./head.ts";

/**
 * Marks what a live series has in [fromMs, toMs] as deleted. Returns the stretch, cut to the times
 * of the series' samples, or null when none lies in it.
 */
export function deleteSamples(
  head: Head,
  series: SeriesRef,
  fromMs: number,
  toMs: number,
): TimeIntervals | null {
  const { chunks } = head;
  const newest = head.newestChunkOf(series);
  if (newest === NO_CHUNK) return null;
  let oldest = newest;
  for (let next = oldest; next !== NO_CHUNK; next = chunks.olderOf(next)) oldest = next;
  const from = Math.max(fromMs, chunks.firstTimeOf(oldest), head.oldestStartMs);
  const to = Math.min(toMs, chunks.lastTimeOf(newest));
  if (from > to) return null;
  head.tombstones.add(series, from, to);
  return oneInterval(from, to);
}

/** Told that nothing deleted of a series lies in its chunks any more up to `throughMs`. */
export type OnCleaned = (series: SeriesRef, throughMs: number) => void;

/**
 * Cleans one chunk that has deleted samples, or forgets one series whose chunks have none left.
 * Returns the samples removed, or -1 when there is nothing to clean.
 */
export function cleanChunk(head: Head, onCleaned: OnCleaned = () => {}): number {
  const { tombstones, chunks } = head;
  const next = tombstones.series().next();
  if (next.done) return -1;
  const series = next.value;
  const intervals = tombstones.of(series)!;
  const chunk = oldestTouched(head, series, intervals);
  if (chunk === NO_CHUNK) {
    onCleaned(series, intervals.at(-1)!);
    tombstones.forget(series);
    return 0;
  }
  const last = chunks.lastTimeOf(chunk);
  onCleaned(series, last);
  const removed = removeFrom(head, chunk, intervals);
  tombstones.dropThrough(series, last);
  return removed;
}

/** Cleans all chunks of a series of what is deleted up to `throughMs`, as it was done before. */
export function cleanThrough(head: Head, series: SeriesRef, throughMs: number): void {
  const { tombstones, chunks } = head;
  const intervals = intervalsUntil(tombstones.of(series) ?? new Float64Array(0), throughMs);
  if (intervals.length === 0) return;
  for (let chunk = head.newestChunkOf(series); chunk !== NO_CHUNK; ) {
    const older = chunks.olderOf(chunk);
    if (isTouched(intervals, chunks.firstTimeOf(chunk), chunks.lastTimeOf(chunk))) {
      removeFrom(head, chunk, intervals);
    }
    chunk = older;
  }
  tombstones.dropThrough(series, throughMs);
}

/** Removes samples from a chunk, and the chunk when none is left. */
function removeFrom(head: Head, chunk: ChunkRef, intervals: TimeIntervals): number {
  const count = head.chunks.sampleCountOf(chunk);
  const removed = removeSamples(head.chunks, chunk, intervals);
  head.noteChange(chunk);
  if (removed === count) head.removeChunk(chunk);
  else head.removedSampleCount += removed;
  return removed;
}

function oldestTouched(head: Head, series: SeriesRef, intervals: TimeIntervals): ChunkRef {
  const { chunks } = head;
  let found: ChunkRef = NO_CHUNK;
  for (let c = head.newestChunkOf(series); c !== NO_CHUNK; c = chunks.olderOf(c)) {
    if (isTouched(intervals, chunks.firstTimeOf(c), chunks.lastTimeOf(c))) found = c;
  }
  return found;
}
