import { describe, expect, it } from "vitest";
import {
  type ChunkRef,
  type PageIndex,
  pageOfAddress,
  type SpanRef,
} from "../../src/base/units.ts";
import { collectInSteps } from "../../src/engine/heap-collection.ts";
import { heapStatus } from "../../src/engine/heap-status.ts";
import { allocationOrigins } from "../../src/engine/heap-status-origins.ts";
import { listSpans, SPAN_CACHED } from "../../src/engine/heap-status-spans.ts";
import { filledStore } from "./filled-store.ts";
import { restarted } from "./restart-fixture.ts";
import { SETTINGS } from "./store-fixtures.ts";

describe("the span listing", () => {
  it("has every span in address order, a portion at a time", () => {
    const { store } = filledStore(100, 5);
    const whole = listSpans(store, 0, 1_000_000);
    expect(whole.count).toBe(store.heap.store.spans.inUseCount);
    expect(whole.nextPage).toBe(0);
    const pages: number[] = [];
    let page = 0;
    do {
      const part = listSpans(store, page, 7);
      expect(part.count).toBeLessThanOrEqual(7);
      pages.push(...part.pages);
      page = part.nextPage;
    } while (page !== 0);
    expect(pages).toEqual([...whole.pages]);
    expect(pages).toEqual([...pages].sort((a, b) => a - b));
  });

  it("says of each span what it holds, and of which windows", () => {
    const { store } = filledStore(100, 5);
    const { chunks, heap } = store;
    const listing = listSpans(store, 0, 1_000_000);
    const windows = new Map<SpanRef, Set<number>>();
    for (let chunk = 0 as ChunkRef; chunk < chunks.upperBound; chunk++) {
      if (!chunks.isLive(chunk)) continue;
      const span = heap.store.spans.spanAt(pageOfAddress(chunks.addressOf(chunk)));
      const startMs = chunks.windowOf(chunk) * SETTINGS.windowMs;
      const held = windows.get(span) ?? new Set();
      windows.set(span, held.add(listing.windowStartsMs.indexOf(startMs)));
    }
    const table = heap.store.spans;
    for (let i = 0; i < listing.count; i++) {
      const span = table.spanAt(listing.pages[i] as PageIndex);
      expect(listing.pageCounts[i]).toBe(table.pageCountOf(span));
      expect(listing.classes[i]).toBe(table.classOf(span));
      expect(listing.slots[i]).toBe(table.slotCountOf(span));
      expect(listing.used[i]).toBe(table.allocCountOf(span));
      expect(listing.live[i]).toBe(table.liveCountOf(span));
      const cached = heap.cachedSpanOf(table.classOf(span)) === span;
      expect((listing.flags[i] as number) & SPAN_CACHED).toBe(cached ? SPAN_CACHED : 0);
      const bits = [...(windows.get(span) ?? [])].reduce((mask, bit) => mask | (1 << bit), 0);
      expect(listing.windowsLow[i]).toBe(bits);
      expect(listing.windowsHigh[i]).toBe(0);
    }
  });
});

describe("heap status", () => {
  it("tells what each window holds and what its expiry frees", () => {
    const { store } = filledStore(100, 5);
    const { windows, forecast } = heapStatus(store);
    const sum = (pick: (w: (typeof windows)[number]) => number) =>
      windows.reduce((total, window) => total + pick(window), 0);
    expect(windows.length).toBe(6);
    expect(sum((w) => w.chunkCount)).toBe(store.chunks.count);
    expect(sum((w) => w.liveBytes)).toBe(store.heap.liveBytes);
    expect(sum((w) => w.freedBytes)).toBe(forecast?.now.inuseBytes);
    expect(windows.map(({ expiryMs }) => expiryMs)).toEqual(
      windows.map(({ startMs }) => startMs + 8 * SETTINGS.windowMs),
    );
  });
});

describe("allocation origins", () => {
  it("add up to the heap's own counters, garbage included", async () => {
    const { store: before, clock } = filledStore(100, 9);
    for (const store of [before, await restarted(before, clock, "grow", "shuffled")]) {
      const entries = allocationOrigins(store);
      const sum = (pick: (entry: (typeof entries)[number]) => number) =>
        entries.reduce((total, entry) => total + pick(entry), 0);
      const stats = store.heap.stats();
      expect(sum((e) => e.allocatedBytes)).toBe(stats.totalAllocBytes);
      expect(sum((e) => e.allocatedObjects)).toBe(stats.mallocs);
      expect(sum((e) => e.inuseBytes)).toBe(stats.allocBytes);
      expect(sum((e) => e.inuseObjects)).toBe(stats.heapObjects);
      expect(entries.some(({ origin }) => origin.source === "garbage")).toBe(true);
    }
  });

  it("have no garbage after a collection in steps", async () => {
    const { store } = filledStore(100, 9);
    let turns = 0;
    const cycles = store.heap.cycleCount;
    await collectInSteps(store.heap, async () => void turns++);
    expect(store.heap.cycleCount).toBe(cycles + 1);
    expect(turns).toBeGreaterThan(0);
    const sources = allocationOrigins(store).map(({ origin }) => origin.source);
    expect(sources).not.toContain("garbage");
    expect(store.heap.allocatedBytes).toBe(store.heap.liveBytes);
  });
});
