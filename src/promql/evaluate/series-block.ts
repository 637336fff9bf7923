/**
 * Materialised series: all columns of a stream side by side, with their identities.
 *
 * I1  Series lie in pages of one length, which only the first has not from the start; a block
 *     that doubles would move tens of megabytes at once. Each series has its steps side by side.
 * I2  A native histogram has its index among those of the block where a float has its value.
 * I3  The samples of a block are held in the meter until release().
 */

import { longerBytes, longerFloats } from "../../base/longer-columns.ts";
import { LabelSets } from "../../series/label-sets.ts";
import type { Labels } from "../../series/labels.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { HistogramPages } from "../histogram/histogram-pages.ts";
import { Preparation } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import { HISTOGRAM, type StepColumn } from "./step-column.ts";
import type { VectorStream } from "./vector-stream.ts";

/** Series for which the first page has room at once. */
const FIRST_SERIES = 16;

/** Slots of a page; one of a few steps has so many series. */
const PAGE_SLOTS = 1 << 15;

interface Page {
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
}

export class SeriesBlock {
  readonly stepCount: number;
  readonly labels = new LabelSets();
  readonly dropsName: boolean[] = [];
  private readonly pages: Page[] = [];
  /** Series a page, as a shift. */
  private readonly pageShift: number;
  /** Of all series; null when none has any. */
  private histograms: HistogramPages | null = null;
  private readonly context: QueryContext;
  private heldSamples = 0;

  constructor(context: QueryContext, stepCount: number) {
    this.context = context;
    this.stepCount = stepCount;
    this.pageShift = Math.max(0, Math.floor(Math.log2(PAGE_SLOTS / Math.max(1, stepCount))));
  }

  get count(): number {
    return this.labels.length;
  }

  /** Whether any series has a native histogram. */
  get hasHistograms(): boolean {
    return this.histograms !== null;
  }

  kindAt(index: number, step: number): number {
    return this.pageOf(index).kinds[this.slotOf(index, step)]!;
  }

  /** The float at a step that has one. */
  valueAt(index: number, step: number): number {
    return this.pageOf(index).values[this.slotOf(index, step)]!;
  }

  /** The histogram at a step that has one. */
  histogramAt(index: number, step: number): FloatHistogram {
    return this.histograms!.at(this.valueAt(index, step));
  }

  /** The kinds of a series, by step. */
  kindsOf(index: number): Uint8Array {
    const start = this.slotOf(index, 0);
    return this.pageOf(index).kinds.subarray(start, start + this.stepCount);
  }

  /** Takes over the series that a stream is at; returns its index. */
  append(stream: VectorStream): number {
    return this.appendColumn(stream.labels(), stream.dropsName, stream.column);
  }

  appendColumn(labels: Labels, dropsName: boolean, column: StepColumn): number {
    const index = this.labels.length;
    this.makeRoom(index);
    const { values, kinds } = this.pageOf(index);
    const start = this.slotOf(index, 0);
    this.labels.push(labels);
    this.dropsName.push(dropsName);
    values.set(column.values, start);
    kinds.set(column.kinds, start);
    const samples = column.countPresent();
    this.heldSamples += samples;
    this.context.meter.hold(samples);
    if (column.mayHaveHistograms) {
      this.histograms ??= new HistogramPages();
      for (let step = 0; step < this.stepCount; step++) {
        if (column.kinds[step] !== HISTOGRAM) continue;
        values[start + step] = column.addHistogramTo(this.histograms, step);
      }
    }
    return index;
  }

  /** Copies series `index` into a column. */
  load(index: number, column: StepColumn): void {
    const { values, kinds } = this.pageOf(index);
    const start = this.slotOf(index, 0);
    const end = start + this.stepCount;
    column.values.set(values.subarray(start, end));
    column.kinds.set(kinds.subarray(start, end));
    column.dropHistograms();
    if (this.histograms === null) return;
    for (let step = 0; step < this.stepCount; step++) {
      if (kinds[start + step] !== HISTOGRAM) continue;
      column.setHistogramOf(step, this.histograms, values[start + step]!);
    }
  }

  /** Gives the samples back to the meter; the block is not used any more. */
  release(): void {
    this.context.meter.release(this.heldSamples);
    this.heldSamples = 0;
  }

  private pageOf(index: number): Page {
    return this.pages[index >> this.pageShift]!;
  }

  private slotOf(index: number, step: number): number {
    return (index & ((1 << this.pageShift) - 1)) * this.stepCount + step;
  }

  /** Adds a page when series `index` needs one; the first one grows, as most blocks are small. */
  private makeRoom(index: number): void {
    const { pages, stepCount } = this;
    const page = index >> this.pageShift;
    const slots = stepCount << this.pageShift;
    if (page > 0 && page === pages.length) {
      pages.push({ values: new Float64Array(slots), kinds: new Uint8Array(slots) });
      return;
    }
    const first = pages[0];
    const needed = (index + 1) * stepCount;
    if (page > 0 || (first && needed <= first.kinds.length)) return;
    const length = Math.min(slots, Math.max(FIRST_SERIES * stepCount, 2 * needed));
    pages[0] = {
      values: longerFloats(first?.values ?? new Float64Array(0), length),
      kinds: longerBytes(first?.kinds ?? new Uint8Array(0), length),
    };
  }
}

/** Drains a stream into a block in slices. */
export class BlockCollector {
  readonly block: SeriesBlock;
  private readonly context: QueryContext;
  private readonly input: VectorStream;
  private readonly preparation = new Preparation();

  constructor(context: QueryContext, input: VectorStream) {
    this.context = context;
    this.input = input;
    this.block = new SeriesBlock(context, input.column.length);
  }

  /** False = paused: call again. */
  run(): boolean {
    return this.preparation.run(
      () => this.input.prepare(),
      () => this.drain(),
    );
  }

  private drain(): boolean {
    while (this.input.advance()) {
      this.block.append(this.input);
      this.context.meter.checkpoint(this.block.stepCount);
      if (this.context.meter.pauseWanted) return false;
    }
    return true;
  }
}
