/**
 * Lists of 32-bit integers in shared 256 KiB segments, given back by exact size.
 *
 * I1  A list never crosses a segment and never moves.
 * I2  A released list is reused by the next one of the same size.
 *
 * Units: sizes and offsets are entries of 4 bytes.
 */
import { assert } from "../base/assert.ts";
import { type Column, sharedColumn } from "./columns.ts";

const SEGMENT_SHIFT = 16;
const SEGMENT_ENTRIES = 1 << SEGMENT_SHIFT;
const SEGMENT_COUNT_MAX = 1 << 16;

/** Largest list that a pool holds: entries. */
export const POOLED_ENTRIES_MAX = 1 << 12;

/** Entry `index` of the list at `offset`. */
export function entryAt(segments: readonly Column[], offset: number, index: number): number {
  return segments[offset >>> SEGMENT_SHIFT]![(offset & (SEGMENT_ENTRIES - 1)) + index]!;
}

export class EntryPool {
  private readonly segments: Column[] = [];
  private readonly free = new Map<number, number[]>();
  private freeCount = 0;
  private position = SEGMENT_ENTRIES;

  /** Reserves `size` entries and returns their offset; their contents are arbitrary. */
  allocate(size: number): number {
    assert(size > 0 && size <= POOLED_ENTRIES_MAX, "list does not fit the pool");
    const reused = this.freeCount > 0 ? this.free.get(size)?.pop() : undefined;
    if (reused !== undefined) {
      this.freeCount--;
      return reused;
    }
    if (this.position + size > SEGMENT_ENTRIES) this.addSegment();
    const offset = (((this.segments.length - 1) << SEGMENT_SHIFT) >>> 0) + this.position;
    this.position += size;
    return offset;
  }

  /** Gives back the `size` entries at `offset`. */
  release(offset: number, size: number): void {
    this.freeCount++;
    const list = this.free.get(size);
    if (list) list.push(offset);
    else this.free.set(size, [offset]);
  }

  get(offset: number, index: number): number {
    return entryAt(this.segments, offset, index);
  }

  /** The segments there are now, for entryAt() in another thread. */
  get shared(): readonly Column[] {
    return this.segments;
  }

  /** Writes rising values, from `value` on, to entries [from, to) of the list at `offset`. */
  fillRising(offset: number, from: number, to: number, value: number): void {
    const segment = this.segments[offset >>> SEGMENT_SHIFT]!;
    const start = offset & (SEGMENT_ENTRIES - 1);
    for (let i = from; i < to; i++) segment[start + i] = value + i - from;
  }

  /** Copies `count` entries from the list at `from` to the one at `to`. */
  copy(to: number, from: number, count: number): void {
    const source = this.segments[from >>> SEGMENT_SHIFT]!;
    const target = this.segments[to >>> SEGMENT_SHIFT]!;
    const sourceAt = from & (SEGMENT_ENTRIES - 1);
    const targetAt = to & (SEGMENT_ENTRIES - 1);
    for (let i = 0; i < count; i++) target[targetAt + i] = source[sourceAt + i]!;
  }

  /** Writes the first `count` of `values` to the list at `offset`. */
  write(offset: number, values: Uint32Array, count: number): void {
    const segment = this.segments[offset >>> SEGMENT_SHIFT]!;
    const start = offset & (SEGMENT_ENTRIES - 1);
    for (let i = 0; i < count; i++) segment[start + i] = values[i]!;
  }

  /** Writes `count` of `values`, from `at` on, to the list at `offset`. */
  writeFrom(offset: number, values: Uint32Array, at: number, count: number): void {
    const segment = this.segments[offset >>> SEGMENT_SHIFT]!;
    const start = offset & (SEGMENT_ENTRIES - 1);
    for (let i = 0; i < count; i++) segment[start + i] = values[at + i]!;
  }

  /** A view of `size` entries, valid until they are released. */
  view(offset: number, size: number): Column {
    const start = offset & (SEGMENT_ENTRIES - 1);
    return this.segments[offset >>> SEGMENT_SHIFT]!.subarray(start, start + size);
  }

  private addSegment(): void {
    assert(this.segments.length < SEGMENT_COUNT_MAX, "pool passes 2^32 entries");
    this.segments.push(sharedColumn(SEGMENT_ENTRIES));
    this.position = 0;
  }
}
