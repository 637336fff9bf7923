/**
 * A sealed window as a block: promtool accepts it, and a real Prometheus that is pointed at the
 * directory answers PromQL as Spandrel does.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ExportedBlocks, sealedEndMs, sealedStartMs as startMs } from "./exported-blocks.ts";
import { isInstalled } from "./running-process.ts";

const STEP_MS = 15_000;
/** Six series of them are one request: no window is handed over when half of it is there. */
const SAMPLE_COUNT = 300;

const QUERIES = [
  "http_requests_total",
  "rate(http_requests_total[5m])",
  "sum by (code) (increase(http_requests_total[10m]))",
  "max_over_time(temperature[7m])",
  'temperature{place=~"é.*"} * 2',
  'count({__name__=~".+"})',
];

/** Samples lie one second behind every step. */
function text(): string {
  const lines: string[] = [];
  for (let i = 0; i < SAMPLE_COUNT; i++) {
    const seconds = (startMs + i * STEP_MS) / 1000 + 1;
    for (const code of [200, 404, 500]) {
      lines.push(`http_requests_total{code="${code}"} ${i * code} ${seconds}`);
    }
    for (const place of ["a", "é1", "é2"]) {
      lines.push(`temperature{place="${place}"} ${Math.sin(i) * place.length} ${seconds}`);
    }
  }
  return `${lines.join("\n")}\n# EOF\n`;
}

describe.runIf(isInstalled("prometheus") && isInstalled("promtool"))("an exported block", () => {
  const exported = new ExportedBlocks();
  const { blocks } = exported;
  let spandrel = "";
  let prometheus = "";

  beforeAll(async () => {
    spandrel = await exported.startSpandrel();
    const file = join(exported.directory, "samples.txt");
    writeFileSync(file, text());
    execFileSync(process.execPath, ["dist/main.js", "import", `--url=${spandrel}`, file]);
    await exported.exported();
    prometheus = await exported.startPrometheus("prometheus");
  });

  afterAll(() => exported.end());

  it("is listed and analyzed by promtool with what it holds", () => {
    const listed = execFileSync("promtool", ["tsdb", "list", blocks], { encoding: "utf8" });
    const columns = listed.trim().split("\n").at(-1)?.split(/\s+/);
    expect(columns?.slice(1, 3)).toEqual([String(startMs), String(sealedEndMs)]);
    expect(columns?.slice(4, 7)).toEqual([String(SAMPLE_COUNT * 6), "6", "6"]);
    const analyzed = execFileSync("promtool", ["tsdb", "analyze", blocks], { encoding: "utf8" });
    expect(analyzed).toMatch(/Series: 6\b/);
  });

  /** A range query over the block's time; series sorted, values with 12 digits. */
  async function ask(server: string, query: string): Promise<string[]> {
    const start = String(startMs / 1000 + 600);
    const end = String((startMs + SAMPLE_COUNT * STEP_MS) / 1000);
    const form = new URLSearchParams({ query, start, end, step: "35" });
    const answer = await fetch(`${server}/api/v1/query_range`, { method: "POST", body: form });
    const { data } = (await answer.json()) as { data: { result: object[] } };
    const rounded = (key: string, value: unknown) =>
      key === "1" && typeof value === "string" ? Number(value).toPrecision(12) : value;
    return data.result.map((series) => JSON.stringify(series, rounded)).sort();
  }

  for (const query of QUERIES) {
    it(`answers ${query} in Prometheus as in Spandrel`, async () => {
      const ours = await ask(spandrel, query);
      expect(ours.length).toBeGreaterThan(0);
      expect(await ask(prometheus, query)).toEqual(ours);
    });
  }
});
