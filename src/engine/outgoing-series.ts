/**
 * The series of a window on their way into a block: captured at one moment, then put into batches
 * as columns of numbers and bytes. No label set is made and nothing is sorted by text, since that
 * is what V8 cannot do in short turns for very many series: the writer of the block does it.
 *
 * I1  Between open() and close() the answers do not change, whatever happens to the store.
 * I2  Series of one metric name come behind each other, so that the chunks of one query lie close
 *     together in the block; within a name, and the names, they come in the store's order.
 * I3  A label text is put into the batches once, with the first series that has it.
 *
 * Units: times are milliseconds since the epoch, both ends inclusive; lengths are bytes.
 */
import type { Slices } from "../base/slices.ts";
import type { SeriesBatch, SeriesBatchBuilder } from "../block/series-batch.ts";
import { EpochSeriesSet } from "../series/epoch-series-set.ts";
import type { Head } from "../series/head.ts";

/** What a batch takes at least, unless it is the last one. */
const BATCH_BYTES = 256 << 10;

export class OutgoingSeries {
  private readonly set: EpochSeriesSet;
  private readonly order: Uint32Array;
  private readonly builder: SeriesBatchBuilder;
  /** By symbol: the number of its text in the block, plus 1; 0 before it is put into a batch. */
  private readonly textNumbers: Uint32Array;
  private readonly labels: number[] = [];
  private position = 0;

  private constructor(set: EpochSeriesSet, order: Uint32Array, builder: SeriesBatchBuilder) {
    this.set = set;
    this.order = order;
    this.builder = builder;
    this.textNumbers = new Uint32Array(set.symbolBound);
  }

  /** Captures every series with a chunk in [fromMs, toMs]. The caller closes what it gets. */
  static async open(
    head: Head,
    fromMs: number,
    toMs: number,
    builder: SeriesBatchBuilder,
    slices: Slices,
  ): Promise<OutgoingSeries> {
    const set = new EpochSeriesSet(head, [], { fromMs, toMs, newestOnly: false });
    try {
      while (!set.prepare(() => !slices.isOver())) await slices.next();
      return new OutgoingSeries(set, await orderByName(set, slices), builder);
    } catch (error) {
      set.close();
      throw error;
    }
  }

  /** The next batch; null when all have been. */
  async next(slices: Slices): Promise<SeriesBatch | null> {
    const { builder, order } = this;
    while (this.position < order.length && builder.byteLength < BATCH_BYTES) {
      this.add(order[this.position++]!);
      if (slices.isOver()) await slices.next();
    }
    return builder.byteLength === 0 ? null : builder.take();
  }

  /** Gives up what was captured; no batch is made after this. */
  close(): void {
    this.set.close();
  }

  private add(index: number): void {
    const chunks = this.set.chunks(index);
    if (chunks.length === 0) return;
    const { labels } = this;
    labels.length = this.set.labelSymbols(index, labels);
    for (let i = 0; i < labels.length; i++) labels[i] = this.textNumber(labels[i]!);
    this.builder.addSeries(labels, chunks);
  }

  private textNumber(symbol: number): number {
    const known = this.textNumbers[symbol]!;
    if (known > 0) return known - 1;
    const number = this.builder.addText(this.set.symbolBytes(symbol));
    this.textNumbers[symbol] = number + 1;
    return number;
  }
}

/** Indexes of the series with those of one metric name together: counted, then laid out. */
async function orderByName(set: EpochSeriesSet, slices: Slices): Promise<Uint32Array> {
  const groups = new Uint32Array(set.count);
  const groupOf = new Map<number, number>();
  const sizes: number[] = [];
  for (let index = 0; index < set.count; index++) {
    const symbol = set.labelSymbol(index, "__name__");
    let group = groupOf.get(symbol);
    if (group === undefined) {
      group = sizes.push(0) - 1;
      groupOf.set(symbol, group);
    }
    groups[index] = group;
    sizes[group]!++;
    if (slices.isOver()) await slices.next();
  }
  const ends = new Uint32Array(sizes.length + 1);
  for (let group = 0; group < sizes.length; group++) ends[group + 1] = ends[group]! + sizes[group]!;
  const order = new Uint32Array(set.count);
  for (let index = 0; index < set.count; index++) {
    const group = groups[index]!;
    order[ends[group]!] = index;
    ends[group]!++;
    if (slices.isOver()) await slices.next();
  }
  return order;
}
