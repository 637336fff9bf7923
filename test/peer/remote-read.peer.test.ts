/**
 * A real Prometheus without samples of its own reads Spandrel's over remote read and answers PromQL
 * with them as Spandrel does. Its external label, which it adds to every selector, is Spandrel's.
 *
 * Debian's 2.42 asks for samples, and passes over native histograms; 3.5.3, where it is found
 * (peer-programs.ts), asks for chunks.
 */
import { compress } from "snappyjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { literalSnappy } from "../http/write-bodies.ts";
import { encodeReference } from "../wire/request-oracle.ts";
import { comparable, differences } from "./histogram-answers.ts";
import { histogramSeries } from "./histogram-writes.ts";
import { prometheus3 } from "./peer-programs.ts";
import { fetchText, isInstalled } from "./running-process.ts";
import { StartedServers } from "./started-servers.ts";

const STEP_MS = 15_000;
const SAMPLE_COUNT = 240;
/** No sample lies on the edge of a window at a time divisible by 5: releases differ there. */
const OFFSET_MS = 1000;

const QUERIES = [
  "up",
  "http_requests_total",
  'http_requests_total{code=~"2..",job!="b"}',
  "rate(http_requests_total[5m])",
  "sum by (job) (rate(http_requests_total[2m]))",
  "increase(http_requests_total{job='a'}[10m])",
  "max_over_time(temperature[7m])",
  "quantile_over_time(0.9, temperature[7m])",
  "topk(3, http_requests_total)",
  "count by (code) (http_requests_total)",
  "temperature offset 10m",
  "avg(temperature) by (job) - on (job) min(temperature) by (job)",
  "histogram_quantile(0.9, sum by (le) (rate(latency_bucket[5m])))",
  "absent(nothing)",
  'count({__name__=~".+"})',
  "deriv(temperature[5m])",
  "changes(temperature[5m])",
  "sum_over_time(rate(http_requests_total[3m])[15m:1m] offset 7s)",
];

/** Labels of the made-up series, `__name__` among them. */
function seriesLabels(): Record<string, string>[] {
  const made: Record<string, string>[] = [];
  for (const job of ["a", "b", "ü"]) {
    made.push({ __name__: "up", job }, { __name__: "temperature", job, place: "x" });
    for (const code of ["200", "204", "500"]) {
      made.push({ __name__: "http_requests_total", code, job });
    }
    for (const le of ["0.1", "1", "+Inf"]) made.push({ __name__: "latency_bucket", job, le });
  }
  return made;
}

/** All samples of all series as one request. */
function body(firstMs: number): Uint8Array<ArrayBuffer> {
  const encoder = new WriteRequestEncoder();
  for (const [number, labels] of seriesLabels().entries()) {
    encoder.beginSeries();
    for (const name of Object.keys(labels).sort()) encoder.label(name, labels[name] as string);
    const isGauge = labels["__name__"] === "temperature";
    for (let i = 0; i < SAMPLE_COUNT; i++) {
      const value = isGauge ? Math.sin(i / 7) * (number + 1) : i * (number + 1);
      encoder.sample(firstMs + i * STEP_MS, value);
    }
    encoder.endSeries();
  }
  return new Uint8Array(compress(encoder.finish()));
}

/** Native histograms of some kinds, as one request. */
function histogramBody(firstMs: number, kinds: readonly string[]): Uint8Array<ArrayBuffer> {
  const series = histogramSeries(firstMs, SAMPLE_COUNT);
  const timeseries = kinds.map((kind) => ({
    labels: [
      { name: "__name__", value: "h" },
      { name: "kind", value: kind },
    ],
    histograms: series[kind],
  }));
  return new Uint8Array(literalSnappy(encodeReference({ timeseries })));
}

const KINDS = Object.keys(histogramSeries(0, 1));
const PROGRAMS = ["prometheus", ...(prometheus3 === null ? [] : [prometheus3])];
const FEATURES = "--enable-feature=native-histograms";

describe.runIf(isInstalled("prometheus")).each(PROGRAMS)("%s over remote read", (program) => {
  const servers = new StartedServers("read");
  const endMs = Math.floor(Date.now() / STEP_MS) * STEP_MS;
  const firstMs = endMs - SAMPLE_COUNT * STEP_MS + OFFSET_MS;
  const kinds = program === prometheus3 ? KINDS : [];
  let spandrel = "";
  let prometheus = "";

  beforeAll(async () => {
    spandrel = await servers.startSpandrel("--external-label=cluster=one");
    const configuration = [
      "global: { external_labels: { cluster: one } }",
      "remote_read:",
      `  - { url: "${spandrel}/api/v1/read", read_recent: true }`,
      "",
    ];
    prometheus = await servers.startPrometheus(program, configuration.join("\n"), [FEATURES]);
    const headers = {
      "content-encoding": "snappy",
      "content-type": "application/x-protobuf",
    };
    for (const message of [body(firstMs), histogramBody(firstMs, kinds)]) {
      const init = { method: "POST", headers, body: message };
      const sent = await fetch(`${spandrel}/api/v1/write`, init);
      expect([sent.status, await sent.text()]).toEqual([204, ""]);
    }
  });

  afterAll(() => servers.end());

  /**
   * The result of a query, series sorted: their order is not promised. Values have 12 digits, since
   * releases round sums otherwise.
   */
  async function ask(server: string, path: string, form: Record<string, string>) {
    const answer = await fetch(`${server}/api/v1/${path}`, {
      method: "POST",
      body: new URLSearchParams(form),
    });
    const { status, data } = (await answer.json()) as {
      status: string;
      data: { result: object[] };
    };
    expect(status).toBe("success");
    const digits = (text: string) => Number(text).toPrecision(12);
    const rounded = (key: string, value: unknown) =>
      typeof value === "string" && /^[01]$/.test(key) ? digits(value) : value;
    return data.result.map((series) => JSON.stringify(series, rounded)).sort();
  }

  for (const query of QUERIES) {
    it(`answers ${query} as Spandrel does`, async () => {
      const time = String((endMs - 60_000) / 1000);
      const ours = await ask(spandrel, "query", { query, time });
      expect(await ask(prometheus, "query", { query, time })).toEqual(ours);
      const start = String((endMs - 45 * 60_000) / 1000);
      const range = { query, start, end: time, step: "35" };
      const ourRange = await ask(spandrel, "query_range", range);
      expect(await ask(prometheus, "query_range", range)).toEqual(ourRange);
      expect(ourRange.length).toBeGreaterThan(0);
    });
  }

  it.each(kinds)("has every native histogram of %s, bucket by bucket", async (kind) => {
    const time = String((endMs - 60_000) / 1000);
    const form = new URLSearchParams({ query: `h{kind="${kind}"}[20m]`, time });
    const [theirs, ours] = await Promise.all(
      [prometheus, spandrel].map((url) => fetchText(`${url}/api/v1/query?${form.toString()}`)),
    );
    expect(theirs).toContain('"histograms"');
    expect(differences(comparable(theirs!), comparable(ours!))).toEqual([]);
  });

  it("knows the external label and strips it from what it answers", async () => {
    const time = String((endMs - 60_000) / 1000);
    const counted = await ask(prometheus, "query", { query: 'count({cluster="one"})', time });
    expect(counted).toHaveLength(1);
    expect(counted[0]).toContain(`"${seriesLabels().length + kinds.length}.`);
    expect(await ask(prometheus, "query", { query: 'up{cluster="two"}', time })).toEqual([]);
  });
});
