/**
 * Prometheus 3.5.3, told to send remote write 2.0, scrapes itself (native histograms among its
 * metrics) and a page with exemplars, and sends all of it on to Spandrel. Skipped without a
 * Prometheus 3.5 (peer-programs.ts).
 *
 * A sender of 2.0 counts as failed what the headers X-Prometheus-Remote-Write-…-Written do not
 * confirm: that nothing failed shows that it took them.
 *
 * Units: …Ms milliseconds, …Seconds seconds since the epoch.
 */
import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "./free-port.ts";
import { comparable, differences as histogramDifferences } from "./histogram-answers.ts";
import { prometheus3 } from "./peer-programs.ts";
import { differences, onceArrived, sampleCount, samplesBetween } from "./prometheus-pair.ts";
import { fetchText } from "./running-process.ts";
import { StartedServers } from "./started-servers.ts";

const MESSAGE = "io.prometheus.write.v2.Request";
const WRITING_MS = 25_000;
const ARRIVAL_MS = 60_000;
const KINDS = ["samples", "histograms", "exemplars"];

/** A page whose exemplars change with every scrape. */
function page(scrape: number, nowMs: number): string {
  const at = (nowMs / 1000).toFixed(3);
  const trace = `trace_id="${(scrape * 7919).toString(16).padStart(32, "0")}"`;
  return [
    "# HELP request_seconds How long requests took.",
    "# TYPE request_seconds histogram",
    "# UNIT request_seconds seconds",
    `request_seconds_bucket{le="0.1"} ${scrape * 3} # {${trace},span="ü"} 0.067 ${at}`,
    `request_seconds_bucket{le="+Inf"} ${scrape * 5} # {${trace}} 2.25`,
    `request_seconds_count ${scrape * 5}`,
    `request_seconds_sum ${scrape}`,
    "# HELP jobs Jobs done.",
    "# TYPE jobs counter",
    `jobs_total{kind="a"} ${scrape} # {${trace}} 1 ${at}`,
    "# EOF\n",
  ].join("\n");
}

describe.skipIf(prometheus3 === null)("Prometheus 3.5 over remote write 2.0 (or no peer)", () => {
  const servers = new StartedServers("write-2");
  let target: Server;
  let ours = "";
  let theirs = "";
  let fromSeconds = 0;
  let toSeconds = 0;

  beforeAll(async () => {
    let scrapes = 0;
    target = createServer((_, response) => {
      response.setHeader("content-type", "application/openmetrics-text; version=1.0.0");
      response.end(page(++scrapes, Date.now()));
    });
    const [pagePort, own] = [await freePort(), await freePort()];
    target.listen(pagePort, "127.0.0.1");
    ours = await servers.startSpandrel();
    const configuration = [
      "global: { scrape_interval: 1s }",
      "scrape_configs:",
      `  - { job_name: itself, static_configs: [{ targets: ["127.0.0.1:${own}"] }] }`,
      `  - { job_name: traced, static_configs: [{ targets: ["127.0.0.1:${pagePort}"] }] }`,
      "remote_write:",
      `  - { url: "${ours}/api/v1/write", protobuf_message: ${MESSAGE},`,
      "      send_exemplars: true, send_native_histograms: true,",
      "      queue_config: { batch_send_deadline: 200ms } }",
      "",
    ].join("\n");
    theirs = await servers.startPrometheus(
      prometheus3!,
      configuration,
      ["--enable-feature=native-histograms,exemplar-storage,metadata-wal-records"],
      { port: own },
    );
    // It sends what it scrapes once it has read its own log.
    await servers.until("an exemplar at Spandrel", ARRIVAL_MS, async () => {
      const text = await exemplars(ours, 0, 4e9);
      return text.includes("trace_id") || undefined;
    });
    fromSeconds = Math.ceil(Date.now() / 1000);
    await sleep(WRITING_MS);
    toSeconds = Math.floor(Date.now() / 1000);
  });

  afterAll(async () => {
    target.close();
    await servers.end();
  });

  async function exemplars(server: string, start: number, end: number): Promise<string> {
    const query = new URLSearchParams({
      query: '{job="traced"}',
      start: `${start}`,
      end: `${end}`,
    });
    return (await fetchText(`${server}/api/v1/query_exemplars?${query.toString()}`)) ?? "";
  }

  async function nativeHistograms(server: string): Promise<string[]> {
    const query = `{job="itself",__name__=~".*_seconds"}[${toSeconds - fromSeconds}s]`;
    const form = new URLSearchParams({ query, time: `${toSeconds}` });
    const text = (await fetchText(`${server}/api/v1/query?${form.toString()}`)) ?? "";
    return comparable(text).filter((series) => series.includes('"histograms"'));
  }

  /** Sums of a figure of Prometheus' queue by its name. */
  async function queueFigures(): Promise<Map<string, number>> {
    const sums = new Map<string, number>();
    for (const line of ((await fetchText(`${theirs}/metrics`)) ?? "").split("\n")) {
      const found = /^prometheus_remote_storage_(\w+)(?:\{.*\})? (\S+)$/.exec(line);
      if (found === null) continue;
      const [, name = "", value] = found;
      sums.set(name, (sums.get(name) ?? 0) + Number(value));
    }
    return sums;
  }

  it("has every sample at Spandrel, with the same time and value", async () => {
    const all = '{job=~"itself|traced"}';
    const { reference, own } = await onceArrived(async () => ({
      reference: await samplesBetween(theirs, all, fromSeconds, toSeconds),
      own: await samplesBetween(ours, all, fromSeconds, toSeconds),
    }));
    expect(sampleCount(reference)).toBeGreaterThan(5000);
    expect(differences(reference, own)).toEqual([]);
    expect(differences(own, reference)).toEqual([]);
    console.log(`${reference.size} series, ${sampleCount(reference)} samples equal`);
  });

  it("has its native histograms there, bucket by bucket", async () => {
    const reference = await nativeHistograms(theirs);
    expect(reference.length).toBeGreaterThan(2);
    const differing = async () => histogramDifferences(reference, await nativeHistograms(ours));
    await expect.poll(differing).toEqual([]);
  });

  it("has its exemplars there, answered in the same text", async () => {
    const reference = await exemplars(theirs, fromSeconds, toSeconds);
    const { data } = JSON.parse(reference) as { data: { exemplars: unknown[] }[] };
    expect(data.length).toBe(3);
    for (const { exemplars: list } of data) expect(list.length).toBeGreaterThan(15);
    const own = async () => (await exemplars(ours, fromSeconds, toSeconds)).trimEnd();
    await expect.poll(own).toBe(reference.trimEnd());
  });

  it("has its metadata there", async () => {
    for (const [metric, wanted] of [
      ["request_seconds", { type: "histogram", help: "How long requests took.", unit: "seconds" }],
      ["jobs_total", { type: "counter", help: "Jobs done.", unit: "" }],
    ] as const) {
      const text = await fetchText(`${ours}/api/v1/metadata?metric=${metric}`);
      expect(JSON.parse(text ?? "")).toMatchObject({ data: { [metric]: [wanted] } });
    }
  });

  it("failed, dropped and repeated nothing, and had everything confirmed", async () => {
    const figures = await queueFigures();
    for (const kind of KINDS) {
      expect([kind, figures.get(`${kind}_total`)]).not.toEqual([kind, 0]);
      for (const ending of ["failed_total", "dropped_total", "retried_total"]) {
        const name = `${kind}_${ending}`;
        // What never was dropped has no series.
        expect([name, figures.get(name) ?? 0]).toEqual([name, 0]);
      }
    }
    console.log(KINDS.map((kind) => `${figures.get(`${kind}_total`)} ${kind} sent`).join(", "));
  });
});
