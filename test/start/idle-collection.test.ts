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
  it("waits until nothing is asked", () => {
    const heap = new FakeHeap();
    const collection = new IdleCollection(heap);
    heap.used = 0.02;
    collection.look();
    expect(heap.collections).toBe(0);
    heap.used = 0.005;
    collection.look();
    expect(heap.collections).toBe(1);
  });

  it("comes again only when there is something to give back", () => {
    const heap = new FakeHeap();
    const collection = new IdleCollection(heap);
    for (const held of [60, 20, 28, 29, 30, 20]) {
      heap.held = held * MIB;
      collection.look();
    }
    // At 60, and at 29: a quarter and 4 MiB over 20. 30 comes while 20 was kept last.
    expect(heap.collections).toBe(3);
  });
});
