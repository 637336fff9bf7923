/**
 * Lets the page look at a synthetic heap: its requests for spans, classes and chunks are answered
 * from there, all others by the service that it comes from.
 *
 * Units: …Bytes bytes; pages are 8 KiB.
 */
import type { BrowserContext } from "playwright-core";
import { SLOT_BYTES } from "../../src/heap/size-classes.ts";
import type { ChunkListing, HeapReply } from "../../src/http/api-types.ts";
import type { SyntheticHeap } from "./synthetic-heap.ts";

const CHUNK_SAMPLES = 960;
const ORIGINS = 4;

function queryOf(url: string): URLSearchParams {
  return new URL(url).searchParams;
}

/** Chunks in the live slots of a page's spans, those of the span's windows in turn. */
function chunksOf(heap: SyntheticHeap, query: URLSearchParams): ChunkListing {
  const from = Number(query.get("from"));
  const pages = Number(query.get("pages") ?? 1);
  const { count, ...columns } = heap.listing(from, pages);
  const listing = {
    ...{ isCut: false, windowStartsMs: heap.windowStartsMs, chunk: [], series: [], page: [] },
    ...{ slot: [], window: [], origin: [], samples: [], bytes: [], capacity: [] },
  } as unknown as ChunkListing;
  for (let span = 0; span < count && columns.pages[span]! < from + pages; span++) {
    const windows = heap.windowStartsMs
      .map((_, i) => i)
      .filter((i) => ((columns.windowsLow[span]! >>> i) & 1) === 1);
    const origins = [...columns.origins.subarray(ORIGINS * span, ORIGINS * span + ORIGINS)];
    const [slots, live] = [columns.slots[span]!, columns.live[span]!];
    for (let i = 0; i < live; i++) {
      const slotBytes = SLOT_BYTES[columns.classes[span]!]!;
      const chunk = columns.pages[span]! * 100 + i;
      listing.chunk.push(chunk);
      listing.series.push(chunk % 1_000_003);
      listing.page.push(columns.pages[span]!);
      listing.slot.push(Math.floor((i * slots) / live));
      listing.window.push(windows[i % windows.length]!);
      listing.origin.push(origins.findIndex((held) => held > 0));
      listing.samples.push(CHUNK_SAMPLES);
      listing.bytes.push(Math.floor(slotBytes * (0.8 + 0.02 * (i % 10))));
      listing.capacity.push(slotBytes);
    }
  }
  return listing;
}

/** Size classes with their slots' sizes. */
const CLASSES = [...SLOT_BYTES.keys()].map((sizeClass) => ({
  ...{ sizeClass, slotBytes: SLOT_BYTES[sizeClass]! },
}));

/** Has the pages of a context look at a synthetic heap. */
export async function showLargeHeap(context: BrowserContext, heap: SyntheticHeap): Promise<void> {
  await context.route("**/api/v1/status/heap/spans.bin*", (route) => {
    const body = Buffer.from(heap.reply(queryOf(route.request().url())));
    return route.fulfill({ contentType: "application/octet-stream", body });
  });
  await context.route("**/api/v1/status/heap/chunks?*", (route) => {
    const data = chunksOf(heap, queryOf(route.request().url()));
    return route.fulfill({ json: { status: "success", data } });
  });
  await context.route("**/api/v1/status/heap", async (route) => {
    const answer = await route.fetch();
    const reply = (await answer.json()) as { data: HeapReply };
    const data = { ...reply.data, classes: CLASSES };
    return route.fulfill({ json: { status: "success", data } });
  });
}
