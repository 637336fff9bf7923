/**
 * Samples of known series that wait to be stored together: rows as a scan leaves them, in the
 * kernel's columns.
 *
 * I1  While samples wait here no request is scanned: both use the same columns.
 *
 * Units: times are milliseconds since the epoch; values are their two raw words.
 */
import { assert } from "../base/assert.ts";
import type { SeriesRef } from "../base/units.ts";
import {
  KEYS,
  SAMPLE_STARTS,
  SERIES_REFS,
  TIMES,
  VALUES_HIGH,
  VALUES_LOW,
} from "../kernel/code/layout.ts";
import type { Kernel } from "../kernel/kernel.ts";

/** Samples that wait at most. */
const ROWS_MAX = 4096;

export class SampleQueue {
  /** Samples that wait. */
  length = 0;
  private readonly series: Uint32Array;
  private readonly times: Float64Array;
  private readonly valuesHigh: Uint32Array;
  private readonly valuesLow: Uint32Array;
  private readonly kernel: Kernel;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.series = kernel.wordsAt(SERIES_REFS, ROWS_MAX);
    this.times = kernel.doublesAt(TIMES, ROWS_MAX);
    this.valuesHigh = kernel.wordsAt(VALUES_HIGH, ROWS_MAX);
    this.valuesLow = kernel.wordsAt(VALUES_LOW, ROWS_MAX);
  }

  get isFull(): boolean {
    return this.length === ROWS_MAX;
  }

  add(series: SeriesRef, timeMs: number, high: number, low: number): void {
    assert(!this.isFull, "samples are stored before more of them are added");
    const row = this.length++;
    this.series[row] = series;
    this.times[row] = timeMs;
    this.valuesHigh[row] = high;
    this.valuesLow[row] = low;
  }

  /** Makes the rows what a scan would have left: one sample of a known series each. */
  close(): void {
    const starts = this.kernel.wordsAt(SAMPLE_STARTS, ROWS_MAX + 1);
    for (let row = 0; row <= this.length; row++) starts[row] = row;
    this.kernel.wordsAt(KEYS, ROWS_MAX).fill(0, 0, this.length);
  }

  seriesAt(row: number): SeriesRef {
    return this.series[row]! as SeriesRef;
  }

  timeAt(row: number): number {
    return this.times[row]!;
  }

  valueHighAt(row: number): number {
    return this.valuesHigh[row]!;
  }

  valueLowAt(row: number): number {
    return this.valuesLow[row]!;
  }
}
