/**
 * A store on a machine whose clock jumps by days: nothing is dropped before the step has stood for
 * an hour, and what cannot be judged until then is left with its sender.
 */
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import type { TsdbError } from "../../src/base/errors.ts";
import { GuardedClock } from "../../src/base/guarded-clock.ts";
import { Store } from "../../src/engine/store.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";
import { HOUR_MS, SETTINGS, START_MS } from "./store-fixtures.ts";

const DAY_MS = 24 * HOUR_MS;
const SERIES_COUNT = 20;

class Machine implements Clock {
  wallMs = START_MS;
  runningMs = 0;

  nowMs(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return this.runningMs;
  }
}

function started() {
  const machine = new Machine();
  const clock = new GuardedClock(machine, () => {});
  const store = new Store(SETTINGS, clock);
  const batch = new WriteBatch();
  const encoder = new WriteRequestEncoder();

  function write(timeMs: number, prefix = "s") {
    encoder.clear();
    for (let s = 0; s < SERIES_COUNT; s++) {
      encoder.beginSeries();
      encoder.label("__name__", `${prefix}${s}`);
      encoder.sample(timeMs, s);
      encoder.endSeries();
    }
    scanWriteRequest(encoder.finish(), batch);
    return store.write(batch);
  }

  /** Lets time pass with a write a minute, as a sender with the right time makes them. */
  function run(ms: number, senderMs: () => number): void {
    for (let passed = 0; passed < ms; passed += 60_000) {
      machine.wallMs += 60_000;
      machine.runningMs += 60_000;
      expect(write(senderMs()).samplesStored).toBe(SERIES_COUNT);
      store.settle();
    }
  }

  return { machine, clock, store, write, run };
}

describe("a machine whose clock jumps", () => {
  it.each([3 * DAY_MS, -3 * DAY_MS])("by %i ms and back loses nothing", (step) => {
    const { machine, store, run } = started();
    run(9 * HOUR_MS, () => machine.wallMs);
    const { sampleCount } = store.head;
    machine.wallMs += step;
    run(HOUR_MS - 120_000, () => machine.wallMs - step);
    machine.wallMs -= step;
    run(HOUR_MS, () => machine.wallMs);
    expect(store.head.purgedChunkCount).toBe(0);
    expect(store.head.sampleCount).toBe(sampleCount + 118 * SERIES_COUNT);
    store.verify();
  });

  it.each([
    ["ahead", 3 * DAY_MS],
    ["back", -3 * DAY_MS],
  ])("%s for good leaves senders with the new time waiting for an hour", (_word, step) => {
    const { machine, store, write, run } = started();
    run(HOUR_MS, () => machine.wallMs);
    machine.wallMs += step;
    try {
      write(machine.wallMs, "new");
      expect.unreachable();
    } catch (error) {
      expect((error as TsdbError).code).toBe("CLOCK_IN_DOUBT");
      expect((error as TsdbError).message).toContain(`stepped by ${step / 1000} s`);
    }
    expect(store.head.index.series.liveCount).toBe(SERIES_COUNT);
    run(HOUR_MS - 120_000, () => machine.wallMs - step);
    expect(store.head.purgedChunkCount).toBe(0);
    for (let minute = 0; minute < 4; minute++) {
      machine.wallMs += 60_000;
      machine.runningMs += 60_000;
      store.settle();
    }
    expect(write(machine.wallMs, "new").samplesStored).toBe(SERIES_COUNT);
    store.verify();
    expect(store.head.purgedChunkCount).toBe(step > 0 ? SERIES_COUNT : 0);
  });

  it("refuses what no clock would admit as ever", () => {
    const { machine, write } = started();
    machine.wallMs += 3 * DAY_MS;
    const outcome = write(machine.wallMs + 30 * DAY_MS);
    expect(outcome.refusals[0]?.reason).toBe("sample is too far in the future");
  });
});
