/**
 * A sealed window as a block: promtool accepts it, and a real Prometheus that is pointed at the
 * directory answers PromQL as Spandrel does.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "./free-port.ts";
import { fetchText, isInstalled, RunningProcess } from "./running-process.ts";

const START_MS = 60_000;
const EXPORT_MS = 60_000;
const WINDOW_MS = 4 * 3600 * 1000;
const STEP_MS = 15_000;
const SAMPLE_COUNT = 400;

const QUERIES = [
  "http_requests_total",
  "rate(http_requests_total[5m])",
  "sum by (code) (increase(http_requests_total[10m]))",
  "max_over_time(temperature[7m])",
  'temperature{place=~"é.*"} * 2',
  'count({__name__=~".+"})',
];

/** Two windows ago, so that it is sealed. Samples lie one second behind every step. */
const startMs = Math.floor(Date.now() / WINDOW_MS - 2) * WINDOW_MS;

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
  const directory = mkdtempSync(join(tmpdir(), "spandrel-export-"));
  const blocks = join(directory, "blocks");
  const running: RunningProcess[] = [];
  let spandrel = "";
  let prometheus = "";

  async function start(program: string, args: string[], url: string): Promise<void> {
    const one = new RunningProcess(program, args);
    running.push(one);
    await one.until("ready", START_MS, () => fetchText(`${url}/-/ready`));
  }

  beforeAll(async () => {
    const [port, peerPort] = [await freePort(), await freePort()];
    spandrel = `http://127.0.0.1:${port}`;
    prometheus = `http://127.0.0.1:${peerPort}`;
    const flags = [`--web.listen-address=127.0.0.1:${port}`, `--storage.path=${directory}/store`];
    const own = [`--export.blocks-path=${blocks}`, "--self-scrape.interval=0"];
    await start(process.execPath, ["dist/main.js", "serve", ...flags, ...own], spandrel);
    const file = join(directory, "samples.txt");
    writeFileSync(file, text());
    execFileSync(process.execPath, ["dist/main.js", "import", `--url=${spandrel}`, file]);
    const isExported = async () => readdirSync(blocks).includes("exported.json") || undefined;
    await running[0]?.until("block", EXPORT_MS, isExported);
    // Prometheus writes into its directory: it gets a copy.
    cpSync(blocks, join(directory, "tsdb"), { recursive: true });
    const configuration = join(directory, "prometheus.yml");
    writeFileSync(configuration, "{}\n");
    const storage = [`--storage.tsdb.path=${directory}/tsdb`, "--storage.tsdb.retention.time=10y"];
    const address = `--web.listen-address=127.0.0.1:${peerPort}`;
    await start("prometheus", [`--config.file=${configuration}`, ...storage, address], prometheus);
  });

  afterAll(async () => {
    for (const one of running.reverse()) await one.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("is listed and analyzed by promtool with what it holds", () => {
    const listed = execFileSync("promtool", ["tsdb", "list", blocks], { encoding: "utf8" });
    const columns = listed.trim().split("\n").at(-1)?.split(/\s+/);
    expect(columns?.slice(1, 3)).toEqual([String(startMs), String(startMs + WINDOW_MS)]);
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
