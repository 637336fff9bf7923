/**
 * How many live slices of each window every span of the heap has, and when the span will be empty.
 *
 * I1  counts[span, column] is the live slices of the column's window in the span.
 * I2  newest[span] is 1 + the column of the youngest of them, 0 with none: the span is free
 *     once that window has expired. lastPages[column] sums the pages of the spans that name it.
 *
 * Costs 2 bytes for each span and window, and nothing on the way of a sample.
 *
 * Units: counts of slices; pages are 8 KiB.
 */
import { assert } from "../base/assert.ts";
import type { SpanRef } from "../base/units.ts";
import { GrowingBuffer } from "../heap/growing-buffer.ts";
import { COLUMNS_MAX, type WindowColumns } from "./window-columns.ts";

const FIRST_STRIDE = 16;
const FIRST_SPANS = 1024;

export class SpanWindows {
  private readonly columns: WindowColumns;
  private readonly lastPages = new Float64Array(COLUMNS_MAX);
  private stride = FIRST_STRIDE;
  private spanBound = 0;
  private countBuffer = new GrowingBuffer();
  private readonly newestBuffer = new GrowingBuffer();
  private counts: Uint16Array = new Uint16Array(0);
  private newest: Uint8Array = new Uint8Array(0);

  constructor(columns: WindowColumns) {
    this.columns = columns;
    this.reserve(FIRST_SPANS);
  }

  /** Bytes of the tables. */
  get bytes(): number {
    return this.counts.byteLength + this.newest.byteLength;
  }

  /** `slices` more of the column's window are in the span, which has `pageCount` pages. */
  add(span: SpanRef, column: number, pageCount: number, slices = 1): void {
    if (span >= this.spanBound) this.reserve(Math.max(span + 1, this.spanBound * 2));
    if (column >= this.stride) this.widen(column);
    const at = span * this.stride + column;
    const before = this.counts[at]!;
    this.counts[at] = before + slices;
    if (before > 0) return;
    const newest = this.newest[span]! - 1;
    if (newest < 0 || this.columns.windowOf(column) > this.columns.windowOf(newest)) {
      this.rename(span, column, pageCount);
    }
  }

  /** A slice of the column's window has left the span. */
  remove(span: SpanRef, column: number, pageCount: number): void {
    const at = span * this.stride + column;
    const count = this.counts[at]!;
    assert(count > 0, "a slice leaves a span that it was in");
    this.counts[at] = count - 1;
    if (count > 1 || this.newest[span]! - 1 !== column) return;
    this.rename(span, this.youngestOf(span), pageCount);
  }

  /** Live slices of the column's window in a span. */
  countOf(span: SpanRef, column: number): number {
    if (span >= this.spanBound || column >= this.stride) return 0;
    return this.counts[span * this.stride + column]!;
  }

  /** Pages of the spans that are empty once the column's window has expired, and not before. */
  lastPagesOf(column: number): number {
    return this.lastPages[column]!;
  }

  /** Compares with another that was filled from nothing, for spans below `spanBound`. */
  assertEqual(other: SpanWindows): void {
    const spanBound = Math.max(this.spanBound, other.spanBound);
    for (const column of this.columns.ordered()) {
      assert(this.lastPages[column] === other.lastPages[column], "pages by last window differ");
      for (let span = 0 as SpanRef; span < spanBound; span++) {
        const same = this.countOf(span, column) === other.countOf(span, column);
        assert(same, "slices of a window in a span differ");
      }
    }
  }

  private youngestOf(span: SpanRef): number {
    let youngest = -1;
    const from = span * this.stride;
    const width = Math.min(this.stride, this.columns.width);
    for (let column = 0; column < width; column++) {
      if (this.counts[from + column] === 0) continue;
      if (youngest < 0 || this.columns.windowOf(column) > this.columns.windowOf(youngest)) {
        youngest = column;
      }
    }
    return youngest;
  }

  /** Makes `column` (-1 = none) the youngest window of a span. */
  private rename(span: SpanRef, column: number, pageCount: number): void {
    const old = this.newest[span]! - 1;
    if (old >= 0) this.lastPages[old] = this.lastPages[old]! - pageCount;
    if (column >= 0) this.lastPages[column] = this.lastPages[column]! + pageCount;
    this.newest[span] = column + 1;
  }

  private reserve(spans: number): void {
    this.spanBound = spans;
    if (this.countBuffer.ensure(spans * this.stride * 2)) {
      this.counts = new Uint16Array(this.countBuffer.buffer);
    }
    if (this.newestBuffer.ensure(spans)) this.newest = new Uint8Array(this.newestBuffer.buffer);
  }

  /** Doubles the columns of a span until there are enough. */
  private widen(column: number): void {
    const old = this.counts;
    const oldStride = this.stride;
    while (this.stride <= column) this.stride *= 2;
    this.countBuffer = new GrowingBuffer();
    this.reserve(this.spanBound);
    for (let span = 0; span < this.spanBound; span++) {
      const row = old.subarray(span * oldStride, (span + 1) * oldStride);
      this.counts.set(row, span * this.stride);
    }
  }
}
