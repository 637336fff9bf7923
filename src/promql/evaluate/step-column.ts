/**
 * The values of one series at every step of a grid.
 *
 * I1  kinds[s] is ABSENT, FLOAT or HISTOGRAM; values[s] means something only for FLOAT.
 * I2  histograms is null until the first histogram; histograms[s] means something only for
 *     HISTOGRAM, and it may hold none any more.
 *
 * Producers fill one column again and again; a consumer that keeps values copies them.
 */
import type { FloatHistogram } from "../histogram/float-histogram.ts";

export const ABSENT = 0;
export const FLOAT = 1;
export const HISTOGRAM = 2;

export class StepColumn {
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  histograms: (FloatHistogram | undefined)[] | null = null;

  constructor(stepCount: number) {
    this.values = new Float64Array(stepCount);
    this.kinds = new Uint8Array(stepCount);
  }

  get length(): number {
    return this.kinds.length;
  }

  clear(): void {
    this.kinds.fill(ABSENT);
    this.histograms = null;
  }

  setFloat(step: number, value: number): void {
    this.values[step] = value;
    this.kinds[step] = FLOAT;
  }

  setHistogram(step: number, value: FloatHistogram): void {
    this.histograms ??= new Array(this.kinds.length);
    this.histograms[step] = value;
    this.kinds[step] = HISTOGRAM;
  }

  /** The histogram at a step that has one. */
  histogramAt(step: number): FloatHistogram {
    return this.histograms![step]!;
  }

  hasHistogram(): boolean {
    return this.histograms !== null && this.kinds.includes(HISTOGRAM);
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
    this.histograms = other.histograms ? other.histograms.slice() : null;
  }
}
