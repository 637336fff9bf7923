/**
 * A full collection of V8's heap while the process has nothing to do.
 *
 * V8 collects when something allocates. After a burst of requests it keeps what the burst left, up
 * to several times what is alive, for as long as none comes. What scales lies outside V8's heap, in
 * typed arrays, so a collection has some 20 MB to mark.
 *
 * I1  It runs only after three looks between which the event loop was all but idle, so that bursts
 *     a quarter of a minute apart put it off, and only when V8's heap holds clearly more than after
 *     the collection before, or at the start: a collection holds the thread for some 25 ms.
 * I2  Begun after the program was loaded: code that V8 compiled before is only good for the flags
 *     that it was compiled under (bundled-program.ts).
 *
 * Units: milliseconds; bytes; utilization is the part of the time in which the loop worked.
 */
import { performance } from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const LOOK_MS = 10_000;
const IDLE_LOOKS = 3;
const IDLE_UTILIZATION_MAX = 0.01;
const GROWTH_MIN_BYTES = 8 * 2 ** 20;
const GROWTH_FACTOR = 1.25;

/** What is known of the process, and what is done to it. */
export interface ProcessHeap {
  /** Of the event loop, since this was last asked. */
  utilization(): number;
  heldBytes(): number;
  collect(): void;
}

export class IdleCollection {
  private readonly heap: ProcessHeap;
  private keptBytes: number;
  private idleLooks = 0;

  constructor(heap: ProcessHeap) {
    this.heap = heap;
    this.keptBytes = heap.heldBytes();
  }

  /** Collects if nothing was done for some looks and there is something to give back. */
  look(): void {
    const { heap } = this;
    this.idleLooks = heap.utilization() > IDLE_UTILIZATION_MAX ? 0 : this.idleLooks + 1;
    if (this.idleLooks < IDLE_LOOKS) return;
    if (heap.heldBytes() < this.keptBytes * GROWTH_FACTOR + GROWTH_MIN_BYTES) return;
    heap.collect();
    this.keptBytes = heap.heldBytes();
  }
}

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

function ownHeap(): ProcessHeap {
  let collect: (() => void) | null = null;
  let before = performance.eventLoopUtilization();
  return {
    utilization() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return utilization;
    },
    heldBytes: () => getHeapStatistics().total_heap_size,
    collect() {
      collect ??= collector();
      collect();
    },
  };
}

/** Looks at this process again and again; does not keep it alive. */
export function collectWhenIdle(): void {
  const collection = new IdleCollection(ownHeap());
  setInterval(() => collection.look(), LOOK_MS).unref();
}
