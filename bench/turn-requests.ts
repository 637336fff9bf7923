/**
 * What is asked of a server to see how long it keeps its event loop: every kind of request that may
 * take long, over the load (load/) and the series of long-series.ts.
 *
 * Units: …S seconds, times since the epoch.
 */

import { literalSnappy } from "../test/http/write-bodies.ts";
import { loadContract } from "../test/wire/request-oracle.ts";
import { LONG_SECONDS } from "./long-series.ts";

/** One request; `together` = so many of it at once. */
export interface Asked {
  readonly name: string;
  readonly path: string;
  readonly together?: number;
  readonly body?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What was loaded. */
export interface Loaded {
  /** The last whole minute of the load. */
  readonly endS: number;
  /** How long the load is. */
  readonly seconds: number;
}

export type Parameters = Readonly<Record<string, string | number | readonly string[]>>;

/** Longest query that is put into the line of a request, and into its name. */
const LINE_LENGTH_MAX = 4000;
const NAME_LENGTH_MAX = 200;
/** Requests at once: the default of --query.max-concurrency. */
const TOGETHER = 20;
const PROTOBUF_FAMILIES =
  "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
const ALL = '{__name__=~".+"}';
const BUCKETS = "http_request_duration_seconds_bucket";
/** What tells the series of the load apart. */
const EVERY_LABEL =
  "__name__, instance, pod, n, container, code, cpu, device, fstype, id, job, le, mode, " +
  "mountpoint, namespace, phase, reason, resource, route, service";
const ONE_A_POD = "(group by (pod) (http_request_duration_seconds_bucket))";
const LONG_STEP = Math.ceil(LONG_SECONDS / 10_900);
const readRequest = loadContract("remote_read.proto").lookupType("prometheus.ReadRequest");

/** Names of labels that no series has. */
function namesOf(count: number, stem = "none"): string {
  return Array.from({ length: count }, (_, i) => `${stem}${i}`).join(", ");
}

function formOf(parameters: Parameters): string {
  const entries = Object.entries(parameters).flatMap(([key, value]) =>
    [value].flat().map((one) => [key, String(one)]),
  );
  return new URLSearchParams(entries as [string, string][]).toString();
}

function asked(name: string, path: string, parameters: Parameters): Asked {
  return { name, path: `${path}?${formOf(parameters)}` };
}

/** The same as a form, for what is too long for a line of a request. */
export function posted(name: string, path: string, parameters: Parameters): Asked {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { name, path, body: Buffer.from(formOf(parameters)), headers };
}

const instantAt = (endS: number) => (query: string) => {
  const ask = query.length > LINE_LENGTH_MAX ? posted : asked;
  return ask(`query ${query.slice(0, NAME_LENGTH_MAX)}`, "/api/v1/query", { query, time: endS });
};

const rangeTo = (endS: number) => (query: string, step: number, seconds: number) =>
  asked(`range ${query}`, "/api/v1/query_range", { query, start: endS - seconds, end: endS, step });

/** What series and labels there are. */
function listings({ endS }: Loaded): Asked[] {
  const times = { start: endS - 3600, end: endS };
  const all = { "match[]": ALL, ...times };
  const jobs = Array.from({ length: 100 }, (_, i) => `{pod=~".*${i}.*",job!~"x${i}"}`);
  const many = Array.from({ length: 10 }, (_, i) => `,pod!~".*-x${i}"`).join("");
  const query = 'traced or {__name__=~".+"}';
  return [
    asked("series", "/api/v1/series", all),
    asked("series of a name", "/api/v1/series", { "match[]": BUCKETS, ...times }),
    asked("series, many selectors", "/api/v1/series", { "match[]": jobs, ...times }),
    asked("series, many matchers", "/api/v1/series", {
      "match[]": `{__name__=~".*_.*",pod=~".*[a-z0-9]{5}|"${many}}`,
      ...times,
    }),
    asked("labels", "/api/v1/labels", times),
    asked("labels, matched", "/api/v1/labels", all),
    asked("values of pod", "/api/v1/label/pod/values", times),
    asked("values of pod, matched", "/api/v1/label/pod/values", all),
    asked("values of n, matched", "/api/v1/label/n/values", all),
    asked("metadata", "/api/v1/metadata", {}),
    asked("status/tsdb", "/api/v1/status/tsdb", { limit: 10_000 }),
    asked("status/heap/spans", "/api/v1/status/heap/spans", {}),
    asked("debug/pprof/heap", "/debug/pprof/heap", {}),
    asked("federate", "/federate", { "match[]": ALL }),
    {
      ...asked("federate, protobuf", "/federate", { "match[]": ALL }),
      headers: { accept: PROTOBUF_FAMILIES },
    },
    asked("metrics", "/metrics", {}),
    asked("exemplars", "/api/v1/query_exemplars", { query, start: endS - 3600, end: endS }),
  ];
}

/** Queries at one moment. */
function instants({ endS }: Loaded): Asked[] {
  const on = "on (pod, le, instance, code, job, route)";
  return [
    ALL,
    `${ALL}[5m]`,
    `{__name__=~".+",pod=~".*[a-z0-9]{5}"}`,
    `sort(${ALL})`,
    `sort_desc(${BUCKETS})`,
    `sort_by_label(${ALL}, "pod", "le")`,
    `sort_by_label_desc(${ALL}, "instance")`,
    `topk(10, ${ALL})`,
    `topk(100000, ${ALL})`,
    `topk by (job) (1000, ${ALL})`,
    `topk by (pod, le, instance) (1, ${ALL})`,
    `limitk(50000, ${ALL})`,
    `limit_ratio(0.5, ${ALL})`,
    `quantile(0.9, ${ALL})`,
    `quantile by (job) (0.9, ${ALL})`,
    `quantile by (pod, le, instance) (0.9, ${ALL})`,
    `count_values("v", ${ALL})`,
    `count_values by (pod, instance, __name__) ("v", ${ALL})`,
    `count by (__name__) (${ALL})`,
    `count by (pod, le, instance) (${ALL})`,
    `group by (${namesOf(2000)}, pod, instance, le) (${ALL})`,
    `sum by (${"abcdefghijklmnop".split("").join(",")},pod,le,instance,__name__) (${ALL})`,
    `sum without (le) (${ALL})`,
    `stddev without (pod) (${ALL})`,
    `-${ALL}`,
    `${ALL} > 1`,
    `${BUCKETS} + ${BUCKETS}`,
    `${BUCKETS} * ${on} group_left () ${BUCKETS}`,
    `${ALL} == ${ALL}`,
    `${ALL} == on (${EVERY_LABEL}) ${ALL}`,
    `${BUCKETS} == ignoring (nothing) ${BUCKETS}`,
    `${ALL} + on () ${ALL}`,
    `${ALL} * on () group_left () ${ALL}`,
    `${BUCKETS} * on (${namesOf(1500)}, pod) group_left (${namesOf(1500, "other")}) ${ONE_A_POD}`,
    `${BUCKETS} / ignoring (le) group_left (job, instance) sum without (le) (${BUCKETS})`,
    `${ALL} == on (__name__, pod, instance, le, route, job, n) group_left ${ALL}`,
    `${BUCKETS} and ${BUCKETS}`,
    `${ALL} and ${ALL}`,
    `${ALL} unless ${ALL}`,
    `${ALL} or ${ALL}`,
    `${BUCKETS} or ${ALL}`,
    `absent(${ALL})`,
    `scalar(${ALL})`,
    `label_replace(${ALL}, "x", "$1", "pod", "(.*)-.*")`,
    `label_join(${ALL}, "x", "-", "pod", "instance", "__name__")`,
    `label_join(${ALL}, "x", "-", ${Array(30).fill('"pod"').join(", ")})`,
    `label_replace(${ALL}, "le", "$1", "pod", "(.*)")`,
    `info(${BUCKETS})`,
    `info(up, {__name__=~".+"})`,
    `timestamp(${ALL})`,
    `histogram_quantile(0.9, ${BUCKETS})`,
    `histogram_quantile(0.9, label_replace(${ALL}, "le", "1", "", ""))`,
    `histogram_fraction(0, 0.1, ${BUCKETS})`,
    `rate(${ALL}[5m])`,
    `quantile_over_time(0.9, ${ALL}[20m])`,
    `count_over_time((${ALL} > 0)[5m:15s])`,
    `${ALL}[5m:15s]`,
  ].map(instantAt(endS));
}

/** Queries over the whole load. */
function ranges({ endS, seconds }: Loaded): Asked[] {
  const whole = (query: string) => rangeTo(endS)(query, 15, seconds);
  return [
    whole(BUCKETS),
    whole(`rate(${BUCKETS}[5m])`),
    whole(`topk(10, ${BUCKETS})`),
    whole(`topk by (pod) (3, ${BUCKETS})`),
    whole(`bottomk(5000, ${BUCKETS})`),
    whole(`limit_ratio(0.5, ${BUCKETS})`),
    whole(`quantile by (job) (0.9, ${BUCKETS})`),
    whole(`quantile by (pod, le) (0.9, ${BUCKETS})`),
    whole(`count_values by (job) ("v", ${BUCKETS})`),
    whole(`sum by (pod, le, instance, route) (${BUCKETS})`),
    whole(`sum without (le) (rate(${BUCKETS}[5m]))`),
    whole(`stddev by (pod, le, instance, route) (${BUCKETS})`),
    whole(`${BUCKETS} * 2 + ${BUCKETS}`),
    whole(`${BUCKETS} or ${BUCKETS} * 2`),
    whole(`${BUCKETS} and on (pod, le, route) ${BUCKETS}`),
    whole(`${BUCKETS} / ignoring (le) group_left sum without (le) (${BUCKETS})`),
    whole(`label_replace(${BUCKETS}, "x", "$1", "pod", "(.*)-.*")`),
    whole(`histogram_quantile(0.9, rate(${BUCKETS}[5m]))`),
    whole(`max_over_time(rate(${BUCKETS}[1m])[5m:15s])`),
    whole(`absent_over_time(${ALL}[5m])`),
    whole(`sort(${BUCKETS})`),
    whole(`${BUCKETS} unless ${BUCKETS}`),
    whole(`count_values without (le) ("v", ${BUCKETS})`),
    whole(`quantile by (job) (0.9, ${ALL})`),
    rangeTo(endS)(ALL, 120, seconds),
    rangeTo(endS)(`count by (pod, le, instance, __name__) (${ALL})`, 60, seconds),
    rangeTo(endS)(`count(${BUCKETS})`, 15, 10_900 * 15),
    rangeTo(endS)(`sum by (job, le) (${BUCKETS})`, 15, 10_900 * 15),
    rangeTo(endS)(`topk(5, up)`, 15, 10_900 * 15),
    rangeTo(endS)(`count_values("v", up)`, 15, 10_900 * 15),
    rangeTo(endS)(`quantile(0.5, up)`, 15, 10_900 * 15),
  ];
}

/** Queries of single series with very many samples. */
function longs({ endS }: Loaded): Asked[] {
  const long = (query: string) => rangeTo(endS)(query, LONG_STEP, LONG_SECONDS);
  return [
    ...[
      "long",
      "rate(long[1h])",
      "max_over_time(long[1h])",
      "quantile_over_time(0.9, long[1h])",
      "stddev_over_time(long[1h])",
      "mad_over_time(long[1h])",
      "deriv(long[1h])",
      "double_exponential_smoothing(long[1h], 0.5, 0.5)",
      "sum_over_time(long[1h])",
      "changes(long[20h])",
      "irate(long[20h])",
      "max_over_time(rate(long[1m])[1h:1s])",
      "quantile_over_time(0.9, rate(long[1m])[1h:5s])",
      "max_over_time(max_over_time(long[1m])[1h:1s])",
      'count_values("v", long)',
      "topk(1, long)",
      "long + long",
      "long and long or long",
      'label_replace(long, "x", "y", "", "")',
      "histogram",
      "rate(histogram[5m])",
      "sum(rate(histogram[1h]))",
      "avg(histogram)",
      "histogram_quantile(0.9, sum(rate(histogram[1h])))",
      "histogram_quantile(0.9, histogram)",
      "histogram_fraction(0, 1, histogram)",
      "histogram_stddev(histogram)",
      "histogram + histogram",
      "histogram * 2",
      "-histogram",
      "histogram == histogram",
      "histogram and histogram",
      "histogram or histogram",
      'count_values("v", histogram)',
      'label_replace(histogram, "x", "y", "", "")',
      "limitk(1, histogram)",
      "sum_over_time(histogram[1h])",
      "avg_over_time(histogram[1h])",
      "last_over_time(histogram[1h])",
      "resets(histogram[1h])",
      "changes(histogram[1h])",
      "sum_over_time(histogram[1h:15s])",
      "histogram_quantile(0.9, sum_over_time(rate(histogram[5m])[1h:15s]))",
      "timestamp(histogram)",
    ].map(long),
    ...["long", "histogram", "rate(histogram[5m])"].flatMap((name) => [
      instantAt(endS)(`${name.startsWith("rate") ? `(${name})` : name}[${LONG_SECONDS}s:15s]`),
      ...(name.startsWith("rate") ? [] : [instantAt(endS)(`${name}[${LONG_SECONDS}s]`)]),
    ]),
  ];
}

function remoteRead(name: string, { endS, seconds }: Loaded, types: readonly string[]): Asked {
  const matchers = [{ type: "RE", name: "__name__", value: ".+" }];
  const times = { startTimestampMs: (endS - seconds) * 1000, endTimestampMs: endS * 1000 };
  const message = { queries: [{ ...times, matchers }], acceptedResponseTypes: types };
  const bytes = readRequest.encode(readRequest.fromObject(message)).finish();
  const headers = { "content-encoding": "snappy", "content-type": "application/x-protobuf" };
  return { name, path: "/api/v1/read", body: literalSnappy(bytes), headers };
}

/** Queries of many native histograms. */
function manyHistograms({ endS, seconds }: Loaded): Asked[] {
  const whole = (query: string) => rangeTo(endS)(query, 15, seconds);
  return [
    ...[
      "histograms",
      "-histograms",
      "histograms * 2",
      "histograms + histograms",
      "histograms or histograms * 2",
      "sum(histograms)",
      "sum by (n) (histograms)",
      "avg by (n) (rate(histograms[1m]))",
      "rate(histograms[1m])",
      "sum(rate(histograms[5m]))",
      "histogram_quantile(0.9, sum(rate(histograms[5m])))",
      "topk(5, histogram_quantile(0.9, rate(histograms[5m])))",
      'label_replace(histograms, "x", "$1", "n", "(.*)")',
      "avg_over_time(rate(histograms[1m])[5m:15s])",
      "last_over_time(histograms[5m])",
      'count_values("v", histograms)',
    ].map(whole),
    ...["histograms", "histograms[20m]", "rate(histograms[5m])"].map(instantAt(endS)),
  ];
}

/** Everything that is asked, but for long texts (text-requests.ts). */
export function turnRequests(loaded: Loaded): Asked[] {
  const { endS, seconds } = loaded;
  const quantile = `histogram_quantile(0.9, sum by (job, le) (rate(${BUCKETS}[5m])))`;
  const heavy = rangeTo(endS)(quantile, 15, seconds);
  return [
    ...listings(loaded),
    ...instants(loaded),
    ...ranges(loaded),
    ...longs(loaded),
    ...manyHistograms(loaded),
    remoteRead("read samples", loaded, ["SAMPLES"]),
    remoteRead("read chunks", loaded, ["STREAMED_XOR_CHUNKS"]),
    { ...heavy, name: `${TOGETHER} x ${heavy.name}`, together: TOGETHER },
  ];
}
