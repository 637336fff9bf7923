/**
 * How the live slices of every span came about: what a span map coloured by origin shows.
 *
 * I1  counts[span * 4 + origin] is the live slices of that origin in the span.
 *
 * Costs 8 bytes for each span, and nothing on the way of a sample.
 *
 * Units: counts of slices.
 */
import { assert } from "../base/assert.ts";
import type { SpanRef } from "../base/units.ts";
import { GrowingBuffer } from "../heap/growing-buffer.ts";

/** Made by ingestion, grown by it, restored from a snapshot, moved by compaction. */
export const SpanOrigin = { made: 0, grown: 1, restored: 2, moved: 3 } as const;
export type SpanOrigin = (typeof SpanOrigin)[keyof typeof SpanOrigin];
export const SPAN_ORIGIN_COUNT = 4;

const BYTES_PER_SPAN = SPAN_ORIGIN_COUNT * 2;
const FIRST_SPANS = 1024;

export class SpanOrigins {
  private readonly buffer = new GrowingBuffer();
  private counts: Uint16Array = new Uint16Array(0);
  private spanBound = 0;

  constructor() {
    this.reserve(FIRST_SPANS);
  }

  /** Bytes of the table. */
  get bytes(): number {
    return this.counts.byteLength;
  }

  /** `slices` more of that origin are in the span. */
  add(span: SpanRef, origin: SpanOrigin, slices = 1): void {
    if (span >= this.spanBound) this.reserve(Math.max(span + 1, this.spanBound * 2));
    const at = span * SPAN_ORIGIN_COUNT + origin;
    this.counts[at] = this.counts[at]! + slices;
  }

  /** A slice of that origin has left the span. */
  remove(span: SpanRef, origin: SpanOrigin): void {
    const at = span * SPAN_ORIGIN_COUNT + origin;
    assert(this.counts[at]! > 0, "a slice leaves a span that it was in");
    this.counts[at] = this.counts[at]! - 1;
  }

  /** Live slices of an origin in a span. */
  countOf(span: SpanRef, origin: SpanOrigin): number {
    return span >= this.spanBound ? 0 : this.counts[span * SPAN_ORIGIN_COUNT + origin]!;
  }

  /** Compares with another that was filled from nothing. */
  assertEqual(other: SpanOrigins): void {
    const spanBound = Math.max(this.spanBound, other.spanBound);
    for (let span = 0 as SpanRef; span < spanBound; span++) {
      for (let origin = 0 as SpanOrigin; origin < SPAN_ORIGIN_COUNT; origin++) {
        const same = this.countOf(span, origin) === other.countOf(span, origin);
        assert(same, "slices of an origin in a span differ");
      }
    }
  }

  private reserve(spans: number): void {
    this.spanBound = spans;
    if (this.buffer.ensure(spans * BYTES_PER_SPAN)) {
      this.counts = new Uint16Array(this.buffer.buffer);
    }
  }
}
