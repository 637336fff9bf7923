/**
 * The queries that a dashboard over the load (load/) asks for, and how two answers are compared.
 *
 * i instant, r range (one hour back unless said), m about series and labels.
 *
 * Units: endS is the load's last whole minute, in seconds since the epoch.
 */

/** One query: where it goes and with what. */
export interface BenchQuery {
  readonly name: string;
  path(endS: number): string;
}

function url(path: string, parameters: Readonly<Record<string, string | number>>): string {
  const entries = Object.entries(parameters).map(([key, value]) => [key, String(value)]);
  return `${path}?${new URLSearchParams(entries as [string, string][])}`;
}

function instant(name: string, query: string): BenchQuery {
  return { name, path: (time) => url("/api/v1/query", { query, time }) };
}

function range(name: string, query: string, step = 60, hours = 1): BenchQuery {
  const parameters = (end: number) => ({ query, start: end - hours * 3600, end, step });
  return { name, path: (endS) => url("/api/v1/query_range", parameters(endS)) };
}

function about(name: string, path: string, match?: string): BenchQuery {
  const selector: Record<string, string> = match === undefined ? {} : { "match[]": match };
  return { name, path: (end) => url(path, { start: end - 3600, end, ...selector }) };
}

const RATE_5M = "rate(http_requests_total[5m])";
const ERRORS_5M = 'rate(http_requests_total{code=~"5.."}[5m])';
const CPU_BY_POD = 'rate(container_cpu_usage_seconds_total{container!=""}[5m])';
const MEMORY = 'container_memory_working_set_bytes{namespace=~"check.*|ledg.+",container!=""}';
const BUCKETS = "rate(http_request_duration_seconds_bucket[5m])";

export const QUANTILE = range(
  "r3 p99 by job",
  `histogram_quantile(0.99, sum by (job, le) (${BUCKETS}))`,
);

export const QUERIES: readonly BenchQuery[] = [
  instant("i1 up by job", "sum by (job) (up)"),
  instant("i2 requests/s by job", `sum by (job) (${RATE_5M})`),
  instant("i3 top CPU by pod", `topk(10, sum by (namespace, pod) (${CPU_BY_POD}))`),
  instant("i4 series by name", 'count by (__name__) ({__name__=~".+"})'),
  instant("i5 one series", 'node_load1{instance="10.24.0.10:9100"}'),
  range("r1 requests/s, step 15 s", "sum by (job) (rate(http_requests_total[1m]))", 15),
  range("r2 requests/s, step 60 s", `sum by (job) (${RATE_5M})`),
  QUANTILE,
  range("r4 error ratio", `sum by (namespace) (${ERRORS_5M}) / sum by (namespace) (${RATE_5M})`),
  range("r5 memory by pod, pattern", `sum by (namespace, pod) (${MEMORY})`),
  range("r6 node CPU", '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))'),
  range("r7 one pod", '{__name__=~"go_.*|process_.*",instance="10.96.0.2:9090"}', 15),
  range(
    "r8 maximum over 15 m, 3 h",
    "max by (namespace) (max_over_time(container_memory_rss[15m]))",
    300,
    3,
  ),
  about("m1 values of pod", "/api/v1/label/pod/values"),
  about("m2 values, matched", "/api/v1/label/instance/values", 'up{job="node-exporter"}'),
  about("m3 series of one pod", "/api/v1/series", '{instance="10.96.0.2:9090"}'),
  about("m4 label names", "/api/v1/labels"),
];

type Point = readonly [number, string];
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Point;
  readonly values?: readonly Point[];
}

/** An answer as points by series and time. */
function pointsOf(text: string): Map<string, string> {
  const { data } = JSON.parse(text) as { data: readonly unknown[] | { result: Series[] } };
  const points = new Map<string, string>();
  const keyOf = (labels: object) => JSON.stringify(Object.entries(labels).sort());
  if ("result" in data) {
    for (const { metric, value, values } of data.result) {
      for (const [time, number] of values ?? (value ? [value] : [])) {
        points.set(`${keyOf(metric)} ${time}`, number);
      }
    }
    return points;
  }
  for (const entry of data)
    points.set(typeof entry === "string" ? entry : keyOf(entry as object), "");
  return points;
}

function differ(left: string, right: string, tolerance: number): boolean {
  if (left === right) return false;
  const [a, b] = [Number(left), Number(right)];
  return !(Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b)));
}

/** How many points of two answers differ by more than `tolerance`, relative, or are in one only. */
export function differences(left: string, right: string, tolerance: number): number {
  const [a, b] = [pointsOf(left), pointsOf(right)];
  let count = 0;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || differ(value, other, tolerance)) count++;
  }
  for (const key of b.keys()) if (!a.has(key)) count++;
  return count;
}
