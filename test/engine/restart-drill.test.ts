import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { Engine } from "../../src/engine/engine.ts";
import { EngineReader } from "../../src/engine/engine-reading.ts";
import { samplesOf } from "./engine-fixtures.ts";
import { fill } from "./filled-store.ts";
import { append, JOURNAL_SETTINGS, SETTINGS, START_MS, seriesOf } from "./store-fixtures.ts";

const SERIES_COUNT = 200;

async function readyEngine() {
  const clock = new ManualClock(START_MS);
  const disk = new MemoryDisk(1);
  const settings = {
    store: SETTINGS,
    storagePath: "data",
    snapshotIntervalMs: 0,
    snapshotOrder: "time" as const,
    restoreCapacity: "class" as const,
    ...JOURNAL_SETTINGS,
  };
  const engine = await Engine.open(settings, disk, clock, silentLog);
  await engine.restore();
  const reader = new EngineReader(engine, "1.26", 100, 0, clock);
  return { clock, disk, engine, reader, settings };
}

async function filledEngine() {
  const parts = await readyEngine();
  fill(parts.engine.store, parts.clock, SERIES_COUNT, START_MS + 4.5 * SETTINGS.windowMs);
  return parts;
}

describe("a restart in the living process", () => {
  it("keeps every sample and goes on with the policy asked for", async () => {
    const { clock, engine, reader } = await filledEngine();
    const before = samplesOf(engine);
    expect(before.length).toBe(SERIES_COUNT);
    expect(reader.read().restore).toMatchObject({ capacity: "", order: "", timeSeconds: 0 });
    const running = engine.restart({ capacity: "exact", order: "shuffled" });
    expect(engine.state).toBe("restoring");
    const result = await running;
    expect(engine.state).toBe("ready");
    expect(result).toMatchObject({ capacity: "exact", order: "shuffled", chunkCount: 1000 });
    expect(samplesOf(engine)).toEqual(before);
    engine.store.verify();
    const { restore, heapStatus } = reader.read();
    const timeSeconds = clock.nowMs() / 1000;
    expect(restore).toMatchObject({ capacity: "exact", order: "shuffled", timeSeconds });
    expect(heapStatus.forecast?.purges.length).toBe(8);
    const sources = engine.allocationOrigins().map(({ origin }) => origin.source);
    expect(new Set(sources)).toEqual(new Set(["restore"]));
    const series = seriesOf(engine.store, [
      ["__name__", "metric_1"],
      ["i", "1"],
    ]);
    expect(append(engine.store, series, clock.nowMs(), 5)).toBe(0);
    await engine.close();
  });

  it("refuses a second one, and writes, while it goes on", async () => {
    const { engine } = await filledEngine();
    const running = engine.restart({ capacity: "class", order: "time" });
    const second = engine.restart({ capacity: "class", order: "time" });
    await expect(second).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(engine.compactHeap()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await running;
    await engine.close();
  });

  it("changes nothing when its snapshot cannot be written", async () => {
    const { disk, engine } = await filledEngine();
    const before = engine.store;
    disk.fail({ code: "ENOSPC", operation: "append", times: 1 });
    const running = engine.restart({ capacity: "exact", order: "shuffled" });
    await expect(running).rejects.toMatchObject({ code: "DISK_FAILED" });
    expect(engine.state).toBe("ready");
    expect(engine.store).toBe(before);
    await engine.close();
  });

  it("is waited for by a stop, which loses nothing", async () => {
    const { clock, disk, engine, settings } = await filledEngine();
    const before = samplesOf(engine);
    const running = engine.restart({ capacity: "exact", order: "series" });
    await engine.close();
    await running;
    const next = await Engine.open(settings, disk, clock, silentLog);
    await next.restore();
    expect(samplesOf(next)).toEqual(before);
    await next.close();
  });

  it("ends a compaction under way with an error for who asked", async () => {
    const { engine } = await filledEngine();
    const compacting = engine.compactHeap();
    const cut = expect(compacting).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await engine.restart({ capacity: "class", order: "time" });
    await cut;
    await engine.close();
  });
});
