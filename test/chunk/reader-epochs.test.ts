import { describe, expect, it } from "vitest";
import type { ChunkRef, HeapAddress } from "../../src/base/units.ts";
import { ReaderEpochs } from "../../src/chunk/reader-epochs.ts";
import { BumpHeap } from "./bump-heap.ts";

const CAPACITY = 128;
const CHUNK = 5 as ChunkRef;

/** Epochs over a heap with some slices. */
function epochsWith(slices: number) {
  const heap = new BumpHeap();
  const addresses = Array.from({ length: slices }, () => heap.allocate(CAPACITY) as HeapAddress);
  return { heap, readers: new ReaderEpochs(heap), addresses };
}

describe("reader epochs", () => {
  it("drop a slot at once when nobody reads, or reads something else", () => {
    const { heap, readers, addresses } = epochsWith(2);
    readers.leave(CHUNK, addresses[0]!, CAPACITY);
    expect(heap.live.has(addresses[0]!)).toBe(false);
    readers.open().mark(6 as ChunkRef);
    readers.leave(CHUNK, addresses[1]!, CAPACITY);
    expect(heap.live.has(addresses[1]!)).toBe(false);
    expect(readers.keptCount).toBe(0);
  });

  it("keep a slot until the last epoch that had marked it is closed", () => {
    const { heap, readers, addresses } = epochsWith(1);
    const [first, second, third] = [readers.open(), readers.open(), readers.open()];
    first.mark(CHUNK);
    second.mark(CHUNK);
    readers.leave(CHUNK, addresses[0]!, CAPACITY);
    expect(readers.keptCapacities()).toEqual([CAPACITY]);
    first.close();
    third.close();
    expect(heap.live.has(addresses[0]!)).toBe(true);
    second.close();
    second.close();
    expect(heap.live.has(addresses[0]!)).toBe(false);
    expect([readers.liveCount, readers.keptCount]).toEqual([0, 0]);
  });

  it("keep every slot that a chunk had when it was marked, and no other", () => {
    const { heap, readers, addresses } = epochsWith(3);
    const epoch = readers.open();
    epoch.mark(CHUNK);
    readers.leave(CHUNK, addresses[0]!, CAPACITY);
    readers.leave(CHUNK, addresses[1]!, CAPACITY);
    epoch.mark(CHUNK);
    readers.leave(CHUNK, addresses[2]!, CAPACITY);
    expect([...heap.live.keys()]).toEqual([addresses[0], addresses[2]]);
    epoch.close();
    expect(heap.live.size).toBe(0);
  });

  it("let a moment pass when all that were open then are closed", () => {
    const { readers } = epochsWith(0);
    const early = readers.open();
    const stamp = readers.stamp();
    const late = readers.open();
    expect(readers.isPast(stamp)).toBe(false);
    early.close();
    expect(readers.isPast(stamp)).toBe(true);
    expect(readers.isPast(readers.stamp())).toBe(false);
    late.close();
    expect(readers.isPast(readers.stamp())).toBe(true);
  });
});
