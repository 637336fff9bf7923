/**
 * The page's table of spans, kept up to date in portions: whatever comes and goes in the heap, it
 * has in the end what a table has that is read anew.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SyntheticHeap } from "../../bench/page/synthetic-heap.ts";
import { SpanListing } from "../../src/web/heap/span-listing.ts";
import type { SpanTable } from "../../src/web/heap/span-table.ts";

const PAGES = 200_000;
let heap: SyntheticHeap;
let asked: URLSearchParams[] = [];

async function readAll(listing: SpanListing): Promise<SpanTable> {
  while (!listing.isWhole) await listing.step(null);
  return listing.table!;
}

/** Everything that a table says of its spans. */
function contentOf(table: SpanTable): number[][] {
  return Array.from({ length: table.count }, (_, span) => [
    ...[table.pageOf(span), table.pageCountOf(span), table.classOf(span), table.slotsOf(span)],
    ...[table.liveOf(span), table.lastWindowOf(span), table.mainOriginOf(span)],
  ]);
}

function overlaps(table: SpanTable): number {
  let found = 0;
  for (let span = 1; span < table.count; span++) {
    if (table.pageOf(span - 1) + table.pageCountOf(span - 1) > table.pageOf(span)) found++;
  }
  return found;
}

beforeEach(() => {
  heap = new SyntheticHeap(PAGES, 1);
  asked = [];
  vi.stubGlobal("sessionStorage", { getItem: () => null });
  vi.stubGlobal("fetch", (url: string) => {
    const query = new URLSearchParams(url.split("?")[1]);
    asked.push(query);
    return Promise.resolve(new Response(new Uint8Array(heap.reply(query))));
  });
});

afterEach(() => vi.unstubAllGlobals());

describe("a span listing", () => {
  it("shows what it has read while it reads", async () => {
    const listing = new SpanListing();
    expect([listing.table, listing.part, listing.isWhole]).toEqual([null, 0, false]);
    await listing.step(null);
    const { part } = listing;
    expect(part).toBeGreaterThan(0.1);
    expect(part).toBeLessThan(0.9);
    expect(listing.table!.count).toBe(32_768);
    expect((await readAll(listing)).count).toBe(heap.count);
    expect(listing.part).toBe(1);
  });

  it("goes through the whole heap in turn, and ends with what is there now", async () => {
    const listing = new SpanListing();
    const table = await readAll(listing);
    const portions = asked.length;
    heap = new SyntheticHeap(PAGES, 2);
    for (let i = 0; i < portions + 1; i++) {
      await listing.step(null);
      expect(overlaps(table)).toBe(0);
    }
    expect(contentOf(table)).toEqual(contentOf(await readAll(new SpanListing())));
    expect(table.classes).toEqual((await readAll(new SpanListing())).classes);
  });

  it("asks for no more spans than there can be in view, and leaves the others", async () => {
    const listing = new SpanListing();
    const table = await readAll(listing);
    const before = contentOf(table);
    const [from, end] = [heap.firstPage + 70_000, heap.firstPage + 70_500];
    heap = new SyntheticHeap(PAGES, 3);
    const { fromPage, endPage, spanCount } = await listing.step([from, end]);
    expect(asked.at(-1)!.get("limit")).toBe("500");
    expect(spanCount).toBeLessThanOrEqual(500);
    expect(fromPage).toBeLessThanOrEqual(from);
    expect(endPage).toBeGreaterThanOrEqual(end);
    const now = contentOf(await readAll(new SpanListing()));
    const isRenewed = ([page]: number[]) => page! >= fromPage && page! < endPage;
    const expected = [...before.filter((span) => !isRenewed(span)), ...now.filter(isRenewed)];
    expect(contentOf(table)).toEqual(expected.toSorted(([a], [b]) => a! - b!));
    expect(overlaps(table)).toBe(0);
  });

  it("follows a heap that grows, and one that shrinks", async () => {
    const listing = new SpanListing();
    const table = await readAll(listing);
    for (const pages of [2 * PAGES, PAGES / 8]) {
      heap = new SyntheticHeap(pages, 4);
      for (let i = 0; i < 20; i++) await listing.step(null);
      expect(table.endPage).toBe(heap.endPage);
      expect(contentOf(table)).toEqual(contentOf(await readAll(new SpanListing())));
    }
  });

  it("reads anew when windows have changed, and shows the old until that is whole", async () => {
    const listing = new SpanListing();
    const old = await readAll(listing);
    heap = new SyntheticHeap(PAGES, 5);
    heap.windowStartsMs.push(heap.windowStartsMs.at(-1)! + 14_400_000);
    await listing.step(null);
    expect(listing.isWhole).toBe(false);
    expect(listing.table).toBe(old);
    const table = await readAll(listing);
    expect(table).not.toBe(old);
    expect(table.windowStartsMs).toHaveLength(9);
    expect(contentOf(table)).toEqual(contentOf(await readAll(new SpanListing())));
  });

  it("asks once when it is told to twice at the same time", async () => {
    const listing = new SpanListing();
    const [one, other] = await Promise.all([listing.step(null), listing.step(null)]);
    expect(one).toBe(other);
    expect(asked).toHaveLength(1);
  });
});
