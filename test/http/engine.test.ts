/**
 * The routes over the real engine: what is written comes out everywhere it should.
 */
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { Engine } from "../../src/engine/engine.ts";
import { EngineReader } from "../../src/engine/engine-reading.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import { RequestCounts } from "../../src/observe/request-counts.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { JOURNAL_SETTINGS, SETTINGS } from "../engine/store-fixtures.ts";
import { NOW_MS } from "./fake-service.ts";
import { testServer } from "./test-server.ts";
import { literalSnappy } from "./write-bodies.ts";

// A chunk window begins at this moment: samples before it are in a chunk of their own.
const clock = new ManualClock(NOW_MS);
const settings = {
  store: SETTINGS,
  storagePath: "data",
  snapshotIntervalMs: 0,
  snapshotOrder: "time",
  restoreCapacity: "class",
  ...JOURNAL_SETTINGS,
} as const;
const engine = await Engine.open(settings, new MemoryDisk(1), clock, silentLog);
const reader = new EngineReader(engine, "1.26", 100, 0, clock);
const counts = new RequestCounts();
const build = { version: "1", revision: "", nodeVersion: "" };
const metrics = new Metrics(() => reader.read(), counts, build);
const { get, send, data } = await testServer({
  service: engine,
  counts,
  readEngine: () => reader.read(),
  renderMetrics: () => metrics.render(),
});
const before = { metrics: await get("/metrics") };
await engine.restore();

function write(...times: number[]) {
  const encoder = new WriteRequestEncoder();
  encoder.beginSeries();
  encoder.label("__name__", "up");
  encoder.label("job", "a");
  for (const time of times) encoder.sample(time, time % 1000);
  encoder.endSeries();
  return send("POST", "/api/v1/write", literalSnappy(encoder.finish()));
}

describe("the routes over an engine", () => {
  it("show an empty heap before the restore", () => {
    expect(before.metrics.text).toContain("\ngo_memstats_heap_alloc_bytes 0\n");
    expect(before.metrics.text).toContain("\ngo_gc_gogc_percent 100\n");
  });

  it("store what is written and refuse the rest by name", async () => {
    expect((await write(NOW_MS - 2000, NOW_MS - 1000)).status).toBe(204);
    const late = await write(NOW_MS - 5000, NOW_MS);
    expect(late.status).toBe(400);
    expect(late.text).toMatch(/^out of order sample: 1 sample, first: up\{job="a"\}/);
    expect(late.text).toContain("1 other samples of the request were stored");
  });

  it("find it again", async () => {
    const [now, up] = [NOW_MS / 1000, { __name__: "up", job: "a" }];
    expect(await data("/api/v1/query?query=up")).toEqual({
      resultType: "vector",
      result: [{ metric: up, value: [now, "0"] }],
    });
    expect(await data(`/api/v1/query?query=up[3s]&time=${now}`)).toMatchObject({
      result: [
        {
          values: [
            [now - 2, "0"],
            [now - 1, "0"],
            [now, "0"],
          ],
        },
      ],
    });
    expect(await data("/api/v1/series?match[]=up")).toEqual([up]);
    expect(await data("/api/v1/labels")).toEqual(["__name__", "job"]);
    expect(await data("/api/v1/label/job/values")).toEqual(["a"]);
    expect((await get("/federate?match[]=up")).text).toContain(
      `up{job="a",instance=""} 0 ${NOW_MS}`,
    );
    expect(await data("/api/v1/status/tsdb")).toMatchObject({
      headStats: { numSeries: 1, chunkCount: 2, minTime: NOW_MS - 2000, maxTime: NOW_MS },
    });
  });

  it("count it", async () => {
    const { text } = await get("/metrics");
    for (const line of [
      "spandrel_samples_stored_total 3",
      'spandrel_samples_refused_total{reason="out_of_order"} 1',
      "spandrel_series 1",
      "spandrel_samples 3",
      "spandrel_chunks 2",
      "spandrel_windows 2",
      'spandrel_heap_class_slots_used{class="128"} 2',
      'spandrel_http_requests_total{handler="/api/v1/write",code="400"} 1',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    const storage = (await get("/api/v1/status/storage")).text;
    expect(JSON.parse(storage).data.store.sampleCount).toBe(3);
  });

  it("write a snapshot", async () => {
    const answer = await send("POST", "/api/v1/admin/tsdb/snapshot");
    expect(answer.text).toContain("snapshot-00000001");
    expect((await get("/metrics")).text).toContain("\nspandrel_snapshot_last_chunks 2\n");
    await engine.close();
    expect((await get("/-/ready")).status).toBe(503);
  });
});
