import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { TimeSlices } from "../../src/journal/time-slices.ts";

describe("time slices", () => {
  it("are due when the budget is used, and again after a pause", async () => {
    const clock = new ManualClock(0);
    let pauses = 0;
    const pause = async () => {
      pauses++;
      clock.advance(50);
    };
    const slices = new TimeSlices(clock, pause, 4);
    clock.advance(3);
    expect(slices.due).toBe(false);
    clock.advance(1);
    expect(slices.due).toBe(true);
    await slices.pause();
    expect(slices.due).toBe(false);
    expect(pauses).toBe(1);
  });

  it("remember the longest stretch without an await, waiting not counted", async () => {
    const clock = new ManualClock(0);
    const slices = new TimeSlices(clock, async () => {}, 4);
    clock.advance(7);
    await slices.wait(Promise.resolve().then(() => clock.advance(100)));
    clock.advance(2);
    await slices.pause();
    expect(slices.longestMs).toBe(7);
  });

  it("begin anew after a failed wait", async () => {
    const clock = new ManualClock(0);
    const slices = new TimeSlices(clock, async () => {}, 4);
    clock.advance(9);
    await expect(slices.wait(Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(slices.due).toBe(false);
  });
});
