/** How often a query looks at the clock. */
import { describe, expect, it } from "vitest";
import { Meter } from "../../src/promql/evaluate/meter.ts";

/** Work of the smallest checkpoint, and between two looks in the end. */
const SERIES_WORK = 16;
const CHECK_WORK = 5000;

/** Looks at the clock in so many of the smallest checkpoints, each of `count` rounds by itself. */
function looksIn(rounds: number, count: number): number[] {
  let looks = 0;
  const clock = { nowMs: () => 0, monotonicMs: () => ++looks };
  const meter = new Meter({ clock, timeoutMs: 0, samplesMax: 1, isCanceled: () => false });
  return Array.from({ length: rounds }, () => {
    const before = looks;
    for (let i = 0; i < count; i++) meter.checkpoint(0);
    return looks - before;
  });
}

describe("a query looks at the clock", () => {
  it("at its first series, after two more, after four more and so on", () => {
    expect(looksIn(15, 1)).toEqual([1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it("once in 5,000 units of work in the end", () => {
    const checkpoints = Math.ceil(CHECK_WORK / SERIES_WORK);
    expect(looksIn(6, checkpoints).slice(3)).toEqual([1, 1, 1]);
  });

  it("and is asked to pause when its slice is over by then", () => {
    let nowMs = 0;
    const clock = { nowMs: () => 0, monotonicMs: () => nowMs };
    const meter = new Meter({ clock, timeoutMs: 0, samplesMax: 1, isCanceled: () => false });
    meter.beginSlice(1);
    nowMs = 2;
    expect(meter.pauseWanted).toBe(false);
    meter.checkpoint(0);
    expect(meter.pauseWanted).toBe(true);
  });
});
