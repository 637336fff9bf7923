/** What Prometheus scrapes of exemplars and sends on, it and Spandrel answer alike. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { Program } from "../e2e/program.ts";
import { freePort } from "./free-port.ts";
import { fetchText, isInstalled, RunningProcess } from "./running-process.ts";

const program = process.env["SPANDREL_PEER_PROMETHEUS"] ?? "prometheus";
const SCRAPES_MIN = 6;
/** The exemplar that stays the same is another one from this scrape on. */
const STEADY_FROM = 9;

/** A page whose exemplars change with every scrape, as a service under load shows them. */
function page(scrape: number, startMs: number, nowMs: number): string {
  const at = (nowMs / 1000).toFixed(3);
  const trace = `trace_id="${(scrape * 7919).toString(16).padStart(32, "0")}"`;
  const steady = startMs / 1000 + (scrape < STEADY_FROM ? 0 : STEADY_FROM);
  return [
    "# TYPE request_seconds histogram",
    `request_seconds_bucket{le="0.1"} ${scrape * 3} # {${trace},span="ü"} 0.067 ${at}`,
    `request_seconds_bucket{le="1.0"} ${scrape * 4} # {${trace}} 0.5`,
    `request_seconds_bucket{le="+Inf"} ${scrape * 5} # {} 2.25 ${at}`,
    `request_seconds_count ${scrape * 5}`,
    `request_seconds_sum ${scrape}`,
    "# TYPE jobs counter",
    `jobs_total{kind="a"} ${scrape} # {${trace}} 1 ${at}`,
    // Its exemplar stays the same for long: stored once.
    `jobs_total{kind="b"} ${scrape} # {trace_id="same"} 1 ${steady.toFixed(3)}`,
    "# EOF\n",
  ].join("\n");
}

interface Range extends Record<string, string> {
  readonly start: string;
  readonly end: string;
}

describe.runIf(isInstalled(program))("exemplars beside Prometheus", () => {
  const directory = mkdtempSync(join(tmpdir(), "spandrel-exemplars-"));
  let spandrel: Program;
  let prometheus: RunningProcess;
  let target: Server;
  let ours = "";
  let theirs = "";
  let scrapes = 0;

  beforeAll(async () => {
    const startMs = systemClock.nowMs();
    target = createServer((_, response) => {
      response.setHeader("content-type", "application/openmetrics-text; version=1.0.0");
      response.end(page(++scrapes, startMs, systemClock.nowMs()));
    });
    const targetPort = await freePort();
    target.listen(targetPort, "127.0.0.1");
    spandrel = new Program([
      "serve",
      "--web.listen-address=127.0.0.1:0",
      `--storage.path=${join(directory, "spandrel")}`,
      "--self-scrape.interval=0",
      "--log.format=json",
    ]);
    ours = await spandrel.ready();
    const configuration = join(directory, "prometheus.yml");
    const lines = [
      "global: { scrape_interval: 1s }",
      "scrape_configs:",
      `  - { job_name: traced, static_configs: [{ targets: ["127.0.0.1:${targetPort}"] }] }`,
      "remote_write:",
      `  - { url: "${ours}/api/v1/write", send_exemplars: true,`,
      "      queue_config: { batch_send_deadline: 200ms } }",
    ];
    writeFileSync(configuration, `${lines.join("\n")}\n`);
    const port = await freePort();
    theirs = `http://127.0.0.1:${port}`;
    prometheus = new RunningProcess(program, [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${join(directory, "prometheus")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--enable-feature=exemplar-storage",
    ]);
    await prometheus.until("a ready Prometheus", 60_000, () => fetchText(`${theirs}/-/ready`));
  }, 120_000);

  afterAll(async () => {
    target.close();
    await prometheus.stop();
    await spandrel.kill();
    rmSync(directory, { recursive: true, force: true });
  });

  const answer = async (server: string, query: string, range: Range) => {
    const parameters = new URLSearchParams({ query, ...range });
    const reply = await fetch(`${server}/api/v1/query_exemplars?${parameters}`);
    return (await reply.text()).trimEnd();
  };

  it("are the same text on both sides, whatever selects them", async () => {
    const all = '{job="traced"}';
    const always = { start: "0", end: "4000000000" };
    // Prometheus sends on what it scrapes once it has read its own log.
    await prometheus.until("an exemplar at Spandrel", 60_000, async () =>
      (await answer(ours, all, always)).includes("trace_id") ? true : undefined,
    );
    const first = scrapes;
    const start = systemClock.nowMs() / 1000;
    const wanted = Math.max(first, STEADY_FROM) + SCRAPES_MIN;
    await prometheus.until("enough scrapes", 60_000, async () =>
      scrapes > wanted ? true : undefined,
    );
    const range = { start: String(start), end: String(systemClock.nowMs() / 1000) };
    // Prometheus itself may still be at storing what it scraped last.
    const expected = await prometheus.until("the same exemplars", 60_000, async () => {
      const text = await answer(theirs, all, range);
      return (await answer(ours, all, range)) === text ? text : undefined;
    });
    for (const query of [
      "jobs_total",
      'rate(jobs_total{kind="a"}[1m]) / sum(request_seconds_count)',
      "histogram_quantile(0.9, sum by (le) (rate(request_seconds_bucket[5m])))",
      "nothing",
    ]) {
      expect(await answer(ours, query, range), query).toBe(await answer(theirs, query, range));
    }
    const { data } = JSON.parse(expected) as { data: { exemplars: unknown[] }[] };
    expect(data.length).toBeGreaterThanOrEqual(4);
    const counts = data.map(({ exemplars }) => exemplars.length);
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(SCRAPES_MIN - 1);
  }, 120_000);
});
