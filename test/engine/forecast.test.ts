import { describe, expect, it } from "vitest";
import type { ManualClock } from "../../src/base/clock.ts";
import { heapForecast } from "../../src/engine/forecast.ts";
import type { Store } from "../../src/engine/store.ts";
import { filledStore } from "./filled-store.ts";
import { restarted } from "./restart-fixture.ts";
import { SETTINGS, START_MS, storeAt } from "./store-fixtures.ts";

/** What the heap shows when the forecast purges have been done, with a collection after each. */
function whatHappens(store: Store, clock: ManualClock) {
  const { purges } = heapForecast(store);
  return purges.map(({ purgeTimeMs }) => {
    clock.set(purgeTimeMs);
    store.settle();
    store.heap.collect();
    store.verify();
    const { inUseBytes, allocatedBytes } = store.heap;
    return [store.chunks.count, inUseBytes, allocatedBytes, inUseBytes - allocatedBytes];
  });
}

function forecast(store: Store) {
  return heapForecast(store).purges.map((point) => [
    point.chunkCount,
    point.inuseBytes,
    point.allocBytes,
    point.unusedBytes,
  ]);
}

describe("heap forecast", () => {
  it("is what happens after each purge when nothing is stored any more", () => {
    const { store, clock } = filledStore(150, 9);
    const expected = forecast(store);
    expect(expected[0]?.[0]).toBe(150 * 7);
    expect(whatHappens(store, clock)).toEqual(expected);
  });

  it.each(["exact", "grow", "class"] as const)(
    "is what happens after a restart with %s capacity in shuffled order",
    async (capacity) => {
      const { store: before, clock } = filledStore(150, 8, { gogcPercent: null });
      const store = await restarted(before, clock, capacity, "shuffled");
      const expected = forecast(store);
      expect(whatHappens(store, clock)).toEqual(expected);
    },
  );

  it("rises before it falls after the incident's restart, and ends with nothing", async () => {
    const { store: before, clock } = filledStore(300, 8);
    const gapBefore = heapForecast(before).now.unusedBytes;
    const { now, purges } = heapForecast(await restarted(before, clock, "exact", "shuffled"));
    const gaps = purges.map(({ unusedBytes }) => unusedBytes);
    expect(Math.max(...gaps)).toBeGreaterThan(2 * now.unusedBytes);
    expect(Math.max(...gaps)).toBeGreaterThan(2 * gapBefore);
    expect(purges.at(-1)).toMatchObject({ chunkCount: 0, inuseBytes: 0, allocBytes: 0 });
  });

  it("says what a collection now would leave", () => {
    const { store } = filledStore(100, 3);
    const { now } = heapForecast(store);
    store.heap.collect();
    expect(now.inuseBytes).toBe(store.heap.inUseBytes);
    expect(now.allocBytes).toBe(store.heap.allocatedBytes);
  });

  it("names the times of the purges", () => {
    const { store } = storeAt(START_MS + 60_000);
    const { purges } = heapForecast(store);
    const { windowMs } = SETTINGS;
    expect(purges.map(({ afterMs }) => afterMs / windowMs)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(purges[0]?.purgeTimeMs).toBe(START_MS + windowMs);
  });
});
