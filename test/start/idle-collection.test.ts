import { describe, expect, it } from "vitest";
import { IdleCollection } from "../../src/start/idle-collection.ts";

const MIB = 2 ** 20;

/** A heap of which 20 MiB are alive. */
class FakeHeap {
  collections = 0;
  used = 0;
  held = 20 * MIB;

  utilization(): number {
    return this.used;
  }

  heldBytes(): number {
    return this.held;
  }

  collect(): void {
    this.collections++;
    this.held = 20 * MIB;
  }
}

describe("the collection of an idle process", () => {
  it("waits until hardly anything was asked for three looks", () => {
    const heap = new FakeHeap();
    const collection = new IdleCollection(heap);
    heap.held = 60 * MIB;
    for (const utilization of [0, 0.005, 0.02, 0.005, 0]) {
      heap.used = utilization;
      collection.look();
      expect(heap.collections).toBe(0);
    }
    collection.look();
    expect(heap.collections).toBe(1);
  });

  it("comes again only when there is something to give back", () => {
    const heap = new FakeHeap();
    const collection = new IdleCollection(heap);
    for (const held of [20, 20, 20, 60, 20, 32, 33, 34, 20]) {
      heap.held = held * MIB;
      collection.look();
    }
    // At 60, and at 33 and 34: a quarter and 8 MiB over the 20 of the start and that were kept.
    expect(heap.collections).toBe(3);
  });
});
