import { afterAll, describe, expect, it } from "vitest";
import { ManualClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { MemoryDisk } from "../../src/base/memory-disk.ts";
import { Engine } from "../../src/engine/engine.ts";
import { HeapRecorder } from "../../src/engine/heap-recorder.ts";
import type { HeapMapReply, HistoryReply, LiveHeap } from "../../src/http/api-types.ts";
import { fill } from "../engine/filled-store.ts";
import { JOURNAL_SETTINGS, SETTINGS, START_MS } from "../engine/store-fixtures.ts";
import { testServer } from "./test-server.ts";

const HOUR_MS = 3_600_000;
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
const recorder = new HeapRecorder(engine, clock);
const server = await testServer({ service: engine, heap: engine, recorder, clock });
await server.app.listen({ port: 0, host: "127.0.0.1" });
const { port } = server.app.server.address() as { port: number };
afterAll(() => engine.close());

/** Reads events of the stream, one at a time. */
async function openStream() {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/live`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  async function next(): Promise<LiveHeap> {
    while (!/data: .*\n\n/.test(text)) {
      const { value, done } = await reader.read();
      if (done) throw new Error("the stream has ended");
      text += value;
    }
    const first = /data: (.*)\n\n/.exec(text)!;
    text = text.slice(first.index + first[0].length);
    return JSON.parse(first[1]!) as LiveHeap;
  }
  return { response, next, close: () => reader.cancel() };
}

describe("/api/v1/live", () => {
  it("tells every viewer the same, from the restore on", async () => {
    const [one, other] = [await openStream(), await openStream()];
    expect(one.response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(await one.next()).toMatchObject({ state: "restoring", figures: null });
    await other.next();
    await engine.restore();
    fill(engine.store, clock, 50, START_MS + 5 * HOUR_MS);
    recorder.look();
    const told = await one.next();
    const stats = engine.store.heap.stats();
    expect(told).toMatchObject({
      state: "ready",
      timeMs: clock.nowMs(),
      figures: { allocBytes: stats.allocBytes, inuseBytes: stats.heapInuseBytes, seriesCount: 50 },
    });
    expect(await other.next()).toEqual(told);
    await Promise.all([one.close(), other.close()]);
  });

  it("tells of snapshots, purges and restarts", async () => {
    const stream = await openStream();
    await stream.next();
    await engine.snapshot();
    recorder.look();
    const { events } = await stream.next();
    expect(events.map(({ kind }) => kind)).toEqual(["snapshot"]);
    fill(engine.store, clock, 50, START_MS + 40 * HOUR_MS);
    recorder.look();
    await stream.next();
    recorder.look();
    expect((await stream.next()).events.map(({ kind }) => kind)).toEqual(["purge"]);
    await engine.restart({ capacity: "exact", order: "shuffled" });
    recorder.look();
    const after = (await stream.next()).events.map(({ kind }) => kind);
    expect(after).toEqual(["snapshot", "restart"]);
    await stream.close();
  });
});

describe("/api/v1/status/heap/history", () => {
  it("has what was seen, as columns", async () => {
    const history = (await server.data("/api/v1/status/heap/history")) as HistoryReply;
    const frames = recorder.figures.frames;
    expect(history.figures.timeMs).toEqual(frames.map(({ timeMs }) => timeMs));
    expect(history.figures.allocBytes).toEqual(frames.map(({ allocBytes }) => allocBytes));
    expect(history.events.map(({ kind }) => kind)).toContain("restart");
  });

  it("has the map of a moment", async () => {
    await recorder.drawMap(engine.store, clock.nowMs() + 20_000);
    const newest = recorder.maps.frames.at(-1)!;
    const path = `/api/v1/status/heap/history/map?time=${newest.timeMs / 1000}`;
    const map = (await server.data(path)) as HeapMapReply;
    expect(map.timeMs).toBe(newest.timeMs);
    expect(map.cells.fill).toEqual([...newest.fill]);
    expect((await server.get("/api/v1/status/heap/history/map?time=x")).status).toBe(400);
    const none = await testServer();
    expect((await none.get("/api/v1/status/heap/history/map?time=1")).text).toContain("no map");
  });
});

describe("/api/v1/status/storage", () => {
  it("has store, snapshot and restore in one answer", async () => {
    const fake = await testServer();
    expect(await fake.data("/api/v1/status/storage")).toMatchObject({
      state: "ready",
      adminApi: true,
      store: { seriesCount: 10 },
      snapshot: { writtenTotal: 2 },
      restore: { order: "shuffled" },
    });
  });
});
