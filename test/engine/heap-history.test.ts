import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FULL, HeapMapDrawing } from "../../src/engine/heap-map.ts";
import { chunkDetail, listChunks } from "../../src/engine/heap-status-chunks.ts";
import { listSpans } from "../../src/engine/heap-status-spans.ts";
import { ThinnedHistory } from "../../src/engine/thinned-history.ts";
import { filledStore } from "./filled-store.ts";

const noPause = () => Promise.resolve();

describe("a thinned history", () => {
  it("is bounded, reaches back as far as asked for, and keeps its distances", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 400 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 8, max: 20 }), (gaps, capacity) => {
        const history = new ThinnedHistory<{ timeMs: number }>(capacity, 5, 1000);
        const pushed: number[] = [];
        let timeMs = 0;
        for (const gap of gaps) {
          timeMs += gap;
          pushed.push(timeMs);
          history.push({ timeMs });
        }
        const times = history.frames.map((frame) => frame.timeMs);
        expect(times.length).toBeLessThanOrEqual(capacity);
        times.forEach((time, i) => {
          expect(pushed).toContain(time);
          const before = times[i - 1];
          if (before !== undefined) expect(time - before).toBeGreaterThanOrEqual(5);
        });
        const [first, newest] = [pushed[0], pushed.at(-1)];
        if (first === undefined || newest === undefined) return;
        // What is kept reaches back to the start, or nearly as far as was asked for.
        const oldest = times[0] as number;
        expect(oldest - first <= history.intervalMs || newest - oldest >= 500).toBe(true);
      }),
    );
  });

  it("finds the frame of a moment", () => {
    const history = new ThinnedHistory<{ timeMs: number }>(8, 1, 100);
    expect(history.at(5)).toBeUndefined();
    for (const timeMs of [10, 20, 30]) history.push({ timeMs });
    expect([5, 10, 29, 30, 99].map((timeMs) => history.at(timeMs)?.timeMs)).toEqual([
      10, 10, 20, 30, 30,
    ]);
  });
});

describe("a heap map", () => {
  it("has a cell a page in a small heap, coloured by the page's span", () => {
    const { store } = filledStore(100, 5);
    const listing = listSpans(store, 0, 100_000);
    const drawing = new HeapMapDrawing(listing);
    for (let page = 0, more = true; more; ) {
      const part = listSpans(store, page, 7);
      drawing.add(part);
      page = part.nextPage;
      more = page !== 0;
    }
    const map = drawing.finish(1);
    expect(map.pagesPerCell).toBe(1);
    const expected = new Array(map.fill.length).fill("idle");
    for (let i = 0; i < listing.count; i++) {
      const fill = 1 + Math.floor(((FULL - 1) * listing.live[i]!) / listing.slots[i]!);
      const window = 32 - Math.clz32(listing.windowsLow[i]!);
      const origins = [...listing.origins.subarray(i * 4, i * 4 + 4)];
      const most = Math.max(...origins);
      const origin = most === 0 ? 0 : 1 + origins.indexOf(most);
      const from = listing.pages[i]! - map.firstPage;
      const cell = [fill, 1 + listing.classes[i]!, window, origin].join();
      expected.fill(cell, from, from + listing.pageCounts[i]!);
    }
    const drawn = [...map.fill].map((fill, cell) =>
      fill === 0 ? "idle" : [fill, map.classes[cell], map.windows[cell], map.origins[cell]].join(),
    );
    expect(drawn).toEqual(expected);
  });
});

describe("the chunks of a part of the heap", () => {
  it("are all chunks that begin there, each in its slot", async () => {
    const { store } = filledStore(60, 5);
    const { chunks, heap } = store;
    const all = await listChunks(store, 0, heap.pages.endPage, noPause);
    expect(all.chunk.length).toBe(chunks.count);
    expect(all.isCut).toBe(false);
    const spans = listSpans(store, 0, 100_000);
    const live = new Map([...spans.pages].map((page, i) => [page, spans.live[i]]));
    for (const [page, count] of live) {
      const part = await listChunks(store, page, page + 1, noPause);
      const here = all.page.filter((one) => one === page).length;
      expect(here).toBe(count);
      expect(part.page.every((one) => one === page)).toBe(true);
      expect(new Set(part.slot).size).toBe(part.slot.length);
    }
  });

  it("can be opened one by one, while they lie there", async () => {
    const { store } = filledStore(60, 5);
    const listing = await listChunks(store, 0, store.heap.pages.endPage, noPause);
    let samples = 0;
    listing.chunk.forEach((chunk, i) => {
      const address = store.chunks.addressOf(chunk as never);
      const detail = chunkDetail(store, chunk, address);
      samples += detail.sampleCount;
      expect(detail.sampleCount).toBe(listing.samples[i]);
      expect(detail.values.length).toBe(Math.min(1000, detail.sampleCount));
      expect(detail.labels["__name__"]).toBeDefined();
      expect(detail.windowStartMs).toBe(listing.windowStartsMs[listing.window[i]!]);
      expect(() => chunkDetail(store, chunk, address + 8)).toThrow(/has moved or gone/);
    });
    expect(samples).toBe(store.head.sampleCount);
    expect(() => chunkDetail(store, 1e6, 0)).toThrow(/no chunk 1000000/);
  });
});
