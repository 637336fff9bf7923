/**
 * The series of a selector as another thread captured and handed them over.
 *
 * That thread keeps its epoch open until this one is done: the slots of the chunks and the labels
 * of the series stay as they are, in memory that both threads see.
 *
 * Units: times are milliseconds since the epoch of the calendar.
 */
import type { SeriesRef, SymbolRef } from "../base/units.ts";
import { CaptureColumns, type CapturePages } from "../chunk/capture-columns.ts";
import { CapturedChunks, type HeapRegions } from "../chunk/captured-chunks.ts";
import type { TimeIntervals } from "../chunk/time-intervals.ts";
import { CapturedSeries } from "./captured-series.ts";
import { type LabelColumns, SharedLabels } from "./label-columns.ts";

/** What all selections of a query read from: shared memory. */
export interface SharedHead {
  readonly labels: LabelColumns;
  readonly regions: readonly Uint8Array[];
}

/** One selection: what captured-series.ts keeps of it. */
export interface HandedSeries {
  readonly count: number;
  readonly refs: Uint32Array<ArrayBuffer>;
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly deleted: Map<number, TimeIntervals>;
  readonly withHistograms: Uint32Array<ArrayBuffer>;
  readonly chunks: CapturePages;
}

/** A shared head, read. */
export class HandedHead implements HeapRegions {
  readonly labels: SharedLabels;
  private readonly regions: readonly Uint8Array[];

  constructor({ labels, regions }: SharedHead) {
    this.labels = new SharedLabels(labels);
    this.regions = regions;
  }

  bytesOfRegion(region: number): Uint8Array {
    return this.regions[region]!;
  }
}

export class HandedSeriesSet extends CapturedSeries {
  protected override readonly captured: CapturedChunks;
  private readonly labelsRead: SharedLabels;
  /** Symbols of the label names of the series, by text; found when one is asked for. */
  private names: Map<string, SymbolRef> | null = null;

  constructor(head: HandedHead, handed: HandedSeries) {
    super(head.labels);
    this.labelsRead = head.labels;
    this.selected = handed.count;
    this.refs = handed.refs;
    this.starts = handed.starts;
    this.deleted = handed.deleted;
    for (const index of handed.withHistograms) this.withHistograms.add(index);
    this.captured = new CapturedChunks(new CaptureColumns(handed.chunks), head);
  }

  /** Chunks that are read: those that were captured. */
  get chunksRead(): number {
    return this.captured.count;
  }

  /** It was prepared before it was handed over. */
  prepare(): boolean {
    return true;
  }

  /** The thread that captured it closes the epoch. */
  close(): void {}

  protected override findName(name: string): SymbolRef | -1 {
    this.names ??= this.namesOfSeries();
    return this.names.get(name) ?? -1;
  }

  private namesOfSeries(): Map<string, SymbolRef> {
    const { labelsRead, refs } = this;
    const symbols = new Set<SymbolRef>();
    for (let i = 0; i < this.selected; i++) {
      const series = refs[i]! as SeriesRef;
      const count = labelsRead.labelCountOf(series);
      for (let at = 0; at < count; at++) {
        symbols.add(labelsRead.nameOf(labelsRead.pairAt(series, at)));
      }
    }
    return new Map(Array.from(symbols, (symbol) => [labelsRead.textOf(symbol), symbol]));
  }
}
