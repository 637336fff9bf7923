/** One epoch for several selections. */
import { describe, expect, it } from "vitest";
import { ReaderEpochs } from "../../src/chunk/reader-epochs.ts";
import { SharedEpoch } from "../../src/chunk/shared-epoch.ts";

describe("a shared epoch", () => {
  it("is one for all who enter, and open until the last of them leaves", () => {
    const epochs = new ReaderEpochs({} as never);
    const shared = new SharedEpoch(epochs);
    expect(epochs.liveCount).toBe(0);
    const first = shared.enter();
    expect(shared.enter()).toBe(first);
    const stamp = epochs.stamp();
    shared.leave();
    expect([epochs.liveCount, epochs.isPast(stamp)]).toEqual([1, false]);
    shared.leave();
    expect([epochs.liveCount, epochs.isPast(stamp)]).toEqual([0, true]);
  });

  it("is another one after that", () => {
    const epochs = new ReaderEpochs({} as never);
    const shared = new SharedEpoch(epochs);
    const first = shared.enter();
    shared.leave();
    expect(shared.enter()).not.toBe(first);
    expect(epochs.liveCount).toBe(1);
  });

  it("is not left by one who has not entered", () => {
    const shared = new SharedEpoch(new ReaderEpochs({} as never));
    expect(() => shared.leave()).toThrow("left as often");
  });
});
