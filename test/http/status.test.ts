import { describe, expect, it } from "vitest";
import { TsdbError } from "../../src/base/errors.ts";
import { fakeParts, NOW_MS } from "./fake-service.ts";
import { testServer } from "./test-server.ts";

const { get, send, data, service } = await testServer();

describe("the status routes", () => {
  it("tell the version of the API and of the program", async () => {
    const expected = {
      version: "3.5.0+spandrel.1.2.3",
      revision: "abc",
      branch: "",
      buildUser: "",
      buildDate: "",
      goVersion: "go1.26",
    };
    expect(await data("/api/v1/status/buildinfo")).toEqual(expected);
    expect(JSON.parse((await get("/version")).text)).toEqual(expected);
  });

  it("tell how the process runs", async () => {
    const { text } = await get("/api/v1/status/runtimeinfo");
    expect(text).toContain('"GOMEMLIMIT":9223372036854775807,');
    expect((JSON.parse(text) as { data: unknown }).data).toMatchObject({
      startTime: "2026-11-23T11:59:59.000Z",
      serverTime: "2026-11-23T12:00:00.000Z",
      CWD: "/somewhere",
      hostname: "host",
      GOGC: "100",
      GOMAXPROCS: 1,
      storageRetention: "1d8h",
      corruptionCount: 0,
      reloadConfigSuccess: true,
    });
    const about = { ...fakeParts().parts.about, heapLimitBytes: 1024 };
    const { data: ask } = await testServer({ about });
    expect(await ask("/api/v1/status/runtimeinfo")).toMatchObject({ GOMEMLIMIT: 1024 });
  });

  it("tell flags and configuration", async () => {
    expect(await data("/api/v1/status/flags")).toEqual({ "heap.gogc": "100" });
    expect(await data("/api/v1/status/config")).toEqual({ yaml: "" });
  });

  it("tell how far the restore is before the store is ready", async () => {
    service.state = "restoring";
    service.progress = { min: 0, max: 10, current: 4 };
    expect(await data("/api/v1/status/walreplay")).toEqual({ min: 0, max: 10, current: 4 });
    service.state = "ready";
  });
});

describe("/api/v1/status/tsdb", () => {
  it("answers an empty head with the ends of int64", async () => {
    const { text } = await get("/api/v1/status/tsdb");
    const empty = '"minTime":9223372036854775807,"maxTime":-9223372036854775808}';
    expect(text).toContain(empty);
  });

  it("answers figures and lists", async () => {
    service.status = {
      ...(await service.headStatus(1)),
      seriesCount: 5,
      minTimeMs: 7,
      maxTimeMs: NOW_MS,
    };
    expect(await data("/api/v1/status/tsdb?limit=3")).toEqual({
      headStats: { numSeries: 5, numLabelPairs: 3, chunkCount: 4, minTime: 7, maxTime: NOW_MS },
      seriesCountByMetricName: [{ name: "limit 1", value: 1 }],
      labelValueCountByLabelName: [{ name: "limit 1", value: 1 }],
      memoryInBytesByLabelName: [{ name: "limit 1", value: 1 }],
      seriesCountByLabelValuePair: [{ name: "limit 1", value: 1 }],
    });
    service.status = null;
    expect(JSON.stringify(await data("/api/v1/status/tsdb"))).toContain("limit 10");
    expect(JSON.stringify(await data("/api/v1/status/tsdb?limit=7"))).toContain("limit 7");
  });

  it.each([
    ["0", "limit must be a positive number"],
    ["x", "limit must be a positive number"],
    ["10001", "limit must not exceed 10000"],
  ])("refuses limit=%s", async (limit, error) => {
    const { status, text } = await get(`/api/v1/status/tsdb?limit=${limit}`);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({ status: "error", errorType: "bad_data", error });
  });
});

describe("/api/v1/metadata", () => {
  service.metadataMap.set("a", { type: "counter", help: "A.", unit: "" });
  service.metadataMap.set("b", { type: "gauge", help: "B.", unit: "bytes" });
  const a = { a: [{ type: "counter", help: "A.", unit: "" }] };
  const b = { b: [{ type: "gauge", help: "B.", unit: "bytes" }] };

  it.each([
    ["", { ...a, ...b }],
    ["?metric=b", b],
    ["?metric=c", {}],
    ["?limit=1", a],
    ["?limit=0", {}],
    ["?limit=-1&limit_per_metric=0", { ...a, ...b }],
  ])("answers %s", async (query, expected) => {
    expect(await data(`/api/v1/metadata${query}`)).toEqual(expected);
  });

  it("refuses a limit that is no number", async () => {
    expect((await get("/api/v1/metadata?limit=x")).status).toBe(400);
    expect((await get("/api/v1/metadata?limit_per_metric=x")).status).toBe(400);
  });
});

describe("what Spandrel has none of", () => {
  it.each([
    ["targets?state=active", { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} }],
    ["targets/metadata", []],
    ["scrape_pools", { scrapePools: [] }],
    ["alertmanagers", { activeAlertmanagers: [], droppedAlertmanagers: [] }],
    ["rules?type=alert&exclude_alerts=true&group[]=x", { groups: [] }],
    ["alerts", { alerts: [] }],
    ["notifications", []],
  ])("/api/v1/%s is empty", async (path, expected) => {
    expect(await data(`/api/v1/${path}`)).toEqual(expected);
  });
});

describe("/api/v1/admin/tsdb", () => {
  it("writes a snapshot", async () => {
    for (const method of ["POST", "PUT"] as const) {
      const answer = await send(method, "/api/v1/admin/tsdb/snapshot");
      expect(JSON.parse(answer.text)).toEqual({ status: "success", data: { name: "snap-1" } });
    }
    expect((await get("/api/v1/admin/tsdb/snapshot")).status).toBe(405);
  });

  it.each([
    [new TsdbError("SNAPSHOT_RUNNING", "one is running"), 503, "unavailable", "one is running"],
    [new TsdbError("DISK_FAILED", "disk full"), 500, "internal", "disk full"],
  ])("answers %s with %d", async (failure, status, errorType, error) => {
    service.nextSnapshot = failure;
    const answer = await send("POST", "/api/v1/admin/tsdb/snapshot");
    service.nextSnapshot = null;
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ status: "error", errorType, error });
  });

  it.each(["skip_head=true", "skip_head=x"])("refuses %s", async (query) => {
    expect((await send("POST", `/api/v1/admin/tsdb/snapshot?${query}`)).status).toBe(400);
    expect((await send("POST", "/api/v1/admin/tsdb/snapshot?skip_head=0")).status).toBe(200);
  });

  it("deletes what selectors match in a range of time, open where it says nothing", async () => {
    const path = "/api/v1/admin/tsdb/delete_series";
    const query = `match[]=up&match[]={__name__=~".*"}&start=1&end=2.5`;
    expect(await send("POST", `${path}?${query}`)).toMatchObject({ status: 204, text: "" });
    expect(await send("PUT", `${path}?match[]={}`)).toMatchObject({ status: 204, text: "" });
    expect(service.deleted).toEqual([
      { selectors: 2, fromMs: 1000, toMs: 2500 },
      { selectors: 0, fromMs: -(2 ** 53), toMs: 2 ** 53 },
    ]);
  });

  it.each([
    ["", "no match[] parameter provided"],
    ["match[]=up[5m]", 'invalid parameter "match[]": 1:3: parse error: unexpected "["'],
    ["match[]=", 'invalid parameter "match[]": unknown position: parse error'],
    ["match[]=up&start=x", "invalid time value for 'start': cannot parse \"x\" to a valid time"],
    ["match[]=up&end=x", "invalid time value for 'end': cannot parse \"x\" to a valid timestamp"],
  ])("refuses to delete %s", async (query, error) => {
    const answer = await send("POST", `/api/v1/admin/tsdb/delete_series?${query}`);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error).toContain(error);
  });

  it("cleans and answers without a body", async () => {
    const answer = await send("POST", "/api/v1/admin/tsdb/clean_tombstones");
    expect(answer).toMatchObject({ status: 204, text: "" });
    expect(service.cleanings).toBe(1);
  });

  it.each(["snapshot", "delete_series", "clean_tombstones"])("hides %s unless on", async (name) => {
    const settings = { ...fakeParts().parts.settings, enableAdminApi: false };
    const { send: ask } = await testServer({ settings });
    const answer = await ask("POST", `/api/v1/admin/tsdb/${name}`);
    expect(answer.status).toBe(500);
    const error = "admin APIs disabled";
    expect(JSON.parse(answer.text)).toEqual({ status: "error", errorType: "unavailable", error });
  });
});
