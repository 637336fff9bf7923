/**
 * Series of a selection in the order of their label sets, as others than our own queries want them:
 * remote read, blocks. Selected, captured and sorted in short steps; read later, as they were then.
 *
 * I1  Between open() and close() the answers do not change, whatever happens to the store.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive.
 */
import { doneInSlices, type Slices } from "../base/slices.ts";
import type { ChunkCopy } from "../chunk/captured-chunks.ts";
import type { HistogramColumns } from "../chunk/histogram-columns.ts";
import type { SampleColumns } from "../chunk/sample-columns.ts";
import { EpochSeriesSet } from "../series/epoch-series-set.ts";
import type { Head } from "../series/head.ts";
import { LabelSets } from "../series/label-sets.ts";
import { Labels } from "../series/labels.ts";
import type { Matcher } from "../series/matcher.ts";

export interface SeriesSelection {
  readonly matchers: readonly Matcher[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Labels that every series gets unless it has one of that name. */
  readonly externalLabels: Labels;
}

export class SortedSeries {
  private readonly set: EpochSeriesSet;
  private readonly sets: LabelSets;
  /** Indexes of the selection in the order of their label sets. */
  private readonly order: readonly number[];

  private constructor(set: EpochSeriesSet, sets: LabelSets, order: readonly number[]) {
    this.set = set;
    this.sets = sets;
    this.order = order;
  }

  /** Selects and sorts. The caller closes what it gets. */
  static async open(head: Head, selection: SeriesSelection, slices: Slices): Promise<SortedSeries> {
    const { matchers, fromMs, toMs, externalLabels } = selection;
    const set = new EpochSeriesSet(head, matchers, { fromMs, toMs, newestOnly: false });
    try {
      while (!set.prepare(() => !slices.isOver())) await slices.next();
      const sets = new LabelSets();
      for (let index = 0; index < set.count; index++) {
        sets.push(withLabels(set.labels(index), externalLabels));
        if (slices.isOver()) await slices.next();
      }
      return new SortedSeries(set, sets, await doneInSlices(sets.sortedIndexes(), slices));
    } catch (error) {
      set.close();
      throw error;
    }
  }

  get count(): number {
    return this.order.length;
  }

  labels(position: number): Labels {
    return this.sets.at(this.order[position]!);
  }

  /** The series' chunks, oldest first, without what is deleted. */
  chunks(position: number): ChunkCopy[] {
    return this.set.chunks(this.order[position]!);
  }

  /** Appends the series' samples in [fromMs, toMs] to `into`; returns how many. */
  read(position: number, fromMs: number, toMs: number, into: SampleColumns): number {
    return this.set.read(this.order[position]!, fromMs, toMs, into);
  }

  /**
   * Appends the series' native histograms in [fromMs, toMs] to `into`; returns how many. Those that
   * end the series come from read().
   */
  readHistograms(position: number, fromMs: number, toMs: number, into: HistogramColumns): number {
    return this.set.readHistograms(this.order[position]!, fromMs, toMs, into);
  }

  /** Gives up what was captured; nothing is read after this. */
  close(): void {
    this.set.close();
  }
}

function withLabels(labels: Labels, added: Labels): Labels {
  if (added.size === 0) return labels;
  return Labels.fromRecord({ ...added.toRecord(), ...labels.toRecord() });
}
