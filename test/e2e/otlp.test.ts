/** The official OpenTelemetry SDK for JavaScript exports its metrics to a running Spandrel. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { OTLPMetricExporter as JsonExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Program } from "./program.ts";

const directory = mkdtempSync(join(tmpdir(), "spandrel-otlp-"));
let program: Program;
let server = "";
const said: string[] = [];

beforeAll(async () => {
  program = new Program([
    ...["serve", "--web.listen-address=127.0.0.1:0", `--storage.path=${directory}`],
    ...["--self-scrape.interval=0", "--log.format=json", "--web.enable-otlp-receiver"],
  ]);
  server = await program.ready();
  const keep = (...words: unknown[]) => said.push(words.map(String).join(" "));
  const logger = { error: keep, warn: keep, info: () => {}, debug: () => {}, verbose: () => {} };
  diag.setLogger(logger, DiagLogLevel.WARN);
});

afterAll(async () => {
  await program.kill();
  rmSync(directory, { recursive: true, force: true });
});

/** The instruments of a small service, exported once. */
async function exportOnce(instance: string, exporter: PushMetricExporter): Promise<void> {
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      "service.name": "shop",
      "service.namespace": "eu",
      "service.instance.id": instance,
      "host.name": "h1",
    }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
    views: [
      {
        instrumentName: "wait.*",
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
      },
    ],
  });
  const meter = provider.getMeter("test");
  const requests = meter.createCounter("http.requests", { unit: "{request}" });
  requests.add(3, { "http.method": "GET" });
  requests.add(2, { "http.method": "PUT" });
  meter.createUpDownCounter("queue.length").add(-4);
  meter.createObservableGauge("memory.usage", { unit: "By" }).addCallback((result) => {
    result.observe(1024);
  });
  meter.createObservableGauge("cpu.load", { unit: "1" }).addCallback((result) => {
    result.observe(0.25);
  });
  const durations = meter.createHistogram("http.duration", {
    unit: "s",
    description: "How long requests took.",
    advice: { explicitBucketBoundaries: [0.1, 1] },
  });
  for (const seconds of [0.05, 0.5, 5]) durations.record(seconds);
  const waits = meter.createHistogram("wait.time", { unit: "ms" });
  for (const ms of [1, 2, 4, 4]) waits.record(ms);
  await provider.forceFlush();
  await provider.shutdown();
}

async function answerOf(path: string): Promise<unknown> {
  const response = await fetch(`${server}/api/v1/${path}`);
  return ((await response.json()) as { data: unknown }).data;
}

/** What a query says: labels without those of the resource, and the value. */
async function ask(query: string, instance: string): Promise<unknown[]> {
  const selected = `(${query}) and on (instance) target_info{instance="${instance}"}`;
  const data = await answerOf(`query?query=${encodeURIComponent(selected)}`);
  const { result } = data as {
    result: { metric: Record<string, string>; value?: [number, string] }[];
  };
  const rows = result.map(({ metric, value }) => {
    expect([metric["job"], metric["instance"]]).toEqual(["eu/shop", instance]);
    const own = Object.entries(metric).filter(([name]) => name !== "job" && name !== "instance");
    return [Object.fromEntries(own.sort()), value?.[1]];
  });
  return rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe.each([
  ["protobuf", ProtobufExporter, undefined],
  ["protobuf, gzip", ProtobufExporter, "gzip"],
  ["json", JsonExporter, undefined],
  ["json, gzip", JsonExporter, "gzip"],
] as const)("the OpenTelemetry SDK over %s", (instance, Exporter, compression) => {
  beforeAll(async () => {
    const url = `${server}/api/v1/otlp/v1/metrics`;
    const options =
      compression === undefined ? { url } : { url, compression: compression as never };
    await exportOnce(instance, new Exporter(options));
  });

  it("has its counters and gauges stored under Prometheus' names", async () => {
    expect(await ask("http_requests_total", instance)).toEqual([
      [{ __name__: "http_requests_total", http_method: "GET" }, "3"],
      [{ __name__: "http_requests_total", http_method: "PUT" }, "2"],
    ]);
    expect(await ask("queue_length", instance)).toEqual([[{ __name__: "queue_length" }, "-4"]]);
    expect(await ask("memory_usage_bytes", instance)).toHaveLength(1);
    expect(await ask("cpu_load_ratio", instance)).toEqual([
      [{ __name__: "cpu_load_ratio" }, "0.25"],
    ]);
  });

  it("has explicit histograms stored as classic ones", async () => {
    const name = "http_duration_seconds_bucket";
    expect(await ask(name, instance)).toEqual([
      [{ __name__: name, le: "+Inf" }, "3"],
      [{ __name__: name, le: "0.1" }, "1"],
      [{ __name__: name, le: "1" }, "2"],
    ]);
    expect(await ask("http_duration_seconds_sum", instance)).toMatchObject([[{}, "5.55"]]);
  });

  it("has exponential histograms stored as native ones", async () => {
    const name = "wait_time_milliseconds";
    expect(await ask(`histogram_count(${name})`, instance)).toMatchObject([[{}, "4"]]);
    expect(await ask(`histogram_sum(${name})`, instance)).toMatchObject([[{}, "11"]]);
  });

  it("has its resource described", async () => {
    expect(await ask("target_info", instance)).toMatchObject([[{ host_name: "h1" }, "1"]]);
  });
});

describe("the OpenTelemetry SDK", () => {
  it("has its descriptions shown as metadata", async () => {
    expect(await answerOf("metadata?metric=http_duration_seconds")).toEqual({
      http_duration_seconds: [{ type: "histogram", help: "How long requests took.", unit: "s" }],
    });
  });

  it("had nothing to complain of so far", () => expect(said).toEqual([]));

  it("is told which metrics were left out", async () => {
    const url = `${server}/api/v1/otlp/v1/metrics`;
    const temporalityPreference = AggregationTemporality.DELTA as never;
    await exportOnce("delta", new ProtobufExporter({ url, temporalityPreference }));
    await exportOnce("delta json", new JsonExporter({ url, temporalityPreference }));
    expect(said).toHaveLength(2);
    for (const text of said) expect(text).toContain("Partial Success");
    expect(await ask("memory_usage_bytes", "delta")).toHaveLength(1);
    expect(await ask("http_requests_total", "delta")).toEqual([]);
  });
});
