import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import type { SeriesRef, WindowNumber } from "../../src/base/units.ts";
import { ChunkTable } from "../../src/chunk/chunk-table.ts";
import { appendSample } from "../../src/chunk/xor-appender.ts";
import { GoHeap } from "../../src/heap/go-heap.ts";
import { rulesOfGoVersion } from "../../src/heap/go-rules.ts";
import { HeapMemory } from "../../src/heap/heap-memory.ts";

const RECORD_BYTES = 64;
const LINK_BYTES = 20;
const MARK_BYTES = 28;

function newTable(): ChunkTable {
  const rules = rulesOfGoVersion("1.24");
  const settings = { rules, gogcPercent: 100, limitBytes: 0, memory: new HeapMemory() };
  return new ChunkTable(new GoHeap({ ...settings, clock: new ManualClock(0) }));
}

describe("a table of chunks that was told how many come", () => {
  it.each([
    [0, 0],
    [700, 10],
    [2000, 9000],
    [50_000, 1],
  ])("with %i chunks and %i marks gives what another one gives", (chunks, marks) => {
    const told = newTable();
    const plain = newTable();
    told.expect(chunks, marks);
    for (let nth = 0; nth < 3000; nth++) {
      const refs = [told, plain].map((table) => {
        const chunk = table.create(nth as SeriesRef, 7 as WindowNumber);
        for (let i = 0; i < (nth % 11) * 25; i++) {
          appendSample(table, chunk, 1000 + i * 15_000, 0x40000000 + i, nth);
        }
        return [chunk, table.addressOf(chunk), table.newestMarkOf(chunk)];
      });
      expect(refs[0]).toEqual(refs[1]);
    }
    told.verify();
  });

  it("says where they will lie", () => {
    const ranges = newTable()
      .expect(50_000, 300_000)
      .map(({ from, to }) => [from, to]);
    expect(ranges).toEqual([
      [0, 50_000 * RECORD_BYTES],
      [0, 50_000 * LINK_BYTES],
      [0, 300_000 * MARK_BYTES],
    ]);
  });
});
