import { describe, expect, it } from "vitest";
import { TsdbError } from "../../src/base/errors.ts";
import { compactionResult } from "./fake-heap.ts";
import { smallReading } from "./fake-reading.ts";
import { fakeParts } from "./fake-service.ts";
import { testServer } from "./test-server.ts";

const server = await testServer();

describe("/api/v1/status/heap", () => {
  it("has MemStats under Go's names", async () => {
    const { memStats } = (await server.data("/api/v1/status/heap")) as {
      memStats: Record<string, unknown>;
    };
    const { heap } = smallReading;
    expect(memStats).toMatchObject({
      HeapAlloc: heap.allocBytes,
      HeapInuse: heap.heapInuseBytes,
      HeapSys: heap.heapSysBytes,
      Mallocs: heap.mallocs,
      NumGC: heap.gcCount,
    });
    const classes = memStats["BySize"] as { Size: number }[];
    expect(classes.length).toBe(61);
    expect(classes.slice(0, 4).map(({ Size }) => Size)).toEqual([0, 8, 16, 24]);
    expect(classes.at(-1)?.Size).toBe(18_432);
  });

  it("has classes in use, windows, forecast, compaction and the last restore", async () => {
    const status = (await server.data("/api/v1/status/heap")) as Record<string, unknown>;
    const { heap, heapStatus, restore } = smallReading;
    expect(status).toMatchObject({
      goVersion: "1.26",
      unusedBytes: heap.heapInuseBytes - heap.allocBytes,
      windows: heapStatus.windows,
      forecast: heapStatus.forecast,
      compaction: heapStatus.compaction,
      restore,
    });
    const classes = status["classes"] as { slotBytes: number }[];
    expect(classes.map(({ slotBytes }) => slotBytes)).toEqual([0, 128, 1408]);
  });
});

describe("/api/v1/status/heap/spans", () => {
  it("lists spans in columns", async () => {
    const listing = await server.data("/api/v1/status/heap/spans?from=512&limit=2");
    expect(server.heap.asked).toContain("spans 512 2");
    expect(listing).toEqual({
      firstPage: 512,
      endPage: 1024,
      nextPage: 700,
      windowStartsMs: [Date.UTC(2026, 10, 23, 8), Date.UTC(2026, 10, 23, 12)],
      spans: {
        page: [512, 600],
        pages: [1, 5],
        class: [8, 0],
        flags: [1, 2],
        slots: [63, 1],
        used: [60, 1],
        live: [40, 0],
        windows: ["3", "280000001"],
        made: [30, 0],
        grown: [8, 0],
        restored: [2, 0],
        moved: [0, 0],
      },
    });
  });

  it("has a bound of its own for each form", async () => {
    await server.get("/api/v1/status/heap/spans");
    await server.get("/api/v1/status/heap/spans.bin");
    expect(server.heap.asked.slice(-2)).toEqual(["spans 0 1000", "spans 0 32768"]);
  });

  it.each([
    "spans?limit=0",
    "spans?limit=10001",
    "spans?limit=x",
    "spans?from=-1",
    "spans?from=1.5",
    "spans.bin?limit=32769",
    "spans.bin?from=4294967296",
  ])("refuses %s", async (path) => {
    const { status, text } = await server.get(`/api/v1/status/heap/${path}`);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ status: "error", errorType: "bad_data" });
  });
});

describe("/api/v1/status/heap/spans.bin", () => {
  it("has the bytes that docs/format/spans.md describes", async () => {
    const answer = await server.app.inject("/api/v1/status/heap/spans.bin");
    expect(answer.headers["content-type"]).toBe("application/vnd.spandrel.spans");
    expect(answer.headers["content-encoding"]).toBeUndefined();
    const bytes = answer.rawPayload;
    expect(bytes.length).toBe(32 + 2 * 8 + 2 * 32);
    expect(bytes.toString("latin1", 0, 8)).toBe("SPDLSPAN");
    expect(bytes.readUInt16LE(8)).toBe(2);
    expect(bytes.readUInt16LE(10)).toBe(32);
    expect([12, 16, 20, 24, 28].map((at) => bytes.readUInt32LE(at))).toEqual([
      2, 2, 700, 512, 1024,
    ]);
    expect(bytes.readDoubleLE(40)).toBe(Date.UTC(2026, 10, 23, 12));
    const second = 32 + 16 + 32;
    expect(bytes.readUInt32LE(second)).toBe(600);
    expect(bytes.readUInt32LE(second + 4)).toBe(5);
    expect([bytes.readUInt8(second + 8), bytes.readUInt8(second + 9)]).toEqual([0, 2]);
    expect([10, 12, 14].map((at) => bytes.readUInt16LE(second + at))).toEqual([1, 1, 0]);
    expect(bytes.readBigUInt64LE(second + 16)).toBe(0x2_8000_0001n);
    const origins = [24, 26, 28, 30].map((at) => bytes.readUInt16LE(second - 32 + at));
    expect(origins).toEqual([30, 8, 2, 0]);
  });
});

describe("/api/v1/status/heap/chunks", () => {
  it("lists the chunks of some pages", async () => {
    const listing = await server.data("/api/v1/status/heap/chunks?from=600&pages=5");
    expect(listing).toMatchObject({ page: [600], slot: [3], samples: [240] });
    expect(server.heap.asked).toContain("chunks 600 605");
    expect((await server.get("/api/v1/status/heap/chunks?pages=1025")).status).toBe(400);
  });

  it("shows one of them, or that it has gone", async () => {
    const path = "/api/v1/status/heap/chunk?chunk=5&address=4918272";
    expect(await server.data(path)).toMatchObject({ chunk: 5, labels: { job: "a" } });
    const gone = await testServer();
    gone.heap.nextFailure = new TsdbError("NOT_FOUND", "no chunk 5");
    const { status, text } = await gone.get(path);
    expect([status, JSON.parse(text).errorType]).toEqual([404, "not_found"]);
    expect((await server.get("/api/v1/status/heap/chunk?chunk=5")).status).toBe(400);
  });
});

describe("/api/v1/admin/heap/compact", () => {
  it("answers with what was done", async () => {
    const { status, text } = await server.send("POST", "/api/v1/admin/heap/compact");
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ status: "success", data: compactionResult });
  });

  it("is for POST, and for an admin API that is switched on", async () => {
    expect((await server.get("/api/v1/admin/heap/compact")).status).toBe(405);
    const { settings } = fakeParts().parts;
    const closed = await testServer({ settings: { ...settings, enableAdminApi: false } });
    for (const path of ["heap/compact", "drill/restart?capacity=exact&order=time"]) {
      const { text } = await closed.send("POST", `/api/v1/admin/${path}`);
      expect(JSON.parse(text)).toMatchObject({ error: "admin APIs disabled" });
    }
    expect(closed.heap.asked).toEqual([]);
  });
});

describe("/api/v1/admin/drill/restart", () => {
  it("restarts with the policy asked for, from the URL or a form", async () => {
    const url = "/api/v1/admin/drill/restart";
    const { status, text } = await server.send("POST", `${url}?capacity=exact&order=shuffled`);
    expect(status).toBe(200);
    expect(JSON.parse(text).data).toMatchObject({ capacity: "exact", chunkCount: 80 });
    await server.post(url, { capacity: "class", order: "series" });
    const asked = server.heap.asked.filter((what) => what.startsWith("restart"));
    expect(asked).toEqual(["restart exact shuffled", "restart class series"]);
  });

  it.each(["", "?capacity=exact", "?capacity=exact&order=random", "?capacity=2&order=time"])(
    "refuses %j",
    async (query) => {
      const { status, text } = await server.send("POST", `/api/v1/admin/drill/restart${query}`);
      expect(status).toBe(400);
      expect(JSON.parse(text).error).toMatch(/invalid parameter "(capacity|order)": want one of/);
    },
  );

  it("passes on that it cannot be done now", async () => {
    const busy = await testServer();
    busy.heap.nextFailure = new TsdbError("SNAPSHOT_RUNNING", "a snapshot is being written");
    const url = "/api/v1/admin/drill/restart?capacity=exact&order=time";
    const { status, text } = await busy.send("POST", url);
    expect([status, JSON.parse(text).errorType]).toEqual([503, "unavailable"]);
  });
});
