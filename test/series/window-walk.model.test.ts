/** A walk along a window's chunks beside a plain list, while chunks come and go. */
import { fc } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { ChunkRef, SeriesRef, WindowNumber } from "../../src/base/units.ts";
import { ChunkTable, NO_CHUNK } from "../../src/chunk/chunk-table.ts";
import { WindowLists } from "../../src/series/window-lists.ts";
import { BumpHeap } from "../chunk/bump-heap.ts";

const WINDOW = 7 as WindowNumber;
const OTHER = 8 as WindowNumber;
const heap = new BumpHeap();

function chunkTable(): ChunkTable {
  heap.clear();
  return new ChunkTable(heap, 1);
}

describe("a walk along the chunks of a window", () => {
  it("meets each chunk that stays, once and in order, and none that came since", () => {
    const command = fc.record({
      kind: fc.constantFrom("add", "remove", "remove next", "remove last", "step", "step"),
      at: fc.nat(100),
    });
    fc.assert(
      fc.property(fc.nat(12), fc.array(command, { maxLength: 60 }), (count, commands) => {
        const chunks = chunkTable();
        const lists = new WindowLists(chunks);
        const live: ChunkRef[] = [];
        const add = (window: WindowNumber): void => {
          const chunk = chunks.create(live.length as SeriesRef, window);
          lists.add(chunk);
          if (window === WINDOW) live.push(chunk);
        };
        const remove = (place: number): void => {
          const [chunk] = live.splice(place, 1);
          if (chunk === undefined) return;
          lists.remove(chunk);
          chunks.release(chunk);
          expected = expected.filter((other) => other !== chunk);
        };
        let expected: ChunkRef[] = [];
        for (let i = 0; i < count; i++) add(WINDOW);
        add(OTHER);
        expected = [...live];
        const walk = lists.walk(WINDOW);
        for (const { kind, at } of commands) {
          if (kind === "add") add(WINDOW);
          else if (kind === "remove") remove(live.length === 0 ? 0 : at % live.length);
          else if (kind === "remove next") remove(live.indexOf(expected[0]!));
          else if (kind === "remove last") remove(live.indexOf(expected.at(-1)!));
          else expect(walk.next()).toBe(expected.shift() ?? NO_CHUNK);
        }
        for (const chunk of expected) expect(walk.next()).toBe(chunk);
        expect(walk.next()).toBe(NO_CHUNK);
        walk.end();
      }),
      { numRuns: 500 },
    );
  });

  it("is at its end at once when the window has no chunk", () => {
    const walk = new WindowLists(chunkTable()).walk(WINDOW);
    expect(walk.next()).toBe(NO_CHUNK);
    walk.end();
    walk.end();
  });
});
