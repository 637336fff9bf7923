import { describe, expect, it } from "vitest";
import type { HeapAddress } from "../../src/base/units.ts";
import { GrowingBuffer } from "../../src/heap/growing-buffer.ts";
import { HeapMemory } from "../../src/heap/heap-memory.ts";

const MIB = 1 << 20;
const GIB = 2 ** 30;

describe("a growing buffer", () => {
  it("keeps its bytes while it grows from nothing over a mebibyte", () => {
    const buffer = new GrowingBuffer();
    let bytes = new Uint8Array(0);
    for (let size = 1; size <= 3 * MIB; size = size * 2 + 1) {
      if (buffer.ensure(size)) bytes = new Uint8Array(buffer.buffer as unknown as ArrayBuffer);
      expect(bytes.length).toBeGreaterThanOrEqual(size);
      bytes[size - 1] = (size % 251) + 1;
      for (let old = 1; old <= size; old = old * 2 + 1) {
        expect(bytes[old - 1]).toBe((old % 251) + 1);
      }
    }
  });

  it("says when its views must be made again", () => {
    const buffer = new GrowingBuffer();
    expect(buffer.ensure(100)).toBe(true);
    expect(buffer.ensure(100)).toBe(false);
    expect(buffer.ensure(2 * MIB)).toBe(true);
  });

  it("makes copies that grow on their own", () => {
    const buffer = new GrowingBuffer();
    buffer.ensure(2 * MIB);
    new Uint8Array(buffer.buffer)[MIB] = 7;
    const copy = buffer.clone();
    new Uint8Array(copy.buffer)[MIB] = 8;
    copy.ensure(4 * MIB);
    expect(new Uint8Array(buffer.buffer)[MIB]).toBe(7);
    expect(new Uint8Array(copy.buffer)[MIB]).toBe(8);
  });
});

describe("the heap's memory", () => {
  it("maps whole steps of 4 MiB and keeps what was written", () => {
    const memory = new HeapMemory();
    memory.ensure(1 as HeapAddress);
    expect(memory.mappedBytes).toBe(4 * MIB);
    memory.views[0]![123] = 45;
    memory.ensure((9 * MIB) as HeapAddress);
    expect(memory.mappedBytes).toBe(12 * MIB);
    expect(memory.views[0]![123]).toBe(45);
    expect(memory.views[0]!.length).toBe(12 * MIB);
  });

  it("goes on in a new region behind 4 GiB", () => {
    const memory = new HeapMemory();
    memory.ensure((4 * GIB + 5 * MIB) as HeapAddress);
    expect(memory.views.map((view) => view.length)).toEqual([4 * GIB, 8 * MIB]);
    memory.views[1]![0] = 1;
    memory.views[0]![4 * GIB - 1] = 2;
    expect([memory.views[1]![0], memory.views[0]![4 * GIB - 1]]).toEqual([1, 2]);
    expect(memory.buffers().length).toBe(2);
  });

  it("remembers the highest address that was placed", () => {
    const memory = new HeapMemory();
    memory.touch(5000 as HeapAddress);
    memory.touch(100 as HeapAddress);
    expect(memory.touchedBytes).toBe(5000);
  });
});
