/** Methods, paths, cross-origin access and compression of a running service; its life. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiService } from "./api-service.ts";

const service = new ApiService();
const method = (path: string, name: string, headers: Record<string, string> = {}) =>
  service.ask(path, { method: name, headers });

beforeAll(() => service.start());
afterAll(() => service.end());

/** Routes of /api/v1 with the methods they have. */
const ROUTES: readonly (readonly [string, string])[] = [
  ...["query", "query_range", "query_exemplars", "format_query", "parse_query", "series"].map(
    (route) => [route, "GET, OPTIONS, POST"] as const,
  ),
  ["labels", "GET, OPTIONS, POST"],
  ...["label/job/values", "metadata", "targets", "targets/metadata", "scrape_pools"].map(
    (route) => [route, "GET, OPTIONS"] as const,
  ),
  ...["alertmanagers", "rules", "alerts", "notifications", "notifications/live"].map(
    (route) => [route, "GET, OPTIONS"] as const,
  ),
  ...["buildinfo", "config", "flags", "runtimeinfo", "tsdb", "walreplay"].map(
    (route) => [`status/${route}`, "GET, OPTIONS"] as const,
  ),
  ["write", "OPTIONS, POST"],
  ...["snapshot", "delete_series", "clean_tombstones"].map(
    (route) => [`admin/tsdb/${route}`, "OPTIONS, POST, PUT"] as const,
  ),
];

describe("a route of the API", () => {
  it.each(ROUTES)("%s allows %s, and answers other methods with 405", async (route, allowed) => {
    const path = `/api/v1/${route}`;
    for (const name of ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"]) {
      if (allowed.split(", ").includes(name)) continue;
      const { status, headers } = await method(path, name);
      expect([name, status, headers.get("allow")]).toEqual([name, 405, allowed]);
    }
    const options = await method(path, "OPTIONS", { origin: "http://grafana" });
    expect(options.status).toBe(204);
    expect(options.headers.get("access-control-allow-origin")).toBe("*");
  });

  it("may be read by any page", async () => {
    const { headers } = await method("/api/v1/labels", "GET", { origin: "http://grafana" });
    expect(headers.get("access-control-allow-methods")).toBe("GET, POST, OPTIONS");
    expect(headers.get("access-control-allow-headers")).toBe(
      "Accept, Authorization, Content-Type, Origin",
    );
    expect(headers.get("access-control-expose-headers")).toBe("Date");
    const plain = await method("/api/v1/labels", "GET");
    expect(plain.headers.get("vary")).toContain("Origin");
    expect(plain.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("does not exist under another name", async () => {
    for (const path of ["/api/v1/nothing", "/nothing"]) {
      expect(await method(path, "GET")).toMatchObject({
        status: 404,
        text: "404 page not found\n",
      });
    }
    expect((await method("/api/v1/label/%FF/values", "GET")).json).toMatchObject({
      status: "error",
      errorType: "bad_data",
    });
  });

  it("hides admin routes unless they are switched on", async () => {
    for (const route of ["snapshot", "delete_series", "clean_tombstones"]) {
      const { status, json } = await method(`/api/v1/admin/tsdb/${route}`, "POST");
      expect(status).toBe(500);
      expect(json).toEqual({
        status: "error",
        errorType: "unavailable",
        error: "admin APIs disabled",
      });
    }
  });
});

describe("compression", () => {
  it.each([
    ["gzip", "gzip"],
    ["deflate", "deflate"],
    ["gzip, deflate, br", "gzip"],
    ["identity", null],
  ])("accept-encoding: %s gets %s", async (accepted, encoding) => {
    const query = "query=vector(1)&start=0&end=10000&step=1";
    const headers = { "accept-encoding": accepted };
    const answer = await method(`/api/v1/query_range?${query}`, "GET", headers);
    expect(answer.headers.get("content-encoding")).toBe(encoding);
    expect(answer.json.data.result[0].values).toHaveLength(10_001);
  });
});

describe("the life of the process", () => {
  it("is told at /-/healthy, /-/ready and /version", async () => {
    for (const name of ["GET", "HEAD"]) {
      const body = (text: string) => (name === "GET" ? text : "");
      expect(await method("/-/healthy", name)).toMatchObject({
        status: 200,
        text: body("Prometheus Server is Healthy.\n"),
      });
      expect(await method("/-/ready", name)).toMatchObject({
        status: 200,
        text: body("Prometheus Server is Ready.\n"),
      });
    }
    expect((await method("/version", "GET")).json).toHaveProperty("goVersion");
    expect((await method("/-/healthy", "POST")).status).toBe(405);
  });

  it("is not changed from outside unless that is switched on", async () => {
    for (const path of ["/-/reload", "/-/quit"]) {
      for (const name of ["POST", "PUT"]) {
        expect(await method(path, name)).toMatchObject({
          status: 403,
          text: "Lifecycle API is not enabled.",
        });
      }
      expect((await method(path, "GET")).status).toBe(405);
    }
  });

  it("has its own figures at /metrics", async () => {
    const { text, headers } = await method("/metrics", "GET");
    expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text).toContain("go_memstats_heap_inuse_bytes");
  });
});
