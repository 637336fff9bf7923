/** Queries over HTTP to a running service: answers, limits, faults, and what Grafana sends. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiService, FROM, NEWEST } from "./api-service.ts";

const service = new ApiService();
const at = (query: string, more: Record<string, string> = {}) =>
  service.api("query", { query, time: String(NEWEST), ...more });
const over = (query: string, more: Record<string, string> = {}) =>
  service.api("query_range", {
    query,
    start: String(NEWEST - 60),
    end: String(NEWEST),
    step: "30",
    ...more,
  });

/** A query that runs for a minute if nobody stops it. */
const ENDLESS = `quantile_over_time(0.5, (many @ ${NEWEST} * 0 + time())[30m:1s])`;
const endlessRange = { query: ENDLESS, start: "0", end: "1000", step: "1" };

beforeAll(async () => {
  await service.start("--query.max-samples=5000000");
  expect(await service.write()).toBe(204);
  expect(await service.writeMany(500)).toBe(204);
});
afterAll(() => service.end());

describe("/api/v1/query", () => {
  it("answers vectors with the time asked for and values as text", async () => {
    const { json, headers } = await at('temperature{job="a"}');
    expect(headers.get("content-type")).toBe("application/json");
    expect(json).toEqual({
      status: "success",
      data: {
        resultType: "vector",
        result: [
          {
            metric: { __name__: "temperature", job: "a", room: "hall" },
            value: [NEWEST, "19.5"],
          },
        ],
      },
    });
  });

  it("answers scalars, strings and range selectors in their shapes", async () => {
    expect((await at("1 + 1")).json.data).toEqual({ resultType: "scalar", result: [NEWEST, "2"] });
    expect((await at('"text"')).json.data).toEqual({
      resultType: "string",
      result: [NEWEST, "text"],
    });
    const { resultType, result } = (await at("requests_total[30s]")).json.data;
    expect(resultType).toBe("matrix");
    expect(result[0].values).toEqual([
      [NEWEST - 15, "1140"],
      [NEWEST, "1170"],
    ]);
  });

  it.each([
    ["vector(1e21)", "1e+21"],
    ["vector(1e-7)", "1e-07"],
    ["vector(-0)", "-0"],
    ["vector(1/0)", "+Inf"],
    ["vector(NaN)", "NaN"],
    ["vector(0.1 + 0.2)", "0.30000000000000004"],
  ])("writes %s as %s", async (query, text) => {
    expect((await at(query)).json.data.result[0].value[1]).toBe(text);
  });

  it("takes its parameters from the URL, from a form, and the form's first", async () => {
    const form = await service.form("query", { query: "2", time: "5" });
    expect(form.json.data.result).toEqual([5, "2"]);
    const body = new URLSearchParams({ query: "3" });
    const both = await service.ask("/api/v1/query?query=2&time=7", { method: "POST", body });
    expect(both.json.data.result).toEqual([7, "3"]);
  });

  it.each([
    ["1435781451.781", 1435781451.781],
    ["2015-07-01T20:10:51.781Z", 1435781451.781],
    ["2015-07-01T22:10:51+02:00", 1435781451],
    ["1700000000000", 1700000000000],
  ])("reads the time %s", async (time, seconds) => {
    expect((await service.data("query", { query: "1", time })) as object).toMatchObject({
      result: [seconds, "1"],
    });
  });

  it("cuts at limit and says so, and looks back as far as asked", async () => {
    const cut = (await at("temperature", { limit: "1" })).json;
    expect(cut.data.result).toHaveLength(1);
    expect(cut.warnings).toEqual(["results truncated due to limit"]);
    const late = { time: String(NEWEST + 200) };
    expect((await at("temperature", late)).json.data.result).toHaveLength(2);
    const short = { ...late, lookback_delta: "1m" };
    expect((await at("temperature", short)).json.data.result).toEqual([]);
  });

  it("leaves out what has ended", async () => {
    expect((await at("ended")).json.data.result).toEqual([]);
    expect((await at("ended", { time: String(NEWEST - 1) })).json.data.result).toHaveLength(1);
  });

  it("tells annotations with their places", async () => {
    const rate = (await at("rate(temperature[5m])")).json;
    expect(rate.infos[0]).toMatch(/^PromQL info: metric might not be a counter.*\(1:6\)$/);
    const quantile = (await at("quantile(2, temperature)")).json;
    expect(quantile.warnings[0]).toContain("quantile value should be between 0 and 1");
  });

  it("adds statistics when asked", async () => {
    const { stats } = (await at("temperature", { stats: "all" })).json.data;
    expect(Object.keys(stats.timings)).toEqual([
      "evalTotalTime",
      "resultSortTime",
      "queryPreparationTime",
      "innerEvalTime",
      "execQueueTime",
      "execTotalTime",
    ]);
    expect(stats.samples.totalQueryableSamples).toBeGreaterThan(0);
    expect(stats.samples.peakSamples).toBeGreaterThan(0);
    expect((await at("temperature")).json.data.stats).toBeUndefined();
  });
});

describe("/api/v1/query_range", () => {
  it("answers series by label set with a value a step, up to the end", async () => {
    const { data } = (await over("temperature")).json;
    expect(data.resultType).toBe("matrix");
    expect(data.result.map((s: { metric: object }) => s.metric)).toEqual([
      { __name__: "temperature", job: "a", room: "hall" },
      { __name__: "temperature", job: "b", room: "loft" },
    ]);
    expect(data.result[0].values).toEqual([
      [NEWEST - 60, "17.5"],
      [NEWEST - 30, "18.5"],
      [NEWEST, "19.5"],
    ]);
  });

  it("answers a scalar as a series without labels", async () => {
    const { result } = (await over("1")).json.data;
    expect(result).toEqual([{ metric: {}, values: [60, 30, 0].map((s) => [NEWEST - s, "1"]) }]);
  });

  it("has 11,001 points at most", async () => {
    const points = (end: string) =>
      service.api("query_range", { query: "vector(1)", start: "0", end, step: "1" });
    expect((await points("11000")).json.data.result[0].values).toHaveLength(11_001);
    expect((await points("11001")).json.error).toContain("exceeded maximum resolution of 11,000");
  });
});

describe("faults of queries", () => {
  it.each([
    ["query", { query: "up{" }, 'invalid parameter "query": 1:4: parse error: unexpected end'],
    ["query", { query: "limitk(1, up)" }, "limitk() is experimental and must be enabled with"],
    ["query", { query: "mad_over_time(up[1m])" }, 'function "mad_over_time" is not enabled'],
    ["query", { query: "" }, "unknown position: parse error: no expression found in input"],
    ["query", { query: "1", time: "x" }, "invalid time value for 'time': cannot parse \"x\""],
    ["query", { query: "1", timeout: "x" }, 'invalid parameter "timeout": cannot parse "x"'],
    ["query", { query: "1", limit: "-1" }, 'invalid parameter "limit": limit must be non-neg'],
    ["query", { query: "1", lookback_delta: "x" }, "error parsing lookback delta duration"],
    ["query_range", { query: "1" }, 'invalid parameter "start": cannot parse ""'],
    ["query_range", { query: "1", start: "1", end: "0", step: "1" }, "must not be before start"],
    ["query_range", { query: "1", start: "0", end: "1", step: "0" }, "zero or negative query"],
    ["query_range", { query: "a[1m]", start: "0", end: "1", step: "1" }, "invalid expression type"],
    ["format_query", { query: "sum(" }, 'invalid parameter "query": 1:5: parse error: unclosed'],
    ["parse_query", { query: "sum(" }, 'invalid parameter "query": 1:5: parse error: unclosed'],
    ["query_exemplars", { query: "sum(" }, "1:5: parse error: unclosed left parenthesis"],
  ])("400 bad_data: %s %j", async (route, parameters, error) => {
    const { status, json } = await service.api(route, parameters);
    expect(status).toBe(400);
    expect(json).toMatchObject({ status: "error", errorType: "bad_data" });
    expect(json.error).toContain(error);
  });

  it.each([
    ["temperature * on () temperature", "many-to-many matching not allowed"],
    ['label_replace(temperature, "a", "b", "job", "[")', "invalid regular expression"],
    ["max_over_time(vector(1)[2000h:1s])", "too many samples into memory"],
  ])("422 execution: %s", async (query, error) => {
    const { status, json } = await at(query);
    expect(status).toBe(422);
    expect(json).toMatchObject({ status: "error", errorType: "execution" });
    expect(json.error).toContain(error);
  });

  it("503 timeout when the time allowed is over", async () => {
    const { status, json } = await service.form("query_range", { ...endlessRange, timeout: "0.2" });
    expect(status).toBe(503);
    expect(json).toMatchObject({ status: "error", errorType: "timeout" });
    expect(json.error).toContain("query timed out");
  });

  it("499 when the client goes away, which ends the query", async () => {
    const client = new AbortController();
    const body = new URLSearchParams(endlessRange);
    const running = () => metric("spandrel_queries_running");
    const asked = service
      .ask("/api/v1/query_range", { method: "POST", body, signal: client.signal })
      .catch((error: Error) => error.name);
    await expect.poll(running).toBe("1");
    client.abort();
    expect(await asked).toBe("AbortError");
    await expect.poll(running).toBe("0");
    const { text } = await service.ask("/metrics");
    expect(text).toMatch(/spandrel_http_requests_total\{.*query_range.*code="499".*\} 1/);
  });

  async function metric(name: string): Promise<string | undefined> {
    const { text } = await service.ask("/metrics");
    return new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1];
  }
});

describe("what Grafana sends", () => {
  it("is content when a data source is saved and tested", async () => {
    const { status, json } = await service.form("query", { query: "1+1", time: "4" });
    expect([status, json.data]).toEqual([200, { resultType: "scalar", result: [4, "2"] }]);
    const build = (await service.data("status/buildinfo")) as { version: string };
    expect(build.version).toMatch(/^3\.5\./);
    expect(build).not.toHaveProperty("features");
  });

  it("is content when it opens its editor", async () => {
    const range = { start: String(FROM), end: String(NEWEST) };
    const names = await service.data("label/__name__/values", { limit: "40000", ...range });
    expect(names).toContain("temperature");
    expect(await service.data("labels", { limit: "40000", ...range })).toContain("room");
    expect(await service.data("metadata", { limit: "40000" })).toHaveProperty("temperature");
    expect(await service.data("rules")).toEqual({ groups: [] });
    const milliseconds = { start: String(FROM * 1000), end: String(NEWEST * 1000) };
    const probe = await service.form("query_exemplars", { query: "test", ...milliseconds });
    expect(probe.text).toBe('{"status":"success","data":[]}');
  });

  it("draws a panel: POST, whole steps, headers of the dashboard, gzip", async () => {
    const start = Math.floor(FROM / 15) * 15;
    const body = new URLSearchParams({
      query: "rate(requests_total[1m0s])",
      start: String(start),
      end: String(NEWEST),
      step: "15",
    });
    const headers = { "x-dashboard-uid": "u", "x-panel-id": "1", "accept-encoding": "gzip" };
    const answer = await service.ask("/api/v1/query_range", { method: "POST", body, headers });
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(answer.text).toMatch(/^\{"status":"success","data":\{"resultType":"matrix","result":/);
    expect(answer.json.data.result[0].values.at(-1)).toEqual([
      NEWEST,
      expect.stringMatching(/^(2|1\.99999999999999\d*)$/),
    ]);
  });

  it("looks for alerts with names that Prometheus does not know", async () => {
    const query = "file[]=x&group[]=y&rule[]=z&exclude_alerts=true&group_limit=40&type=alert";
    const answer = await service.ask(`/api/v1/rules?${query}`);
    expect(answer.json.data).toEqual({ groups: [] });
  });
});
