/**
 * Looking changes nothing: two services get the same samples, one of them is asked for everything
 * it can show, and every chunk lies where it lies in the other.
 */
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import type { ChunkRef } from "../../src/base/units.ts";
import { Engine } from "../../src/engine/engine.ts";
import { EngineReader } from "../../src/engine/engine-reading.ts";
import { PromqlQueries } from "../../src/http/promql-queries.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import { RequestCounts } from "../../src/observe/request-counts.ts";
import { createEngine } from "../../src/promql/engine.ts";
import { fill } from "../engine/filled-store.ts";
import { JOURNAL_SETTINGS, SETTINGS, START_MS } from "../engine/store-fixtures.ts";
import { testServer } from "./test-server.ts";

const HOUR_MS = 3_600_000;
const SERIES_COUNT = 80;
const PATHS = [
  "/api/v1/status/heap/chunks?from=0&pages=1024",
  "/api/v1/status/heap/history",
  "/metrics",
  "/federate?match[]=metric_1",
  "/debug/pprof/heap",
  "/debug/pprof/heap?debug=1",
  "/debug/pprof/allocs",
  "/api/v1/status/heap",
  "/api/v1/status/heap/spans",
  "/api/v1/status/heap/spans.bin",
  "/api/v1/status/tsdb",
  "/api/v1/query?query=sum(metric_1)",
  "/api/v1/query_range?query=rate(metric_2[1h])&start=0&end=1e9&step=1e6",
  "/api/v1/series?match[]=metric_3",
  "/api/v1/labels",
];

async function service() {
  const clock = new ManualClock(START_MS);
  const settings = {
    store: SETTINGS,
    storagePath: "data",
    snapshotIntervalMs: 0,
    snapshotOrder: "time",
    restoreCapacity: "class",
    ...JOURNAL_SETTINGS,
  } as const;
  const engine = await Engine.open(settings, new MemoryDisk(1), clock, silentLog);
  await engine.restore();
  const reader = new EngineReader(engine, "1.26", 100, 0, clock);
  const readEngine = () => reader.read();
  const counts = new RequestCounts();
  const metrics = new Metrics(readEngine, counts, { version: "", revision: "", nodeVersion: "" });
  const renderMetrics = () => metrics.render();
  const queries = new PromqlQueries(createEngine({ clock }), clock, 128 << 10);
  const parts = { service: engine, heap: engine, queries, clock, counts, readEngine };
  return { engine, clock, server: await testServer({ ...parts, renderMetrics }) };
}

/** Where every chunk lies, and what the heap has counted. */
function placement({ store }: Engine): unknown {
  const { chunks, heap } = store;
  const places: [number, number][] = [];
  for (let chunk = 0 as ChunkRef; chunk < chunks.upperBound; chunk++) {
    if (chunks.isLive(chunk)) places.push([chunk, chunks.addressOf(chunk)]);
  }
  // How long starting a collection took is real time.
  const figures = { ...heap.stats(), gcPauseSumSeconds: 0, gcPauseQuantilesSeconds: [] };
  return { places, figures };
}

describe("a service that is looked at", () => {
  it("has every chunk where one that is left alone has it", async () => {
    const looked = await service();
    const left = await service();
    for (let hour = 1; hour <= 38; hour += 3) {
      const until = START_MS + hour * HOUR_MS;
      fill(looked.engine.store, looked.clock, SERIES_COUNT, until);
      fill(left.engine.store, left.clock, SERIES_COUNT, until);
      for (const path of PATHS) {
        const { status } = await looked.server.get(path);
        expect([path, status]).toEqual([path, 200]);
      }
    }
    expect(looked.engine.store.chunks.count).toBe(SERIES_COUNT * 8);
    expect(placement(looked.engine)).toEqual(placement(left.engine));
    await looked.server.get("/debug/pprof/heap?gc=1");
    expect(looked.engine.store.heap.cycleCount).toBe(left.engine.store.heap.cycleCount + 1);
    await looked.engine.close();
    await left.engine.close();
  });
});
