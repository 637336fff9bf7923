/**
 * 72 simulated hours of 2,000 series at 15 s, with a restart in the middle, on a clock that the
 * test moves.
 */
import { describe, expect, it } from "vitest";
import { Prng } from "../../src/base/prng.ts";
import type { SeriesRef } from "../../src/base/units.ts";
import { SampleColumns } from "../../src/chunk/sample-columns.ts";
import type { Store } from "../../src/engine/store.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { Matcher } from "../../src/series/matcher.ts";
import { restarted } from "./restart-fixture.ts";
import { append, HOUR_MS, SETTINGS, START_MS, seriesOf, storeAt } from "./store-fixtures.ts";

const SERIES_COUNT = 2_000;
const STEP_MS = 15_000;
const HOURS = 72;
const RESTART_HOUR = 36;
const WINDOW_MS = SETTINGS.windowMs;

/** The value of a series at a time: a counter with jumps, the same whenever it is asked for. */
function valueAt(series: number, timeMs: number): number {
  return Math.floor((timeMs - START_MS) / STEP_MS) * (1 + (series % 7)) + (series % 13);
}

function register(store: Store): SeriesRef[] {
  return Array.from({ length: SERIES_COUNT }, (_, i) =>
    seriesOf(store, [
      ["__name__", `metric_${i % 20}`],
      ["i", `${i}`],
    ]),
  );
}

/** Oldest time that must be there at `nowMs`: the start of the seventh window before this one. */
function oldestKept(nowMs: number): number {
  return Math.max(START_MS, Math.floor(nowMs / WINDOW_MS) * WINDOW_MS - 7 * WINDOW_MS);
}

function check(store: Store, nowMs: number, random: Prng): void {
  store.verify();
  const windows = store.head.windows.numbers();
  const wanted: number[] = [];
  for (let t = oldestKept(nowMs); t < nowMs; t += WINDOW_MS) wanted.push(t / WINDOW_MS);
  expect(windows).toEqual(wanted);
  for (const window of windows) expect(store.head.windows.countOf(window)).toBe(SERIES_COUNT);
  const samples = new SampleColumns();
  for (let k = 0; k < 5; k++) {
    const i = random.below(SERIES_COUNT);
    samples.clear();
    const set = new HeadSource(store.head).select([new Matcher("=", "i", `${i}`)], 0, nowMs);
    expect(set.count).toBe(1);
    set.read(0, 0, nowMs, samples);
    let at = 0;
    for (let t = oldestKept(nowMs); t < nowMs; t += STEP_MS, at++) {
      if (samples.times[at] !== t || samples.values[at] !== valueAt(i, t)) {
        expect([samples.times[at], samples.values[at]]).toEqual([t, valueAt(i, t)]);
      }
    }
    expect(samples.length).toBe(at);
  }
}

describe("72 simulated hours", () => {
  it("hold exactly the eight windows at every hour, through a restart at hour 36", async () => {
    const random = new Prng(72);
    let { clock, store } = storeAt(START_MS);
    let refs = register(store);
    for (let hour = 1; hour <= HOURS; hour++) {
      for (let t = 0; t < HOUR_MS; t += STEP_MS) {
        const nowMs = clock.nowMs();
        if (t % 120_000 === 0) store.settle();
        for (let i = 0; i < SERIES_COUNT; i++) {
          if (append(store, refs[i] as SeriesRef, nowMs, valueAt(i, nowMs)) !== 0) {
            throw new Error(`refused at ${nowMs}`);
          }
        }
        // The reading is in the last millisecond of an hour, before the next window can begin.
        clock.advance(t + STEP_MS < HOUR_MS ? STEP_MS : STEP_MS - 1);
      }
      store.settle();
      check(store, clock.nowMs(), random);
      if (hour === RESTART_HOUR) {
        const before = store;
        store = await restarted(before, clock);
        refs = register(store);
        check(store, clock.nowMs(), random);
        expect(store.head.sampleCount).toBe(before.head.sampleCount);
      }
      clock.advance(1);
    }
  });
});
