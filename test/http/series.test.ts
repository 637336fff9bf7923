import { describe, expect, it } from "vitest";
import { unescapeName } from "../../src/http/name-escape.ts";
import { NOW_MS } from "./fake-service.ts";
import { testServer } from "./test-server.ts";

const { get, post, send, data, service } = await testServer();
const UP = encodeURIComponent("up");

service.add({ __name__: "up", job: "a" }, NOW_MS, 1);
service.add({ __name__: "up", job: "b", Zone: "z" }, NOW_MS, 1);
service.add({ __name__: "down", "dotted.name": "x" }, NOW_MS - 3_600_000, 1);

function errorOf(text: string): unknown {
  return (JSON.parse(text) as { error: unknown }).error;
}

describe("/api/v1/series", () => {
  it("answers the label sets that match, names in order", async () => {
    const { text } = await get(`/api/v1/series?match[]=${UP}`);
    expect(text).toBe(
      '{"status":"success","data":[{"Zone":"z","__name__":"up","job":"b"},' +
        '{"__name__":"up","job":"a"}]}',
    );
  });

  it("joins several selectors and takes them from a form too", async () => {
    const url = `/api/v1/series?match[]=down&match[]=${encodeURIComponent('up{job="a"}')}`;
    expect(await data(url)).toHaveLength(2);
    const answer = await post("/api/v1/series?match[]=down", [["match[]", 'up{job="a"}']]);
    expect(answer.text).toBe((await get(url)).text);
  });

  it("looks at the time range", async () => {
    const end = NOW_MS / 1000 - 60;
    expect(await data(`/api/v1/series?match[]={job=~".*",__name__=~".%2B"}&end=${end}`)).toEqual([
      { __name__: "down", "dotted.name": "x" },
    ]);
    expect(await data(`/api/v1/series?match[]=up&end=${end}`)).toEqual([]);
  });

  it("cuts to the limit", async () => {
    const { text } = await get("/api/v1/series?match[]=up&limit=1");
    expect(text).toContain('"warnings":["results truncated due to limit"]');
  });

  it.each([
    ["", "no match[] parameter provided"],
    ["match[]={}", 'invalid parameter "match[]": match[] must contain at least one non-empty'],
    ['match[]={x=~".*"}', "match[] must contain at least one non-empty matcher"],
    ["match[]=up{", 'invalid parameter "match[]": 1:4: parse error'],
    ["match[]=rate(up[1m])", 'invalid parameter "match[]": 1:5: parse error'],
    ["match[]=up[5m]", 'invalid parameter "match[]": 1:3: parse error: unexpected "["'],
    ["match[]=up offset 5m", 'invalid parameter "match[]": 1:4: parse error: unexpected <offset>'],
    ["match[]=up&start=x", "invalid time value for 'start': cannot parse \"x\" to a valid time"],
    ["match[]=up&end=x", "invalid time value for 'end': cannot parse \"x\" to a valid timestamp"],
    ["match[]=up&limit=-1", 'invalid parameter "limit": limit must be non-negative'],
  ])("answers ?%s with 400", async (query, error) => {
    const { status, text } = await get(`/api/v1/series?${query}`);
    expect(status).toBe(400);
    expect(errorOf(text)).toContain(error);
  });
});

describe("/api/v1/labels", () => {
  it("answers names sorted by bytes", async () => {
    expect(await data("/api/v1/labels")).toEqual(["Zone", "__name__", "dotted.name", "job"]);
    expect(await data("/api/v1/labels?match[]=down")).toEqual(["__name__", "dotted.name"]);
    expect((await post("/api/v1/labels", { "match[]": "down" })).text).toContain("dotted.name");
    expect((await get("/api/v1/labels?limit=2")).text).toContain("results truncated");
  });
});

describe("/api/v1/label/NAME/values", () => {
  it("answers values", async () => {
    expect(await data("/api/v1/label/__name__/values")).toEqual(["down", "up"]);
    expect(await data("/api/v1/label/job/values?match[]=up&limit=40000")).toEqual(["a", "b"]);
    expect(await data("/api/v1/label/nothing/values")).toEqual([]);
  });

  it("takes names of any alphabet, escaped or not", async () => {
    expect(await data("/api/v1/label/U__dotted_2e_name/values")).toEqual(["x"]);
    expect(await data("/api/v1/label/dotted.name/values")).toEqual(["x"]);
    const long = "n".repeat(2000);
    expect(await data(`/api/v1/label/${long}/values`)).toEqual([]);
  });

  it("has no POST", async () => {
    expect((await send("POST", "/api/v1/label/job/values")).status).toBe(405);
  });

  it("refuses an empty name", async () => {
    expect((await get("/api/v1/label/U__/values")).status).toBe(400);
  });
});

describe("escaped names", () => {
  it.each([
    ["plain", "plain"],
    ["U__a_2e_b", "a.b"],
    ["U__a__b", "a_b"],
    ["U__a:9", "a:9"],
    ["U___30_x", "0x"],
    ["U___1f600_", "\u{1f600}"],
    ["U__a_zz_", "U__a_zz_"],
    ["U__a_2e", "U__a_2e"],
    ["U__a_d800_", "U__a_d800_"],
    ["U__a_110000_", "U__a_110000_"],
    ["U__a.b", "U__a.b"],
    ["U_a", "U_a"],
  ])("%s stands for %s", (segment, name) => {
    expect(unescapeName(segment)).toBe(name);
  });
});
