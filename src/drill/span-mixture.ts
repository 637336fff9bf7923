/**
 * How mixed the heap is: of how many windows the chunks in one span are.
 *
 * A span whose chunks are all of one window is empty, and its pages free, when that window is
 * dropped; one with chunks of eight windows is kept until the last of them is.
 */
import { pageOfAddress, type SpanRef } from "../base/units.ts";
import { NO_CHUNK } from "../chunk/chunk-table.ts";
import type { Store } from "../engine/store.ts";

/** Mean number of windows that the chunks of a span are of; 0 without chunks. */
export function windowsPerSpan(store: Store): number {
  const { head, chunks, heap } = store;
  const lastWindowOf = new Map<SpanRef, number>();
  let pairs = 0;
  for (const window of head.windows.numbers()) {
    let chunk = head.windows.firstOf(window);
    for (; chunk !== NO_CHUNK; chunk = chunks.nextInWindow(chunk)) {
      const span = heap.store.spans.spanAt(pageOfAddress(chunks.addressOf(chunk)));
      if (lastWindowOf.get(span) === window) continue;
      lastWindowOf.set(span, window);
      pairs++;
    }
  }
  return lastWindowOf.size === 0 ? 0 : pairs / lastWindowOf.size;
}
