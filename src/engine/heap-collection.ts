/**
 * A whole collection beside ingestion: runtime.GC() that lets others have their turn.
 */
import type { GoHeap } from "../heap/go-heap.ts";

/** Spans swept between two turns of the others: half a millisecond, two while V8 is cold. */
const STEP_SPANS = 500;

/** Sweeps what is left of the last cycle, then does one more; `pause` gives the others a turn. */
export async function collectInSteps(heap: GoHeap, pause: () => Promise<void>): Promise<void> {
  while (!heap.startCollection()) {
    heap.background(STEP_SPANS);
    await pause();
  }
  while (heap.isSweeping) {
    heap.background(STEP_SPANS);
    await pause();
  }
}
