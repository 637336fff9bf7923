/**
 * OTLP metrics requests as OTLP's JSON has them, drawn from a seed, and the same ones in protobuf.
 *
 * Names and labels are drawn so that no two points of a request become the same sample: every
 * metric has its own name, every point its own attribute `point`.
 *
 * Units: times are milliseconds since the epoch where they end in Ms, nanoseconds otherwise.
 */
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import type { Prng } from "../../src/base/prng.ts";

const proto = fileURLToPath(new URL("../../proto/", import.meta.url));
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => proto + target;
root.loadSync("otlp_metrics.proto");
export const requestType = root.lookupType("opentelemetry.proto.ExportMetricsServiceRequest");
export const responseType = root.lookupType("opentelemetry.proto.ExportMetricsServiceResponse");

export type Json = { [name: string]: unknown };

const UNITS = [
  "",
  "1",
  "s",
  "By",
  "By/s",
  "m/s",
  "{note}",
  "%",
  "Cel",
  "furlong",
  "a__b/_c_",
  "/h",
];
const WORDS = [
  "http.server",
  "queue-len",
  "0ops",
  "total",
  "ratio",
  "seconds",
  "a:b",
  "größe",
  "_x",
];
const KEYS = ["http.method", "http_method", "0zone", "_own", "__reserved__", "é", "code", "code "];
const RESOURCES = ["host.name", "k8s.pod", "0os", "service.version"];

function pick<T>(random: Prng, list: readonly T[]): T {
  return list[random.below(list.length)]!;
}

function some(random: Prng): boolean {
  return random.below(2) === 0;
}

function anyValue(random: Prng, depth = 0): Json {
  const kind = random.below(depth > 1 ? 5 : 7);
  // Inside lists and maps, what HTML would read is written otherwise by later versions.
  const text = depth === 0 ? "<é&>" : "é";
  if (kind === 0) return { stringValue: pick(random, ["", "x", text, 'say "x"']) };
  if (kind === 1) return { boolValue: some(random) };
  if (kind === 2) return { intValue: pick(random, ["0", "-7", "9007199254740993"]) };
  if (kind === 3) return { doubleValue: pick(random, [0.5, 1e21, 1e-7, -3, 100000]) };
  if (kind === 4) return { bytesValue: pick(random, ["", "AAH/"]) };
  const values = Array.from({ length: random.below(3) }, () => anyValue(random, depth + 1));
  if (kind === 5) return { arrayValue: { values } };
  return { kvlistValue: { values: values.map((value, i) => ({ key: `k${9 - i}`, value })) } };
}

function attributes(random: Prng, keys: readonly string[]): Json[] {
  const drawn = keys.filter(() => random.below(3) === 0);
  return drawn.map((key) => ({ key, value: anyValue(random) }));
}

function count(random: Prng): string {
  return pick(random, ["0", "1", "3", "17", "1000", "9007199254740993"]);
}

function value(random: Prng): number {
  return pick(random, [0, 1, -2.5, 1e300, 123456.789]);
}

/** What points of every kind have. */
function pointOf(random: Prng, index: number, nowMs: number): Json {
  const nano = BigInt(nowMs - random.below(60_000)) * 1_000_000n + BigInt(random.below(1_000_000));
  const own = { key: "point", value: { intValue: String(index) } };
  return {
    attributes: [...attributes(random, KEYS), own],
    timeUnixNano: String(nano),
    ...(random.below(8) === 0 ? { flags: 1 } : {}),
  };
}

function exemplars(random: Prng, nowMs: number): Json {
  if (!some(random)) return {};
  const exemplar = {
    timeUnixNano: String(BigInt(nowMs) * 1_000_000n),
    asDouble: random.below(30),
    traceId: "5b8efff798038103d269b633813fc60c",
    spanId: some(random) ? "eee19b7ec3c1b174" : "0000000000000000",
    filteredAttributes: attributes(random, ["user", "note"]),
  };
  return { exemplars: [exemplar] };
}

function numberPoint(random: Prng, index: number, nowMs: number): Json {
  const point = { ...pointOf(random, index, nowMs), ...exemplars(random, nowMs) };
  return some(random)
    ? { ...point, asInt: pick(random, ["0", "-5", "9007199254740993"]) }
    : { ...point, asDouble: value(random) };
}

function histogramPoint(random: Prng, index: number, nowMs: number): Json {
  const bounds = [-1, 0, 1e-7, 2.5, 10, 1e21].slice(0, random.below(7));
  const bucketCounts = bounds.length === 0 ? [] : [...bounds, 0].map(() => random.below(5));
  return {
    ...pointOf(random, index, nowMs),
    ...exemplars(random, nowMs),
    count: String(bucketCounts.reduce((sum, n) => sum + n, 0)),
    bucketCounts: bucketCounts.map(String),
    explicitBounds: bounds,
    ...(some(random) ? { sum: value(random) } : {}),
  };
}

/** Counts with gaps of every size; none is empty when neighbours are to be added up. */
function buckets(random: Prng, canBeEmpty: boolean): Json {
  const counts = Array.from({ length: random.below(12) }, () => {
    return canBeEmpty && some(random) ? 0 : 1 + random.below(9);
  });
  return { offset: random.below(20) - 10, bucketCounts: counts.map(String) };
}

function exponentialPoint(random: Prng, index: number, nowMs: number): Json {
  // Prometheus gives up a metric at the first point that is too coarse: it is the last one.
  const scale = pick(random, [index === 2 ? -5 : 1, -4, 0, 3, 8, 9, 12, 20]);
  const positive = buckets(random, scale <= 8);
  const negative = some(random) ? buckets(random, scale <= 8) : undefined;
  const zeroCount = random.below(3);
  const all = [positive, negative].flatMap((side) => (side?.["bucketCounts"] ?? []) as string[]);
  return {
    ...pointOf(random, index, nowMs),
    ...exemplars(random, nowMs),
    count: String(all.reduce((sum, n) => sum + Number(n), zeroCount)),
    zeroCount: String(zeroCount),
    scale,
    positive,
    ...(negative === undefined ? {} : { negative }),
    ...(some(random) ? { sum: value(random) } : {}),
  };
}

function summaryPoint(random: Prng, index: number, nowMs: number): Json {
  const quantiles = [0, 0.5, 0.99, 1].slice(0, random.below(5));
  return {
    ...pointOf(random, index, nowMs),
    count: count(random),
    sum: value(random),
    quantileValues: quantiles.map((quantile) => ({ quantile, value: value(random) })),
  };
}

function metricOf(random: Prng, index: number, nowMs: number): Json {
  const words = Array.from({ length: 1 + random.below(3) }, () => pick(random, WORDS));
  const name = `${words.join(pick(random, [".", "/", "__"]))}.m${index}.`;
  const head = { name, unit: pick(random, UNITS), description: `What ${index} is.` };
  const aggregationTemporality = random.below(6) === 0 ? 1 : 2;
  const points = (make: typeof numberPoint): Json => ({
    dataPoints: Array.from({ length: random.below(4) }, (_, i) => make(random, i, nowMs)),
  });
  const kind = random.below(5);
  if (kind === 0) return { ...head, gauge: points(numberPoint) };
  const totals = { aggregationTemporality };
  if (kind === 1) {
    return { ...head, sum: { ...points(numberPoint), ...totals, isMonotonic: some(random) } };
  }
  if (kind === 2) return { ...head, histogram: { ...points(histogramPoint), ...totals } };
  if (kind === 3) return { ...head, summary: points(summaryPoint) };
  return { ...head, exponentialHistogram: { ...points(exponentialPoint), ...totals } };
}

/** A request of some resources, each with its own instance. */
export function randomRequest(random: Prng, nowMs: number): Json {
  let metrics = 0;
  const resourceMetrics = Array.from({ length: 1 + random.below(3) }, (_, r) => {
    const service = [
      { key: "service.name", value: { stringValue: "shop" } },
      { key: "service.namespace", value: { stringValue: "eu" } },
      { key: "service.instance.id", value: { stringValue: `i${r}` } },
    ].filter((_attribute, i) => i === 2 || some(random));
    const scopeMetrics = Array.from({ length: 1 + random.below(2) }, () => ({
      metrics: Array.from({ length: random.below(6) }, () => metricOf(random, metrics++, nowMs)),
    }));
    return {
      resource: { attributes: [...service, ...attributes(random, RESOURCES)] },
      scopeMetrics,
    };
  });
  return { resourceMetrics };
}

/** The request in protobuf, where ids are bytes and not texts. */
export function protobufOf(request: Json): Uint8Array<ArrayBuffer> {
  const binary = JSON.parse(JSON.stringify(request), (key, member: unknown) => {
    const isId = key === "traceId" || key === "spanId";
    return isId ? Buffer.from(member as string, "hex").toString("base64") : member;
  }) as Json;
  return new Uint8Array(requestType.encode(requestType.fromObject(binary)).finish());
}
