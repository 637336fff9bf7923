/**
 * What chunks need of a heap: GoHeap has it, and so has the bump allocator of the tests.
 *
 * Units: bytes.
 */
import type { HeapAddress } from "../base/units.ts";

/** Real bytes by region: the byte at address A is views[floor(A / 2^32)][A mod 2^32]. */
export interface ChunkMemory {
  readonly views: readonly Uint8Array[];
}

/** The part of GoHeap that chunks use. */
export interface ChunkHeap {
  readonly memory: ChunkMemory | null;
  /** make([]byte, 0, capacity): the bytes are whatever lay there before. */
  allocate(capacity: number): HeapAddress;
  /** allocate(capacity) so many times; the addresses go to `into`. */
  allocateMany(capacity: number, count: number, into: Float64Array): void;
  /** The last reference to a slice is gone. */
  drop(address: HeapAddress, capacity: number): void;
  /** Capacity after an append that needs more than the slice has. */
  grownCapacity(capacity: number, needed: number): number;
  /** Capacity that a slice of `length` bytes has after ingestion byte by byte from 128. */
  ladderCapacity(length: number): number;
}
