import { describe, expect, it } from "vitest";
import { TsdbError } from "../../src/base/errors.ts";
import type { Store } from "../../src/engine/store.ts";
import { CHUNKS_MAX, KEYS_END } from "../../src/kernel/code/layout.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";
import { HOUR_MS, START_MS, storeAt } from "./store-fixtures.ts";

type Series = readonly [labels: Record<string, string>, ...samples: (readonly [number, number])[]];

const batch = new WriteBatch();

function write(store: Store, ...series: Series[]) {
  const encoder = new WriteRequestEncoder();
  for (const [labels, ...samples] of series) {
    encoder.beginSeries();
    for (const [name, value] of Object.entries(labels)) encoder.label(name, value);
    for (const [time, value] of samples) encoder.sample(time, value);
    encoder.endSeries();
  }
  scanWriteRequest(encoder.finish(), batch);
  return store.write(batch);
}

const up = (job: string) => ({ __name__: "up", job });

describe("a write request", () => {
  it("stores what can be stored and names the first refused case of each kind", () => {
    const { store } = storeAt(START_MS);
    write(store, [up("a"), [START_MS, 1]]);
    const outcome = write(
      store,
      [up("a"), [START_MS - 1, 1], [START_MS, 1], [START_MS, 2], [START_MS + 5, 3]],
      [up("b"), [START_MS - 40 * HOUR_MS, 1]],
      [up("c"), [START_MS + HOUR_MS, 1], [START_MS, 4]],
      [{ job: "nameless" }, [START_MS, 1]],
    );
    expect(outcome.samplesStored).toBe(2);
    expect(outcome.samplesUnchanged).toBe(1);
    expect(outcome.refusals.map(({ reason, count }) => [reason, count])).toEqual([
      ["out of order sample", 1],
      ["duplicate sample for timestamp", 1],
      ["too old sample", 1],
      ["sample is too far in the future", 1],
      ["invalid labels", 1],
    ]);
    expect(outcome.refusals[0]?.first).toContain('up{job="a"}');
    expect(outcome.refusals.at(-1)?.first).toContain("no metric name");
  });

  it("makes no series for samples that cannot be stored", () => {
    const { store } = storeAt(START_MS);
    write(
      store,
      [up("old"), [START_MS - 40 * HOUR_MS, 1]],
      [up("future"), [START_MS + HOUR_MS, 1]],
    );
    expect(store.head.index.series.liveCount).toBe(0);
    expect(store.head.index.symbols.liveCount).toBe(0);
  });

  it("past the series limit stores the samples of known series and names the limit", () => {
    const { store } = storeAt(START_MS, { seriesMax: 2 });
    write(store, [up("a"), [START_MS, 1]], [up("b"), [START_MS, 1]]);
    const outcome = write(store, [up("c"), [START_MS + 1, 1]], [up("a"), [START_MS + 1, 1]]);
    expect(outcome.samplesStored).toBe(1);
    expect(outcome.refusals).toHaveLength(1);
    expect(outcome.refusals[0]?.first).toContain("the limit is 2 series");
  });

  it("takes no more series than have a chunk in each window, whatever the limit is", () => {
    const { store } = storeAt(START_MS, { seriesMax: 1e9, windowCount: 64 });
    expect(store.head.index.seriesMax).toBe(CHUNKS_MAX / 64);
  });

  it("without room for label bytes stores the samples of known series and says so", () => {
    const { store } = storeAt(START_MS);
    write(store, [up("a"), [START_MS, 1]]);
    // As if so many were held.
    Object.assign(store.head.index.keys, { end: KEYS_END - (16 << 20) });
    const outcome = write(store, [up("b"), [START_MS + 1, 1]], [up("a"), [START_MS + 1, 1]]);
    expect(outcome.samplesStored).toBe(1);
    expect(outcome.refusals[0]?.first).toContain("label bytes of series have no more room");
  });

  it("past the heap limit stores nothing, says so, and is taken again when there is room", () => {
    const { clock, store } = storeAt(START_MS, { heapLimitBytes: 4 << 20 });
    let refused: unknown = null;
    for (let i = 0; i < 100_000 && refused === null; i++) {
      try {
        write(store, [up(`job-${i}`), [START_MS, i]]);
      } catch (error) {
        refused = error;
      }
    }
    expect(refused).toBeInstanceOf(TsdbError);
    expect((refused as TsdbError).code).toBe("HEAP_LIMIT");
    expect(store.heap.inUseBytes).toBeLessThanOrEqual(4 << 20);
    const held = store.head.sampleCount;
    expect(held).toBe(store.head.index.series.liveCount);
    clock.advance(32 * HOUR_MS);
    store.settle();
    expect(write(store, [up("later"), [clock.nowMs(), 1]]).samplesStored).toBe(1);
    store.verify();
  });

  it("near the heap limit collects in steps, and takes writes again once there is room", () => {
    const { clock, store } = storeAt(START_MS, { heapLimitBytes: 4 << 20, gogcPercent: null });
    const refusedNow = (name: string): boolean => {
      const series = Array.from({ length: 200 }, (_, i): Series => {
        return [{ ...up(name), i: `${i}` }, [clock.nowMs(), 1]];
      });
      try {
        write(store, ...series);
        return false;
      } catch {
        return true;
      }
    };
    let count = 0;
    while (!refusedNow(`job-${count}`)) count++;
    clock.advance(32 * HOUR_MS);
    expect(refusedNow("at once")).toBe(true);
    while (store.head.purgeStep(1000));
    const spans = store.heap.pages.spanPages;
    const before = store.heap.cycleCount;
    let refusals = 0;
    while (refusals < 100 && refusedNow(`later-${refusals}`)) refusals++;
    expect(store.heap.cycleCount).toBe(before + 1);
    expect(refusals).toBeLessThan(Math.max(2, spans / 100));
    store.verify();
  });
});
