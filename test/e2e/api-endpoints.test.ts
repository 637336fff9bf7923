/** Every route over HTTP to a running service: its methods, what it carries, what it refuses. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fakeParts } from "../http/fake-service.ts";
import { testServer } from "../http/test-server.ts";
import { ApiService, NEWEST } from "./api-service.ts";
import { askRaw, type RawAnswer } from "./raw-request.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE"] as const;

/** A route: the methods that it has, a query that it likes, the status it then answers. */
interface Row {
  readonly path: string;
  readonly methods: readonly string[];
  readonly query: string;
  readonly status: number;
}
const row = (path: string, methods: string, query = "", status = 200): Row => ({
  ...{ path, methods: methods.split(" "), query, status },
});
const named = (rows: readonly Row[]) => rows.map((one) => [one.path, one] as const);

const MATCH = "match[]=temperature";
const API_ROWS: readonly Row[] = [
  row("query", "GET POST", "query=1"),
  row("query_range", "GET POST", "query=1&start=0&end=1&step=1"),
  row("query_exemplars", "GET POST", "query=up"),
  row("format_query", "GET POST", "query=up"),
  row("parse_query", "GET POST", "query=up"),
  row("series", "GET POST", MATCH),
  row("labels", "GET POST"),
  row("label/job/values", "GET"),
  row("metadata", "GET"),
  row("targets", "GET", "state=any"),
  row("targets/metadata", "GET"),
  row("scrape_pools", "GET"),
  row("alertmanagers", "GET"),
  row("rules", "GET", "type=alert"),
  row("alerts", "GET"),
  row("status/buildinfo", "GET"),
  row("status/config", "GET"),
  row("status/flags", "GET"),
  row("status/runtimeinfo", "GET"),
  row("status/tsdb", "GET"),
  row("status/walreplay", "GET"),
  row("notifications", "GET"),
  row("admin/tsdb/snapshot", "POST PUT"),
  row("admin/tsdb/delete_series", "POST PUT", "match[]=nothing", 204),
  row("admin/tsdb/clean_tombstones", "POST PUT", "", 204),
];
/** Routes that read a body of their own, or answer without end. */
const BODY_ROWS: readonly Row[] = [
  row("write", "POST"),
  row("read", "POST"),
  row("otlp/v1/metrics", "POST"),
  row("notifications/live", "GET"),
];

const service = new ApiService();
const ask = (method: string, path: string, headers = {}, body?: string): Promise<RawAnswer> =>
  askRaw(service.origin, { method, path, headers, ...(body === undefined ? {} : { body }) });
const allowed = (methods: readonly string[]) => [...methods, "OPTIONS"].sort().join(", ");
const origin = "http://page.example";

beforeAll(async () => {
  await service.start("--web.enable-admin-api", "--web.enable-otlp-receiver");
  expect(await service.write()).toBe(204);
});
afterAll(() => service.end());

describe.each(named(API_ROWS))("/api/v1/%s", (path, { methods, query, status }) => {
  const url = `/api/v1/${path}`;

  it.each(methods.map((method) => [method]))("answers %s in its envelope", async (method) => {
    const answer = await ask(method, `${url}?${query}`);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.headers["vary"]).toBe("Origin");
    if (status === 204) return expect(answer.text).toBe("");
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(answer.text)).toMatchObject({ status: "success" });
  });

  it("takes its parameters from a form where it has POST", async () => {
    if (!methods.includes("POST")) return;
    expect((await ask("POST", url, {}, query)).status).toBe(status);
  });
});

describe.each(named([...API_ROWS, ...BODY_ROWS]))(
  "/api/v1/%s: other methods",
  (path, { methods }) => {
    const url = `/api/v1/${path}`;

    it("are answered with 405 and those that it has", async () => {
      for (const method of METHODS) {
        if (methods.includes(method)) continue;
        const answer = await ask(method, url);
        expect([method, answer.status]).toEqual([method, 405]);
        expect(answer.headers["allow"]).toBe(allowed(methods));
        expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
        if (method !== "HEAD") expect(answer.text).toBe("Method Not Allowed\n");
      }
    });

    it("include OPTIONS, answered with 204 and who may ask", async () => {
      const plain = await ask("OPTIONS", url);
      expect([plain.status, plain.text, plain.headers["vary"]]).toEqual([204, "", "Origin"]);
      expect(plain.headers["access-control-allow-origin"]).toBeUndefined();
      const asked = { origin, "access-control-request-method": "POST" };
      expect((await ask("OPTIONS", url, asked)).headers).toMatchObject({
        vary: "Origin",
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, POST, OPTIONS",
        "access-control-allow-headers": "Accept, Authorization, Content-Type, Origin",
        "access-control-expose-headers": "Date",
      });
    });
  },
);

describe("any answer of the API", () => {
  it("may be read by pages of other origins, an error too", async () => {
    for (const query of ["query=1", "query=("]) {
      const { headers } = await ask("GET", `/api/v1/query?${query}`, { origin });
      expect(headers["access-control-allow-origin"]).toBe("*");
      expect(headers["vary"]).toBe("Origin");
    }
  });

  it.each(["gzip", "deflate"])("is packed with %s for who takes that", async (encoding) => {
    const path = `/api/v1/query_range?query=time()&start=0&end=9000&step=1`;
    const plain = await ask("GET", path);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    const packed = await ask("GET", path, { "accept-encoding": encoding });
    expect(packed.headers["content-encoding"]).toBe(encoding);
    expect(packed.text).toBe(plain.text);
  });

  it("is JSON whatever is accepted", async () => {
    for (const accept of ["text/plain", "application/xml;q=0.9", "x"]) {
      const { status, headers } = await ask("GET", "/api/v1/query?query=1", { accept });
      expect([status, headers["content-type"]]).toEqual([200, "application/json"]);
    }
  });

  it("of a path that is none is 404 in words", async () => {
    for (const path of ["/nothing", "/api/v1/nothing", "/api/v1/status/nothing", "/api/v2/query"]) {
      const { status, headers, text } = await ask("GET", path);
      expect([path, status, text]).toEqual([path, 404, "404 page not found\n"]);
      expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
    }
    expect((await ask("OPTIONS", "/api/v1/nothing")).status).toBe(204);
  });

  it("of something that is not there is 404 not_found", async () => {
    const { status, text } = await ask("GET", "/api/v1/status/heap/chunk?chunk=1&address=1");
    expect(status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ status: "error", errorType: "not_found" });
  });
});

describe("routes outside the API", () => {
  it("tell of health with GET and HEAD alone", async () => {
    const bodies = {
      healthy: "Prometheus Server is Healthy.\n",
      ready: "Prometheus Server is Ready.\n",
    };
    for (const [name, body] of Object.entries(bodies)) {
      const answer = await ask("GET", `/-/${name}`);
      expect([answer.status, answer.text]).toEqual([200, body]);
      expect(await ask("HEAD", `/-/${name}`)).toMatchObject({ status: 200, text: "" });
      expect((await ask("POST", `/-/${name}`)).status).toBe(405);
    }
  });

  it.each(["reload", "quit"])("do not let anyone %s", async (name) => {
    for (const method of ["POST", "PUT"]) {
      const answer = await ask(method, `/-/${name}`);
      expect([answer.status, answer.text]).toEqual([403, "Lifecycle API is not enabled."]);
    }
    expect((await ask("GET", `/-/${name}`)).status).toBe(405);
  });

  it("show metrics and the version", async () => {
    const metrics = await ask("GET", "/metrics");
    expect(metrics.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(metrics.text).toContain("\ngo_memstats_heap_inuse_bytes ");
    expect(JSON.parse((await ask("GET", "/version")).text)).toHaveProperty("goVersion");
    expect((await ask("POST", "/metrics")).status).toBe(405);
  });

  it("federate with GET alone, in the range of the lookback", async () => {
    const found = await ask("GET", `/federate?${MATCH}`);
    expect(found.text).toContain(
      `temperature{job="a",room="hall",instance=""} 19.5 ${NEWEST}000\n`,
    );
    expect((await ask("POST", "/federate", {}, MATCH)).status).toBe(405);
    const bad = await ask("GET", "/federate?match[]=up{");
    expect([bad.status, bad.headers["content-type"]]).toEqual([400, "text/plain; charset=utf-8"]);
  });
});

describe("a server that restores", () => {
  it("answers /api/v1 and /federate with 503 in words, and tells how far it is", async () => {
    const { settings } = fakeParts().parts;
    const restoring = await testServer({ settings: { ...settings, enableOtlpReceiver: true } });
    restoring.service.state = "restoring";
    const address = await restoring.app.listen({ port: 0, host: "127.0.0.1" });
    const get = (path: string, method = "GET") => askRaw(address, { method, path });
    const paths = [...API_ROWS, ...BODY_ROWS].filter(({ path }) => path !== "status/walreplay");
    for (const { path, methods, query } of paths) {
      const url = `/api/v1/${path}?${query}`;
      const { status, headers, text } = await get(url, methods[0]);
      expect([path, status, text.trim()]).toEqual([path, 503, "Service Unavailable"]);
      expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
    }
    expect(await get("/federate")).toMatchObject({ status: 503, text: "Service Unavailable" });
    expect(await get("/-/ready")).toMatchObject({ status: 503, text: "Service Unavailable" });
    expect((await get("/-/healthy")).status).toBe(200);
    expect((await get("/api/v1/status/walreplay")).status).toBe(200);
    expect((await get("/metrics")).status).toBe(200);
    restoring.service.state = "stopping";
    expect((await get("/-/ready")).headers["x-prometheus-stopping"]).toBe("true");
  });
});

describe("a service without the admin API", () => {
  const closed = new ApiService();
  beforeAll(() => closed.start());
  afterAll(() => closed.end());

  it.each(["snapshot", "delete_series?match[]=up", "clean_tombstones"])(
    "answers %s with 500 unavailable",
    async (path) => {
      const asked = { method: "POST", path: `/api/v1/admin/tsdb/${path}` };
      const { status, text } = await askRaw(closed.origin, asked);
      const error = { status: "error", errorType: "unavailable", error: "admin APIs disabled" };
      expect([status, JSON.parse(text)]).toEqual([500, error]);
    },
  );

  it("has no OTLP", async () => {
    const asked = { method: "POST", path: "/api/v1/otlp/v1/metrics", body: "" };
    expect((await askRaw(closed.origin, asked)).status).toBe(404);
  });
});
