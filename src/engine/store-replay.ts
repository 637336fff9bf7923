/**
 * Journal records back into a store: what was accepted once is accepted again.
 *
 * I1  A sample that its chunk had when the snapshot was written is passed over, and so is one whose
 *     window has gone meanwhile. Nothing is refused and nothing counted as a refusal.
 * I2  No limit and no rule of order is asked: both were when the sample was accepted.
 * I3  What is added to a window that has ended by the end of the replay is noted as its change.
 *
 * Units: …Ms milliseconds since the epoch; positions are bytes of the journal.
 */
import { type SeriesRef, windowOfTime } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import type { HistogramColumns } from "../chunk/histogram-columns.ts";
import { histogramFault, SCHEMA_MAX } from "../chunk/histogram-fault.ts";
import type { RecordTarget } from "../journal/record-reader.ts";
import type { FamilyMetadata } from "../journal/snapshot-source.ts";
import { cleanThrough } from "../series/deletion.ts";
import { ExemplarCode } from "../series/exemplar-code.ts";
import { ExemplarLabels } from "../series/exemplar-labels.ts";
import type { Head } from "../series/head.ts";
import type { SampleQueue } from "../series/sample-queue.ts";
import type { ScannedAppend } from "../series/scanned-append.ts";
import { NO_KEY } from "../series/series-keys.ts";
import { NO_SERIES } from "../series/series-table.ts";
import type { StoreRestore } from "./store-restore.ts";

export class StoreReplay implements RecordTarget {
  /** Samples that were added. */
  addedCount = 0;
  /** Samples of series that no definition was read of: damage took it. */
  lostCount = 0;
  private readonly restore: StoreRestore;
  private readonly head: Head;
  private readonly exemplarLabels = new ExemplarLabels();
  private position = 0;
  private place = -1;
  private readonly queue: SampleQueue;
  private readonly scanned: ScannedAppend;

  /** Replays into the store of a restore that is not finished. */
  constructor(restore: StoreRestore) {
    this.restore = restore;
    this.head = restore.store.head;
    this.queue = restore.store.queue;
    this.scanned = restore.store.scanned;
    this.head.onChunkRemoved = (chunk) => restore.completeTo.set(chunk, 0);
  }

  begin(position: number, clockMs: number): void {
    this.storeQueue();
    this.position = position;
    // A clock that was ahead of this one: what came for the windows that end now was not watched.
    if (this.head.advance(clockMs)) this.head.windows.noteAllChanged();
  }

  define(number: number, bytes: Uint8Array, length: number): void {
    const { index } = this.head;
    const key = index.internUnlimited(bytes, 0, length);
    if (key !== NO_KEY) this.restore.note(index.keys.seriesOf(key), number);
  }

  sample(number: number, timeMs: number, high: number, low: number): void {
    const series = this.seriesOf(number);
    if (series === NO_SERIES) {
      this.lostCount++;
      return;
    }
    this.queue.add(series, timeMs, high, low);
    if (this.queue.isFull) this.storeQueue();
  }

  histogram(number: number, columns: HistogramColumns): void {
    this.storeQueue();
    const series = this.seriesOf(number);
    const isSound = columns.schemaOf(0) <= SCHEMA_MAX && histogramFault(columns, 0) === null;
    if (series === NO_SERIES || !isSound) this.lostCount++;
    else if (!this.isPassedOver(series, columns.timeOf(0))) {
      if (this.head.replayHistogram(series, columns, 0)) this.addedCount++;
    }
  }

  exemplar(
    number: number,
    timeMs: number,
    high: number,
    low: number,
    text: Uint8Array,
    length: number,
  ): void {
    this.storeQueue();
    const { restore, head } = this;
    const series = restore.numbers.seriesAt(restore.numbers.find(number, this.place));
    if (series === NO_SERIES || !head.index.series.isLive(series)) return;
    if (head.newestChunkOf(series) === NO_CHUNK) return;
    const isRestored = restore.snapshotSeries.has(series);
    if (isRestored && this.position < restore.exemplarsCompleteTo) return;
    if (this.exemplarLabels.check(text, 0, length) !== ExemplarCode.stored) return;
    head.exemplars.add(series, timeMs, high, low, text, 0, length);
  }

  deleted(number: number, fromMs: number, toMs: number): void {
    this.storeQueue();
    const series = this.seriesOf(number);
    if (series !== NO_SERIES && this.head.newestChunkOf(series) !== NO_CHUNK) {
      this.head.tombstones.add(series, fromMs, toMs);
    }
  }

  cleaned(number: number, throughMs: number): void {
    this.storeQueue();
    const series = this.seriesOf(number);
    if (series !== NO_SERIES) cleanThrough(this.head, series, throughMs);
  }

  family({ name, type, help, unit }: FamilyMetadata): void {
    this.restore.metadata.set(name, { type, help, unit });
  }

  /** Ends the replay: later changes are no business of it. */
  finish(): void {
    this.storeQueue();
    this.head.onChunkRemoved = null;
  }

  /** Stores what waits: the kernel what is newer than all of its series, the rest one by one. */
  private storeQueue(): void {
    const { queue, scanned } = this;
    const { length } = queue;
    if (length === 0) return;
    queue.close();
    queue.length = 0;
    for (let row = 0; row < length; row++) {
      const next = scanned.run(row, length, null);
      this.addedCount += next - row;
      row = next;
      if (row < length) this.storeRow(row);
    }
  }

  private storeRow(row: number): void {
    const { queue } = this;
    const series = queue.seriesAt(row);
    const timeMs = queue.timeAt(row);
    if (this.isPassedOver(series, timeMs)) return;
    const [high, low] = [queue.valueHighAt(row), queue.valueLowAt(row)];
    if (this.head.replay(series, timeMs, high, low)) this.addedCount++;
  }

  /** The living series of a journal number, or NO_SERIES. */
  private seriesOf(number: number): SeriesRef {
    const { numbers } = this.restore;
    this.place = numbers.find(number, this.place + 1);
    const series = numbers.seriesAt(this.place);
    if (series === NO_SERIES || this.head.index.series.isLive(series)) return series;
    const revived = this.head.index.revive(series);
    numbers.replace(this.place, revived);
    this.restore.noteRevived(revived, number);
    return revived;
  }

  /** Whether a sample need not be added, see I1. */
  private isPassedOver(series: SeriesRef, timeMs: number): boolean {
    const { head } = this;
    const { chunks } = head;
    if (timeMs < head.oldestStartMs) return true;
    const newest = head.newestChunkOf(series);
    if (newest === NO_CHUNK || timeMs > chunks.lastTimeOf(newest)) return false;
    const window = windowOfTime(timeMs, head.windowMs);
    if (window <= chunks.windowOf(newest) - head.windowCount) return true;
    let completeTo = Number.POSITIVE_INFINITY;
    let chunk = newest;
    for (; chunk !== NO_CHUNK && chunks.windowOf(chunk) >= window; chunk = chunks.olderOf(chunk)) {
      if (chunks.windowOf(chunk) !== window) continue;
      completeTo = Math.min(completeTo, this.restore.completeTo.of(chunk));
    }
    return completeTo !== Number.POSITIVE_INFINITY && this.position < completeTo;
  }
}
