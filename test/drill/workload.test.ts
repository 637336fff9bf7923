import { describe, expect, it } from "vitest";
import { NO_CHUNK } from "../../src/chunk/chunk-table.ts";
import { drawFraction, drawNormal } from "../../src/drill/draws.ts";
import { HOUR_MS, type Scenario } from "../../src/drill/scenario.ts";
import { Simulation } from "../../src/drill/simulation.ts";
import { SMALL } from "./small-drill.ts";

/** Bytes of the full chunks of the first whole window. */
function fullChunkBytes(scenario: Partial<Scenario>): number[] {
  const simulation = new Simulation({ ...SMALL, seriesCount: 1000, ...scenario }, 0, null);
  simulation.runTo(6, () => {});
  const { head, chunks } = simulation.store;
  const sizes: number[] = [];
  let chunk = head.windows.firstOf(head.windows.numbers()[1]!);
  for (; chunk !== NO_CHUNK; chunk = chunks.nextInWindow(chunk)) {
    expect(chunks.sampleCountOf(chunk)).toBe(480);
    sizes.push(chunks.byteLengthOf(chunk));
  }
  return sizes.sort((a, b) => a - b);
}

describe("sized values", () => {
  it("make chunks whose sizes are lognormal around the median", () => {
    const sizes = fullChunkBytes({ chunkBytesMedian: 1000 });
    const median = sizes[500]!;
    expect(median).toBeGreaterThan(950);
    expect(median).toBeLessThan(1050);
    const deviation = Math.log(sizes[841]! / median);
    expect(deviation).toBeGreaterThan(0.3);
    expect(deviation).toBeLessThan(0.4);
  });

  it("make chunks of nearly one size without deviation", () => {
    const sizes = fullChunkBytes({ chunkBytesMedian: 1000, chunkBytesSigma: 0 });
    expect(sizes[0]).toBeGreaterThan(750);
    expect(sizes.at(-1)).toBeLessThan(1250);
  });

  it("fill a chunk evenly as time passes", () => {
    const simulation = new Simulation({ ...SMALL, seriesCount: 1 }, 0, null);
    const sizes: number[] = [];
    for (let hour = 3; hour <= 6; hour++) {
      simulation.runTo(hour, () => {});
      const { head, chunks } = simulation.store;
      sizes.push(chunks.byteLengthOf(head.windows.firstOf(head.presentWindow)));
    }
    for (let i = 0; i < 4; i++) {
      expect(Math.abs(sizes[i]! - (sizes[3]! * (i + 1)) / 4)).toBeLessThan(24);
    }
  });
});

describe("values of a cluster", () => {
  it("make chunks of very different sizes, most of them small", () => {
    const sizes = fullChunkBytes({ values: "kubernetes" });
    expect(sizes[300]).toBeLessThan(200);
    expect(sizes[500]).toBeLessThan(1000);
    expect(sizes.at(-1)).toBeGreaterThan(2500);
  });

  it("are the same after a restart as without one", async () => {
    const scenario = { ...SMALL, seriesCount: 50, values: "kubernetes" } as const;
    const first = new Simulation(scenario, 0, null);
    const second = new Simulation(scenario, 0, null);
    first.runTo(5, () => {});
    for (let hour = 1; hour <= 5; hour++) second.runTo(hour, () => {});
    expect(second.heap.liveBytes).toBe(first.heap.liveBytes);
    expect(first.clock.nowMs() % HOUR_MS).toBe(HOUR_MS - 1);
  });
});

describe("draws", () => {
  it("are uniform and normal, and always the same at the same place", () => {
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < 20_000; i++) {
      const normal = drawNormal(7, i % 500, Math.floor(i / 500));
      sum += normal;
      squares += normal * normal;
    }
    expect(Math.abs(sum / 20_000)).toBeLessThan(0.03);
    expect(Math.abs(squares / 20_000 - 1)).toBeLessThan(0.05);
    expect(drawFraction(1, 2, 3)).toBe(drawFraction(1, 2, 3));
    expect(drawFraction(1, 2, 3)).not.toBe(drawFraction(1, 3, 2));
  });
});
