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
import type { ChunkRef, SeriesRef, SymbolRef } from "../base/units.ts";
import { type ChunkCopy, encodingOf } from "../chunk/captured-chunks.ts";
import { ChunkCapture } from "../chunk/chunk-capture.ts";
import { ChunkKind, NO_CHUNK } from "../chunk/chunk-table.ts";
import { encodeHistograms, encodeSamples } from "../chunk/encode-samples.ts";
import { HistogramColumns } from "../chunk/histogram-columns.ts";
import { dropCoveredHistograms } from "../chunk/histogram-rewrite.ts";
import { SampleColumns } from "../chunk/sample-columns.ts";
import { SharedEpoch } from "../chunk/shared-epoch.ts";
import { dropCovered, isTouched, type TimeIntervals } from "../chunk/time-intervals.ts";
import { CapturedSeries } from "./captured-series.ts";
import type { HandedSeries } from "./handed-series-set.ts";
import type { Head } from "./head.ts";
import type { Matcher } from "./matcher.ts";
import { Selection } from "./select.ts";
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
/** Series with deleted samples that are handed over: each is copied. */
const HANDED_DELETIONS_MAX = 1024;

const samples = new SampleColumns(1024);
const histograms = new HistogramColumns();

export class EpochSeriesSet extends CapturedSeries {
  private readonly head: Head;
  private readonly range: CaptureRange;
  private readonly matchers: readonly Matcher[];
  private readonly epoch: SharedEpoch;
  /** What the first prepare() makes: a query may have very many selectors. */
  private begun: { readonly captured: ChunkCapture; readonly selection: Selection } | null = null;
  private readonly chain: ChunkRef[] = [];
  private isPrepared = false;
  private isClosed = false;

  /** `epoch` is shared with the other selections of a query. */
  constructor(
    head: Head,
    matchers: readonly Matcher[],
    range: CaptureRange,
    epoch = new SharedEpoch(head.chunks.readers),
  ) {
    super(head.index);
    this.head = head;
    this.range = range;
    this.matchers = matchers;
    this.epoch = epoch;
  }

  private begin(): { readonly captured: ChunkCapture; readonly selection: Selection } {
    const { chunks, index } = this.head;
    const captured = new ChunkCapture(chunks, this.epoch.enter());
    return { captured, selection: new Selection(index, this.matchers) };
  }

  protected override get captured(): ChunkCapture {
    assert(this.begun !== null, "a selection is prepared before it is read");
    return this.begun.captured;
  }

  /** Chunks that are read: those that were captured. */
  get chunksRead(): number {
    return this.begun?.captured.count ?? 0;
  }

  protected override findName(name: string): SymbolRef | -1 {
    return this.head.index.symbols.findText(name);
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

  /** Puts the symbols of name, value, name, value … into `into`, by name; returns how many. */
  labelSymbols(index: number, into: number[]): number {
    const { index: labels } = this.head;
    const ref = this.refOf(index);
    const count = labels.labelCountOf(ref);
    for (let i = 0; i < count; i++) {
      const pair = labels.pairAt(ref, i);
      into[2 * i] = labels.nameOf(pair);
      into[2 * i + 1] = labels.valueOf(pair);
    }
    return 2 * count;
  }

  /** The symbols of all series that are selected are below this. */
  get symbolBound(): number {
    return this.head.index.symbols.upperBound;
  }

  /** The bytes of a symbol: a view, valid while the symbol is live. */
  symbolBytes(symbol: number): Uint8Array {
    return this.head.index.symbols.bytesOf(symbol as SymbolRef);
  }

  /**
   * Gives what was captured to another thread, and the buffers of it into `buffers`; only close()
   * may be called after that. Null = there is too much that cannot be given by reference.
   */
  handOver(buffers: ArrayBuffer[]): HandedSeries | null {
    const { refs, starts, selected: count, deleted } = this;
    if (deleted.size > HANDED_DELETIONS_MAX) return null;
    const withHistograms = Uint32Array.from(this.withHistograms);
    const chunks = this.captured.handOver(buffers);
    buffers.push(refs.buffer, starts.buffer, withHistograms.buffer);
    return { count, refs, starts, deleted, withHistograms, chunks };
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
