/**
 * Real bytes behind simulated addresses: regions of 4 GiB, each one shared WebAssembly.Memory.
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

/** Bytes of a region: what one WebAssembly.Memory can address. */
export const REGION_BYTES = 2 ** 32;
const WASM_PAGE_BYTES = 65536;
const REGION_WASM_PAGES = REGION_BYTES / WASM_PAGE_BYTES;
const STEP_BYTES = 4 << 20;
const STEP_WASM_PAGES = STEP_BYTES / WASM_PAGE_BYTES;

declare namespace WebAssembly {
  interface MemoryDescriptor {
    initial: number;
    maximum?: number;
    shared?: boolean;
  }
  class Memory {
    constructor(descriptor: MemoryDescriptor);
    readonly buffer: SharedArrayBuffer;
    grow(delta: number): number;
  }
}

export class HeapMemory {
  /** Views by region, see I3. */
  readonly views: Uint8Array[] = [];
  private readonly memories: WebAssembly.Memory[] = [];
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
    return this.memories.map((memory) => memory.buffer);
  }

  private growStep(end: number): void {
    const region = Math.floor(this.mapped / REGION_BYTES);
    const have = (this.mapped - region * REGION_BYTES) / WASM_PAGE_BYTES;
    const wantBytes = Math.min(end - region * REGION_BYTES, REGION_BYTES);
    const want = Math.ceil(wantBytes / STEP_BYTES) * STEP_WASM_PAGES;
    if (region === this.memories.length) this.addRegion();
    const memory = this.memories[region]!;
    assert(memory.grow(want - have) === have, "region grew from an unexpected size");
    this.views[region] = new Uint8Array(memory.buffer);
    this.mapped = region * REGION_BYTES + want * WASM_PAGE_BYTES;
  }

  private addRegion(): void {
    const memory = new WebAssembly.Memory({
      initial: 0,
      maximum: REGION_WASM_PAGES,
      shared: true,
    });
    this.memories.push(memory);
    this.views.push(new Uint8Array(memory.buffer));
  }
}
