/**
 * The head as the query engine sees it: selectors answered with series that decode on demand.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive.
 */
import type { ChunkRef, SeriesRef, SymbolRef } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import type { HistogramColumns } from "../chunk/histogram-columns.ts";
import { decodeHistograms, decodeStale } from "../chunk/histogram-decoder.ts";
import { dropCoveredHistograms } from "../chunk/histogram-rewrite.ts";
import type { SampleColumns } from "../chunk/sample-columns.ts";
import { SharedEpoch } from "../chunk/shared-epoch.ts";
import { dropCovered } from "../chunk/time-intervals.ts";
import { decodeRange } from "../chunk/xor-decoder.ts";
import { EpochSeriesSet } from "./epoch-series-set.ts";
import type { SharedHead } from "./handed-series-set.ts";
import type { Head } from "./head.ts";
import type { Matcher } from "./matcher.ts";
import { selectSeries } from "./select.ts";
import { SeriesIdentities } from "./series-identities.ts";

/** The series that one selector matched, read as they are at the moment of read(). */
export class HeadSeriesSet extends SeriesIdentities {
  /** Chunks read from so far, each as often as it was. */
  chunksRead = 0;
  private readonly head: Head;
  private readonly refs: readonly SeriesRef[];
  private readonly chain: ChunkRef[] = [];

  constructor(head: Head, refs: readonly SeriesRef[]) {
    super(head.index);
    this.head = head;
    this.refs = refs;
  }

  override get count(): number {
    return this.refs.length;
  }

  protected override refOf(index: number): SeriesRef {
    return this.refs[index]!;
  }

  protected override findName(name: string): SymbolRef | -1 {
    return this.head.index.symbols.findText(name);
  }

  /** Appends the samples of a series in [fromMs, toMs] to `into`, oldest first. */
  read(index: number, fromMs: number, toMs: number, into: SampleColumns): number {
    const { chunks } = this.head;
    const from = Math.max(fromMs, this.head.oldestStartMs);
    let depth = this.findChunks(index, from, toMs);
    let read = 0;
    while (depth > 0) {
      const chunk = this.chain[--depth]!;
      if (chunks.isHistogram(chunk)) read += decodeStale(chunks, chunk, from, toMs, into);
      else read += decodeRange(chunks, chunk, from, toMs, into);
    }
    return read - this.dropDeleted(index, into, read);
  }

  /**
   * Appends the native histograms of a series in [fromMs, toMs] to `into`, oldest first; those that
   * end the series come from read(), as stale markers.
   */
  readHistograms(index: number, fromMs: number, toMs: number, into: HistogramColumns): number {
    const { chunks, tombstones } = this.head;
    const from = Math.max(fromMs, this.head.oldestStartMs);
    const before = into.length;
    for (let depth = this.findChunks(index, from, toMs); depth > 0; ) {
      const chunk = this.chain[--depth]!;
      if (chunks.isHistogram(chunk)) decodeHistograms(chunks, chunk, from, toMs, into);
    }
    if (into.length > before && tombstones.seriesCount > 0) {
      const deleted = tombstones.of(this.refs[index]!);
      if (deleted !== undefined) dropCoveredHistograms(into, before, deleted);
    }
    return into.length - before;
  }

  /** Puts the chunks that reach into [fromMs, toMs] into `chain`, newest first; how many. */
  private findChunks(index: number, fromMs: number, toMs: number): number {
    const { chunks } = this.head;
    let depth = 0;
    let chunk = this.head.index.series.newestChunkOf(this.refs[index]!);
    for (; chunk !== NO_CHUNK; chunk = chunks.olderOf(chunk)) {
      if (chunks.lastTimeOf(chunk) < fromMs) break;
      if (chunks.firstTimeOf(chunk) <= toMs) this.chain[depth++] = chunk;
    }
    this.chunksRead += depth;
    return depth;
  }

  /** Takes what is deleted out of the last `read` samples of `into`; returns how many. */
  private dropDeleted(index: number, into: SampleColumns, read: number): number {
    const { tombstones } = this.head;
    if (tombstones.seriesCount === 0) return 0;
    const deleted = tombstones.of(this.refs[index]!);
    return deleted === undefined ? 0 : dropCovered(into, into.length - read, deleted);
  }
}

/** Selectors over a head. */
export class HeadSource {
  private readonly head: Head;
  private readonly epoch: SharedEpoch;

  constructor(head: Head) {
    this.head = head;
    this.epoch = new SharedEpoch(head.chunks.readers);
  }

  /** Selects now, for one who reads before anything else happens. */
  select(matchers: readonly Matcher[], fromMs: number, toMs: number): HeadSeriesSet {
    return new HeadSeriesSet(this.head, selectSeries(this.head, matchers, fromMs, toMs));
  }

  /** Begins a selection for one who reads bit by bit: see SeriesSource. */
  begin(
    matchers: readonly Matcher[],
    fromMs: number,
    toMs: number,
    newestOnly: boolean,
  ): EpochSeriesSet {
    return new EpochSeriesSet(this.head, matchers, { fromMs, toMs, newestOnly }, this.epoch);
  }

  /** What another thread needs beside the sets that are handed over to it. */
  share(): SharedHead {
    const { chunks, index } = this.head;
    return { labels: index.sharedLabels(), regions: chunks.sharedRegions };
  }
}
