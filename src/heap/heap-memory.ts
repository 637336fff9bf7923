/**
 * Real bytes behind simulated addresses: regions of 4 GiB, each one shared buffer.
 *
 * I1  The byte at address A lies in region floor(A / 2^32) at offset A mod 2^32.
 * I2  A region is mapped from its start up to a multiple of 4 MiB; only the last one grows.
 * I3  `views[r]` covers the mapped part of region r. Growing a region replaces its view, so nobody
 *     keeps a view across an allocation. (Old views stay valid for what they cover.)
 *
 * Memory is reserved at once and touched lazily: a page costs real memory from its first write on.
 * Node gives no part of a buffer back, so `touchedBytes`, the high-water mark of what was ever
 * placed, is the real memory to compare with the simulated heap_released.
 *
 * Units: bytes.
 */
import { assert } from "../base/assert.ts";
import type { HeapAddress } from "../base/units.ts";
import { GROWING_BUFFER_BYTES_MAX, GrowingBuffer } from "./growing-buffer.ts";

/** Bytes of a region: what one shared buffer can hold. */
export const REGION_BYTES = 2 ** 32;
const STEP_BYTES = 4 << 20;

assert(REGION_BYTES === GROWING_BUFFER_BYTES_MAX, "a region is one buffer");
assert(REGION_BYTES % STEP_BYTES === 0, "a region is whole growth steps");

export class HeapMemory {
  /** Views by region, see I3. */
  readonly views: Uint8Array[] = [];
  private readonly regions: GrowingBuffer[] = [];
  private mapped = 0;
  private touched = 0;

  /** Bytes mapped so far. */
  get mappedBytes(): number {
    return this.mapped;
  }

  /** Highest address ever placed: memory that may be resident. */
  get touchedBytes(): number {
    return this.touched;
  }

  /** Makes every address below `end` readable and writable. */
  ensure(end: HeapAddress): void {
    while (this.mapped < end) this.growStep(end);
  }

  /** Notes that bytes below `end` may have been written. */
  touch(end: HeapAddress): void {
    if (end > this.touched) this.touched = end;
  }

  /** The shared buffers by region, for worker threads. */
  buffers(): SharedArrayBuffer[] {
    return this.regions.map((region) => region.buffer);
  }

  private growStep(end: number): void {
    const region = Math.floor(this.mapped / REGION_BYTES);
    const start = region * REGION_BYTES;
    const want = Math.ceil(Math.min(end - start, REGION_BYTES) / STEP_BYTES) * STEP_BYTES;
    if (region === this.regions.length) this.regions.push(new GrowingBuffer(true));
    const buffer = this.regions[region]!;
    buffer.ensureExactly(want);
    this.views[region] = new Uint8Array(buffer.buffer);
    this.mapped = start + want;
  }
}
