/**
 * A new store as the target of a restore: what a snapshot holds becomes symbols, pairs, series and
 * chunks in the simulated heap, under a policy for the capacity of each chunk's slice.
 *
 * I1  Symbols are held once for the restore itself and let go at its end; a pair that no series
 *     took, and a series that got no chunk, go then too.
 */
import { assert } from "../base/assert.ts";
import type { ChunkRef, SeriesRef, SymbolRef } from "../base/units.ts";
import type { AlignedBytes, ChunkBatch } from "../chunk/chunk-batch.ts";
import { type CapacityPolicy, restoreChunks } from "../chunk/chunk-restore.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import { SliceSource } from "../chunk/slice-ledger.ts";
import type { TimeIntervals } from "../chunk/time-intervals.ts";
import type { RestoreTarget } from "../journal/restore-target.ts";
import { SeriesMarks } from "../journal/series-marks.ts";
import type { FamilyMetadata } from "../journal/snapshot-source.ts";
import { JournalNumbers, PositionColumn } from "./journal-columns.ts";
import type { MetadataStore } from "./metadata-store.ts";
import type { Store } from "./store.ts";

export class StoreRestore implements RestoreTarget {
  readonly store: Store;
  readonly metadata: MetadataStore;
  /** Series of the snapshot, and the journal position that their exemplars are complete to. */
  readonly snapshotSeries = new SeriesMarks();
  exemplarsCompleteTo = 0;
  private readonly capacity: CapacityPolicy;
  private readonly held: SymbolRef[] = [];
  private readonly restored: SeriesRef[] = [];
  /** Which series the numbers of the journal stand for. */
  readonly numbers = new JournalNumbers();
  /** By chunk: the journal position that it is complete to, 0 for chunks made since. */
  readonly completeTo = new PositionColumn();

  constructor(store: Store, metadata: MetadataStore, capacity: CapacityPolicy) {
    assert(store.chunks.count === 0, "a restore needs an empty store");
    this.store = store;
    this.metadata = metadata;
    this.capacity = capacity;
    store.ledger.source = SliceSource.restore;
  }

  beginIndex(seriesCount: number): void {
    this.store.head.index.beginRestore(seriesCount);
  }

  symbol(bytes: Uint8Array, from: number, to: number): number {
    const symbol = this.store.head.index.symbols.intern(bytes, from, to);
    this.held.push(symbol);
    return symbol;
  }

  pair(name: number, value: number): number {
    const { symbols, pairs } = this.store.head.index;
    symbols.retain(name as SymbolRef);
    symbols.retain(value as SymbolRef);
    return pairs.intern(name as SymbolRef, value as SymbolRef);
  }

  series(pairs: Uint32Array, count: number, journalNumber: number, wanted: number): number {
    const { index } = this.store.head;
    const series = index.restore(pairs, count, wanted);
    this.note(series, journalNumber);
    this.snapshotSeries.add(series);
    return series;
  }

  tombstones(series: number, intervals: TimeIntervals): void {
    for (let at = 0; at < intervals.length; at += 2) {
      const [fromMs, toMs] = [intervals[at], intervals[at + 1]] as [number, number];
      this.store.head.tombstones.add(series as SeriesRef, fromMs, toMs);
    }
  }

  exemplar(
    series: number,
    timeMs: number,
    high: number,
    low: number,
    text: Uint8Array,
    length: number,
  ): void {
    this.store.head.exemplars.add(series as SeriesRef, timeMs, high, low, text, 0, length);
  }

  exemplarsEnd(journalPosition: number): void {
    this.exemplarsCompleteTo = Math.max(this.exemplarsCompleteTo, journalPosition);
  }

  /** Notes a series and its number in the journal: it goes at the end unless it has a chunk. */
  note(series: SeriesRef, journalNumber: number): void {
    this.store.head.index.series.setJournalNumber(series, journalNumber);
    if (journalNumber > 0) this.numbers.add(journalNumber, series);
    this.restored.push(series);
  }

  /** Notes a series that took the place of a dead one, whose number it has now. */
  noteRevived(series: SeriesRef, journalNumber: number): void {
    this.store.head.index.series.setJournalNumber(series, journalNumber);
    this.restored.push(series);
  }

  family({ name, type, help, unit }: FamilyMetadata): void {
    this.metadata.set(name, { type, help, unit });
  }

  endIndex(): void {
    this.store.head.index.endRestore();
  }

  chunks(saved: AlignedBytes, batch: ChunkBatch, from: number, to: number): number {
    const { chunks, head } = this.store;
    const end = restoreChunks(chunks, saved, batch, from, to, this.capacity);
    head.attachRestored(batch.chunks, from, end);
    for (let i = from; i < end; i++) {
      this.completeTo.set(batch.chunks[i]! as ChunkRef, batch.positions[i]!);
    }
    return end;
  }

  finish(): void {
    this.store.ledger.source = SliceSource.ingestion;
    const { index } = this.store.head;
    for (const series of this.restored) {
      if (index.series.newestChunkOf(series) !== NO_CHUNK) continue;
      if (!index.series.isLive(series)) continue;
      this.store.head.forgetSeries(series);
    }
    while (index.cleanStep(Number.MAX_SAFE_INTEGER));
    index.pairs.removeUnused();
    for (const symbol of this.held) index.symbols.release(symbol);
  }
}
