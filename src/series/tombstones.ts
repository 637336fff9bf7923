/**
 * Tombstones: which stretches of which series are deleted and still lie in the chunks.
 *
 * A reader leaves such samples out; cleaning takes them out of the chunks and then forgets the
 * stretch. What is written later into a deleted stretch is deleted too, until it is cleaned.
 *
 * I1  Only live series have an entry, and no entry is empty.
 * I2  While a hold is kept (a snapshot is being written) nothing may be cleaned: the snapshot has
 *     chunks from before, and its tombstones are written last.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive.
 */
import type { SeriesRef } from "../base/units.ts";
import {
  intervalsAfter,
  oneInterval,
  type TimeIntervals,
  withInterval,
} from "../chunk/time-intervals.ts";

export class Tombstones {
  private readonly bySeries = new Map<SeriesRef, TimeIntervals>();
  private holds = 0;
  /** The list given last: series of one deletion often have the same stretch, and share it. */
  private latest: TimeIntervals | null = null;

  /** Series that have a deleted stretch. */
  get seriesCount(): number {
    return this.bySeries.size;
  }

  get isHeld(): boolean {
    return this.holds > 0;
  }

  /** The deleted stretches of a series, or undefined. */
  of(series: SeriesRef): TimeIntervals | undefined {
    return this.bySeries.get(series);
  }

  /** Series with deleted stretches, in the order in which they got their first one. */
  series(): IterableIterator<SeriesRef> {
    return this.bySeries.keys();
  }

  /** Marks [fromMs, toMs] of a live series as deleted. */
  add(series: SeriesRef, fromMs: number, toMs: number): void {
    const before = this.bySeries.get(series);
    if (before === undefined) this.bySeries.set(series, this.shared(fromMs, toMs));
    else this.bySeries.set(series, withInterval(before, fromMs, toMs));
  }

  /** Forgets what is deleted up to and including `timeMs`. */
  dropThrough(series: SeriesRef, timeMs: number): void {
    const before = this.bySeries.get(series);
    if (before === undefined) return;
    const after = intervalsAfter(before, timeMs);
    if (after.length === 0) this.bySeries.delete(series);
    else this.bySeries.set(series, after);
  }

  /** Forgets everything that is deleted of a series. */
  forget(series: SeriesRef): void {
    this.bySeries.delete(series);
  }

  /** Holds I2 until the returned function is called. */
  hold(): () => void {
    this.holds++;
    let held = true;
    return () => {
      if (held) this.holds--;
      held = false;
    };
  }

  private shared(fromMs: number, toMs: number): TimeIntervals {
    const { latest } = this;
    if (latest?.length === 2 && latest[0] === fromMs && latest[1] === toMs) return latest;
    this.latest = oneInterval(fromMs, toMs);
    return this.latest;
  }
}
