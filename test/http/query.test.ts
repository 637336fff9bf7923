import { describe, expect, it } from "vitest";
import { TsdbError } from "../../src/base/errors.ts";
import type { InstantOptions, QueryOutcome, QueryPort } from "../../src/http/query-port.ts";
import { NOW_MS } from "./fake-service.ts";
import { testServer } from "./test-server.ts";

const { get, post, service } = await testServer();
const NOW = NOW_MS / 1000;

service.add({ __name__: "up", job: "a", instance: "1" }, NOW_MS - 60_000, 1, 2, 3, 4, 5);
service.add({ __name__: "up", job: "b", instance: "2" }, NOW_MS - 60_000, 0, 0, 0, 0, 0);

function parsed(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

describe("/api/v1/query", () => {
  it("answers the scalar that Grafana tests a data source with", async () => {
    const { status, text, headers } = await get("/api/v1/query?query=1%2B1&time=4");
    expect(status).toBe(200);
    expect(text).toBe('{"status":"success","data":{"resultType":"scalar","result":[4,"2"]}}');
    expect(headers["content-type"]).toMatch(/^application\/json/);
  });

  it("evaluates now when no time is given", async () => {
    const { text } = await get('/api/v1/query?query=up{job="a"}');
    expect(text).toContain(`"value":[${NOW},"5"]`);
    expect(text).toContain('"metric":{"__name__":"up","instance":"1","job":"a"}');
  });

  it("takes a form, whose values come before those of the URL", async () => {
    const { text } = await post("/api/v1/query?query=2&time=9", { query: "1", time: "4.5" });
    expect(text).toContain('"result":[4.500,"1"]');
  });

  it("passes over a body of another type", async () => {
    const { send } = await testServer();
    const url = "/api/v1/query?query=3&time=1";
    const headers = { "content-type": "application/json" };
    expect((await send("POST", url, '{"query":"1"}', headers)).text).toContain('[1,"3"]');
  });

  it("takes RFC 3339 times", async () => {
    const { text } = await get("/api/v1/query?query=1&time=2026-11-23T12:00:00.25Z");
    expect(text).toContain(`[${NOW}.250,"1"]`);
  });

  it("cuts to the limit and says so", async () => {
    const { text } = await get("/api/v1/query?query=up&limit=1");
    const reply = parsed(text) as { data: { result: unknown[] }; warnings: string[] };
    expect(reply.data.result.length).toBe(1);
    expect(reply.warnings).toEqual(["results truncated due to limit"]);
    expect((await get("/api/v1/query?query=up&limit=2")).text).not.toContain("warnings");
  });

  it("shows ten annotations and how many more there are", async () => {
    const warnings = Array.from({ length: 12 }, (_, i) => `w${i}`);
    const { get: ask } = await testServer({ queries: answeringPort({ warnings, infos: ["i"] }) });
    const reply = parsed((await ask("/api/v1/query?query=up")).text);
    const last = "2 more warning annotations omitted";
    expect(reply["warnings"]).toEqual([...warnings.slice(0, 10), last]);
    expect(reply["infos"]).toEqual(["i"]);
  });

  it("takes a lookback of its own", async () => {
    const at = `time=${NOW + 120}`;
    expect((await get(`/api/v1/query?query=up&${at}`)).text).toContain('"value"');
    const short = await get(`/api/v1/query?query=up&${at}&lookback_delta=1m`);
    expect(short.text).toContain('"result":[]');
  });

  it("adds statistics when asked for any", async () => {
    const { text } = await get("/api/v1/query?query=up&stats=all");
    const { stats } = parsed(text)["data"] as { stats: Record<string, Record<string, number>> };
    expect(stats["samples"]?.["totalQueryableSamples"]).toBeGreaterThanOrEqual(2);
    expect(stats["touched"]).toMatchObject([{ series: expect.any(Number), chunks: 0 }]);
    expect(Object.keys(stats["timings"] ?? {})).toContain("execTotalTime");
    const plain = await get("/api/v1/query?query=up&stats=");
    expect(plain.text).not.toContain("stats");
  });

  it.each([
    [
      "query=up&time=abc",
      "invalid parameter \"time\": invalid time value for 'time': cannot parse",
    ],
    ["query=up&time=2026-02-30T00:00:00Z", 'cannot parse "2026-02-30T00:00:00Z" to a valid time'],
    ["query=up&timeout=x", 'invalid parameter "timeout": cannot parse "x" to a valid duration'],
    ["query=up&limit=-1", 'invalid parameter "limit": limit must be non-negative'],
    ["query=up&limit=x", 'invalid parameter "limit": strconv.Atoi: parsing "x": invalid syntax'],
    ["query=up&lookback_delta=x", 'error parsing lookback delta duration: cannot parse "x"'],
    ["query=sum(", 'invalid parameter "query": 1:5: parse error: '],
    ["", 'invalid parameter "query": '],
  ])("answers ?%s with 400", async (query, error) => {
    const { status, text } = await get(`/api/v1/query?${query}`);
    expect(status).toBe(400);
    expect(parsed(text)).toMatchObject({ status: "error", errorType: "bad_data" });
    expect(parsed(text)["error"]).toContain(error);
  });

  it("answers a failed evaluation with 422", async () => {
    const { status, text } = await get("/api/v1/query?query=up%20%2B%20on(x)%20up");
    expect(status).toBe(422);
    expect(parsed(text)["errorType"]).toBe("execution");
  });
});

describe("/api/v1/query_range", () => {
  const range = `start=${NOW - 60}&end=${NOW}&step=15`;

  it("answers a matrix", async () => {
    const { text } = await get(`/api/v1/query_range?query=up{job="a"}&${range}`);
    const data = parsed(text)["data"] as { resultType: string; result: { values: unknown[] }[] };
    expect(data.resultType).toBe("matrix");
    expect(data.result[0]?.values.length).toBe(5);
    expect(data.result[0]?.values[4]).toEqual([NOW, "5"]);
  });

  it("answers a form as it answers a URL", async () => {
    const form = { query: "up", start: String(NOW - 60), end: String(NOW), step: "15s" };
    const byForm = await post("/api/v1/query_range", form);
    expect(byForm.text).toBe((await get(`/api/v1/query_range?query=up&${range}`)).text);
  });

  it("lets 11,001 points pass and refuses more", async () => {
    const from = (seconds: number) => `start=0&end=${seconds}&step=1`;
    expect((await get(`/api/v1/query_range?query=up&${from(11_000)}`)).status).toBe(200);
    const { status, text } = await get(`/api/v1/query_range?query=up&${from(11_001)}`);
    expect(status).toBe(400);
    expect(parsed(text)["error"]).toMatch(/^exceeded maximum resolution of 11,000 points/);
  });

  it("sends in pieces what is too large for one text", async () => {
    const middle = Array.from({ length: 40 }, (_, i) => `"${String(i).repeat(60_000)}ä",`);
    const pieces = ['{"result":[', ...middle, "0]", "}"];
    const { get: ask } = await testServer({ queries: answeringPort({ pieces }) });
    const { text, headers } = await ask(`/api/v1/query_range?query=up&${range}&stats=1`);
    const data = parsed(text)["data"] as { result: unknown[]; stats: unknown };
    expect(headers["content-length"]).toBeUndefined();
    expect(data.result.length).toBe(41);
    expect(data.result[12]).toBe(`${"12".repeat(60_000)}ä`);
    expect(data.stats).toMatchObject({ samples: { peakSamples: 0 } });
  });

  it("sends what is made meanwhile as it comes, behind what is there", async () => {
    async function* rest() {
      for (let i = 0; i < 40; i++) {
        await null;
        yield new TextEncoder().encode(`"${i}ä",`);
      }
      yield "0]}";
    }
    for (const [asked, stats] of [
      ["", undefined],
      ["&stats=1", expect.anything()],
    ]) {
      const outcome = { pieces: ['{"result":['], rest: rest(), warnings: ["beware"] };
      const { get: ask } = await testServer({ queries: answeringPort(outcome) });
      const { text, headers } = await ask(`/api/v1/query_range?query=up&${range}${asked}`);
      const result = [...Array.from({ length: 40 }, (_, i) => `${i}ä`), 0];
      const data = stats === undefined ? { result } : { result, stats };
      expect(headers["content-length"]).toBeUndefined();
      expect(parsed(text)).toEqual({ status: "success", data, warnings: ["beware"] });
    }
  });

  it("breaks an answer off whose rest fails", async () => {
    // biome-ignore lint/correctness/useYield: it fails before its first piece
    async function* rest(): AsyncGenerator<string, void> {
      throw new Error("the thread ended");
    }
    const outcome = { pieces: ['{"result":['], rest: rest() };
    const { get: ask } = await testServer({ queries: answeringPort(outcome) });
    await expect(ask(`/api/v1/query_range?query=up&${range}`)).rejects.toThrow("destroyed");
  });

  it.each([
    ["query=up&end=2&step=1", 'invalid parameter "start": cannot parse "" to a valid timestamp'],
    ["query=up&start=1&step=1", 'invalid parameter "end": cannot parse ""'],
    [
      "query=up&start=2&end=1&step=1",
      'invalid parameter "end": end timestamp must not be before start time',
    ],
    ["query=up&start=1&end=2", 'invalid parameter "step": cannot parse ""'],
    [
      "query=up&start=1&end=2&step=0",
      'invalid parameter "step": zero or negative query resolution',
    ],
    ["query=up&start=1&end=2&step=-1", 'invalid parameter "step": zero or negative'],
    ["query=up&start=1&end=2&step=1e12", "It overflows int64"],
    ["query=up[5m]&start=1&end=2&step=1", 'invalid expression type "range vector" for range query'],
  ])("answers ?%s with 400", async (query, error) => {
    const { status, text } = await get(`/api/v1/query_range?${query}`);
    expect(status).toBe(400);
    expect(parsed(text)["error"]).toContain(error);
  });
});

describe("a query that fails", () => {
  it.each([
    [new TsdbError("QUERY_TIMEOUT", "too slow"), 503, "timeout", "too slow"],
    [new TsdbError("QUERY_CANCELED", "gone"), 499, "canceled", "gone"],
    [new TsdbError("QUERY_TOO_MANY_SAMPLES", "many"), 422, "execution", "many"],
    [new TsdbError("QUERY_UNSUPPORTED", "not here"), 422, "execution", "not here"],
    [new TsdbError("DISK_FAILED", "no disk"), 500, "internal", "no disk"],
    [new Error("a secret"), 500, "internal", "internal error"],
  ])("with %s is answered with %d %s", async (failure, status, errorType, error) => {
    const queries = failingPort(failure);
    const { get: ask } = await testServer({ queries });
    const answer = await ask("/api/v1/query?query=up");
    expect(answer.status).toBe(status);
    expect(parsed(answer.text)).toEqual({ status: "error", errorType, error });
  });
});

describe("queries beyond the limit of concurrency", () => {
  it("wait for a place, and give up when their time is over", async () => {
    let finish: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const quick = answeringPort({});
    const instant = (options: InstantOptions) => held.then(() => quick.instant(options));
    const queries = { ...quick, instant };
    const { get: ask, parts } = await testServer({ queries });
    const first = [ask("/api/v1/query?query=1"), ask("/api/v1/query?query=1")];
    const late = await ask("/api/v1/query?query=1&timeout=20ms");
    expect(late.status).toBe(503);
    expect(parsed(late.text)).toMatchObject({ errorType: "timeout" });
    expect(parts.counts.queriesRunning).toBe(2);
    const third = ask("/api/v1/query?query=1");
    finish();
    expect((await Promise.all([...first, third])).map(({ status }) => status)).toEqual([
      200, 200, 200,
    ]);
    expect(parts.counts.queriesRunning).toBe(0);
    expect(parts.counts.queriesWaiting).toBe(0);
  });
});

function failingPort(failure: Error): QueryPort {
  const fail = () => {
    throw failure;
  };
  const later = async () => fail();
  const texts = { parseSelector: fail, format: fail, tree: fail, selectors: fail };
  return { instant: later, range: later, ...texts };
}

function answeringPort(changes: Partial<QueryOutcome>): QueryPort {
  const pieces = ['{"resultType":"scalar","result":[0,"1"]}'];
  const usual = {
    pieces,
    rest: null,
    isTruncated: false,
    warnings: [],
    infos: [],
    samplesPeak: 0,
    touched: [],
  };
  const outcome = async () => ({ ...usual, ...changes });
  return { ...failingPort(new Error("unused")), instant: outcome, range: outcome };
}
