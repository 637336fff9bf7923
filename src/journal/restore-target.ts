/**
 * What a snapshot is read into: a new and empty head, or a counter when it is only checked.
 *
 * Everything arrives in the order of docs/format/snapshot.md: a symbol before the pairs that use
 * it, a pair before its series, all series before the first chunk. Numbers that the target returns
 * are its own and come back in later calls. A target whose restore failed is thrown away.
 *
 * Units: offsets and lengths are bytes.
 */
import type { AlignedBytes, ChunkBatch } from "../chunk/chunk-batch.ts";
import type { TimeIntervals } from "../chunk/time-intervals.ts";
import type { FamilyMetadata } from "./snapshot-source.ts";

export interface RestoreTarget {
  /** An index of so many series follows. */
  beginIndex(seriesCount: number): void;
  /** Takes the text `bytes[from, to)`; returns its number. */
  symbol(bytes: Uint8Array, from: number, to: number): number;
  pair(name: number, value: number): number;
  /**
   * Takes a series of the first `count` of `pairs`, sorted by name, and its number in the journal,
   * 0 when it has none. The number that the target gives it is `wanted` where it can be.
   */
  series(pairs: Uint32Array, count: number, journalNumber: number, wanted: number): number;
  /** Takes what of a series is deleted though its chunks have it. */
  tombstones(series: number, intervals: TimeIntervals): void;
  /**
   * Takes an exemplar of a series, with the canonical labels `text[0, length)`, valid during the
   * call. They come in the order in which they were stored.
   */
  exemplar(
    series: number,
    timeMs: number,
    high: number,
    low: number,
    text: Uint8Array,
    length: number,
  ): void;
  /** The exemplars that came are all that the journal has before `journalPosition`. */
  exemplarsEnd(journalPosition: number): void;
  family(family: FamilyMetadata): void;
  /** The index was whole: chunks follow. */
  endIndex(): void;
  /**
   * Takes the chunks of entries [from, to) of a batch, one after the other. States and streams lie
   * in `saved`, each from a multiple of 8 on; chunks of a series come in any order. A chunk has
   * everything that the journal has of it before its position. Returns the first entry whose state
   * and stream do not fit each other, which ends it; `to` when there is none.
   */
  chunks(saved: AlignedBytes, batch: ChunkBatch, from: number, to: number): number;
  /** Nothing follows. */
  finish(): void;
}
