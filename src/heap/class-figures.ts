/**
 * Counters by size class, as the runtime keeps them and as the span map needs them.
 *
 * I1  mallocs[c] lacks what the cached span of c has handed out since it was cached; frees[c] is
 *     counted when a span is swept.
 * I2  live[c] is the slots that something references now; spans[c] the spans in use.
 * I3  Class 0 is the large objects: each its own span, counted when allocated and when swept.
 *
 * Units: counts; …Bytes are bytes.
 */
import { CLASS_COUNT, LARGE_CLASS, SLOT_BYTES } from "./size-classes.ts";

export class ClassFigures {
  readonly mallocs = new Float64Array(CLASS_COUNT);
  readonly frees = new Float64Array(CLASS_COUNT);
  readonly live = new Float64Array(CLASS_COUNT);
  readonly spans = new Uint32Array(CLASS_COUNT);
  /** Bytes of large objects ever allocated, page-rounded. */
  largeAllocatedBytes = 0;
  /** Bytes of large objects swept away. */
  largeFreedBytes = 0;
  /** Bytes of large objects that something references. */
  largeLiveBytes = 0;

  countMallocs(sizeClass: number, count: number): void {
    this.mallocs[sizeClass] = this.mallocs[sizeClass]! + count;
  }

  countFrees(sizeClass: number, count: number): void {
    this.frees[sizeClass] = this.frees[sizeClass]! + count;
  }

  addSpans(sizeClass: number, count: number): void {
    this.spans[sizeClass] = this.spans[sizeClass]! + count;
  }

  addLive(sizeClass: number, count: number): void {
    this.live[sizeClass] = this.live[sizeClass]! + count;
  }

  /** Slot bytes that something references. */
  liveBytes(): number {
    let bytes = this.largeLiveBytes;
    for (let c = LARGE_CLASS + 1; c < CLASS_COUNT; c++) bytes += this.live[c]! * SLOT_BYTES[c]!;
    return bytes;
  }

  /** Slot bytes counted as allocated and not yet swept away. */
  countedBytes(): number {
    let bytes = this.largeAllocatedBytes - this.largeFreedBytes;
    for (let c = LARGE_CLASS + 1; c < CLASS_COUNT; c++) {
      bytes += (this.mallocs[c]! - this.frees[c]!) * SLOT_BYTES[c]!;
    }
    return bytes;
  }

  /** Becomes equal to another. */
  copyFrom(other: ClassFigures): void {
    this.mallocs.set(other.mallocs);
    this.frees.set(other.frees);
    this.live.set(other.live);
    this.spans.set(other.spans);
    this.largeAllocatedBytes = other.largeAllocatedBytes;
    this.largeFreedBytes = other.largeFreedBytes;
    this.largeLiveBytes = other.largeLiveBytes;
  }
}
