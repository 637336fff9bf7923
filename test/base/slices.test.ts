/** Turns of long work: one at a time, and put off for a short request that is under way. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import {
  beginShortRequest,
  endShortRequest,
  nextTurn,
  Slices,
  sliceMsNow,
} from "../../src/base/slices.ts";

/** Longer than turns are put off. */
const LONG_MS = 20;

describe("turns of long work", () => {
  let given: string[] = [];

  function wait(name: string): void {
    void nextTurn().then(() => given.push(name));
  }

  /** Lets the event loop go round, as often as asked. */
  async function rounds(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await vi.advanceTimersToNextTimerAsync();
  }

  beforeEach(() => {
    given = [];
    vi.useFakeTimers({ toFake: ["setImmediate", "setTimeout", "clearTimeout"] });
  });

  afterEach(async () => {
    await vi.advanceTimersByTimeAsync(LONG_MS);
    vi.useRealTimers();
  });

  it("are given one by one, in the order in which they were asked for", async () => {
    for (const name of ["a", "b", "c"]) wait(name);
    expect(given).toEqual([]);
    await rounds(1);
    expect(given).toEqual(["a"]);
    await rounds(2);
    expect(given).toEqual(["a", "b", "c"]);
  });

  it("are put off until short requests are answered, all that are under way", async () => {
    beginShortRequest();
    beginShortRequest();
    wait("a");
    await vi.advanceTimersByTimeAsync(1);
    endShortRequest();
    await vi.advanceTimersByTimeAsync(1);
    expect(given).toEqual([]);
    endShortRequest();
    await rounds(1);
    expect(given).toEqual(["a"]);
  });

  it("are put off for a while only, and once for one that stands still", async () => {
    beginShortRequest();
    wait("a");
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(given).toEqual(["a"]);
    wait("b");
    await rounds(1);
    expect(given).toEqual(["a", "b"]);
    beginShortRequest();
    wait("c");
    await vi.advanceTimersByTimeAsync(1);
    expect(given).toEqual(["a", "b"]);
    endShortRequest();
    endShortRequest();
    await rounds(1);
    expect(given).toEqual(["a", "b", "c"]);
  });
});

describe("slices of long work", () => {
  it("are short, and shorter when they ask for that", () => {
    expect(sliceMsNow(5)).toBeLessThan(2);
    expect(sliceMsNow(0.5)).toBe(0.5);
    const clock = new ManualClock(0);
    const slices = new Slices(clock, 5);
    expect(slices.isOver()).toBe(false);
    clock.advance(2);
    expect(slices.isOver()).toBe(true);
  });

  it("are as long as they ask to be while short requests come without a pause", async () => {
    for (let i = 0; i < 10; i++) {
      beginShortRequest();
      await nextTurn();
      beginShortRequest();
      endShortRequest();
    }
    expect(sliceMsNow(5)).toBe(5);
    const clock = new ManualClock(0);
    const slices = new Slices(clock, 5);
    clock.advance(4);
    expect(slices.isOver()).toBe(false);
    clock.advance(1);
    expect(slices.isOver()).toBe(true);
    for (let i = 0; i < 10; i++) endShortRequest();
    for (let i = 0; i < 40; i++) await nextTurn();
    expect(sliceMsNow(5)).toBeLessThan(2);
  });

  it("are short while there are pauses between short requests", async () => {
    for (let i = 0; i < 20; i++) {
      beginShortRequest();
      await nextTurn();
      endShortRequest();
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      expect(sliceMsNow(5)).toBeLessThan(2);
    }
  });
});
