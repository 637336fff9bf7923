/**
 * What a running service answers when it is hindered: a disk that fails, more queries than run at
 * once, more infos than an answer shows, a request that is no HTTP.
 */
import { rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiService, NEWEST } from "./api-service.ts";

const service = new ApiService();
/** Queries that run at once unless a flag says otherwise. */
const PLACES = 20;
/** A query that runs for a minute if nobody stops it. */
const ENDLESS = `quantile_over_time(0.5, (many @ ${NEWEST} * 0 + time())[30m:1s])`;

beforeAll(async () => {
  await service.start("--web.enable-admin-api");
  expect(await service.write()).toBe(204);
  expect(await service.writeMany(500)).toBe(204);
});
afterAll(() => service.end());

async function figure(name: string): Promise<string | undefined> {
  const { text } = await service.ask("/metrics");
  return new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1];
}

/** Starts a query that does not end; the function returned gives it up. */
function endlessQuery(): () => Promise<unknown> {
  const client = new AbortController();
  const body = new URLSearchParams({ query: ENDLESS, start: "0", end: "1000", step: "1" });
  const asked = service
    .ask("/api/v1/query_range", { method: "POST", body, signal: client.signal })
    .catch((error: Error) => error.name);
  return () => {
    client.abort();
    return asked;
  };
}

/** Sends bytes on a connection of their own; everything that comes back until it is closed. */
function exchange(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(service.origin);
    const socket = connect(Number(port), hostname, () => socket.write(request));
    let text = "";
    socket.on("data", (part) => (text += part.toString()));
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
}

describe("an answer with many infos", () => {
  it("shows ten and says how many more there are", async () => {
    // An info that says the same is told once, so each is of a name of its own.
    const named = (i: number) => `label_replace(temperature, "__name__", "m${i}", "", "")[5m:15s]`;
    const query = Array.from({ length: 13 }, (_, i) => `rate(${named(i)})`).join(" or ");
    const { json } = await service.api("query", { query, time: String(NEWEST) });
    expect(json.infos).toHaveLength(11);
    expect(json.infos[0]).toContain("metric might not be a counter");
    expect(json.infos[10]).toBe("3 more info annotations omitted");
    expect(json).not.toHaveProperty("warnings");
  });
});

describe("more queries than run at once", () => {
  it("wait for a place and are answered then", async () => {
    const endings = Array.from({ length: PLACES }, endlessQuery);
    const figures = async () => [
      await figure("spandrel_queries_running"),
      await figure("spandrel_queries_waiting"),
    ];
    await expect.poll(figures).toEqual([String(PLACES), "0"]);
    let isAnswered = false;
    const last = service.api("query", { query: "1 + 1", time: "4" });
    void last.then(() => (isAnswered = true));
    await expect.poll(figures).toEqual([String(PLACES), "1"]);
    expect(isAnswered).toBe(false);
    expect(await endings[0]!()).toBe("AbortError");
    expect((await last).json.data).toEqual({ resultType: "scalar", result: [4, "2"] });
    for (const end of endings) await end();
    await expect.poll(figures).toEqual(["0", "0"]);
  });

  it("give up waiting when their time is over: 503 timeout", async () => {
    const endings = Array.from({ length: PLACES }, endlessQuery);
    const running = () => figure("spandrel_queries_running");
    await expect.poll(running).toBe(String(PLACES));
    const { status, json } = await service.api("query", { query: "1", timeout: "0.2" });
    expect([status, json]).toEqual([
      503,
      { status: "error", errorType: "timeout", error: "query timed out in query queue" },
    ]);
    for (const end of endings) await end();
  });
});

describe("a request that is no HTTP", () => {
  it.each([
    [
      "a raw byte outside ASCII in its URL",
      "GET /api/v1/query?query=é HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ["a line that is none", "nonsense\r\n\r\n"],
  ])("with %s is answered with 400 bad_data, and the connection is closed", async (_what, sent) => {
    const [head, body] = (await exchange(sent)).split("\r\n\r\n") as [string, string];
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(head).toMatch(/\r\nContent-Type: application\/json\r\n/);
    expect(JSON.parse(body)).toMatchObject({ status: "error", errorType: "bad_data" });
  });
});

describe("a disk that fails", () => {
  it("is answered with 500 internal in the envelope of all errors", async () => {
    const snapshots = join(service.folder, "snapshots");
    rmSync(snapshots, { recursive: true, force: true });
    writeFileSync(snapshots, "a file where a directory belongs");
    const { status, json, headers } = await service.ask("/api/v1/admin/tsdb/snapshot", {
      method: "POST",
    });
    expect(status).toBe(500);
    expect(headers.get("content-type")).toBe("application/json");
    expect(json).toMatchObject({ status: "error", errorType: "internal" });
    expect(json.error).toMatch(/snapshots.* failed: /);
    expect(Object.keys(json)).toEqual(["status", "errorType", "error"]);
  });

  it("leaves queries as they were", async () => {
    expect(await service.data("query", { query: "count(many)", time: String(NEWEST) })).toEqual({
      resultType: "vector",
      result: [{ metric: {}, value: [NEWEST, "500"] }],
    });
  });
});
