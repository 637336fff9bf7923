/** Every door that takes a query or a selector refuses a text that is too long. */
import { describe, expect, it } from "vitest";
import { NOW_MS } from "./fake-service.ts";
import { testServer } from "./test-server.ts";

const LENGTH_MAX = 128 << 10;
const { post, get, service } = await testServer();
service.add({ __name__: "up", job: "a" }, NOW_MS - 60_000, 1, 2, 3, 4, 5);

/** A selector of so many bytes that selects `up`. */
function selector(bytes: number): string {
  const around = 'up{job=~"a|"}'.length;
  return `up{job=~"a|${"x".repeat(bytes - around)}"}`;
}

const DOORS: readonly (readonly [string, string, Record<string, string>])[] = [
  ["/api/v1/query", "query", {}],
  ["/api/v1/query_range", "query", { start: "1", end: "2", step: "1" }],
  ["/api/v1/format_query", "query", {}],
  ["/api/v1/parse_query", "query", {}],
  ["/api/v1/query_exemplars", "query", {}],
  ["/api/v1/series", "match[]", {}],
  ["/api/v1/labels", "match[]", {}],
  ["/api/v1/admin/tsdb/delete_series", "match[]", {}],
];

describe("a text", () => {
  it.each(DOORS)("at %s may have 128 KiB and no more", async (path, name, others) => {
    const longest = await post(path, { ...others, [name]: selector(LENGTH_MAX) });
    expect(longest.text).not.toContain("longer");
    const { status, text } = await post(path, { ...others, [name]: selector(LENGTH_MAX + 1) });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ status: "error", errorType: "bad_data" });
    expect(text).toContain("text of 131073 bytes is longer than the 131072 allowed");
  });

  it("is measured in bytes", async () => {
    const query = `"${"é".repeat(LENGTH_MAX / 2 - 1)}"`;
    expect((await post("/api/v1/query", { query })).status).toBe(200);
    expect((await post("/api/v1/query", { query: query.replace("é", "éa") })).status).toBe(400);
  });

  it("may have 8192 tokens and no more", async () => {
    const query = (matchers: number) => `{${'a="b",'.repeat(matchers)}}`;
    expect((await post("/api/v1/query", { query: query(2047) })).status).toBe(200);
    const { status, text } = await post("/api/v1/query", { query: query(2048) });
    expect(status).toBe(400);
    expect(text).toContain("parse error: expression has more than 8192 tokens");
  });

  it("may have a pattern that re2js is given in pieces only", async () => {
    const asked = async (query: string) => post("/api/v1/query", { query });
    const large = "a.".repeat(2000);
    const refused = await asked(`up{job=~"${large}"}`);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("expression too large: an alternative weighs 4000");
    const replaced = await asked(`label_replace(up, "x", "$1", "job", "${large}")`);
    expect(replaced.status).toBe(422);
    expect(replaced.text).toContain(
      "in label_replace(): error parsing regexp: expression too large",
    );
    const names = Array.from({ length: 5000 }, (_, i) => `pod-${i}`).join("|");
    const found = await asked(`label_replace(up, "x", "$1", "job", "(a|${names})")`);
    expect(found.text).toContain('"x":"a"');
    expect((await get(`/federate?match[]={job=~"${"(".repeat(3000)}"}`)).status).toBe(400);
  });
});
