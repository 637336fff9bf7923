/**
 * Materialised series: all columns of a stream side by side, with their identities.
 *
 * I1  Series i has its values at [i * stepCount, (i + 1) * stepCount) of `values` and `kinds`.
 * I2  The samples of a block are held in the meter until release().
 */

import type { Labels } from "../../series/labels.ts";
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { Preparation } from "./preparation.ts";
import type { QueryContext } from "./query-context.ts";
import { HISTOGRAM, type StepColumn } from "./step-column.ts";
import type { VectorStream } from "./vector-stream.ts";

export class SeriesBlock {
  readonly stepCount: number;
  readonly labels: Labels[] = [];
  readonly dropsName: boolean[] = [];
  values: Float64Array;
  kinds: Uint8Array;
  histograms: (FloatHistogram | undefined)[] | null = null;
  private readonly context: QueryContext;
  private heldSamples = 0;

  constructor(context: QueryContext, stepCount: number) {
    this.context = context;
    this.stepCount = stepCount;
    this.values = new Float64Array(16 * stepCount);
    this.kinds = new Uint8Array(16 * stepCount);
  }

  get count(): number {
    return this.labels.length;
  }

  /** Takes over the series that a stream is at; returns its index. */
  append(stream: VectorStream): number {
    return this.appendColumn(stream.labels(), stream.dropsName, stream.column);
  }

  appendColumn(labels: Labels, dropsName: boolean, column: StepColumn): number {
    const index = this.labels.length;
    const start = index * this.stepCount;
    if (start + this.stepCount > this.kinds.length) this.grow();
    this.labels.push(labels);
    this.dropsName.push(dropsName);
    this.values.set(column.values, start);
    this.kinds.set(column.kinds, start);
    const samples = column.countPresent();
    this.heldSamples += samples;
    this.context.meter.hold(samples);
    if (column.histograms) this.takeHistograms(column, start);
    return index;
  }

  private takeHistograms(column: StepColumn, start: number): void {
    this.histograms ??= [];
    for (let step = 0; step < this.stepCount; step++) {
      if (column.kinds[step] === HISTOGRAM)
        this.histograms[start + step] = column.histogramAt(step);
    }
  }

  /** Copies series `index` into a column. */
  load(index: number, column: StepColumn): void {
    const start = index * this.stepCount;
    column.values.set(this.values.subarray(start, start + this.stepCount));
    column.kinds.set(this.kinds.subarray(start, start + this.stepCount));
    column.histograms = this.histograms
      ? this.histograms.slice(start, start + this.stepCount)
      : null;
  }

  /** Gives the samples back to the meter; the block is not used any more. */
  release(): void {
    this.context.meter.release(this.heldSamples);
    this.heldSamples = 0;
  }

  private grow(): void {
    const values = new Float64Array(this.values.length * 2);
    const kinds = new Uint8Array(this.kinds.length * 2);
    values.set(this.values);
    kinds.set(this.kinds);
    this.values = values;
    this.kinds = kinds;
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
