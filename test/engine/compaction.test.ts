import { describe, expect, it } from "vitest";
import type { ManualClock } from "../../src/base/clock.ts";
import type { ChunkRef, SeriesRef } from "../../src/base/units.ts";
import { heapForecast } from "../../src/engine/forecast.ts";
import type { Store } from "../../src/engine/store.ts";
import { packableBytes } from "../../src/heap/evacuation-plan.ts";
import { fill, filledStore } from "./filled-store.ts";
import { restarted } from "./restart-fixture.ts";
import { append, SETTINGS, storeAt } from "./store-fixtures.ts";

const SERIES_COUNT = 1000;

function gapOf(store: Store): number {
  return heapForecast(store).now.unusedBytes;
}

/** Every chunk's stream by series and window, with its capacity. */
function streams(store: Store): Map<string, string> {
  const { chunks } = store;
  const found = new Map<string, string>();
  for (let chunk = 0 as ChunkRef; chunk < chunks.upperBound; chunk++) {
    if (!chunks.isLive(chunk)) continue;
    const start = chunks.offsetOf(chunk);
    const bytes = chunks.bytesOf(chunk).slice(start, start + chunks.byteLengthOf(chunk));
    const key = `${chunks.seriesOf(chunk)}/${chunks.windowOf(chunk)}/${chunks.firstTimeOf(chunk)}`;
    found.set(key, `${chunks.capacityOf(chunk)} ${Buffer.from(bytes).toString("base64")}`);
  }
  return found;
}

/** The incident: restarted with exact capacities in random order, five windows later. */
async function fragmented(
  settings = {},
): Promise<{ store: Store; clock: ManualClock; gap: number }> {
  const { store: before, clock } = filledStore(SERIES_COUNT, 8);
  const gap = gapOf(before);
  const store = await restarted(before, clock, "exact", "shuffled", settings);
  fill(store, clock, SERIES_COUNT, clock.nowMs() + 5 * SETTINGS.windowMs);
  return { store, clock, gap };
}

describe("compaction", () => {
  it("brings the gap back to what it was before the restart, and changes no byte", async () => {
    const { store, gap } = await fragmented();
    const before = streams(store);
    const done = store.compaction.start();
    store.settle();
    const result = await done;
    store.verify();
    expect(streams(store)).toEqual(before);
    expect(result.unusedBytesBefore).toBeGreaterThan(2.5 * gap);
    expect(result.unusedBytesAfter).toBeLessThanOrEqual(gap);
    expect(result.unusedBytesAfter).toBe(store.heap.inUseBytes - store.heap.allocatedBytes);
    expect(result.movedChunkCount).toBeGreaterThan(0);
    expect(packableBytes(store.heap)).toBeLessThanOrEqual(0.005 * store.heap.inUseBytes);
    expect(store.compaction.isRunning).toBe(false);
  });

  it("goes on in steps between writes that change the heap under it", async () => {
    const { store, clock, gap } = await fragmented();
    const refs: SeriesRef[] = [];
    for (let s = 0; s < store.head.index.series.upperBound; s++) {
      if (store.head.index.series.isLive(s)) refs.push(s as SeriesRef);
    }
    const done = store.compaction.start();
    let turn = 0;
    while (store.compaction.work()) {
      store.heap.background(7);
      clock.advance(100);
      for (let i = 0; i < 20; i++) {
        const series = refs[turn++ % refs.length];
        if (series !== undefined) append(store, series, clock.nowMs(), Math.sin(turn));
      }
      if (turn % 400 === 0) store.verify();
    }
    const { unusedBytesAfter, passCount } = await done;
    store.verify();
    expect(passCount).toBeGreaterThanOrEqual(1);
    expect(unusedBytesAfter).toBeLessThan(2 * gap);
  });

  it("lets the forecast be what then happens", async () => {
    const { store, clock } = await fragmented();
    const done = store.compaction.start();
    store.settle();
    await done;
    const { purges } = heapForecast(store);
    for (const { purgeTimeMs, unusedBytes } of purges) {
      clock.set(purgeTimeMs);
      store.settle();
      store.heap.collect();
      expect(store.heap.inUseBytes - store.heap.allocatedBytes).toBe(unusedBytes);
    }
  });

  it("leaves a heap alone that has nothing to pack", async () => {
    const { store } = storeAt(0);
    const done = store.compaction.start();
    store.settle();
    expect(await done).toMatchObject({ passCount: 0, movedChunkCount: 0, unusedBytesAfter: 0 });
  });

  it("begins of itself only above the threshold", async () => {
    const { store: quiet } = await fragmented({ compactThresholdPercent: 90 });
    expect(quiet.compaction.totals.runs).toBe(0);
    const { store } = await fragmented({ compactThresholdPercent: 5 });
    expect(store.compaction.totals.runs).toBeGreaterThan(0);
    expect(packableBytes(store.heap)).toBeLessThan(0.1 * store.heap.inUseBytes);
    store.verify();
  });

  it("gives who asks twice one run, and an error when the store goes away", async () => {
    const { store } = filledStore(50, 3);
    const asked = [store.compaction.start(), store.compaction.start()];
    expect(store.compaction.totals.runs).toBe(1);
    store.compaction.abandon();
    for (const one of asked) await expect(one).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(store.compaction.isRunning).toBe(false);
  });
});
