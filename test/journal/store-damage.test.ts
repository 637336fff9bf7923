/**
 * Every byte of a small store's files flipped in turn: the store always starts, has nothing that
 * was not sent, misses no more than what the damage touched, and says what it found.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { runSnapshotCommand } from "../../src/journal/snapshot-command.ts";
import { ALL_SAMPLES, DamagedStore, REQUEST_SAMPLES, SNAPSHOTS } from "./damaged-store.ts";

describe("a store with a flipped bit", () => {
  let store: DamagedStore;

  beforeAll(async () => {
    store = await DamagedStore.written();
  });

  it("is whole without one", async () => {
    expect(await store.start(store.disk())).toEqual({ samples: ALL_SAMPLES, damages: 0 });
    expect(store.names.filter((name) => name.endsWith(".log")).length).toBeGreaterThan(1);
    expect(store.names.filter((name) => name.endsWith(".manifest"))).toHaveLength(2);
  });

  it("starts whichever byte it is in, and loses one request at most", async () => {
    for (const name of store.names) {
      const length = await store.lengthOf(name);
      for (let at = 0; at < length; at++) {
        const disk = store.disk();
        disk.corrupt(name, at, 1 << (at % 8));
        const { samples, damages } = await store.start(disk);
        const place = `${name} byte ${at}`;
        if (samples < ALL_SAMPLES) expect(damages, place).toBeGreaterThan(0);
        // The definitions of the series are in the first record, which both snapshots have.
        expect(samples, place).toBeGreaterThanOrEqual(ALL_SAMPLES - REQUEST_SAMPLES);
        if (!name.endsWith(".log")) expect(samples, place).toBe(ALL_SAMPLES);
      }
    }
  }, 400_000);

  it("is found out by verifying, whichever byte it is in", async () => {
    const disk = store.disk();
    const verify = async (): Promise<number> =>
      runSnapshotCommand(["verify", SNAPSHOTS], disk, () => {});
    expect(await verify()).toBe(0);
    for (const name of store.names) {
      const length = await disk.size(name);
      for (let at = 0; at < length; at++) {
        disk.corrupt(name, at, 1 << (at % 8));
        expect(await verify().catch(() => 2), `${name} byte ${at}`).not.toBe(0);
        disk.corrupt(name, at, 1 << (at % 8));
      }
    }
  }, 400_000);
});
