/**
 * The naive twin of the translation: what a request says as a flat list of samples, written down
 * from the rules and from OTLP's JSON, without any of the translation's own code.
 *
 * Units: times are milliseconds since the epoch.
 */
import type { Json } from "./random-request.ts";

/** One sample: its labels as text, its time, and its value as text; "stale" ends the series. */
export type Row = string;

const UNITS: Json = { s: "seconds", By: "bytes", m: "meters", "%": "percent", Cel: "celsius" };
const PER: Json = { s: "second", h: "hour" };

/** A row of a float sample. */
export function floatRow(labels: Json, timeMs: number, value: number | "stale"): Row {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return `${labelText(labels)} ${timeMs} ${text}`;
}

/** A row of a histogram: every count by the upper side of its bucket. */
export function histogramRow(labels: Json, timeMs: number, text: string): Row {
  return `${labelText(labels)} ${timeMs} ${text}`;
}

function labelText(labels: Json): string {
  const kept = Object.entries(labels).filter(([, value]) => value !== "");
  return JSON.stringify(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function goJson(value: Json): string {
  const escaped = (text: string) =>
    JSON.stringify(text)
      .replaceAll("<", "\\u003c")
      .replaceAll(">", "\\u003e")
      .replaceAll("&", "\\u0026");
  if ("stringValue" in value) return escaped(value["stringValue"] as string);
  if (value["bytesValue"] === "") return "null";
  if ("bytesValue" in value) return escaped(value["bytesValue"] as string);
  if ("arrayValue" in value) return `[${valuesOf(value["arrayValue"]).map(goJson).join()}]`;
  if (!("kvlistValue" in value)) return String(Object.values(value)[0]);
  const pairs = valuesOf(value["kvlistValue"]).map((pair): [string, string] => {
    return [pair["key"] as string, goJson(pair["value"] as Json)];
  });
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([key, text]) => `${escaped(key)}:${text}`).join()}}`;
}

function valuesOf(list: unknown): Json[] {
  return (list as { values: Json[] }).values;
}

function valueText(value: Json): string {
  const isNested = "arrayValue" in value || "kvlistValue" in value;
  return isNested ? goJson(value) : String(Object.values(value)[0]);
}

function nameOfLabel(key: string): string {
  const name = Array.from(key, (c) => (/[a-zA-Z0-9_]/.test(c) ? c : "_")).join("");
  if (/[0-9]/.test(name.charAt(0))) return `key_${name}`;
  return name.startsWith("_") && !name.startsWith("__") ? `key${name}` : name;
}

function labelsOf(list: readonly Json[]): Json {
  const labels: Json = {};
  const sorted = [...list].sort((a, b) => ((a["key"] as string) < (b["key"] as string) ? -1 : 1));
  for (const { key, value } of sorted) {
    const name = nameOfLabel(key as string);
    const text = valueText(value as Json);
    labels[name] = name in labels ? `${labels[name] as string};${text}` : text;
  }
  return labels;
}

function nameOf(metric: Json): string {
  const unit = metric["unit"] as string;
  const words: string[] = (metric["name"] as string).match(/[a-zA-Z0-9:]+/g) ?? [];
  const [main = "", ...rest] = unit.split("/");
  const per = rest.join("/");
  const clean = (text: string) => text.replace(/[^a-zA-Z0-9:]+/g, "_").replace(/^_/, "");
  const mainWord = unit === "1" || main.includes("{") ? "" : clean((UNITS[main] as string) ?? main);
  const perWord = clean((PER[per] as string) ?? per).replace(/_$/, "");
  const added = [mainWord, perWord === "" ? "" : `per_${perWord}`];
  const name = [...words, ...added.filter((word) => word !== "" && !words.includes(word))];
  const isCounter = (metric["sum"] as Json | undefined)?.["isMonotonic"] === true;
  const end = isCounter ? "total" : unit === "1" && "gauge" in metric ? "ratio" : "";
  const all = end === "" ? name : [...name.filter((word) => word !== end), end];
  const joined = all.join("_");
  return /^[0-9]/.test(joined) ? `_${joined}` : joined;
}

function plain(value: number): string {
  if (value === 1e21) return `1${"0".repeat(21)}`;
  return value === 1e-7 ? "0.0000001" : String(value);
}

/** The buckets of a side by index of native histograms: (base^(i-1), base^i]. */
function sideOf(side: Json | undefined, scaleDown: number): string {
  const counts = new Map<number, number>();
  for (const [i, text] of ((side?.["bucketCounts"] ?? []) as string[]).entries()) {
    const index = Math.floor(((side?.["offset"] as number) + i) / 2 ** scaleDown) + 1;
    counts.set(index, (counts.get(index) ?? 0) + Number(text));
  }
  const filled = [...counts].filter(([, n]) => n > 0).sort(([a], [b]) => a - b);
  return filled.map(([index, n]) => `${index}:${n}`).join();
}

function* rowsOfPoint(metric: Json, point: Json, base: Json): Generator<Row> {
  const name = nameOf(metric);
  const timeMs = Number(BigInt(point["timeUnixNano"] as string) / 1_000_000n);
  const isStale = point["flags"] === 1;
  const row = (as: string, value: number, own: Json = {}) =>
    floatRow({ ...base, ...own, __name__: as }, timeMs, isStale ? "stale" : value);
  if ("gauge" in metric || "sum" in metric) {
    yield row(name, Number(point["asInt"] ?? point["asDouble"]));
    return;
  }
  if ("exponentialHistogram" in metric) {
    const scale = point["scale"] as number;
    if (scale < -4) return;
    const scaleDown = Math.max(0, scale - 8);
    const sides = ["positive", "negative"].map((s) => sideOf(point[s] as Json, scaleDown));
    const sum = Number(point["sum"] ?? 0);
    const parts = [Math.min(8, scale), point["count"], point["zeroCount"], sum, ...sides];
    const text = isStale ? "stale" : parts.join(" ");
    yield histogramRow({ ...base, __name__: name }, timeMs, text);
    return;
  }
  if (point["sum"] !== undefined) yield row(`${name}_sum`, point["sum"] as number);
  yield row(`${name}_count`, Number(point["count"]));
  for (const q of (point["quantileValues"] ?? []) as { quantile: number; value: number }[]) {
    yield row(name, q.value, { quantile: plain(q.quantile) });
  }
  if (!("histogram" in metric)) return;
  let total = 0;
  for (const [i, bound] of (point["explicitBounds"] as number[]).entries()) {
    total += Number((point["bucketCounts"] as string[])[i]);
    yield row(`${name}_bucket`, total, { le: plain(bound) });
  }
  yield row(`${name}_bucket`, Number(point["count"]), { le: "+Inf" });
}

/** Every sample that a request says, in no order. */
export function* naiveRows(request: Json): Generator<Row> {
  for (const { resource, scopeMetrics } of request["resourceMetrics"] as Json[]) {
    const list = (resource as { attributes: Json[] }).attributes;
    const find = (key: string) => list.find((a) => a["key"] === key)?.["value"] as Json;
    const service: Json = { instance: valueText(find("service.instance.id")) };
    if (find("service.name")) {
      const namespace = find("service.namespace");
      const before = namespace ? `${valueText(namespace)}/` : "";
      service["job"] = `${before}${valueText(find("service.name"))}`;
    }
    let newest = 0n;
    for (const metric of (scopeMetrics as { metrics: Json[] }[]).flatMap((s) => s.metrics)) {
      const kind = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"].find(
        (name) => name in metric,
      )!;
      const { dataPoints, aggregationTemporality } = metric[kind] as {
        dataPoints: Json[];
        aggregationTemporality?: number;
      };
      for (const point of dataPoints) {
        const nano = BigInt(point["timeUnixNano"] as string);
        if (nano > newest) newest = nano;
        if (aggregationTemporality === 1) continue;
        const base = { ...labelsOf(point["attributes"] as Json[]), ...service };
        yield* rowsOfPoint(metric, point, base);
      }
    }
    const described = list.filter(
      (a) => !(a["key"] as string).startsWith("service.") || a["key"] === "service.version",
    );
    if (newest > 0n && described.length > 0) {
      const labels = { ...labelsOf(described), ...service, __name__: "target_info" };
      yield floatRow(labels, Number(newest / 1_000_000n), 1);
    }
  }
}
