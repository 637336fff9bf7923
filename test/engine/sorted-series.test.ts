/** Series as remote read has them: in order, and made and sorted between the turns of others. */
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { Slices } from "../../src/base/slices.ts";
import { STEP_LENGTH } from "../../src/base/sort-in-steps.ts";
import { SortedSeries } from "../../src/engine/sorted-series.ts";
import { Labels } from "../../src/series/labels.ts";
import { append, START_MS, seriesOf, storeAt } from "./store-fixtures.ts";

const SERIES = 5000;
const ALL = { matchers: [], fromMs: START_MS, toMs: START_MS + 1000, externalLabels: Labels.empty };

/** Every look at it is a millisecond later than the one before. */
function hastyClock(): Clock {
  let looks = 0;
  return { nowMs: () => START_MS, monotonicMs: () => looks++ };
}

function filledStore() {
  const { store } = storeAt(START_MS);
  store.settle();
  for (let i = 0; i < SERIES; i++) {
    const series = seriesOf(store, [
      ["__name__", `m${i % 7}`],
      ["pod", `pod-${(i * 7919) % SERIES}`],
    ]);
    append(store, series, START_MS, i);
  }
  return store;
}

describe("series in the order of their label sets", () => {
  const store = filledStore();

  it("come as sorting all of them in one go puts them", async () => {
    const series = await SortedSeries.open(store.head, ALL, new Slices(hastyClock(), 1));
    const got = Array.from({ length: series.count }, (_, i) => series.labels(i));
    series.close();
    expect(got).toHaveLength(SERIES);
    expect(got).toEqual([...got].sort((a, b) => Labels.compare(a, b)));
  });

  it("let others run after every label set and every step of the sort", async () => {
    let pauses = 0;
    const pause = async () => void pauses++;
    const series = await SortedSeries.open(store.head, ALL, new Slices(hastyClock(), 0, pause));
    series.close();
    const steps = Math.ceil(SERIES / STEP_LENGTH);
    // All runs are merged two by two until one is left.
    const merges = Math.floor(Math.log2(steps)) * Math.floor(SERIES / STEP_LENGTH / 2);
    expect(pauses).toBeGreaterThan(SERIES + steps + merges);
  });
});
