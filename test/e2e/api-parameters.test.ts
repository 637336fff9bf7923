/** Parameters over HTTP to a running service: times, durations, limits, forms; and its values. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiService, clock, FROM, NEWEST } from "./api-service.ts";
import { askRaw } from "./raw-request.ts";

const service = new ApiService();
const MAX_SECONDS = 2 ** 53 / 1000;

beforeAll(async () => {
  await service.start();
  expect(await service.write()).toBe(204);
});
afterAll(() => service.end());

/** The answer to a path sent byte by byte. */
const get = (path: string) => askRaw(service.origin, { method: "GET", path });
const errorOf = (text: string) => JSON.parse(text) as { errorType: string; error: string };

describe("a time", () => {
  it.each([
    ["4", 4],
    ["%2B5", 5],
    [".5", 0.5],
    ["5.", 5],
    ["1e3", 1000],
    ["1_000", 1000],
    ["0x1p3", 8],
    ["-1.5", -1.5],
    ["1.0006", 1.001],
    ["1.0004999", 1],
    ["-0.0005", -0.001],
    ["1e10", 1e10],
    ["1700000000000", 1.7e12],
    ["1e300", MAX_SECONDS],
    ["-1e300", -MAX_SECONDS],
    ["2015-07-01T20:10:51.781Z", 1435781451.781],
    ["2015-07-01T20:10:51.7819999Z", 1435781451.781],
    ["2015-07-01T20:10:51,5Z", 1435781451.5],
    ["2015-07-01T8:10:51Z", 1435738251],
    ["2015-07-01T22:10:51%2B02:00", 1435781451],
    ["2015-07-01T22:10:51-24:60", 1435878651],
    ["2016-02-29T00:00:00Z", 1456704000],
    ["0099-01-01T00:00:00Z", -59042995200],
    ["1969-12-31T23:59:59.9999Z", 0],
    ["292277025-08-18T07:12:54.999999999Z", MAX_SECONDS],
    ["-292273086-05-16T16:47:06Z", -MAX_SECONDS],
  ])("%s is %d s", async (time, seconds) => {
    const { status, text } = await get(`/api/v1/query?query=1&time=${time}`);
    expect(status, text).toBe(200);
    expect(JSON.parse(text).data.result).toEqual([seconds, "1"]);
  });

  it.each([
    ...["x", "now", "NaN", "Inf", "-Inf", "1e400", "0x10", "1__0", "_1", "1 "],
    ...["2015-07-01", "2015-07-01T20:10:51", "2015-07-01 20:10:51Z", "2015-07-01t20:10:51z"],
    ...["2015-02-29T00:00:00Z", "2015-13-01T00:00:00Z", "2015-01-00T00:00:00Z"],
    ...["2015-07-01T24:00:00Z", "2015-07-01T23:60:00Z", "2015-07-01T23:59:60Z"],
  ])("is refused as %s, whichever parameter it is", async (time) => {
    const cannot = `cannot parse "${time}" to a valid timestamp`;
    const told = (name: string) => `invalid parameter "${name}": invalid time value for '${name}'`;
    const of = async (route: string, more: Record<string, string>) =>
      (await service.api(route, more)).json;
    const bad = { status: "error", errorType: "bad_data" };
    const query = await of("query", { query: "1", time });
    expect(query).toEqual({ ...bad, error: `${told("time")}: ${cannot}` });
    const range = await of("query_range", { query: "1", start: time, end: "1", step: "1" });
    expect(range).toEqual({ ...bad, error: `invalid parameter "start": ${cannot}` });
    for (const name of ["start", "end"]) {
      const labels = await of("labels", { [name]: time });
      expect(labels).toEqual({ ...bad, error: `${told(name)}: ${cannot}` });
    }
  });

  it("that is now is the clock's when none is given", async () => {
    const { result } = (await service.data("query", { query: "time()" })) as { result: [number] };
    expect(Math.abs(result[0] - clock.nowMs() / 1000)).toBeLessThan(60);
  });
});

describe("a duration", () => {
  const range = (step: string, end = "86400") =>
    service.api("query_range", { query: "1", start: "0", end, step });

  it.each([
    ["15", 15],
    ["15.5", 15.5],
    ["1m", 60],
    ["1h30m", 5400],
    ["1h1m1s1ms", 3661.001],
    ["0x10p0", 16],
  ])("%s is %d s", async (step, seconds) => {
    const { values } = (await range(step)).json.data.result[0];
    expect(values[1][0]).toBe(seconds);
  });

  it.each(["x", "1.5h", "30m1h", "1h1h", "1 m", "+1m", "-1m", "300y", "1m1", "NaN"])(
    "is refused as %s",
    async (step) => {
      const { status, json } = await range(step);
      const error = `invalid parameter "step": cannot parse "${step}" to a valid duration`;
      expect([status, json]).toEqual([400, { status: "error", errorType: "bad_data", error }]);
      const timeout = await service.api("query", { query: "1", timeout: step });
      expect(timeout.json.error).toBe(error.replace("step", "timeout"));
    },
  );

  it("is refused when int64 cannot hold it", async () => {
    expect((await range("1e10")).json.error).toContain("It overflows int64");
  });

  it("as a step is whole milliseconds, at least one", async () => {
    const { values } = (await range("0.0015", "0.002")).json.data.result[0];
    expect(values.map(([time]: [number]) => time)).toEqual([0, 0.001, 0.002]);
    for (const step of ["0", "0s", "-1", "0.0005"]) {
      const { status, json } = await range(step, "0.001");
      expect([step, status]).toEqual([step, 400]);
      expect(json.error).toBe(
        'invalid parameter "step": zero or negative query resolution step widths are not ' +
          "accepted. Try a positive integer",
      );
    }
  });

  it("divides a range into 11,001 points at most", async () => {
    expect((await range("1", "11000.999")).json.data.result[0].values).toHaveLength(11_001);
    const { status, json } = await range("1", "11001");
    expect(status).toBe(400);
    expect(json.error).toBe(
      "exceeded maximum resolution of 11,000 points per timeseries. " +
        "Try decreasing the query resolution (?step=XX)",
    );
  });
});

describe("a limit", () => {
  const routes: readonly [string, Record<string, string>][] = [
    ["query", { query: "temperature", time: String(NEWEST) }],
    ["query_range", { query: "temperature", start: `${FROM}`, end: `${NEWEST}`, step: "60" }],
    ["series", { "match[]": "temperature" }],
    ["labels", { "match[]": "temperature" }],
    ["label/job/values", { "match[]": "temperature" }],
  ];

  it.each(routes)("of /%s cuts and warns, or is none", async (route, parameters) => {
    const entries = (json: { data: unknown }) =>
      Array.isArray(json.data) ? json.data : (json.data as { result: unknown[] }).result;
    const all = (await service.api(route, parameters)).json;
    for (const limit of ["0", "40000", "+5", "9223372036854775807"]) {
      expect((await service.api(route, { ...parameters, limit })).json).toEqual(all);
    }
    const cut = (await service.api(route, { ...parameters, limit: "1" })).json;
    expect(entries(cut)).toEqual(entries(all).slice(0, 1));
    expect(cut.warnings).toEqual(["results truncated due to limit"]);
  });

  it.each([
    ["x", "invalid syntax"],
    ["1.5", "invalid syntax"],
    ["0x1", "invalid syntax"],
    ["9223372036854775808", "value out of range"],
    ["-9223372036854775809", "value out of range"],
  ])("is refused as %s everywhere", async (limit, fault) => {
    const error = `invalid parameter "limit": strconv.Atoi: parsing "${limit}": ${fault}`;
    for (const [route, parameters] of routes) {
      const { status, json } = await service.api(route, { ...parameters, limit });
      expect([route, status, json.error]).toEqual([route, 400, error]);
    }
  });

  it("is not negative", async () => {
    for (const [route, parameters] of routes) {
      const { json } = await service.api(route, { ...parameters, limit: "-1" });
      expect(json.error).toBe('invalid parameter "limit": limit must be non-negative');
    }
  });
});

describe("a boolean", () => {
  it.each(["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False", ""])(
    "may be %j",
    async (value) => {
      expect((await service.api("rules", { exclude_alerts: value })).status).toBe(200);
    },
  );

  it.each(["yes", "2"])("is refused as %s", async (value) => {
    const { status, json } = await service.api("rules", { exclude_alerts: value });
    expect(status).toBe(400);
    expect(json.error).toContain(`strconv.ParseBool: parsing "${value}": invalid syntax`);
  });
});

describe("a form", () => {
  const post = (body: string, type = "application/x-www-form-urlencoded") => {
    const headers = { "content-type": type };
    const path = "/api/v1/query?query=3&time=4";
    return askRaw(service.origin, { method: "POST", path, headers, body });
  };
  const FORM_TYPES = [
    "application/x-www-form-urlencoded; charset=utf-8",
    "APPLICATION/X-WWW-FORM-URLENCODED",
  ];

  it.each(FORM_TYPES)("is one as %s", async (type) => {
    expect((await post("query=2", type)).text).toContain('"result":[4,"2"]');
  });

  it.each(["application/json", "text/plain", "foo bar", ";", "multipart/form-data; boundary=x"])(
    "is none as %s: what the URL says counts",
    async (type) => {
      const { status, text } = await post("query=2", type);
      expect(status, text).toBe(200);
      expect(text).toContain('"result":[4,"3"]');
    },
  );

  it("loses a damaged pair and no other", async () => {
    expect((await post("query=%zz&time=5")).text).toContain('"result":[5,"3"]');
    expect((await post("query=1;time=5")).text).toContain('"result":[4,"3"]');
  });

  it("joins its selectors with those of the URL", async () => {
    const path = "/api/v1/series?match[]=requests_total";
    const body = "match[]=temperature";
    const { text } = await askRaw(service.origin, { method: "POST", path, body });
    expect(JSON.parse(text).data).toHaveLength(3);
  });
});

describe("a query's text", () => {
  it("may hold any character", async () => {
    const { text } = await get('/api/v1/query?query="%C3%BC%F0%9F%98%80"&time=4');
    expect(JSON.parse(text).data.result).toEqual([4, "ü😀"]);
    expect((await service.form("query", { query: '"ü😀"', time: "4" })).text).toContain('"ü😀"');
  });

  it("is refused when it is no UTF-8", async () => {
    const { status, text } = await get('/api/v1/query?query=up{a="%ff"}');
    expect(status).toBe(400);
    const error = 'invalid parameter "query": 1:6: parse error: invalid UTF-8 rune';
    expect(errorOf(text)).toMatchObject({ errorType: "bad_data", error });
  });
});

describe("what queries answer", () => {
  const at = async (query: string) =>
    (await service.api("query", { query, time: String(NEWEST) })).json;

  it("has at most ten warnings and says how many more there are", async () => {
    const all = (call: (i: number) => string) => Array.from({ length: 12 }, (_, i) => call(i + 2));
    const warned = await at(all((i) => `quantile(${i}, temperature)`).join(" or "));
    expect(warned.warnings).toHaveLength(11);
    expect(warned.warnings[10]).toBe("2 more warning annotations omitted");
  });

  it("keeps the order of sort and topk in a vector, and sorts a matrix by label sets", async () => {
    const jobs = async (query: string) =>
      (await at(query)).data.result.map((one: { metric: { job: string } }) => one.metric.job);
    expect(await jobs("sort(temperature)")).toEqual(["b", "a"]);
    expect(await jobs("sort_desc(temperature)")).toEqual(["a", "b"]);
    expect(await jobs("topk(2, -temperature)")).toEqual(["b", "a"]);
    const times = { start: String(NEWEST), end: String(NEWEST), step: "15" };
    const matrix = await service.data("query_range", { query: "sort(temperature)", ...times });
    const { result } = matrix as { result: { metric: { job: string } }[] };
    expect(result.map(({ metric }) => metric.job)).toEqual(["a", "b"]);
  });

  it("has empty lists, never null", async () => {
    expect((await service.api("query", { query: "nothing" })).text).toBe(
      '{"status":"success","data":{"resultType":"vector","result":[]}}',
    );
    const range = { query: "nothing", start: "0", end: "1", step: "1" };
    expect((await service.api("query_range", range)).text).toBe(
      '{"status":"success","data":{"resultType":"matrix","result":[]}}',
    );
    expect((await service.api("series", { "match[]": "nothing" })).json.data).toEqual([]);
  });

  it("counts with all digits in count_values, whatever the size", async () => {
    const counted = (await at('count_values("v", vector(1e21))')).data.result[0];
    expect(counted.metric).toEqual({ v: "1000000000000000000000" });
  });
});
