/**
 * Who is told when a chunk gets, changes or gives up its slice of the heap.
 *
 * Slices change when a chunk is made, outgrows its slice, is moved or is released: never on the way
 * of a sample that fits. A released or left slice is still live in the heap while its observer is
 * told of it.
 *
 * Units: addresses and capacities are bytes.
 */
import type { ChunkRef, HeapAddress, WindowNumber } from "../base/units.ts";

export interface SliceObserver {
  /** A new chunk has its first slice. */
  made(chunk: ChunkRef, window: WindowNumber, address: HeapAddress, capacity: number): void;
  /** As made() for each of `count` chunks, whose slices have one capacity. */
  madeMany(
    chunks: Uint32Array,
    count: number,
    window: WindowNumber,
    addresses: Float64Array,
    capacity: number,
  ): void;
  /** A chunk has left one slice for another. */
  moved(
    chunk: ChunkRef,
    window: WindowNumber,
    oldAddress: HeapAddress,
    oldCapacity: number,
    address: HeapAddress,
    capacity: number,
  ): void;
  /** A chunk is about to give up its last slice. */
  released(chunk: ChunkRef, window: WindowNumber, address: HeapAddress, capacity: number): void;
}
