import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SnapshotOrder } from "../../src/journal/snapshot-format.ts";
import { PlainStore, PlainTarget, randomStore } from "./plain-store.ts";
import { CONFIGURATION, Setting, START_MS } from "./snapshot-setting.ts";

const ORDERS: SnapshotOrder[] = ["time", "series", "shuffled"];

describe.each(ORDERS)("a snapshot in order %s", (order) => {
  it("gives back everything", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 60 }), async (seed, count) => {
        const setting = new Setting();
        setting.order = order;
        const store = randomStore(seed, count);
        const summary = await setting.write(store);
        expect(await setting.restoredDump()).toEqual(store.dump());
        expect(summary.counts.chunks).toBe(store.records.length);
        expect(store.pinCount).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it("gives back more than a block of chunks, and records longer than a block", async () => {
    const setting = new Setting();
    setting.order = order;
    const store = randomStore(1, 8);
    for (let i = 0; i < 40; i++) {
      store.addChunk(i % 8, 3, new Uint8Array(16), new Uint8Array(60_000).fill(i + 1));
    }
    store.records.push({
      series: 0,
      window: 5,
      state: new Uint8Array(100_000).fill(3),
      stream: new Uint8Array(1_200_000).fill(1),
      live: true,
    });
    // The stream's first two bytes count its samples, the twin's samples are its bytes.
    store.chunks.sampleCountOf = (chunk) => {
      const { stream } = store.records[chunk]!;
      return (stream[0]! << 8) | stream[1]!;
    };
    await setting.write(store);
    expect(await setting.restoredDump()).toEqual(store.dump());
  });

  it("gives back windows and journal positions that are far apart", async () => {
    const setting = new Setting();
    setting.order = order;
    const store = new PlainStore();
    const series = store.addSeries([["a", "b"]]);
    for (const window of [-2_000_000_000, -40_000, 0, 32_767, 32_768, 2_000_000_000]) {
      store.addChunk(series, window, new Uint8Array(8), new Uint8Array(3));
    }
    let position = 0;
    store.journalPosition = () => {
      position += 3_000_000_000;
      return position;
    };
    setting.sliceMs = 0;
    await setting.write(store);
    expect(await setting.restoredDump()).toEqual(store.dump());
  });

  it("counts blocks as it restores", async () => {
    const setting = new Setting();
    setting.order = order;
    await setting.write(randomStore(3, 30));
    const outcome = await setting.restore();
    if (outcome.kind !== "restored") throw new Error(outcome.kind);
    const total = outcome.manifest.files.reduce((sum, file) => sum + file.blockCount, 0);
    const seen: [number, number][] = [];
    const { readSnapshot } = await import("../../src/journal/snapshot-reader.ts");
    await readSnapshot(setting.directory, outcome.manifest, new PlainTarget(), (done, all) => {
      seen.push([done, all]);
    });
    expect(seen).toEqual(Array.from({ length: total }, (_, i) => [i + 1, total]));
  });
});

describe("the order of a snapshot", () => {
  /** Windows of the chunks in the order in which they are restored. */
  async function restoredWindows(order: SnapshotOrder): Promise<[number, number][]> {
    const setting = new Setting();
    setting.order = order;
    const store = new PlainStore();
    for (let i = 0; i < 30; i++) store.addSeries([["n", `${i}`]]);
    for (let window = 4; window >= 1; window--) {
      for (let i = 0; i < 30; i++) store.addChunk(i, window, new Uint8Array(8), new Uint8Array(1));
    }
    await setting.write(store);
    const seen: [number, number][] = [];
    class Recorder extends PlainTarget {
      override chunks(...args: Parameters<PlainTarget["chunks"]>): number {
        const [, batch, from, to] = args;
        for (let i = from; i < to; i++) seen.push([batch.windows[i]!, batch.series[i]!]);
        return super.chunks(...args);
      }
    }
    const { restoreNewest } = await import("../../src/journal/restore.ts");
    await restoreNewest({
      directory: setting.directory,
      configuration: CONFIGURATION,
      newTarget: () => new Recorder(),
      onProgress: () => {},
    });
    return seen;
  }

  it("by time is the oldest window first, each as its list has it", async () => {
    const expected = [1, 2, 3, 4].flatMap((w) => Array.from({ length: 30 }, (_, i) => [w, i]));
    expect(await restoredWindows("time")).toEqual(expected);
  });

  it("by series is one series after another, the oldest chunk first", async () => {
    const expected = Array.from({ length: 30 }, (_, i) => [1, 2, 3, 4].map((w) => [w, i])).flat();
    expect(await restoredWindows("series")).toEqual(expected);
  });

  it("shuffled follows neither, and is the same for the same seed", async () => {
    const windows = await restoredWindows("shuffled");
    expect(windows).toEqual(await restoredWindows("shuffled"));
    const steps = windows.slice(1).filter(([window], i) => window !== windows[i]![0]);
    expect(steps.length).toBeGreaterThan(50);
    expect(windows.length).toBe(120);
  });
});

describe("a snapshot while the store changes", () => {
  function removeIfLive(store: PlainStore, series: number): void {
    if (store.series.isLive(series)) store.removeSeries(series);
  }

  it.each(ORDERS)("in order %s has what lived throughout, and no wrong labels", async (order) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const setting = new Setting();
        setting.order = order;
        setting.sliceMs = 0;
        const store = randomStore(seed, 40);
        // References that are free before the snapshot are given out while it is written.
        for (const series of [3, 20, 38]) store.removeSeries(series);
        const before = new Set(store.dump());
        let turn = 0;
        setting.pause = async () => {
          turn++;
          if (turn % 3 === 0 && turn < 90) removeIfLive(store, Math.floor(turn / 3));
          const series = store.addSeries([["new", `${turn}`]]);
          store.addChunk(series, 9, new Uint8Array(8), Uint8Array.from([turn]));
        };
        await setting.write(store);
        const throughout = store.dump().filter((line) => before.has(line));
        const everSeen = new Set([...before, ...store.dump()]);
        const outcome = await setting.restore();
        if (outcome.kind !== "restored") throw new Error(outcome.kind);
        expect(outcome.target.chunklessCount).toBe(0);
        const restored = outcome.target.dump();
        expect(restored).toEqual(expect.arrayContaining(throughout));
        for (const line of restored) expect(everSeen).toContain(line);
        expect(new Set(restored).size).toBe(restored.length);
      }),
      { numRuns: 30 },
    );
  });

  it.each(["time", "shuffled"] as const)(
    "in order %s passes over a chunk record that was used again for another series",
    async (order) => {
      const setting = new Setting();
      setting.order = order;
      setting.sliceMs = 0;
      const store = new PlainStore();
      const state = new Uint8Array(8);
      for (let i = 0; i < 100; i++) {
        store.addChunk(store.addSeries([["n", `${i}`]]), 1, state, Uint8Array.of(i));
      }
      const before = store.dump();
      setting.pause = async () => {
        // Half of series 0's chunk moves into the records of all others, which have expired.
        for (let i = 1; i < 100; i++) {
          store.records[i] = { ...store.records[0]!, stream: Uint8Array.of(0, 1, 200) };
        }
      };
      await setting.write(store);
      const restored = await setting.restoredDump();
      expect(before).toEqual(expect.arrayContaining(restored));
      expect(restored.length).toBeLessThan(100);
    },
  );

  it("refuses a second one meanwhile", async () => {
    const setting = new Setting();
    const writer = setting.writer();
    const store = randomStore(1, 3);
    const first = writer.write(store);
    await expect(writer.write(store)).rejects.toMatchObject({ code: "SNAPSHOT_RUNNING" });
    await first;
    await writer.write(store);
  });

  it("pauses whenever a slice is used up", async () => {
    const setting = new Setting();
    let pauses = 0;
    setting.sliceMs = 0;
    setting.pause = async () => {
      pauses++;
    };
    await setting.write(randomStore(5, 200));
    expect(pauses).toBeGreaterThan(10);
  });
});

describe("the files of a directory", () => {
  it("are those of the two newest snapshots", async () => {
    const setting = new Setting();
    for (let i = 0; i < 4; i++) await setting.write(randomStore(i, 1));
    const manifests = (await setting.names()).filter((name) => name.endsWith(".manifest"));
    expect(manifests).toEqual(["snapshot-00000003.manifest", "snapshot-00000004.manifest"]);
    const sequences = (await setting.names()).map((name) => name.slice(0, 17));
    expect(new Set(sequences)).toEqual(new Set(["snapshot-00000003", "snapshot-00000004"]));
  });

  it("lose the leftovers of an interrupted snapshot, but nothing else's", async () => {
    const setting = new Setting();
    await setting.write(randomStore(1, 5));
    const before = await setting.names();
    const strangers = ["README", "snapshot-1.index", "snapshot-00000009-0000.index"];
    const leftovers = [
      "snapshot-00000009-0000.chunks",
      "snapshot-00000009.index",
      "snapshot-00000009.manifest.tmp",
    ];
    for (const name of [...strangers, ...leftovers]) {
      await setting.disk.open(`${setting.directory.path}/${name}`, "create");
    }
    expect(await setting.directory.nextSequence()).toBe(10);
    expect(await setting.directory.removeLeftovers()).toBe(3);
    expect(await setting.names()).toEqual([...before, ...strangers].sort());
  });

  it("keep the newest sound snapshot rather than a damaged one", async () => {
    const setting = new Setting();
    await setting.write(randomStore(1, 5));
    await setting.write(randomStore(2, 5));
    const writer = setting.writer();
    writer.noteDamaged([2]);
    await writer.write(randomStore(3, 5));
    const manifests = (await setting.names()).filter((name) => name.endsWith(".manifest"));
    expect(manifests).toEqual(["snapshot-00000001.manifest", "snapshot-00000003.manifest"]);
  });

  it("stay when older ones cannot be removed, and the snapshot stands", async () => {
    const setting = new Setting();
    for (let i = 0; i < 2; i++) await setting.write(randomStore(i, 2));
    setting.disk.fail({ code: "EIO", operation: "remove" });
    const summary = await setting.write(randomStore(9, 2));
    expect(summary.cleanupFault).toContain("EIO");
    expect(await setting.restoredDump()).toEqual(randomStore(9, 2).dump());
  });
});

describe("an empty place", () => {
  it("restores to nothing when there is no directory", async () => {
    expect(await new Setting().restore()).toEqual({ kind: "empty" });
  });

  it("keeps the time a snapshot was begun", async () => {
    const setting = new Setting();
    await setting.write(new PlainStore());
    const outcome = await setting.restore();
    expect(outcome).toMatchObject({ kind: "restored", manifest: { createdMs: START_MS + 60_000 } });
  });
});
