/**
 * Head: the samples of all series, at most `windowCount` windows of them.
 *
 * I1  Windows are aligned to the epoch. The store holds the window of the present and the
 *     windowCount - 1 before it; a sample before the oldest one is too old, one more than ten
 *     minutes ahead of the clock is refused, and no rule looks at other series.
 * I2  A series' chunks hang from it newest first, windows never rising; only a full chunk (65,535
 *     samples) is followed by another one of the same window. Where there are histograms a window
 *     has as many chunks as their encoding asks for: another kind of sample, a counter reset,
 *     another shape, 8 KiB (chunk/histogram-appender.ts).
 * I3  No series holds chunks of more than windowCount windows, but for windows that have passed (or
 *     had, before the clock went back): one that opens the next window early gives up its oldest
 *     chunk then.
 * I4  A live series has a chunk; it is killed with its last one.
 * I5  Time goes back by turnBack() only: advance() with an earlier time changes nothing.
 *
 * A turned window is out of every query at once (oldestStartMs); its chunks are released by
 * purgeStep() in bounded portions.
 *
 * Units: …Ms is milliseconds (times since the epoch).
 */
import { assert } from "../base/assert.ts";
import {
  type ChunkRef,
  type SeriesRef,
  type WindowNumber,
  windowOfTime,
  windowStart,
} from "../base/units.ts";
import { type ChunkTable, NO_CHUNK, SAMPLES_MAX } from "../chunk/chunk-table.ts";
import { settleHistograms } from "../chunk/histogram-appender.ts";
import type { HistogramColumns } from "../chunk/histogram-columns.ts";
import { appendSample } from "../chunk/xor-appender.ts";
import { CHUNKS_MAX } from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { AppendCode } from "./append-code.ts";
import { ExemplarRing, NO_EXEMPLAR } from "./exemplar-ring.ts";
import {
  appendNewest,
  insertLateHistogram,
  isStaleAfterHistogram,
  repeatedHistogram,
  staleHistogram,
} from "./histogram-samples.ts";
import { LabelIndex } from "./label-index.ts";
import { insertLate } from "./late-samples.ts";
import type { MadeSeries } from "./made-series.ts";
import { Tombstones } from "./tombstones.ts";
import { WindowLists } from "./window-lists.ts";

/** How far ahead of the clock a sample may be: milliseconds. */
export const FUTURE_BOUND_MS = 10 * 60 * 1000;

/** Where a sample belongs in its series; numbers that no AppendCode has. */
const Place = { newest: -1, repeated: -2, late: -3 } as const;
type Place = (typeof Place)[keyof typeof Place];

/** What a head is made with. `seriesMax` 0: as many as fit; `seed` keys the hash tables. */
export interface HeadOptions {
  readonly kernel: Kernel;
  readonly chunks: ChunkTable;
  readonly windowMs: number;
  readonly windowCount: number;
  readonly outOfOrderMs: number;
  readonly seriesMax: number;
  readonly seed: number;
  /** Exemplars held at most; none when absent. */
  readonly exemplarsMax?: number;
}

export class Head {
  readonly chunks: ChunkTable;
  readonly index: LabelIndex;
  readonly windows: WindowLists;
  /** What is deleted and still lies in chunks; see deletion.ts. */
  readonly tombstones = new Tombstones();
  /** Those of live series only. */
  readonly exemplars: ExemplarRing;
  readonly windowMs: number;
  readonly windowCount: number;
  /** Chunks released because their window had passed. */
  purgedChunkCount = 0;
  /** Samples added, those of restored chunks, and those of all chunks that were released. */
  storedSampleCount = 0;
  restoredSampleCount = 0;
  removedSampleCount = 0;
  /** Told of each chunk that is about to go; null for nobody. */
  onChunkRemoved: ((chunk: ChunkRef) => void) | null = null;
  private readonly outOfOrderMs: number;
  private currentWindow: WindowNumber = Number.NEGATIVE_INFINITY as WindowNumber;
  /** The latest that the window of the present has ever been. */
  private latestWindow: WindowNumber = Number.NEGATIVE_INFINITY as WindowNumber;
  private oldestStart = Number.NEGATIVE_INFINITY;
  private presentStart = Number.NEGATIVE_INFINITY;
  private acceptUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: HeadOptions) {
    assert(options.windowMs > 0 && options.windowCount >= 1, "a head holds at least one window");
    this.chunks = options.chunks;
    this.windowMs = options.windowMs;
    this.windowCount = options.windowCount;
    this.outOfOrderMs = options.outOfOrderMs;
    const { seriesMax, seed, kernel, chunks } = options;
    // Every series may have a chunk in each window.
    const room = Math.floor(CHUNKS_MAX / this.windowCount);
    const most = seriesMax > 0 ? Math.min(seriesMax, room) : room;
    this.index = new LabelIndex(most, seed, kernel, chunks.readers);
    this.windows = new WindowLists(options.chunks);
    this.exemplars = new ExemplarRing(options.exemplarsMax ?? 0);
  }

  /** Start of the oldest window that is kept: what lies before is in no answer. */
  get oldestStartMs(): number {
    return this.oldestStart;
  }

  /** The window of the present. */
  get presentWindow(): WindowNumber {
    return this.currentWindow;
  }

  /** Samples held in chunks now, those of windows not yet purged included. */
  get sampleCount(): number {
    return this.storedSampleCount + this.restoredSampleCount - this.removedSampleCount;
  }

  /** Lets time pass. Returns whether the window turned. */
  advance(nowMs: number): boolean {
    const window = windowOfTime(nowMs, this.windowMs);
    this.acceptUntilMs = Math.max(this.acceptUntilMs, nowMs + FUTURE_BOUND_MS);
    if (window <= this.currentWindow) return false;
    this.currentWindow = window;
    this.latestWindow = Math.max(this.latestWindow, window) as WindowNumber;
    const oldest = (window - this.windowCount + 1) as WindowNumber;
    this.oldestStart = windowStart(oldest, this.windowMs);
    this.presentStart = windowStart(window, this.windowMs);
    return true;
  }

  /**
   * The clock was wrong: the present is earlier. What was stored of times to come stays until its
   * window has passed.
   */
  turnBack(nowMs: number): void {
    this.acceptUntilMs = Number.NEGATIVE_INFINITY;
    this.currentWindow = Number.NEGATIVE_INFINITY as WindowNumber;
    // What came for the windows that lie ahead again is not noted: see changeOf().
    this.windows.noteAllChanged();
    this.advance(nowMs);
  }

  /** Whether a sample of this time would be admitted if the present were `nowMs`. */
  admitsAt(timeMs: number, nowMs: number): boolean {
    const oldest = (windowOfTime(nowMs, this.windowMs) - this.windowCount + 1) as WindowNumber;
    return timeMs >= windowStart(oldest, this.windowMs) && timeMs <= nowMs + FUTURE_BOUND_MS;
  }

  /** Whether a series could store a sample of this time as its first. */
  admits(timeMs: number): boolean {
    return timeMs >= this.oldestStart && timeMs <= this.acceptUntilMs;
  }

  /** Start of the times that may be stored in the window of `timeMs`. */
  admittedFromMs(timeMs: number): number {
    return Math.max(
      this.oldestStart,
      windowStart(windowOfTime(timeMs, this.windowMs), this.windowMs),
    );
  }

  /** End of the times that may be stored in the window of `timeMs`; exclusive. */
  admittedToMs(timeMs: number): number {
    const next = (windowOfTime(timeMs, this.windowMs) + 1) as WindowNumber;
    return Math.min(this.acceptUntilMs + 1, windowStart(next, this.windowMs));
  }

  /** Notes samples that were stored beside append(), in the window of `timeMs`. */
  noteScanned(count: number, timeMs: number): void {
    this.storedSampleCount += count - 1;
    this.noteStored(timeMs);
  }

  /** The newest chunk of a series, or NO_CHUNK. */
  newestChunkOf(series: SeriesRef): ChunkRef {
    return this.index.series.newestChunkOf(series);
  }

  /** Adds one sample to a live series; value words are the 64 raw bits. */
  append(series: SeriesRef, timeMs: number, high: number, low: number): AppendCode {
    const chunk = this.index.series.newestChunkOf(series);
    if (chunk !== NO_CHUNK && timeMs <= this.acceptUntilMs && timeMs >= this.oldestStart) {
      const last = this.chunks.lastTimeOf(chunk);
      if (timeMs > last && this.sameWindow(timeMs, last)) {
        if (this.chunks.sampleCountOf(chunk) < SAMPLES_MAX && !this.chunks.isHistogram(chunk)) {
          appendSample(this.chunks, chunk, timeMs, high, low);
          this.noteStored(timeMs);
          return AppendCode.stored;
        }
      }
    }
    const code = this.appendElsewhere(series, chunk, timeMs, high, low);
    if (code === AppendCode.stored) this.noteStored(timeMs);
    return code;
  }

  /** Adds the native histogram in a row of columns, which must be valid, to a live series. */
  appendHistogram(series: SeriesRef, from: HistogramColumns, row: number): AppendCode {
    const timeMs = from.timeOf(row);
    const newest = this.index.series.newestChunkOf(series);
    const code = this.placeOf(newest, timeMs);
    if (code === Place.newest) {
      appendNewest(this, series, from, row);
      this.giveUpOldest(series, windowOfTime(timeMs, this.windowMs));
    } else if (code === Place.repeated) return repeatedHistogram(this.chunks, newest, from, row);
    else if (code !== Place.late) return code;
    else {
      const late = insertLateHistogram(this, series, from, row);
      if (late !== AppendCode.stored) return late;
    }
    this.noteStored(timeMs);
    return AppendCode.stored;
  }

  /**
   * Adds a sample that was accepted once, wherever it belongs by time. False when the windows that
   * are kept do not have it or it is there already.
   */
  replay(series: SeriesRef, timeMs: number, high: number, low: number): boolean {
    if (timeMs < this.oldestStart) return false;
    this.acceptUntilMs = Math.max(this.acceptUntilMs, timeMs);
    let code = this.append(series, timeMs, high, low);
    if (code === AppendCode.outOfOrder || code === AppendCode.tooOld) {
      code = insertLate(this, series, timeMs, high, low);
      if (code === AppendCode.stored) this.noteStored(timeMs);
    }
    return code === AppendCode.stored;
  }

  /** As replay(), for the native histogram in a row of columns. */
  replayHistogram(series: SeriesRef, from: HistogramColumns, row: number): boolean {
    const timeMs = from.timeOf(row);
    if (timeMs < this.oldestStart) return false;
    this.acceptUntilMs = Math.max(this.acceptUntilMs, timeMs);
    let code = this.appendHistogram(series, from, row);
    if (code === AppendCode.outOfOrder || code === AppendCode.tooOld) {
      code = insertLateHistogram(this, series, from, row);
      if (code === AppendCode.stored) this.noteStored(timeMs);
    }
    return code === AppendCode.stored;
  }

  /** Releases up to `budget` chunks of windows that have passed; false when none is left. */
  purgeStep(budget: number): boolean {
    for (let left = budget; left > 0; left--) {
      const window = this.windows.oldest();
      if (window === null || window > this.currentWindow - this.windowCount) return false;
      this.removeChunk(this.windows.firstOf(window));
      this.purgedChunkCount++;
    }
    return true;
  }

  /** Makes an empty chunk of `window`, the newest of the series unless `newer` is given. */
  openChunk(series: SeriesRef, window: WindowNumber, newer: ChunkRef = NO_CHUNK): ChunkRef {
    const chunk = this.chunks.create(series, window);
    this.linkChunk(chunk, newer);
    return chunk;
  }

  /** Makes the first chunk of each of `count` new series, and says in `made` where it lies. */
  openChunks(made: MadeSeries, count: number, window: WindowNumber): void {
    this.chunks.createMany(made, count, window);
    this.windows.addMany(made.chunks, count, window);
  }

  /** Takes entries [from, to) of restored chunks into their series and windows. */
  attachRestored(chunks: Uint32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.attach(chunks[i]! as ChunkRef);
  }

  /** Takes a chunk into its series and window, wherever it belongs by time. */
  private attach(chunk: ChunkRef): void {
    this.restoredSampleCount += this.chunks.sampleCountOf(chunk);
    let newer: ChunkRef = NO_CHUNK;
    let older = this.index.series.newestChunkOf(this.chunks.seriesOf(chunk));
    const first = this.chunks.firstTimeOf(chunk);
    while (older !== NO_CHUNK && this.chunks.firstTimeOf(older) > first) {
      newer = older;
      older = this.chunks.olderOf(older);
    }
    this.linkChunk(chunk, newer);
  }

  /** Takes a chunk out of its series and window and releases it; kills a series left without. */
  removeChunk(chunk: ChunkRef): void {
    const series = this.chunks.seriesOf(chunk);
    const older = this.chunks.olderOf(chunk);
    let newer = this.index.series.newestChunkOf(series);
    this.onChunkRemoved?.(chunk);
    if (newer === chunk) this.index.series.setNewestChunk(series, older);
    else {
      while (this.chunks.olderOf(newer) !== chunk) newer = this.chunks.olderOf(newer);
      this.chunks.setOlder(newer, older);
    }
    this.removedSampleCount += this.chunks.sampleCountOf(chunk);
    this.windows.remove(chunk);
    this.chunks.release(chunk);
    if (this.index.series.newestChunkOf(series) !== NO_CHUNK) {
      if (this.tombstones.seriesCount > 0)
        this.tombstones.dropThrough(series, this.oldestStart - 1);
      return;
    }
    this.forgetSeries(series);
  }

  /** Takes a series without chunks out of sight, and what was kept beside its chunks. */
  forgetSeries(series: SeriesRef): void {
    this.tombstones.forget(series);
    this.exemplars.forget(series);
    this.index.kill(series);
  }

  /**
   * A number that is another one whenever something of a window that has ended was changed; NaN for
   * a window that has not, whose samples are not watched.
   */
  changeOf(window: WindowNumber): number {
    return window < this.currentWindow ? this.windows.changeOf(window) : Number.NaN;
  }

  noteChange(chunk: ChunkRef): void {
    this.windows.noteChange(this.chunks.windowOf(chunk));
  }

  noteSplit(): void {
    this.windows.noteSplit();
  }

  private noteStored(timeMs: number): void {
    this.storedSampleCount++;
    if (timeMs < this.presentStart) this.windows.noteChange(windowOfTime(timeMs, this.windowMs));
  }

  private linkChunk(chunk: ChunkRef, newer: ChunkRef): void {
    const series = this.chunks.seriesOf(chunk);
    if (newer === NO_CHUNK) {
      this.chunks.setOlder(chunk, this.index.series.newestChunkOf(series));
      this.index.series.setNewestChunk(series, chunk);
    } else {
      this.chunks.setOlder(chunk, this.chunks.olderOf(newer));
      this.chunks.setOlder(newer, chunk);
    }
    this.windows.add(chunk);
  }

  private sameWindow(timeMs: number, otherMs: number): boolean {
    return windowOfTime(timeMs, this.windowMs) === windowOfTime(otherMs, this.windowMs);
  }

  /** Everything but the next sample of an open chunk. */
  private appendElsewhere(
    series: SeriesRef,
    newest: ChunkRef,
    timeMs: number,
    high: number,
    low: number,
  ): AppendCode {
    const place = this.placeOf(newest, timeMs);
    if (place === Place.newest) {
      if (isStaleAfterHistogram(this.chunks, newest, high, low)) {
        appendNewest(this, series, staleHistogram(this.chunks, newest, timeMs), 0);
      } else {
        const window = windowOfTime(timeMs, this.windowMs);
        settleHistograms(this.chunks, newest);
        appendSample(this.chunks, this.openChunk(series, window), timeMs, high, low);
      }
      this.giveUpOldest(series, windowOfTime(timeMs, this.windowMs));
      return AppendCode.stored;
    }
    if (place === Place.repeated) return this.repeated(newest, timeMs, high, low);
    return place === Place.late ? insertLate(this, series, timeMs, high, low) : place;
  }

  /** Where a sample belongs in a series whose newest chunk is `newest`, or why nowhere. */
  private placeOf(newest: ChunkRef, timeMs: number): Place | AppendCode {
    if (timeMs > this.acceptUntilMs) return AppendCode.tooFarInFuture;
    if (!(timeMs >= this.oldestStart)) return AppendCode.tooOld;
    const last = newest === NO_CHUNK ? Number.NEGATIVE_INFINITY : this.chunks.lastTimeOf(newest);
    if (timeMs > last) return Place.newest;
    if (timeMs === last) return Place.repeated;
    if (this.outOfOrderMs === 0) return AppendCode.outOfOrder;
    return timeMs < last - this.outOfOrderMs ? AppendCode.tooOld : Place.late;
  }

  private repeated(chunk: ChunkRef, timeMs: number, high: number, low: number): AppendCode {
    if (this.chunks.isHistogram(chunk)) {
      if (!isStaleAfterHistogram(this.chunks, chunk, high, low)) return AppendCode.duplicate;
      const stale = staleHistogram(this.chunks, chunk, timeMs);
      return repeatedHistogram(this.chunks, chunk, stale, 0);
    }
    const same =
      this.chunks.lastValueHighOf(chunk) === high && this.chunks.lastValueLowOf(chunk) === low;
    return same ? AppendCode.unchanged : AppendCode.duplicate;
  }

  /**
   * Releases the chunks of a series that a chunk of a window to come pushes out. Those of windows
   * that have passed are purgeStep()'s: they are most of what a write would wait for at a turn.
   */
  private giveUpOldest(series: SeriesRef, window: WindowNumber): void {
    if (window <= this.currentWindow) return;
    const kept = window - this.windowCount + 1;
    let chunk = this.index.series.newestChunkOf(series);
    while (chunk !== NO_CHUNK) {
      const older = this.chunks.olderOf(chunk);
      if (this.chunks.windowOf(chunk) < kept) {
        this.removeChunk(chunk);
        this.purgedChunkCount++;
      }
      chunk = older;
    }
  }

  /** Recomputes I2 to I4 and the index from nothing. */
  verify(): void {
    this.index.verify();
    this.chunks.verify();
    let linked = 0;
    for (let s = 0; s < this.index.series.upperBound; s++) {
      if (this.index.series.isLive(s)) linked += this.verifySeries(s as SeriesRef);
    }
    assert(linked === this.chunks.count, "chunks that no series names");
    let listed = 0;
    for (const window of this.windows.numbers()) {
      let chunk = this.windows.firstOf(window);
      for (; chunk !== NO_CHUNK; chunk = this.chunks.nextInWindow(chunk)) {
        assert(this.chunks.windowOf(chunk) === window, "chunk is in another window's list");
        listed++;
      }
    }
    assert(listed === linked, "window lists do not hold every chunk");
    for (const series of this.tombstones.series()) {
      assert(this.index.series.isLive(series), "tombstones of a series that is not live");
    }
    this.verifyExemplars();
  }

  private verifyExemplars(): void {
    const { exemplars } = this;
    exemplars.verify();
    for (let number = exemplars.firstNumber; number < exemplars.endNumber; number++) {
      const slot = exemplars.slotOf(number);
      if (slot === NO_EXEMPLAR) continue;
      const series = exemplars.seriesOf(slot);
      assert(this.index.series.isLive(series), "exemplar of a series that is not live");
    }
  }

  private verifySeries(series: SeriesRef): number {
    let count = 0;
    let newerFirst = Number.POSITIVE_INFINITY;
    let chunk = this.index.series.newestChunkOf(series);
    assert(chunk !== NO_CHUNK, "a live series has no chunk");
    const newestWindow = this.chunks.windowOf(chunk);
    for (; chunk !== NO_CHUNK; chunk = this.chunks.olderOf(chunk)) {
      assert(this.chunks.seriesOf(chunk) === series, "chunk belongs to another series");
      assert(this.chunks.lastTimeOf(chunk) < newerFirst, "chunks of a series overlap");
      const window = this.chunks.windowOf(chunk);
      const hasPassed = window <= this.latestWindow - this.windowCount;
      assert(hasPassed || window > newestWindow - this.windowCount, "too many windows");
      newerFirst = this.chunks.firstTimeOf(chunk);
      count++;
    }
    return count;
  }
}
