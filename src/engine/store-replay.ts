/**
 * Journal records back into a store: what was accepted once is accepted again.
 *
 * I1  A sample that its chunk had when the snapshot was written is passed over, and so is one whose
 *     window has gone meanwhile. Nothing is refused and nothing counted as a refusal.
 * I2  No limit and no rule of order is asked: both were when the sample was accepted.
 *
 * Units: …Ms milliseconds since the epoch; positions are bytes of the journal.
 */
import { type ChunkRef, windowOfTime } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import type { RecordTarget } from "../journal/record-reader.ts";
import type { FamilyMetadata } from "../journal/snapshot-source.ts";
import { NO_KEY } from "../series/series-keys.ts";
import { NO_SERIES } from "../series/series-table.ts";
import type { StoreRestore } from "./store-restore.ts";

export class StoreReplay implements RecordTarget {
  /** Samples that were added. */
  addedCount = 0;
  /** Samples of series that no definition was read of: damage took it. */
  lostCount = 0;
  private readonly restore: StoreRestore;
  private position = 0;
  private place = -1;

  /** Replays into the store of a restore that is not finished. */
  constructor(restore: StoreRestore) {
    this.restore = restore;
    const { head } = restore.store;
    head.onChunkRemoved = (chunk) => restore.completeTo.set(chunk, 0);
  }

  begin(position: number, clockMs: number): void {
    this.position = position;
    this.restore.store.head.advance(clockMs);
  }

  define(number: number, bytes: Uint8Array, length: number): void {
    const { index } = this.restore.store.head;
    const key = index.internUnlimited(bytes, 0, length);
    if (key !== NO_KEY) this.restore.note(index.keys.seriesOf(key), number);
  }

  sample(number: number, timeMs: number, high: number, low: number): void {
    const { numbers, store } = this.restore;
    this.place = numbers.find(number, this.place + 1);
    const series = numbers.seriesAt(this.place);
    if (series === NO_SERIES) {
      this.lostCount++;
      return;
    }
    const { head } = store;
    const newest = head.newestChunkOf(series);
    const isNewer = newest === NO_CHUNK || timeMs > head.chunks.lastTimeOf(newest);
    if (!isNewer && this.isPassedOver(newest, timeMs)) return;
    if (head.replay(series, timeMs, high, low)) this.addedCount++;
  }

  family({ name, type, help, unit }: FamilyMetadata): void {
    this.restore.metadata.set(name, { type, help, unit });
  }

  /** Ends the replay: later changes are no business of it. */
  finish(): void {
    this.restore.store.head.onChunkRemoved = null;
  }

  /** Whether a sample that is not newer than `newest` need not be looked for, see I1. */
  private isPassedOver(newest: ChunkRef, timeMs: number): boolean {
    const { head } = this.restore.store;
    const { chunks } = head;
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
