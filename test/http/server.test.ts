import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type ErrorCode, TsdbError } from "../../src/base/errors.ts";
import { answerOf, ERROR_ANSWERS } from "../../src/http/error-table.ts";
import { testServer } from "./test-server.ts";

const { app, get, send, service, parts } = await testServer();

const API_PATHS = (
  "query query_range query_exemplars format_query parse_query series labels label/job/values " +
  "metadata targets targets/metadata scrape_pools rules alerts alertmanagers notifications " +
  "status/buildinfo status/config status/flags status/runtimeinfo status/tsdb"
)
  .split(" ")
  .map((path) => `/api/v1/${path}`);

describe("the life of the service", () => {
  it("is healthy always and ready when it is", async () => {
    expect(await get("/-/healthy")).toMatchObject({
      status: 200,
      text: "Prometheus Server is Healthy.\n",
    });
    expect(await get("/-/ready")).toMatchObject({
      status: 200,
      text: "Prometheus Server is Ready.\n",
    });
    service.state = "restoring";
    expect((await get("/-/healthy")).status).toBe(200);
    expect(await get("/-/ready")).toMatchObject({ status: 503, text: "Service Unavailable" });
    service.state = "stopping";
    const stopping = await get("/-/ready");
    expect(stopping.status).toBe(503);
    expect(stopping.headers["x-prometheus-stopping"]).toBe("true");
    service.state = "ready";
  });

  it("answers HEAD", async () => {
    for (const path of ["/-/healthy", "/-/ready"]) {
      expect((await send("HEAD", path)).status).toBe(200);
    }
  });

  it.each(["/-/reload", "/-/quit"])("%s is not enabled", async (path) => {
    const forbidden = { status: 403, text: "Lifecycle API is not enabled." };
    expect(await send("POST", path)).toMatchObject(forbidden);
    expect(await send("PUT", path)).toMatchObject(forbidden);
    expect((await get(path)).status).toBe(405);
  });

  it.each(API_PATHS)("%s waits until the store is ready", async (path) => {
    service.state = "restoring";
    const answer = await get(path);
    service.state = "ready";
    expect(answer).toMatchObject({ status: 503, text: "Service Unavailable" });
    expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
  });

  it("shows metrics while restoring", async () => {
    service.state = "restoring";
    expect((await get("/metrics")).status).toBe(200);
    service.state = "ready";
  });
});

describe("paths and methods", () => {
  it("answers an unknown path with 404 in words", async () => {
    for (const path of ["/nothing", "/api/v1/nothing", "/api/v2/query"]) {
      expect(await get(path)).toMatchObject({ status: 404, text: "404 page not found\n" });
    }
  });

  it("leads a client that wrote a slash too many to the right path", async () => {
    const answer = await get("/federate/?match[]=up&c=1");
    expect(answer.status).toBe(301);
    expect(answer.headers["location"]).toBe("/federate?match[]=up&c=1");
    expect(answer.text).toContain('<a href="/federate?match[]=up&amp;c=1">');
    for (const path of ["/-/healthy/", "/-/ready/", "/metrics/", "/version/"]) {
      expect((await get(path)).headers["location"]).toBe(path.slice(0, -1));
    }
    for (const path of ["/nothing/", "/api/v1/query/", "/-/healthy//"]) {
      expect(await get(path)).toMatchObject({ status: 404, text: "404 page not found\n" });
    }
    expect((await send("POST", "/federate/")).status).toBe(404);
  });

  it("packs what the reader takes packed", async () => {
    const packed = async (encoding: string) => {
      const url = "/api/v1/query_range?query=time()&start=0&end=1000&step=1";
      return (await get(url, { "accept-encoding": encoding })).headers["content-encoding"];
    };
    expect(await packed("deflate, gzip;q=0.5")).toBe("deflate");
    expect(await packed("gzip;q=0, *")).toBe("deflate");
    expect(await packed("gzip;q=0")).toBeUndefined();
  });

  it("has no headers for other origins where the origin is empty", async () => {
    const path = "/api/v1/query?query=1";
    const name = "access-control-allow-origin";
    expect((await get(path, { origin: "" })).headers[name]).toBeUndefined();
    expect((await get(path, { origin: "null" })).headers[name]).toBe("*");
  });

  it.each(API_PATHS)("answers DELETE %s with 405 and what is allowed", async (path) => {
    const answer = await send("DELETE", path);
    expect(answer.status).toBe(405);
    expect(answer.headers["allow"]).toMatch(/^GET/);
  });

  it("answers a form that is too large with 413", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const body = `query=${"1".repeat(10 * 2 ** 20)}`;
    const answer = await send("POST", "/api/v1/query", body, headers);
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text)).toMatchObject({ status: "error", errorType: "bad_data" });
  });

  it("answers a path that does not decode with 400", async () => {
    expect((await get("/api/v1/label/%ff/values")).status).toBe(400);
  });
});

describe("access from other origins", () => {
  it("is allowed for reading", async () => {
    const answer = await get("/api/v1/query?query=1", { origin: "http://other" });
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers": "Accept, Authorization, Content-Type, Origin",
      "access-control-expose-headers": "Date",
    });
    expect(answer.headers["vary"]).toContain("Origin");
  });

  it("is asked for by OPTIONS anywhere in the API", async () => {
    for (const path of ["/api/v1/query", "/api/v1/labels", "/api/v1/any/thing"]) {
      const answer = await send("OPTIONS", path, undefined, { origin: "http://other" });
      expect(answer.status).toBe(204);
      expect(answer.headers["access-control-allow-origin"]).toBe("*");
    }
  });

  it("leaves answers without an Origin alone", async () => {
    const answer = await get("/api/v1/query?query=1");
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
    expect(answer.headers["vary"]).toContain("Origin");
  });
});

describe("compressed answers", () => {
  it("go to clients that accept gzip, when they are long enough", async () => {
    const url = `/api/v1/format_query?query=${"a%2B".repeat(1000)}a`;
    const headers = { "accept-encoding": "gzip" };
    const answer = await app.inject({ method: "GET", url, headers });
    expect(answer.headers["content-encoding"]).toBe("gzip");
    expect(String(answer.headers["vary"])).toMatch(/origin/i);
    expect(String(answer.headers["vary"])).toMatch(/accept-encoding/i);
    expect(gunzipSync(answer.rawPayload).toString()).toBe((await get(url)).text);
    const short = await get("/api/v1/query?query=1", headers);
    expect(short.headers["content-encoding"]).toBeUndefined();
  });
});

describe("/metrics", () => {
  it("is text 0.0.4, whatever is accepted", async () => {
    const accept = "application/openmetrics-text; version=1.0.0";
    const { text, headers } = await get("/metrics", { accept });
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text).toContain("x 1\n");
  });
});

describe("counted requests", () => {
  it("have their route and status", async () => {
    await get("/api/v1/label/some/values");
    await get("/api/v1/query?query=(");
    await get("/none");
    const counts = parts.counts.requests().map(({ handler, status }) => `${handler} ${status}`);
    expect(counts).toContain("/api/v1/label/:name/values 200");
    expect(counts).toContain("/api/v1/query 400");
    expect(counts).toContain("unknown 404");
  });
});

describe("the error table", () => {
  it.each(Object.entries(ERROR_ANSWERS))("answers %s as documented", (code, answer) => {
    const error = new TsdbError(code as ErrorCode, "text");
    expect(answerOf(error)).toEqual({ ...answer, text: "text" });
  });

  it("hides what a bug says", () => {
    expect(answerOf(new Error("secret")).text).toBe("internal error");
    expect(answerOf(null).status).toBe(500);
  });
});
