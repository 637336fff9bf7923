/**
 * The values of one series at every step of a grid.
 *
 * I1  kinds[s] is ABSENT, FLOAT or HISTOGRAM; values[s] means something only for FLOAT.
 * I2  Histograms are numbers in pages of the column (histogram-pages.ts), made when they are asked
 *     for. One may have been put there and be no value any more.
 *
 * Producers fill one column again and again; a consumer that keeps values copies them.
 */
import type { FloatHistogram } from "../histogram/float-histogram.ts";
import { HistogramPages } from "../histogram/histogram-pages.ts";

export const ABSENT = 0;
export const FLOAT = 1;
export const HISTOGRAM = 2;

/** By step: where its histogram is in the pages. */
interface ColumnHistograms {
  readonly pages: HistogramPages;
  readonly indexes: Uint32Array;
}

export class StepColumn {
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  /** Made for the first histogram, and kept. */
  private native: ColumnHistograms | null = null;

  constructor(stepCount: number) {
    this.values = new Float64Array(stepCount);
    this.kinds = new Uint8Array(stepCount);
  }

  get length(): number {
    return this.kinds.length;
  }

  clear(): void {
    this.kinds.fill(ABSENT);
    this.dropHistograms();
  }

  setFloat(step: number, value: number): void {
    this.values[step] = value;
    this.kinds[step] = FLOAT;
  }

  setHistogram(step: number, value: FloatHistogram): void {
    const { pages, indexes } = this.histograms();
    indexes[step] = pages.add(value);
    this.kinds[step] = HISTOGRAM;
  }

  /** The same of a histogram that lies in other pages. */
  setHistogramOf(step: number, pages: HistogramPages, index: number): void {
    const own = this.histograms();
    own.indexes[step] = own.pages.addFrom(pages, index);
    this.kinds[step] = HISTOGRAM;
  }

  /** One histogram at every step. */
  fillHistogram(value: FloatHistogram): void {
    const { pages, indexes } = this.histograms();
    indexes.fill(pages.add(value));
    this.kinds.fill(HISTOGRAM);
  }

  /** The histogram at a step that has one, made. */
  histogramAt(step: number): FloatHistogram {
    const { pages, indexes } = this.native!;
    return pages.at(indexes[step]!);
  }

  /** Adds the histogram at a step that has one to other pages; its index there. */
  addHistogramTo(pages: HistogramPages, step: number): number {
    const own = this.native!;
    return pages.addFrom(own.pages, own.indexes[step]!);
  }

  /** Forgets the histograms, of which no step has one as its value any more. */
  dropHistograms(): void {
    this.native?.pages.clear();
  }

  /** Whether a step may have a histogram. */
  get mayHaveHistograms(): boolean {
    return this.native !== null && this.native.pages.length > 0;
  }

  /** Whether some step has a histogram. */
  hasHistogram(): boolean {
    return this.mayHaveHistograms && this.kinds.includes(HISTOGRAM);
  }

  /** Whether any step has a value. */
  hasAny(): boolean {
    const kinds = this.kinds;
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] !== ABSENT) return true;
    }
    return false;
  }

  /** Number of steps with a value. */
  countPresent(): number {
    const kinds = this.kinds;
    let count = 0;
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] !== ABSENT) count++;
    }
    return count;
  }

  /** Takes over all values of another column of the same length. */
  copyFrom(other: StepColumn): void {
    this.values.set(other.values);
    this.kinds.set(other.kinds);
    this.dropHistograms();
    if (!other.mayHaveHistograms) return;
    const { pages, indexes } = other.native!;
    for (let step = 0; step < this.kinds.length; step++) {
      if (this.kinds[step] === HISTOGRAM) this.setHistogramOf(step, pages, indexes[step]!);
    }
  }

  private histograms(): ColumnHistograms {
    this.native ??= { pages: new HistogramPages(), indexes: new Uint32Array(this.kinds.length) };
    return this.native;
  }
}
