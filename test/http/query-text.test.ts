import { describe, expect, it } from "vitest";
import { parseExpression } from "../../src/promql/parse/parse-expression.ts";
import { prettyText } from "../../src/promql/print/expression-pretty.ts";
import { expressionText } from "../../src/promql/print/expression-text.ts";
import { Labels } from "../../src/series/labels.ts";
import { testServer } from "./test-server.ts";

const { data, get, post, service } = await testServer();

function printed(query: string): string {
  return expressionText(parseExpression(query).root);
}

describe("a printed query", () => {
  it.each([
    ["1", "1"],
    ["0x1F", "31"],
    ["1e30", "1000000000000000000000000000000"],
    ["-Inf", "-Inf"],
    ["'a\"b'", '"a\\"b"'],
    ["up", "up"],
    ["up{}", "up"],
    ["up{b='x',a!~\"y\"}", 'up{a!~"y",b="x"}'],
    ['{__name__="up"}', '{__name__="up"}'],
    ['{"my.metric",job="a"}', '{__name__="my.metric",job="a"}'],
    ['{"my.label"="x"}', '{"my.label"="x"}'],
    ["rate(up[300])", "rate(up[5m])"],
    ["up offset -1h30m", "up offset -1h30m"],
    ["up offset 5m @ 10.5", "up @ 10.500 offset 5m"],
    ["up[5m] @ end() offset 1m", "up[5m] @ end() offset 1m"],
    ["max_over_time(up[1h:])", "max_over_time(up[1h:])"],
    ["max_over_time(up[1h:30s] offset 1w)", "max_over_time(up[1h:30s] offset 1w)"],
    ["SUM(up) BY (job)", "sum by (job) (up)"],
    ["sum without (a, b) (up)", "sum without (a, b) (up)"],
    ["sum by () (up)", "sum(up)"],
    ["topk(3, up)", "topk(3, up)"],
    ['sum by ("a.b") (up)', 'sum by ("a.b") (up)'],
    ["a+b", "a + b"],
    ["a == bool b", "a == bool b"],
    ["a / on(x) group_left(y,z) b", "a / on (x) group_left (y, z) b"],
    ["a * ignoring(x) group_right b", "a * ignoring (x) group_right () b"],
    ["a and on() b", "a and on () b"],
    ["-up", "-up"],
    ["(a + b) * 2", "(a + b) * 2"],
  ])("%s becomes %s, which means the same", (query, expected) => {
    expect(printed(query)).toBe(expected);
    expect(printed(expected)).toBe(expected);
  });

  it("is broken at its structure when it is long", () => {
    const long = `sum by (job) (rate(${"x".repeat(95)}[5m])) / (on_the_right_side + 1)`;
    expect(prettyText(parseExpression(long).root)).toBe(
      `  sum by (job) (\n    rate(\n      ${"x".repeat(95)}[5m]\n    )\n  )\n/\n` +
        "  (on_the_right_side + 1)",
    );
  });
});

describe("/api/v1/format_query", () => {
  it("answers the query in the standard form", async () => {
    expect(await data("/api/v1/format_query?query=sum(up)by(job)")).toBe("sum by (job) (up)");
    expect((await post("/api/v1/format_query", { query: "a+b" })).text).toContain('"a + b"');
  });
});

describe("/api/v1/parse_query", () => {
  it("answers the tree", async () => {
    expect(await data('/api/v1/parse_query?query=rate(up{job="a"}[5m])')).toMatchObject({
      type: "call",
      func: { name: "rate", argTypes: ["matrix"], variadic: 0, returnType: "vector" },
      args: [
        {
          type: "matrixSelector",
          name: "up",
          range: 300_000,
          offset: 0,
          timestamp: null,
          startOrEnd: null,
          matchers: [
            { name: "job", value: "a", type: "=" },
            { name: "__name__", value: "up", type: "=" },
          ],
        },
      ],
    });
  });

  it.each([
    ["1", "numberLiteral"],
    ['"a"', "stringLiteral"],
    ["up", "vectorSelector"],
    ["up[5m:1m]", "subquery"],
    ["topk(1,up)", "aggregation"],
    ["a%2Bon(x)b", "binaryExpr"],
    ["-up", "unaryExpr"],
    ["(up)", "parenExpr"],
  ])("%s is a %s", async (query, type) => {
    expect(await data(`/api/v1/parse_query?query=${query}`)).toMatchObject({ type });
  });
});

describe("/api/v1/query_exemplars", () => {
  it("asks for every selector of a query and shows value and time as queries do", async () => {
    service.exemplarQuestions.length = 0;
    service.exemplarAnswers.push({
      labels: Labels.fromRecord({ __name__: "up", job: 'a"b' }),
      exemplars: [
        { labels: Labels.fromRecord({ trace_id: "7" }), value: 6, timeMs: 1_600_096_945_479 },
        { labels: Labels.empty, value: Number.POSITIVE_INFINITY, timeMs: -1500 },
      ],
    });
    const query = encodeURIComponent(
      'topk(scalar(k), rate(up{job="x"}[5m])) / on() -(b offset 1m)',
    );
    const { text } = await get(`/api/v1/query_exemplars?query=${query}&start=1.5&end=3`);
    service.exemplarAnswers.length = 0;
    expect(text.trimEnd()).toBe(
      '{"status":"success","data":[{"seriesLabels":{"__name__":"up","job":"a\\"b"},"exemplars":[' +
        '{"labels":{"trace_id":"7"},"value":"6","timestamp":1600096945.479},' +
        '{"labels":{},"value":"+Inf","timestamp":-1.500}]}]}',
    );
    const selectors = ["__name__ k", "job x,__name__ up", "__name__ b"];
    expect(service.exemplarQuestions).toEqual([{ selectors, fromMs: 1500, toMs: 3000 }]);
  });

  it("is empty, and has no data for a query without selectors", async () => {
    const probe = "query=test&start=1700000000000&end=1700000000001";
    expect(await data(`/api/v1/query_exemplars?${probe}`)).toEqual([]);
    expect(await data("/api/v1/query_exemplars?query=-sum(a,b)".replace(",b", ""))).toEqual([]);
    expect((await get("/api/v1/query_exemplars?query=1%2Btime()")).status).toBe(204);
  });

  it("refuses an end before the start", async () => {
    const { status, text } = await get("/api/v1/query_exemplars?query=up&start=2&end=1");
    expect(status).toBe(400);
    expect(text).toContain("end timestamp must not be before start timestamp");
  });
});

describe("the routes about query texts", () => {
  it.each([
    ["format_query", 'invalid parameter "query": 1:5: parse error'],
    ["parse_query", 'invalid parameter "query": 1:5: parse error'],
    ["query_exemplars", "1:5: parse error"],
  ])("%s refuses a bad one", async (route, error) => {
    const { status, text } = await get(`/api/v1/${route}?query=sum(`);
    expect(status).toBe(400);
    expect(JSON.parse(text).error).toBe(`${error}: unclosed left parenthesis`);
  });
});
