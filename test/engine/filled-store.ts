/**
 * A store that has run for some windows: every series has a chunk of its own size in each.
 *
 * Units: …Ms milliseconds.
 */
import type { ManualClock } from "../../src/base/clock.ts";
import { Prng } from "../../src/base/prng.ts";
import type { Store, StoreSettings } from "../../src/engine/store.ts";
import { append, SETTINGS, START_MS, seriesOf, storeAt } from "./store-fixtures.ts";

const STEP_MS = 120_000;

/** Stores from the clock's time to `untilMs`; a series' values get wilder with its number. */
export function fill(store: Store, clock: ManualClock, seriesCount: number, untilMs: number): void {
  const random = new Prng(clock.nowMs() % 2 ** 31);
  const refs = Array.from({ length: seriesCount }, (_, i) =>
    seriesOf(store, [
      ["__name__", `metric_${i % 7}`],
      ["i", `${i}`],
    ]),
  );
  for (; clock.nowMs() < untilMs; clock.advance(STEP_MS)) {
    store.settle();
    for (let i = 0; i < seriesCount; i++) {
      const series = refs[i];
      const value = random.below(4) < i % 4 ? random.below(2 ** 31) / 3 : i;
      if (series !== undefined) append(store, series, clock.nowMs(), value);
    }
  }
  store.settle();
}

/** A store with `windows` windows of samples, in the middle of the next one. */
export function filledStore(
  seriesCount: number,
  windows: number,
  settings: Partial<StoreSettings> = {},
) {
  const parts = storeAt(START_MS, settings);
  fill(parts.store, parts.clock, seriesCount, START_MS + (windows + 0.4) * SETTINGS.windowMs);
  return parts;
}
