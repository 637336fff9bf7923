import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { GuardedClock } from "../../src/base/guarded-clock.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 0, 2, 12);

/** A machine whose clock can be set while its monotonic clock goes on. */
class Machine implements Clock {
  wallMs = START_MS;
  runningMs = 500;

  nowMs(): number {
    return Math.round(this.wallMs);
  }

  monotonicMs(): number {
    return this.runningMs;
  }

  pass(ms: number): void {
    this.wallMs += ms;
    this.runningMs += ms;
  }
}

function guarded() {
  const machine = new Machine();
  const news: string[] = [];
  const clock = new GuardedClock(machine, (what, stepMs) => news.push(`${what} ${stepMs}`));
  /** Lets time pass in steps of a second, as the heartbeat reads it. */
  const run = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1000) {
      machine.pass(1000);
      clock.nowMs();
    }
  };
  return { machine, clock, news, run };
}

describe("a guarded clock", () => {
  it("is the machine's clock while that goes on as the monotonic one does", () => {
    const { machine, clock, news } = guarded();
    for (const ms of [1, 0.25, 1000, DAY_MS]) {
      machine.pass(ms);
      expect(clock.nowMs()).toBe(machine.nowMs());
    }
    expect(news).toEqual([]);
  });

  it("follows small corrections at once, in either direction and whatever their sum", () => {
    const { machine, clock, news } = guarded();
    for (const ms of [400, -9000, 10_000, 10_000, 10_000, -5]) {
      machine.wallMs += ms;
      expect(clock.nowMs()).toBe(machine.nowMs());
    }
    expect(news).toEqual([]);
  });

  it.each([3 * DAY_MS, -3 * DAY_MS, 11_000])("takes over a step of %i ms after an hour", (step) => {
    const { machine, clock, news, run } = guarded();
    machine.wallMs += step;
    expect(clock.nowMs()).toBe(START_MS);
    run(HOUR_MS - 2000);
    expect(clock.nowMs()).toBe(START_MS + HOUR_MS - 2000);
    expect(clock.steps()).toEqual({ seenCount: 1, adoptedCount: 0, stepMs: step });
    run(2000);
    expect(clock.nowMs()).toBe(machine.nowMs());
    expect(clock.steps()).toEqual({ seenCount: 1, adoptedCount: 1, stepMs: 0 });
    expect(news).toEqual([`seen ${step}`, `adopted ${step}`]);
  });

  it("forgets a step that is taken back, and begins the hour anew for another one", () => {
    const { machine, clock, news, run } = guarded();
    machine.wallMs += DAY_MS;
    run(HOUR_MS - 5000);
    machine.wallMs -= DAY_MS;
    run(1000);
    machine.wallMs += DAY_MS;
    run(HOUR_MS / 2);
    machine.wallMs += DAY_MS;
    run(HOUR_MS - 5000);
    expect(clock.nowMs()).toBe(machine.nowMs() - 2 * DAY_MS);
    const day = `${DAY_MS}`;
    expect(news).toEqual([`seen ${day}`, `withdrawn ${day}`, `seen ${day}`, `seen ${2 * DAY_MS}`]);
    run(6000);
    expect(clock.nowMs()).toBe(machine.nowMs());
    expect(clock.steps().seenCount).toBe(3);
  });

  it("lets a step that has not stood be corrected in small steps", () => {
    const { machine, clock, run } = guarded();
    machine.wallMs += DAY_MS;
    for (let minute = 0; minute < 61; minute++) {
      machine.wallMs -= 300;
      run(60_000);
    }
    expect(clock.nowMs()).toBe(machine.nowMs());
    expect(clock.steps().seenCount).toBe(1);
  });
});
