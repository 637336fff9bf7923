/** OTLP metrics become remote write: beside a naive twin, in both encodings, and case by case. */
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { Prng } from "../../src/base/prng.ts";
import { readJsonText, readProtobuf } from "../../src/otlp/message-kinds.ts";
import { METRICS_REQUEST, type MetricsRequest } from "../../src/otlp/metrics-message.ts";
import { MetricsTranslation } from "../../src/otlp/translate-metrics.ts";
import { floatRow, histogramRow, naiveRows, type Row } from "./naive-translation.ts";
import { type Json, protobufOf, randomRequest } from "./random-request.ts";

const NOW_MS = 1_800_000_000_000;
const proto = fileURLToPath(new URL("../../proto/", import.meta.url));
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => proto + target;
root.loadSync("remote.proto");
const writeType = root.lookupType("prometheus.WriteRequest");

interface Pair {
  readonly name: string;
  readonly value: string;
}

interface Sent {
  readonly timeseries: readonly {
    readonly labels: readonly Pair[];
    readonly samples: readonly { readonly value: number; readonly timestamp: number }[];
    readonly histograms: readonly Json[];
    readonly exemplars: readonly {
      readonly labels: readonly Pair[];
      readonly value: number;
      readonly timestamp: number;
    }[];
  }[];
  readonly metadata: readonly Json[];
}

const OPTIONS = { longs: Number, defaults: true, arrays: true } as const;

function translated(request: MetricsRequest, promoted: readonly string[] = []) {
  const translation = new MetricsTranslation(request, promoted);
  const sent = [...translation.pieces()].map((piece) => {
    return writeType.toObject(writeType.decode(piece), OPTIONS) as unknown as Sent;
  });
  return { sent, leftOut: [...translation.leftOut.values()] };
}

function fromJson(request: Json): MetricsRequest {
  return readJsonText(METRICS_REQUEST, new TextEncoder().encode(JSON.stringify(request)));
}

function isStale(value: number): boolean {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0) === 0x7ff0000000000002n;
}

/** A side of a histogram as index:count, empties left out. */
function sideText(spans: readonly Json[], deltas: readonly number[]): string {
  const filled: string[] = [];
  let index = 0;
  let at = 0;
  let count = 0;
  for (const { offset, length } of spans as readonly { offset: number; length: number }[]) {
    index += offset;
    for (let i = 0; i < length; i++, index++) {
      count += deltas[at++]!;
      if (count > 0) filled.push(`${index}:${count}`);
    }
  }
  return filled.join();
}

function histogramText(h: Json): string {
  if (isStale(h["sum"] as number)) return "stale";
  const sides = ["positive", "negative"].map((side) => {
    return sideText(h[`${side}Spans`] as Json[], h[`${side}Deltas`] as number[]);
  });
  return [h["schema"], h["countInt"], h["zeroCountInt"], h["sum"], ...sides].join(" ");
}

function rowsOf(sent: readonly Sent[]): Row[] {
  return sent.flatMap(({ timeseries }) =>
    timeseries.flatMap(({ labels, samples, histograms }) => {
      const record = Object.fromEntries(labels.map(({ name, value }) => [name, value]));
      return [
        ...samples.map(({ value, timestamp }) => {
          return floatRow(record, timestamp, isStale(value) ? "stale" : value);
        }),
        ...histograms.map((h) => {
          return histogramRow(record, h["timestamp"] as number, histogramText(h));
        }),
      ];
    }),
  );
}

const RESOURCE = { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] };

/** A request of one metric. */
function requestOf(metric: Json, resource: Json = RESOURCE): Json {
  return { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [metric] }] }] };
}

const POINT = { timeUnixNano: `${NOW_MS}999999`, asDouble: 1 };

describe("OTLP translation", () => {
  it("says what a naive twin says, of the same requests in JSON and protobuf", () => {
    for (let seed = 0; seed < 100; seed++) {
      const request = randomRequest(new Prng(seed), NOW_MS);
      const wanted = [...naiveRows(request)].sort();
      const json = rowsOf(translated(fromJson(request)).sent).sort();
      expect([seed, json]).toEqual([seed, wanted]);
      const message = readProtobuf(METRICS_REQUEST, protobufOf(request));
      expect([seed, message]).toEqual([seed, fromJson(request)]);
    }
  });

  it("comes in pieces of bounded size that together are the whole", () => {
    const value = { stringValue: "v".repeat(300) };
    const dataPoints = Array.from({ length: 5000 }, (_, i) => {
      return { ...POINT, attributes: [{ key: `k${i}`, value }] };
    });
    const request = fromJson(requestOf({ name: "g", gauge: { dataPoints } }));
    const pieces = [...new MetricsTranslation(request, []).pieces()];
    expect(pieces.length).toBeGreaterThan(5);
    for (const piece of pieces) expect(piece.length).toBeLessThan(257 * 1024);
    expect(rowsOf(translated(request).sent)).toHaveLength(5000);
  });

  it("leaves out what is not cumulative, too coarse or without points, and says so", () => {
    const point = { ...POINT, scale: -5 };
    const metrics = [
      { name: "delta", sum: { aggregationTemporality: 1, dataPoints: [POINT, POINT] } },
      { name: "unset", histogram: { dataPoints: [POINT] } },
      { name: "wide", exponentialHistogram: { aggregationTemporality: 2, dataPoints: [point] } },
      { name: "none", gauge: { dataPoints: [] } },
      { name: "kind" },
      { name: "-", gauge: { dataPoints: [POINT] } },
      { name: "kept", gauge: { dataPoints: [POINT] } },
    ];
    const request = { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
    const { sent, leftOut } = translated(fromJson(request));
    expect(rowsOf(sent)).toEqual([`[["__name__","kept"]] ${NOW_MS} 1`]);
    expect(leftOut).toEqual([
      { reason: 'metric "delta": only cumulative temporality is stored', points: 2 },
      { reason: 'metric "unset": only cumulative temporality is stored', points: 1 },
      { reason: 'metric "wide": scale -5 of an exponential histogram is below -4', points: 1 },
      { reason: 'metric "none" has no data points', points: 0 },
      { reason: 'metric "kind" has no known kind', points: 0 },
      { reason: 'metric "-": nothing of its name may stay', points: 1 },
    ]);
  });

  it("says type, help and unit of each metric", () => {
    const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [POINT] };
    const metric = { name: "served", unit: "By", description: "Bytes served.", sum };
    const [piece] = translated(fromJson(requestOf(metric))).sent;
    expect(piece?.metadata).toEqual([
      { type: 1, metricFamilyName: "served_bytes_total", help: "Bytes served.", unit: "By" },
    ]);
  });

  it("promotes the attributes of the resource that it is told to", () => {
    const attributes = [
      { key: "host.name", value: { stringValue: "a" } },
      { key: "os.type", value: { stringValue: "linux" } },
      { key: "own", value: { stringValue: "resource" } },
    ];
    const own = { key: "own", value: { stringValue: "point" } };
    const gauge = { dataPoints: [{ ...POINT, attributes: [own] }] };
    const request = fromJson(requestOf({ name: "g", gauge }, { attributes }));
    const row = (labels: string) => [`[["__name__","g"],${labels}["own","point"]] ${NOW_MS} 1`];
    expect(rowsOf(translated(request).sent)).toEqual(row(""));
    const host = '["host_name","a"],';
    expect(rowsOf(translated(request, ["host.name", "own"]).sent)).toEqual(row(host));
    const all = `${host}["os_type","linux"],`;
    expect(rowsOf(translated(request, ["*"]).sent)).toEqual(
      row(all).map((text) =>
        text.replace('["os_type","linux"],["own"', '["os_type","linux"],["own"'),
      ),
    );
  });

  it("describes a resource once for each time, however often it comes", () => {
    const attributes = [...RESOURCE.attributes, { key: "os", value: { stringValue: "x" } }];
    const metric = { name: "g", gauge: { dataPoints: [POINT] } };
    const one = requestOf(metric, { attributes })["resourceMetrics"] as Json[];
    const { sent } = translated(fromJson({ resourceMetrics: [...one, ...one] }));
    const infos = rowsOf(sent).filter((row) => row.includes("target_info"));
    expect(infos).toEqual([`[["__name__","target_info"],["job","shop"],["os","x"]] ${NOW_MS} 1`]);
  });

  it("puts exemplars to the buckets that they fell into", () => {
    const exemplar = (asDouble: number) => ({ asDouble, traceId: "0a", spanId: "00" });
    const point = {
      ...POINT,
      count: "3",
      bucketCounts: ["1", "1", "1"],
      explicitBounds: [1, 2],
      exemplars: [exemplar(9), exemplar(1), exemplar(1.5)],
    };
    const histogram = { aggregationTemporality: 2, dataPoints: [point] };
    const [piece] = translated(fromJson(requestOf({ name: "h", histogram }))).sent;
    const found = piece!.timeseries.flatMap(({ labels, exemplars }) => {
      const le = labels.find(({ name }) => name === "le")?.value;
      return exemplars.map(({ labels: own, value }) => [le, value, own]);
    });
    const trace = [{ name: "trace_id", value: "0a" }];
    expect(found).toEqual([
      ["1", 1, trace],
      ["2", 1.5, trace],
      ["+Inf", 9, trace],
    ]);
  });
});
