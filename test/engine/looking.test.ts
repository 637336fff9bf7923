/**
 * Looking changes nothing: two stores from one seed, one of them looked at all the time.
 */
import { describe, expect, it } from "vitest";
import { type ChunkRef, type PageIndex, pageOfAddress } from "../../src/base/units.ts";
import { heapForecast } from "../../src/engine/forecast.ts";
import { heapStatus } from "../../src/engine/heap-status.ts";
import { allocationOrigins } from "../../src/engine/heap-status-origins.ts";
import { listSpans } from "../../src/engine/heap-status-spans.ts";
import type { Store } from "../../src/engine/store.ts";
import { CLASS_COUNT } from "../../src/heap/size-classes.ts";
import { fill } from "./filled-store.ts";
import { SETTINGS, START_MS, storeAt } from "./store-fixtures.ts";

const STEP_MS = 3_600_000;

/** Where every chunk lies, and every figure of the heap. */
function placement(store: Store): unknown {
  const { chunks, heap } = store;
  const places: string[] = [];
  for (let chunk = 0 as ChunkRef; chunk < chunks.upperBound; chunk++) {
    if (!chunks.isLive(chunk)) continue;
    const address = chunks.addressOf(chunk);
    const span = heap.store.spans.spanAt(pageOfAddress(address) as PageIndex);
    places.push(`${chunk} ${address} ${heap.store.spans.serialOf(span)}`);
  }
  const { gcPauseSumSeconds, gcPauseQuantilesSeconds, ...figures } = heap.stats();
  return { places, figures };
}

function look(store: Store): void {
  store.heap.stats();
  for (let c = 0; c < CLASS_COUNT; c++) store.heap.classStats(c);
  heapForecast(store);
  heapStatus(store);
  allocationOrigins(store);
  listSpans(store, 0, 1_000_000);
}

describe("looking at the heap", () => {
  it("moves nothing, counts nothing, collects nothing", () => {
    const looked = storeAt(START_MS);
    const left = storeAt(START_MS);
    for (let at = START_MS; at < START_MS + 9.5 * SETTINGS.windowMs; at += STEP_MS) {
      fill(looked.store, looked.clock, 120, at + STEP_MS);
      look(looked.store);
      fill(left.store, left.clock, 120, at + STEP_MS);
    }
    look(looked.store);
    expect(left.store.chunks.count).toBe(120 * 8);
    expect(placement(looked.store)).toEqual(placement(left.store));
  });
});
