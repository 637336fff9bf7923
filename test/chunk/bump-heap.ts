/**
 * A heap for tests of chunks: slices one after the other, each framed by guard bytes.
 *
 * I1  The 8 bytes in front of and behind every slice stay 0xa5: nobody writes outside of a slice.
 * I2  Fresh slices are full of 0xee, so that bytes never written show.
 *
 * Capacities follow the append rule of Go 1.22.
 */
import { assert } from "../../src/base/assert.ts";
import type { HeapAddress } from "../../src/base/units.ts";
import type { ChunkHeap } from "../../src/chunk/chunk-heap.ts";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { grownCapacity, ladderCapacity } from "../../src/heap/growth.ts";

const GUARD = 0xa5;
const GUARD_BYTES = 8;
const FRESH = 0xee;

export class BumpHeap implements ChunkHeap {
  readonly memory: { views: Uint8Array[] };
  readonly live = new Map<number, number>();
  /** What was asked for, in order: capacities of allocations, negative ones of drops. */
  readonly calls: number[] = [];
  private readonly rules = rulesOfGoVersion("1.22");
  private end = GUARD_BYTES;

  constructor(bytes = 1 << 20) {
    this.memory = { views: [new Uint8Array(bytes).fill(GUARD)] };
  }

  allocate(capacity: number): HeapAddress {
    const address = this.end as HeapAddress;
    this.end += capacity + GUARD_BYTES;
    if (this.end > this.view().length) this.growMemory();
    this.view().fill(FRESH, address, address + capacity);
    this.live.set(address, capacity);
    this.calls.push(capacity);
    return address;
  }

  allocateMany(capacity: number, count: number, into: Float64Array): void {
    for (let i = 0; i < count; i++) into[i] = this.allocate(capacity);
  }

  drop(address: HeapAddress, capacity: number): void {
    assert(this.live.get(address) === capacity, "dropped slice is not live");
    this.live.delete(address);
    this.view().fill(FRESH, address, address + capacity);
    this.calls.push(-capacity);
  }

  grownCapacity(capacity: number, needed: number): number {
    return grownCapacity(this.rules, capacity, needed);
  }

  ladderCapacity(length: number): number {
    return ladderCapacity(this.rules, length);
  }

  /** Forgets every slice. */
  clear(): void {
    this.view().fill(GUARD, 0, this.end + GUARD_BYTES);
    this.end = GUARD_BYTES;
    this.live.clear();
    this.calls.length = 0;
  }

  /** Checks I1. */
  verify(): void {
    for (const [address, capacity] of this.live) {
      for (let i = 1; i <= GUARD_BYTES; i++) {
        assert(this.view()[address - i] === GUARD, "bytes in front of a slice were written");
        assert(this.view()[address + capacity + i - 1] === GUARD, "bytes behind a slice changed");
      }
    }
  }

  private view(): Uint8Array {
    return this.memory.views[0] as Uint8Array;
  }

  private growMemory(): void {
    const grown = new Uint8Array(this.end * 2).fill(GUARD);
    grown.set(this.view());
    this.memory.views[0] = grown;
  }
}
