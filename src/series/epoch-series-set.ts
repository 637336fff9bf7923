/**
 * The series of a selector as they were when they were selected, for a query that takes its time.
 *
 * prepare() selects and captures in small steps; after it, nothing that happens to the store
 * changes what is read: samples that come, windows that turn, chunks that grow, move or go, series
 * that go. close() gives up the epoch.
 *
 * I1  Every chunk is seen as of one moment, between the first and the last call of prepare().
 * I2  A series that is selected keeps its labels until close(): refs of series that were live when
 *     the epoch was opened are not cleaned away before (label-index.ts).
 *
 * Units: times are milliseconds since the epoch of the calendar, both ends inclusive.
 */
import { assert } from "../base/assert.ts";
import { longerWords } from "../base/longer-columns.ts";
import { NumberSet } from "../base/number-set.ts";
import type { ChunkRef, SeriesRef } from "../base/units.ts";
import { CapturedChunks, type ChunkCopy, encodingOf } from "../chunk/captured-chunks.ts";
import { ChunkKind, NO_CHUNK } from "../chunk/chunk-table.ts";
import type { KernelRates } from "../chunk/decode-kernel.ts";
import { encodeHistograms, encodeSamples } from "../chunk/encode-samples.ts";
import { HistogramColumns } from "../chunk/histogram-columns.ts";
import { dropCoveredHistograms } from "../chunk/histogram-rewrite.ts";
import { NOT_IN_KERNEL, type RateResult } from "../chunk/rate-request.ts";
import { SampleColumns } from "../chunk/sample-columns.ts";
import { SharedEpoch } from "../chunk/shared-epoch.ts";
import { dropCovered, isTouched, type TimeIntervals } from "../chunk/time-intervals.ts";
import type { Head } from "./head.ts";
import type { Matcher } from "./matcher.ts";
import { Selection } from "./select.ts";
import { SeriesIdentities } from "./series-identities.ts";
import { NO_SERIES } from "./series-table.ts";

/** What is wanted of the series. */
export interface CaptureRange {
  readonly fromMs: number;
  readonly toMs: number;
  /** Only the newest sample of the range will be read. */
  readonly newestOnly: boolean;
}

/** Series captured between two looks, and the work of one in the meter's units. */
const SERIES_PER_STEP = 64;
const SERIES_WORK = 8;
/** Series for which there is room at first. */
const FIRST_SERIES = 16;

const samples = new SampleColumns(1024);
const histograms = new HistogramColumns();

export class EpochSeriesSet extends SeriesIdentities {
  private readonly range: CaptureRange;
  private readonly matchers: readonly Matcher[];
  private readonly epoch: SharedEpoch;
  /** What the first prepare() makes: a query may have very many selectors. */
  private begun: { readonly captured: CapturedChunks; readonly selection: Selection } | null = null;
  private readonly chain: ChunkRef[] = [];
  /** By position: the series, and how many chunks are captured before its first. */
  private refs: Uint32Array = new Uint32Array(FIRST_SERIES);
  private starts: Uint32Array = new Uint32Array(FIRST_SERIES);
  private selected = 0;
  /** By position: stretches that were deleted when the series was captured. */
  private readonly deleted = new Map<number, TimeIntervals>();
  /** By position: series with a chunk of native histograms. */
  private readonly withHistograms = new NumberSet<number>();
  private isPrepared = false;
  private isClosed = false;

  /** `epoch` is shared with the other selections of a query. */
  constructor(
    head: Head,
    matchers: readonly Matcher[],
    range: CaptureRange,
    epoch = new SharedEpoch(head.chunks.readers),
  ) {
    super(head);
    this.range = range;
    this.matchers = matchers;
    this.epoch = epoch;
  }

  private begin(): { readonly captured: CapturedChunks; readonly selection: Selection } {
    const { chunks, index } = this.head;
    const captured = new CapturedChunks(chunks, this.epoch.enter());
    return { captured, selection: new Selection(index, this.matchers) };
  }

  private get captured(): CapturedChunks {
    assert(this.begun !== null, "a selection is prepared before it is read");
    return this.begun.captured;
  }

  override get count(): number {
    return this.selected;
  }

  /** Chunks that are read: those that were captured. */
  get chunksRead(): number {
    return this.begun?.captured.count ?? 0;
  }

  protected override refOf(index: number): SeriesRef {
    return this.refs[index]! as SeriesRef;
  }

  /** Selects and captures; false = `goOn`, asked every so many units of work, said no. */
  prepare(goOn: (work: number) => boolean): boolean {
    if (this.isPrepared) return true;
    this.begun ??= this.begin();
    const { selection, captured } = this.begun;
    if (!selection.prepare(goOn)) return false;
    if (this.selected === 0) captured.expect(selection.candidateCount);
    let left = SERIES_PER_STEP;
    while (!selection.isDone) {
      const series = selection.next();
      if (series !== NO_SERIES) this.capture(series);
      if (--left > 0 && !selection.hasWorked) continue;
      if (!goOn(SERIES_PER_STEP * SERIES_WORK + selection.takeWork())) return false;
      left = SERIES_PER_STEP;
    }
    this.starts[this.selected] = captured.count;
    this.isPrepared = true;
    return true;
  }

  /** Appends the samples of a series in the range to `into`, oldest first; returns how many. */
  read(index: number, fromMs: number, toMs: number, into: SampleColumns): number {
    const before = into.length;
    const end = this.starts[index + 1]!;
    for (let i = this.starts[index]!; i < end; i++) this.captured.read(i, fromMs, toMs, into);
    const deleted = this.deleted.get(index);
    if (deleted) dropCovered(into, before, deleted);
    return into.length - before;
  }

  /**
   * Appends the native histograms of a series in the range to `into`, oldest first; those that end
   * the series come from read(), as stale markers.
   */
  readHistograms(index: number, fromMs: number, toMs: number, into: HistogramColumns): number {
    if (!this.withHistograms.has(index)) return 0;
    const before = into.length;
    const end = this.starts[index + 1]!;
    for (let i = this.starts[index]!; i < end; i++) {
      this.captured.readHistograms(i, fromMs, toMs, into);
    }
    const deleted = this.deleted.get(index);
    if (deleted && into.length > before) dropCoveredHistograms(into, before, deleted);
    return into.length - before;
  }

  /** The same of one of its chunks, the oldest is 0; false = there is none of that number. */
  readHistogramChunk(
    index: number,
    chunk: number,
    fromMs: number,
    toMs: number,
    into: HistogramColumns,
  ): boolean {
    const capture = this.starts[index]! + chunk;
    if (capture >= this.starts[index + 1]! || !this.withHistograms.has(index)) return false;
    const before = into.length;
    this.captured.readHistograms(capture, fromMs, toMs, into);
    const deleted = this.deleted.get(index);
    if (deleted && into.length > before) dropCoveredHistograms(into, before, deleted);
    return true;
  }

  /** Appends the newest float of a series in the range to `into`; returns how many, 0 or 1. */
  readNewest(index: number, fromMs: number, toMs: number, into: SampleColumns): number {
    if (this.isUnusual(index)) return this.readLast(index, fromMs, toMs, into);
    const start = this.starts[index]!;
    for (let i = this.starts[index + 1]! - 1; i >= start; i--) {
      if (this.captured.readNewest(i, fromMs, toMs, into)) return 1;
    }
    return 0;
  }

  /**
   * Rates of a series at every step; returns the number of samples looked at, or NOT_IN_KERNEL when
   * the series must be read instead.
   */
  rates(index: number, fromMs: number, toMs: number, rates: KernelRates, into: RateResult): number {
    if (this.isUnusual(index) || !rates.fits) return NOT_IN_KERNEL;
    rates.begin();
    const end = this.starts[index + 1]!;
    for (let i = this.starts[index]!; i < end; i++) {
      if (!this.captured.addTo(rates, i, fromMs, toMs)) return NOT_IN_KERNEL;
    }
    return rates.finish(into);
  }

  /** Whether a series has deleted samples, or native histograms. */
  private isUnusual(index: number): boolean {
    return this.deleted.has(index) || this.withHistograms.has(index);
  }

  /** The newest float of an unusual series: all are read, the last is kept. */
  private readLast(index: number, fromMs: number, toMs: number, into: SampleColumns): number {
    const before = into.length;
    if (this.read(index, fromMs, toMs, into) === 0) return 0;
    into.keepLast(before);
    return 1;
  }

  /** The chunks of a series, oldest first; of one with deleted samples, encoded without these. */
  chunks(index: number): ChunkCopy[] {
    const copies: ChunkCopy[] = [];
    const end = this.starts[index + 1]!;
    const deleted = this.deleted.get(index);
    for (let i = this.starts[index]!; i < end; i++) {
      const copy = this.captured.copy(i);
      const isWhole = !deleted || !isTouched(deleted, copy.minTimeMs, copy.maxTimeMs);
      const kept = isWhole ? copy : this.withoutDeleted(i, copy, deleted);
      if (kept !== null) copies.push(kept);
    }
    return copies;
  }

  /** A copy without its deleted samples, encoded anew; null when nothing is left. */
  private withoutDeleted(
    captureIndex: number,
    copy: ChunkCopy,
    deleted: TimeIntervals,
  ): ChunkCopy | null {
    const { minTimeMs, maxTimeMs } = copy;
    const isFloat = copy.encoding === encodingOf(ChunkKind.xor);
    const columns = isFloat ? samples : histograms;
    columns.clear();
    if (isFloat) {
      this.captured.read(captureIndex, minTimeMs, maxTimeMs, samples);
      dropCovered(samples, 0, deleted);
    } else {
      this.captured.readHistograms(captureIndex, minTimeMs, maxTimeMs, histograms);
      dropCoveredHistograms(histograms, 0, deleted);
    }
    const sampleCount = columns.length;
    if (sampleCount === 0) return null;
    return {
      minTimeMs: columns.timeOf(0),
      maxTimeMs: columns.timeOf(sampleCount - 1),
      encoding: copy.encoding,
      sampleCount,
      bytes: isFloat ? encodeSamples(samples) : encodeHistograms(histograms),
    };
  }

  /** Ends the epoch; nothing is read after this. */
  close(): void {
    if (this.begun !== null && !this.isClosed) this.epoch.leave();
    this.isClosed = true;
  }

  /** Takes a series with its chunks that overlap the range; leaves one without any out. */
  private capture(series: SeriesRef): void {
    const { chunks } = this.head;
    const { toMs, newestOnly } = this.range;
    const from = Math.max(this.range.fromMs, this.head.oldestStartMs);
    let depth = 0;
    let chunk = this.head.index.series.newestChunkOf(series);
    for (; chunk !== NO_CHUNK; chunk = chunks.olderOf(chunk)) {
      if (chunks.lastTimeOf(chunk) < from) break;
      if (chunks.firstTimeOf(chunk) <= toMs) this.chain[depth++] = chunk;
    }
    if (depth === 0) return;
    if (this.selected + 1 === this.refs.length) this.grow();
    const deleted = this.head.tombstones.of(series);
    if (deleted) this.deleted.set(this.selected, deleted);
    this.refs[this.selected] = series;
    this.starts[this.selected++] = this.captured.count;
    for (let i = 0; i < depth; i++) {
      if (chunks.isHistogram(this.chain[i]!)) this.withHistograms.add(this.selected - 1);
    }
    const near = newestOnly && !this.isUnusual(this.selected - 1) ? toMs + 1 : from;
    while (depth > 0) this.captured.capture(this.chain[--depth]!, near);
  }

  private grow(): void {
    this.refs = longerWords(this.refs, 2 * this.refs.length);
    this.starts = longerWords(this.starts, 2 * this.starts.length);
  }
}
