import { describe, expect, it } from "vitest";
import { IdleCollection } from "../../src/start/idle-collection.ts";

const MIB = 2 ** 20;

/** A heap of which 20 MiB are alive. */
class FakeHeap {
  collections = 0;
  used = 0;
  held = 60 * MIB;

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
    for (const held of [60, 60, 60, 20, 28, 29, 30, 20]) {
      heap.held = held * MIB;
      collection.look();
    }
    // At the third 60, and at 29 and 30: a quarter and 4 MiB over the 20 that were kept.
    expect(heap.collections).toBe(3);
  });
});
