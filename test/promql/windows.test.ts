import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StepGrid } from "../../src/promql/evaluate/step-grid.ts";
import { WindowPositions, Windows } from "../../src/promql/evaluate/windows.ts";

const NO_MODIFIERS = { offsetMs: 0, offsetExpression: null, atMs: null, atEdge: null };

describe("windows over a grid", () => {
  it("hold the samples after their left end up to their right end", () => {
    const shapes = fc.record({
      times: fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 40 }),
      start: fc.integer({ min: 0, max: 100 }),
      length: fc.integer({ min: 0, max: 100 }),
      step: fc.integer({ min: 1, max: 30 }),
      rangeMs: fc.integer({ min: 1, max: 60 }),
      offsetMs: fc.integer({ min: -50, max: 50 }),
    });
    fc.assert(
      fc.property(shapes, ({ times, start, length, step, rangeMs, offsetMs }) => {
        times.sort((a, b) => a - b);
        const grid = new StepGrid(start, start + length, step);
        const windows = new Windows({ ...NO_MODIFIERS, offsetMs }, rangeMs, grid);
        const positions = new WindowPositions(grid.count);
        windows.locate(times, times.length, positions);
        for (let i = 0; i < grid.count; i++) {
          const end = start + i * step - offsetMs;
          expect(times.slice(positions.low[i], positions.high[i])).toEqual(
            times.filter((time) => time > end - rangeMs && time <= end),
          );
        }
      }),
    );
  });

  it("lie all in one place with a fixed time", () => {
    const grid = new StepGrid(0, 100, 50);
    const windows = new Windows({ ...NO_MODIFIERS, atMs: 40, offsetMs: 10 }, 5, grid);
    expect([...windows.ends]).toEqual([30, 30, 30]);
    expect([windows.fromMs, windows.toMs]).toEqual([26, 30]);
  });
});
