import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import type { HeapAddress } from "../../src/base/units.ts";
import { GoHeap } from "../../src/heap/go-heap.ts";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { HeapMemory } from "../../src/heap/heap-memory.ts";
import { touchPages } from "../../src/heap/touch-pages.ts";

const MIB = 1 << 20;

function newHeap(): GoHeap {
  const rules = rulesOfGoVersion("1.24");
  const memory = new HeapMemory();
  const settings = { rules, gogcPercent: 100, limitBytes: 0, memory };
  return new GoHeap({ ...settings, clock: new ManualClock(0) });
}

describe("pages touched ahead", () => {
  it("keep every byte, whatever range they are touched in", () => {
    const buffer = new SharedArrayBuffer(64 << 10);
    const bytes = new Uint8Array(buffer);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31) & 255;
    const before = bytes.slice();
    for (const [from, to] of [
      [0, 64 << 10],
      [5, 4097],
      [8192, 8192],
      [60_001, 1 << 20],
    ] as const) {
      touchPages({ buffer, from, to });
    }
    expect(Buffer.from(bytes).equals(Buffer.from(before))).toBe(true);
  });

  it("are told by region, mapped, not counted as touched before something is placed there", () => {
    const memory = new HeapMemory();
    const ranges = memory.expect((4 * MIB) as HeapAddress, (9 * MIB) as HeapAddress);
    expect(ranges.map(({ from, to }) => [from, to])).toEqual([[4 * MIB, 9 * MIB]]);
    expect(memory.mappedBytes).toBe(12 * MIB);
    expect(memory.touchedBytes).toBe(0);
    expect(memory.views[0]!.length).toBe(12 * MIB);
  });

  it("change no address that a heap gives", () => {
    const plain = newHeap();
    const told = newHeap();
    told.expect(40 * MIB);
    for (let i = 0; i < 20_000; i++) {
      const capacity = 128 + ((i * 7919) % 3000);
      expect(told.allocate(capacity)).toBe(plain.allocate(capacity));
    }
    told.verify();
  });
});
