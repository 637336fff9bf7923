/** Series, labels, status, federation and admin over HTTP to a running service. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiService, clock, FROM, NEWEST } from "./api-service.ts";

const service = new ApiService();
const selected = (text: string): [string, string][] => [["match[]", text]];

beforeAll(async () => {
  await service.start(
    "--web.enable-admin-api",
    "--enable-feature=promql-experimental-functions",
    "--enable-feature=promql-duration-expr",
  );
  expect(await service.write()).toBe(204);
});
afterAll(() => service.end());

describe("series and labels", () => {
  it("lists label sets, by any of the selectors, within a range, up to a limit", async () => {
    expect(await service.data("series", selected('temperature{job="a"}'))).toEqual([
      { __name__: "temperature", job: "a", room: "hall" },
    ]);
    const two = [...selected("temperature"), ...selected("requests_total")];
    expect(await service.data("series", two)).toHaveLength(3);
    const early = [...selected("temperature"), ["end", String(FROM - 1)]] as [string, string][];
    expect(await service.data("series", early)).toEqual([]);
    const cut = await service.api("series", [...two, ["limit", "2"]]);
    expect(cut.json.data).toHaveLength(2);
    expect(cut.json.warnings).toEqual(["results truncated due to limit"]);
    expect((await service.form("series", selected("temperature"))).json.data).toHaveLength(2);
  });

  it("lists names and values sorted, of all series or of selected ones", async () => {
    const names = ["__name__", "instance", "job", "lab.el", "room"];
    expect(await service.data("labels")).toEqual(names);
    expect((await service.form("labels", {})).json.data).toEqual(names);
    expect(await service.data("labels", selected("requests_total"))).toEqual(names.slice(0, 3));
    expect(await service.data("label/job/values")).toEqual(["a", "b", "c"]);
    expect(await service.data("label/job/values", selected("temperature"))).toEqual(["a", "b"]);
    expect(await service.data("label/job/values", { start: "1", end: "2" })).toEqual([]);
    expect(await service.data("label/nobody/values")).toEqual([]);
    const cut = await service.api("label/job/values", { limit: "1" });
    expect(cut.json).toMatchObject({ data: ["a"], warnings: ["results truncated due to limit"] });
  });

  it("finds names outside the classic alphabet, escaped in a path or quoted", async () => {
    expect(await service.data("label/U__lab_2e_el/values")).toEqual(["v"]);
    expect(await service.data("series", selected('{"dotted.name"}'))).toHaveLength(1);
  });

  it.each([
    ["series", [], "no match[] parameter provided"],
    ["series", selected("{}"), "match[] must contain at least one non-empty matcher"],
    ["series", selected("up[5m]"), 'invalid parameter "match[]": 1:3: parse error: unexpected "["'],
    ["labels", selected('{job=~".*"}'), "match[] must contain at least one non-empty matcher"],
    ["labels", selected("up{"), "1:4: parse error: unexpected end of input inside braces"],
    ["label/job/values", [["limit", "x"]], 'strconv.Atoi: parsing "x": invalid syntax'],
    ["label/job/values", [["start", "x"]], "invalid time value for 'start'"],
  ] as [string, [string, string][], string][])("400: %s %j", async (route, parameters, error) => {
    const { status, json } = await service.api(route, parameters);
    expect(status).toBe(400);
    expect(json).toMatchObject({ status: "error", errorType: "bad_data" });
    expect(json.error).toContain(error);
  });

  it("tells type, help and unit of metrics, none with limit=0", async () => {
    const temperature = [{ type: "gauge", help: "How warm it is.", unit: "celsius" }];
    const requests = [{ type: "counter", help: "Requests.", unit: "" }];
    const all = { requests_total: requests, temperature };
    expect(await service.data("metadata")).toEqual(all);
    expect(await service.data("metadata", { limit: "-1" })).toEqual(all);
    expect(await service.data("metadata", { metric: "temperature" })).toEqual({ temperature });
    expect(await service.data("metadata", { limit: "0" })).toEqual({});
    expect((await service.api("metadata", { limit: "x" })).json.error).toBe(
      "limit must be a number",
    );
  });
});

describe("texts of queries", () => {
  it("may use what is experimental when that is switched on", async () => {
    const query = "limitk(1, sum_over_time(temperature[30s * 2]))";
    const data = await service.data("query", { query, time: String(NEWEST) });
    expect((data as { result: unknown[] }).result).toHaveLength(1);
  });

  it("are formatted, shown as trees, and have exemplars only where some were sent", async () => {
    expect(await service.data("format_query", { query: "sum  by(a)(up)" })).toBe("sum by (a) (up)");
    expect(await service.data("parse_query", { query: "1" })).toEqual({
      type: "numberLiteral",
      val: "1",
    });
    expect(await service.data("query_exemplars", { query: "up" })).toEqual([]);
    expect(await service.api("query_exemplars", { query: "1" })).toMatchObject({ status: 204 });
  });
});

describe("what Spandrel has none of", () => {
  it.each([
    ["targets", { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} }],
    ["targets/metadata", []],
    ["scrape_pools", { scrapePools: [] }],
    ["alertmanagers", { activeAlertmanagers: [], droppedAlertmanagers: [] }],
    ["rules", { groups: [] }],
    ["alerts", { alerts: [] }],
    ["notifications", []],
  ])("is empty: %s", async (route, data) => {
    expect(await service.data(route)).toEqual(data);
  });

  it.each([
    ["rules?type=x", 'invalid parameter "type": not supported value "x"'],
    ["rules?group_limit=0", "group_limit needs to be greater than 0"],
    ["rules?group_next_token=x", "group_limit needs to be present in order to paginate"],
    ["rules?exclude_alerts=x", "error converting exclude_alerts"],
    ["targets/metadata?limit=x", "limit must be a number"],
    ["targets/metadata?match_target={", 'invalid parameter "match_target": 1:2: parse error'],
  ])("refuses %s", async (path, error) => {
    const { status, json } = await service.ask(`/api/v1/${path}`);
    expect(status).toBe(400);
    expect(json.error).toContain(error);
  });

  it("streams notifications that never come, to sixteen listeners", async () => {
    const clients: AbortController[] = [];
    const listen = async () => {
      const client = new AbortController();
      clients.push(client);
      const { signal } = client;
      return fetch(`${service.origin}/api/v1/notifications/live`, { signal });
    };
    for (let i = 0; i < 16; i++) {
      const stream = await listen();
      expect(stream.status).toBe(200);
      expect(stream.headers.get("content-type")).toBe("text/event-stream");
    }
    expect((await listen()).status).toBe(204);
    for (const client of clients) client.abort();
    await expect.poll(async () => (await listen()).status).toBe(200);
    for (const client of clients) client.abort();
  });
});

describe("status", () => {
  it("tells build, flags, runtime and configuration", async () => {
    const build = (await service.data("status/buildinfo")) as object;
    const keys = ["version", "revision", "branch", "buildUser", "buildDate", "goVersion"];
    expect(Object.keys(build)).toEqual(keys);
    expect((await service.ask("/version")).json).toEqual(build);
    expect(await service.data("status/flags")).toMatchObject({ "heap.gogc": "20" });
    expect(await service.data("status/config")).toEqual({ yaml: "" });
    const runtime = (await service.data("status/runtimeinfo")) as Record<string, unknown>;
    expect(runtime).toMatchObject({ reloadConfigSuccess: true, corruptionCount: 0 });
    expect(Date.parse(String(runtime["startTime"]))).toBeLessThanOrEqual(clock.nowMs());
    expect(await service.data("status/walreplay")).toMatchObject({ min: 0 });
  });

  it("counts the head", async () => {
    const status = (await service.data("status/tsdb")) as Record<string, unknown>;
    expect(status["headStats"]).toMatchObject({
      numSeries: 5,
      chunkCount: 5,
      minTime: FROM * 1000,
      maxTime: NEWEST * 1000,
    });
    const lists = ["seriesCountByMetricName", "labelValueCountByLabelName"];
    for (const list of [...lists, "memoryInBytesByLabelName", "seriesCountByLabelValuePair"]) {
      expect(status[list]).toEqual(expect.any(Array));
    }
    const one = (await service.data("status/tsdb", { limit: "1" })) as Record<string, unknown>;
    expect(one["seriesCountByMetricName"]).toEqual([{ name: "temperature", value: 2 }]);
    expect((await service.api("status/tsdb", { limit: "0" })).json.error).toBe(
      "limit must be a positive number",
    );
  });
});

describe("/federate", () => {
  it("writes newest samples as text, by name, without what has ended", async () => {
    const { text, headers } = await service.ask('/federate?match[]={job=~".%2B"}');
    expect(headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4; charset=utf-8/);
    const ms = NEWEST * 1000;
    expect(text).toBe(
      `# TYPE dotted_name untyped\ndotted_name{job="c",lab_el="v",instance=""} 7 ${ms}\n` +
        "# TYPE requests_total untyped\n" +
        `requests_total{instance="web:80",job="a"} 1170 ${ms}\n` +
        `# TYPE temperature untyped\ntemperature{job="a",room="hall",instance=""} 19.5 ${ms}\n` +
        `temperature{job="b",room="loft",instance=""} -19 ${ms}\n`,
    );
    expect(await service.ask("/federate")).toMatchObject({ status: 200, text: "" });
    expect(await service.ask("/federate?match[]=up{")).toMatchObject({ status: 400 });
  });
});

describe("admin", () => {
  const post = (route: string, query = "") =>
    service.ask(`/api/v1/admin/tsdb/${route}${query}`, { method: "POST" });
  const liveBytes = async () => {
    const { text } = await service.ask("/metrics");
    return Number(/^spandrel_heap_live_bytes (.*)$/m.exec(text)?.[1]);
  };
  const values = async (query: string) =>
    (
      (await service.data("query", { query, time: String(NEWEST) })) as {
        result: { values: [number, string][] }[];
      }
    ).result.flatMap((series) => series.values);

  it("writes a snapshot", async () => {
    expect((await post("snapshot")).json.data.name).toMatch(/^\S+$/);
    expect((await post("snapshot", "?skip_head=x")).status).toBe(400);
  });

  it("refuses to delete without or with bad selectors", async () => {
    expect((await post("delete_series")).json.error).toBe("no match[] parameter provided");
    expect((await post("delete_series", "?match[]=up{")).status).toBe(400);
    expect((await post("delete_series", "?match[]=up&end=x")).status).toBe(400);
  });

  it("deletes a stretch at once, keeps it deleted over a restart, cleans it", async () => {
    const room = 'temperature{room="hall"}';
    const span = `&start=${NEWEST - 60}&end=${NEWEST - 30}`;
    const path = `?match[]=${encodeURIComponent(room)}${span}`;
    expect(await post("delete_series", path)).toMatchObject({ status: 204, text: "" });
    const rest = [
      [NEWEST - 75, "17"],
      [NEWEST - 15, "19"],
      [NEWEST, "19.5"],
    ];
    expect(await values(`${room}[90s]`)).toEqual(rest);
    await service.stop();
    await service.start("--web.enable-admin-api");
    expect(await values(`${room}[90s]`)).toEqual(rest);
    expect(await post("clean_tombstones")).toMatchObject({ status: 204, text: "" });
    expect(await values(`${room}[90s]`)).toEqual(rest);
  });

  it("keeps what is deleted deleted when the process is killed", async () => {
    const path = `?match[]=${encodeURIComponent('temperature{room="loft"}')}&end=${NEWEST - 1}`;
    expect((await post("delete_series", path)).status).toBe(204);
    await service.kill();
    await service.start("--web.enable-admin-api");
    expect(await values('temperature{room="loft"}[30m]')).toEqual([[NEWEST, "-19"]]);
    expect(await values('temperature{room="hall"}[30s]')).toHaveLength(2);
  });

  it("forgets a series that lost everything, and its bytes, when cleaned", async () => {
    expect((await post("delete_series", "?match[]=requests_total")).status).toBe(204);
    expect(await service.data("series", selected("requests_total"))).toEqual([]);
    const before = await liveBytes();
    expect((await post("clean_tombstones")).status).toBe(204);
    expect(await liveBytes()).toBeLessThan(before);
    await expect.poll(() => service.data("label/__name__/values")).not.toContain("requests_total");
    const { headStats } = (await service.data("status/tsdb")) as { headStats: object };
    expect(headStats).toMatchObject({ numSeries: 4, chunkCount: 4 });
  });
});
