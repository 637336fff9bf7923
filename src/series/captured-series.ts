/**
 * Series with their chunks as they were captured, read: in the thread that captured them
 * (epoch-series-set.ts) or in another one (handed-series-set.ts).
 *
 * I1  Nothing is read but what was captured, and what the labels of the captured series say.
 *
 * Units: times are milliseconds since the epoch of the calendar, both ends inclusive.
 */
import { NumberSet } from "../base/number-set.ts";
import type { SeriesRef } from "../base/units.ts";
import type { CapturedChunks } from "../chunk/captured-chunks.ts";
import type { KernelRates } from "../chunk/decode-kernel.ts";
import type { HistogramColumns } from "../chunk/histogram-columns.ts";
import { dropCoveredHistograms } from "../chunk/histogram-rewrite.ts";
import { NOT_IN_KERNEL, type RateResult } from "../chunk/rate-request.ts";
import type { SampleColumns } from "../chunk/sample-columns.ts";
import { dropCovered, type TimeIntervals } from "../chunk/time-intervals.ts";
import { SeriesIdentities } from "./series-identities.ts";

/** Series for which there is room at first. */
const FIRST_SERIES = 16;

export abstract class CapturedSeries extends SeriesIdentities {
  /** By position: the series, and how many chunks are captured before its first. */
  protected refs: Uint32Array<ArrayBuffer> = new Uint32Array(FIRST_SERIES);
  protected starts: Uint32Array<ArrayBuffer> = new Uint32Array(FIRST_SERIES);
  protected selected = 0;
  /** By position: stretches that were deleted when the series was captured. */
  protected deleted = new Map<number, TimeIntervals>();
  /** By position: series with a chunk of native histograms. */
  protected readonly withHistograms = new NumberSet<number>();

  /** The chunks of all of them. */
  protected abstract get captured(): CapturedChunks;

  override get count(): number {
    return this.selected;
  }

  protected override refOf(index: number): SeriesRef {
    return this.refs[index]! as SeriesRef;
  }

  /** Appends the samples of a series in the range to `into`, oldest first; returns how many. */
  read(index: number, fromMs: number, toMs: number, into: SampleColumns): number {
    const before = into.length;
    const end = this.starts[index + 1]!;
    for (let i = this.starts[index]!; i < end; i++) this.captured.read(i, fromMs, toMs, into);
    const deleted = this.deleted.get(index);
    if (deleted) dropCovered(into, before, deleted);
    return into.length - before;
  }

  /**
   * Appends the native histograms of a series in the range to `into`, oldest first; those that end
   * the series come from read(), as stale markers.
   */
  readHistograms(index: number, fromMs: number, toMs: number, into: HistogramColumns): number {
    if (!this.withHistograms.has(index)) return 0;
    const before = into.length;
    const end = this.starts[index + 1]!;
    for (let i = this.starts[index]!; i < end; i++) {
      this.captured.readHistograms(i, fromMs, toMs, into);
    }
    const deleted = this.deleted.get(index);
    if (deleted && into.length > before) dropCoveredHistograms(into, before, deleted);
    return into.length - before;
  }

  /** The same of one of its chunks, the oldest is 0; false = there is none of that number. */
  readHistogramChunk(
    index: number,
    chunk: number,
    fromMs: number,
    toMs: number,
    into: HistogramColumns,
  ): boolean {
    const capture = this.starts[index]! + chunk;
    if (capture >= this.starts[index + 1]! || !this.withHistograms.has(index)) return false;
    const before = into.length;
    this.captured.readHistograms(capture, fromMs, toMs, into);
    const deleted = this.deleted.get(index);
    if (deleted && into.length > before) dropCoveredHistograms(into, before, deleted);
    return true;
  }

  /** Appends the newest float of a series in the range to `into`; returns how many, 0 or 1. */
  readNewest(index: number, fromMs: number, toMs: number, into: SampleColumns): number {
    if (this.isUnusual(index)) return this.readLast(index, fromMs, toMs, into);
    const start = this.starts[index]!;
    for (let i = this.starts[index + 1]! - 1; i >= start; i--) {
      if (this.captured.readNewest(i, fromMs, toMs, into)) return 1;
    }
    return 0;
  }

  /**
   * Rates of a series at every step; returns the number of samples looked at, or NOT_IN_KERNEL when
   * the series must be read instead.
   */
  rates(index: number, fromMs: number, toMs: number, rates: KernelRates, into: RateResult): number {
    if (this.isUnusual(index) || !rates.fits) return NOT_IN_KERNEL;
    rates.begin();
    const end = this.starts[index + 1]!;
    for (let i = this.starts[index]!; i < end; i++) {
      if (!this.captured.addTo(rates, i, fromMs, toMs)) return NOT_IN_KERNEL;
    }
    return rates.finish(into);
  }

  /** Whether a series has deleted samples, or native histograms. */
  protected isUnusual(index: number): boolean {
    return this.deleted.has(index) || this.withHistograms.has(index);
  }

  /** The newest float of an unusual series: all are read, the last is kept. */
  private readLast(index: number, fromMs: number, toMs: number, into: SampleColumns): number {
    const before = into.length;
    if (this.read(index, fromMs, toMs, into) === 0) return 0;
    into.keepLast(before);
    return 1;
  }
}
