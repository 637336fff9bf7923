/**
 * The native histograms of a write batch on their way to the head: judged once, made coarser where
 * they are finer than what is stored.
 *
 * Units: times are milliseconds since the epoch.
 */
import type { SeriesRef } from "../base/units.ts";
import { HistogramColumns } from "../chunk/histogram-columns.ts";
import { histogramFault, SCHEMA_MAX } from "../chunk/histogram-fault.ts";
import { pushReduced } from "../chunk/histogram-resolution.ts";
import type { AppendCode } from "../series/append-code.ts";
import type { Head } from "../series/head.ts";
import type { WriteBatch } from "../wire/write-batch.ts";

export class HistogramIntake {
  private readonly head: Head;
  private readonly reduced = new HistogramColumns();
  private readonly faults = new Map<number, string>();
  private batch: WriteBatch | null = null;
  private next = 0;
  /** What the last append() gave the head. */
  stored = new HistogramColumns();
  storedRow = 0;

  constructor(head: Head) {
    this.head = head;
  }

  /** Takes the histograms of a batch, whose series will be asked for in their order. */
  begin(batch: WriteBatch): void {
    this.batch = batch;
    this.next = 0;
    this.faults.clear();
    for (let row = 0; row < batch.histogramCount; row++) {
      const fault = histogramFault(batch.histograms, row);
      if (fault !== null) this.faults.set(row, fault);
    }
  }

  /** The row behind the last one of `series`; that of the series before was the first. */
  endOf(series: number): number {
    const batch = this.batch!;
    while (this.next < batch.histogramCount && batch.histogramSeriesOf(this.next) === series) {
      this.next++;
    }
    return this.next;
  }

  /** What is wrong with a row, or null. */
  faultOf(row: number): string | null {
    return this.faults.get(row) ?? null;
  }

  /** Whether a new series could store one of these rows. */
  admitsAny(from: number, to: number): boolean {
    const { histograms } = this.batch!;
    for (let row = from; row < to; row++) {
      if (!this.faults.has(row) && this.head.admits(histograms.timeOf(row))) return true;
    }
    return false;
  }

  /** Hands a row without fault to the head. */
  append(series: SeriesRef, row: number): AppendCode {
    const { histograms } = this.batch!;
    const isFine = histograms.schemaOf(row) > SCHEMA_MAX;
    if (isFine) {
      this.reduced.clear();
      pushReduced(histograms, row, this.reduced);
    }
    this.stored = isFine ? this.reduced : histograms;
    this.storedRow = isFine ? 0 : row;
    return this.head.appendHistogram(series, this.stored, this.storedRow);
  }
}
