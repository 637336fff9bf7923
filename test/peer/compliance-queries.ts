/**
 * Queries over the demo series that use every operator, aggregation and stable function, for a
 * comparison with a real Prometheus when its own list of compliance queries is not at hand.
 */
import { allSignatures } from "../../src/promql/functions/signatures.ts";

const MEMORY = "demo_memory_usage_bytes";
const CPU = "demo_cpu_usage_seconds_total";
const BUCKETS = "demo_api_request_duration_seconds_bucket";

const AGGREGATIONS = "sum avg min max count group stddev stdvar".split(" ");
const GROUPINGS = ["", "by ()", "by (instance)", "by (instance, type, nobody)", "without (type)"];
const OPERATORS = "+ - * / % ^ == != < > <= >= atan2".split(" ");
const RANGES = ["15s", "1m", "15m"];

/** Calls of functions that do not take one vector or one range of samples. */
const CALLS: Readonly<Record<string, string>> = {
  absent: "absent(nobody{a='b', c=~'d'})",
  absent_over_time: "absent_over_time(nobody{a='b'}[5m])",
  clamp: `clamp(${MEMORY}, 1e8, 1e9)`,
  clamp_max: `clamp_max(${MEMORY}, 1e9)`,
  clamp_min: `clamp_min(${MEMORY}, 1e9)`,
  histogram_fraction: `histogram_fraction(0, 1, ${MEMORY})`,
  histogram_quantile: `histogram_quantile(0.9, rate(${BUCKETS}[1m]))`,
  label_join: `label_join(${MEMORY}, "to", "-", "instance", "type")`,
  label_replace: `label_replace(${MEMORY}, "to", "$1-$2", "instance", "(.*):(.*)")`,
  pi: "pi()",
  predict_linear: `predict_linear(demo_disk_usage_bytes[15m], 600)`,
  quantile_over_time: `quantile_over_time(0.7, ${MEMORY}[15m])`,
  round: `round(${MEMORY}, 1e6)`,
  scalar: "scalar(demo_num_cpus{instance=~'.*0'})",
  sort: `sort(${MEMORY})`,
  sort_desc: `sort_desc(${MEMORY})`,
  time: "time()",
  vector: "vector(1.5)",
};

/** Functions that the reference of an older release has under another name or not at all. */
const NEWER = ["double_exponential_smoothing", "histogram_avg"];

/** A call of every stable function. */
function calls(): string[] {
  const stable = [...allSignatures()].filter(({ experimental }) => !experimental);
  return stable
    .filter(({ name }) => !NEWER.includes(name))
    .map(({ name, args }) => {
      const call = CALLS[name];
      if (call !== undefined) return call;
      if (args[0] === "matrix") return `${name}(${CPU}[5m])`;
      return `${name}(${MEMORY} / 1e10)`;
    });
}

/** The list. */
export function ownQueries(): string[] {
  return [
    ...["42", "0x1f", "-Inf", "NaN", "1e-7", '"text"', "1 + 2 * 3 ^ 2 % 5", "-(1 - 4)"],
    ...[MEMORY, `${MEMORY}{type!="free"}`, `${MEMORY}{instance=~".*:1000[12]"}`, "nobody"],
    ...[`{__name__=~"demo_(num_cpus|disk.*)"}`, "demo_intermittent_metric", `${MEMORY} offset 5m`],
    ...[`${MEMORY} offset -1m`, `{__name__=~".*"}`, `${MEMORY}{type!~"f.*", job="demo"}`],
    ...AGGREGATIONS.flatMap((name) => GROUPINGS.map((by) => `${name} ${by} (${MEMORY})`)),
    ...["topk(3, X)", "bottomk by (type) (1, X)", "quantile(0.3, X)", "quantile(-1, X)"].map(
      (text) => text.replace("X", MEMORY),
    ),
    ...[`count_values("value", demo_num_cpus)`, `count_values by (job) ("instance", up)`],
    ...OPERATORS.map((operator) => `${MEMORY} ${operator} 1e9`),
    ...OPERATORS.map((operator) => `1e9 ${operator} ${MEMORY}`),
    ...OPERATORS.map((operator) => `${MEMORY} ${operator} on (instance, type) ${MEMORY} offset 1m`),
    ...["==", ">", "<="].map((operator) => `${MEMORY} ${operator} bool 1e9`),
    ...["and", "or", "unless"].map((operator) => `${MEMORY} ${operator} ${MEMORY}{type="free"}`),
    ...["and", "or", "unless"].map((operator) => `${MEMORY} ${operator} on (instance) up == 0`),
    `${MEMORY} / on (instance) group_left demo_num_cpus`,
    `demo_num_cpus * ignoring (type) group_right (job) ${MEMORY}`,
    `${MEMORY} * on (instance) ${MEMORY}`,
    ...RANGES.flatMap((range) =>
      ["rate", "increase", "delta", "irate", "idelta", "deriv"].map(
        (f) => `${f}(${CPU}[${range}])`,
      ),
    ),
    ...RANGES.map((range) => `sum by (mode) (rate(${CPU}[${range}] offset 2m))`),
    ...["max", "avg", "count", "last"].map((f) => `${f}_over_time(rate(${CPU}[1m])[5m:30s])`),
    `histogram_quantile(0.9, sum by (le, path) (rate(${BUCKETS}[5m])))`,
    `histogram_quantile(1.5, ${BUCKETS})`,
    `${MEMORY} @ end()`,
    `rate(${CPU}[1m] @ start())`,
    ...calls(),
  ];
}
