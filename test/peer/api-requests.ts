/**
 * Requests to the HTTP API that any Prometheus answers the same way: what clients send, and what
 * nobody should send. NEWEST in a path or body stands for the time of the newest sample.
 *
 * Units: times are seconds since the epoch.
 */
import type { RawRequest } from "../e2e/raw-request.ts";

export type Requests = readonly RawRequest[];

const API = "/api/v1";
const get = (path: string, headers: Record<string, string> = {}): RawRequest => ({
  ...{ method: "GET", path, headers },
});
const post = (path: string, body: string, headers: Record<string, string> = {}): RawRequest => ({
  ...{ method: "POST", path, body, headers },
});
const each = (prefix: string, endings: readonly string[]): RawRequest[] =>
  endings.map((ending) => get(`${API}/${prefix}${ending}`));

const TIMES = [
  ...[
    "4",
    "%2B5",
    ".5",
    "5.",
    "1e3",
    "1_000",
    "0x1p3",
    "0x10",
    "1_",
    "-1.5",
    "1.0005",
    "1.0004999",
  ],
  ...["-0.0005", "1435781451.7815", "1e9", "1e400", "x", "now"],
  ...["2015-07-01T20:10:51Z", "2015-07-01T20:10:51.781Z", "2015-07-01T20:10:51.7816Z"],
  ...["2015-07-01T20:10:51,5Z", "2015-07-01T22:10:51%2B02:00", "2015-07-01T22:10:51-23:59"],
  ...["2015-07-01T22:10:51-24:00", "2015-07-01T22:10:51-24:60", "2015-07-01T22:10:51-25:00"],
  ...["2015-07-01T24:00:00Z", "2015-07-01T23:60:00Z", "2015-07-01T23:59:60Z"],
  ...["2015-02-29T00:00:00Z", "2016-02-29T00:00:00Z", "2015-13-01T00:00:00Z"],
  ...["2015-00-01T00:00:00Z", "2015-01-00T00:00:00Z", "2015-01-01T0:00:00Z"],
  ...["1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.0005Z", "2015-07-01t20:10:51z"],
  ...["2015-07-01 20:10:51Z", "2015-07-01T20:10:51", "2015-07-01"],
];
/** Nanoseconds of these do not fit 64 bits, or they are no times. */
const FAR_TIMES = [
  ...["1e10", "1e13", "1e300", "-1e19", "9007199254740993", "9223372036854775.807"],
  ...["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "292277025-08-18T07:12:54.999999999Z"],
  ...["NaN", "Inf", "-Inf"],
];
const DURATIONS = [
  ...["x", "1m", "1e10", "1e9", "Inf", "0x10", "0x10p0", "1h30m", "30m1h", "1h1h", "1.5h"],
  ...["300y", "290y", "1y1w1d1h1m1s1ms", "%2B1m", "-1m", "1 m", "1m1"],
];
const LIMITS = [
  ...["1", "2", "0", "-1", "x", "1.5", "%2B1", "1_0", "0x1", "99999999999999999999"],
  ...["9223372036854775807", "9223372036854775808", "-9223372036854775809"],
];
const VALUES = [
  ...["odd", "odd[5m]", '"text<&>"', "temperature", "temperature[1m]", "ended", "nothing", "1e21"],
  ...[
    "vector(1e21)",
    "Inf",
    "-Inf",
    "NaN",
    "-0",
    "vector(-0)",
    "1e-7",
    "vector(1e-7)",
    "vector(1.5)",
  ],
  ...["sort(temperature)", "sort_desc(temperature)", "bottomk(1, temperature)", "time()"],
  ...['count_values("a b", temperature)', "rate(temperature[5m])", "quantile(2, temperature)"],
];
const BAD_QUERIES = [
  ...["", "up{", "sum(", 'up{a="%ff"}', '"%ff"', 'count_values("%ff", up)', "temperature and"],
  ...["limitk(1, temperature)", "mad_over_time(temperature[1m])", "temperature @ 1e300"],
  ...["temperature[300y]", "temperature offset 300y", "temperature * on () temperature"],
  ...['label_replace(temperature, "a", "b", "job", "[")'],
  ...[
    'label_join(temperature, "\\xff", ",", "job")',
    'label_replace(temperature,"room","x","",".*")',
  ],
];
const TOO_MANY = "max_over_time(vector(1)[20000h:1s])";
/** Twelve warnings, of which ten are told. */
const WARNED = Array.from({ length: 12 }, (_, i) => `quantile(${i + 2}, temperature)`).join(" or ");

/** Instant queries. */
export const INSTANT: Requests = [
  ...each("query?query=1&time=", TIMES),
  ...each("query?query=1&time=", FAR_TIMES),
  ...each("query?query=1&time=4&timeout=", [...DURATIONS, "0", "0s", "-1"]),
  ...each("query?query=temperature&time=NEWEST&lookback_delta=", [...DURATIONS, "0", "-5"]),
  ...each("query?query=temperature&time=NEWEST&limit=", LIMITS),
  ...each("query?query=temperature[1m]&time=NEWEST&limit=", ["1"]),
  ...each("query?time=NEWEST&query=", [...VALUES, ...BAD_QUERIES, WARNED, TOO_MANY]),
  ...each("query?query=temperature&time=NEWEST&stats=", ["", "all", "x"]),
  get(`${API}/query`),
];

const RANGE = "query_range?query=1&";
/** Range queries. */
export const RANGES: Requests = [
  ...each("query_range?start=NEWEST&end=NEWEST&step=15&query=", [...VALUES, ...BAD_QUERIES]),
  ...each("query_range?query=temperature&start=NEWEST&end=NEWEST&step=15&limit=", LIMITS),
  ...each(RANGE, ["", "start=1", "start=1&end=2", "start=1&end=0&step=1", "start=x&end=0&step=1"]),
  ...each(RANGE, ["start=0&end=x&step=1", "start=-1.5&end=1&step=0.5", "start=.25&end=1&step=0.3"]),
  ...each(`${RANGE}start=0&end=86400&step=`, ["x", "0", "-1", "0s", "15.5", ...DURATIONS]),
  ...each(`${RANGE}start=0&end=1&step=`, ["0.001", "0.0015", "0.0005", "1e-9", "1e-10", "NaN"]),
  ...each(`${RANGE}start=0&step=1&end=`, ["11000", "11000.999", "11001"]),
  ...each(`${RANGE}start=0&end=60&step=15&timeout=`, ["x", "1m"]),
  ...each(`${RANGE}start=0&end=60&step=15&lookback_delta=`, ["x", "10s"]),
  ...each("query_range?query=temperature&start=NEWEST&end=NEWEST&step=15&stats=", ["all"]),
];

const TEXTS = [
  ...[
    "",
    "sum(",
    "sum  by(a)(up)",
    'up{a="<>&"}',
    "topk(5, up @ 10)",
    "-(a * on(b) group_left(c) d)",
  ],
  ...["up[5m:1m] @ start() offset -1h", "NaN", "1e21", '"x"', `{__name__="a b",'c d'="e"}`],
  'sum by (a) (rate(up{job="x",a!~"b"}[5m] offset 3m)) > bool 1',
];
/** Queries that are not run. */
export const QUERY_TEXTS: Requests = [
  ...each("format_query?query=", TEXTS),
  ...each("parse_query?query=", TEXTS),
  ...each("query_exemplars?query=", ["", "up", "1", '"a"', "sum(", "up&start=x", "up&end=x"]),
  ...each("query_exemplars?query=up&", ["start=2&end=1", "start=1700000000000&end=1700000000001"]),
  post(`${API}/query_exemplars`, "query=test&start=1700000000000&end=1700000000001"),
  ...["format_query", "parse_query"].map((path) => post(`${API}/${path}`, "query=1%2B1")),
];

const SELECTORS = [
  ...[
    "",
    "{}",
    '{job=~".*"}',
    '{job!=""}',
    '{job=""}',
    "up{",
    "up[5m]",
    "up offset 5m",
    "temperature",
  ],
  ...["odd", "ended", "nothing", '{"dotted.name"}', "temperature&match[]=requests_total"],
  ...["temperature&match[]=temperature", "temperature&match[]=up{", 'up{a="%ff"}'],
];
const PARTS = ["limit=1", "limit=x", "start=x", "end=x", "start=2&end=1", "end=1", "limit=-1"];
const LABELS = [
  ...["job", "quote", "Upper", "nobody", "__name__", "U__lab_2e_el", "lab.el", "lab%2Eel", "a b"],
  ...[
    "U__a",
    "U__",
    "U___",
    "U__a_",
    "U__a_zz_",
    "U__a_FFFFFF_",
    "U__job",
    "ü",
    "1a",
    "a%2Fb",
    "%ff",
  ],
];
/** What series there are. */
export const SERIES: Requests = [
  ...["series", "labels", "label/job/values"].flatMap((route) => [
    ...each(`${route}?match[]=`, SELECTORS),
    ...each(`${route}?match[]=temperature&`, PARTS),
    ...each(`${route}?`, PARTS),
  ]),
  ...["series", "labels"].map((route) => post(`${API}/${route}`, "match[]=temperature")),
  post(`${API}/series?match[]=requests_total`, "match[]=temperature"),
  get(`${API}/series?match%5B%5D=temperature`),
  get(`${API}/series?match=temperature`),
  get(`${API}/label/__name__/values?limit=2`),
  ...LABELS.map((name) => get(`${API}/label/${name}/values`)),
];

/** What a server is, and what this one has none of. */
export const STATUS: Requests = [
  ...each("metadata?", ["limit=x", "limit=0", "limit_per_metric=x", "metric=up", "limit=1.5"]),
  ...each("targets?", [
    "",
    "state=active",
    "state=dropped",
    "state=any",
    "state=x",
    "scrapePool=x",
  ]),
  ...each("targets/metadata?", ["", "limit=x", "limit=-1", "match_target={", "match_target=up"]),
  ...each("", ["scrape_pools", "alertmanagers", "alerts", "notifications"]),
  ...each("rules?", ["", "type=alert", "type=record", "type=ALERT", "type=x", "exclude_alerts=1"]),
  ...each("rules?exclude_alerts=", ["x", "TRUE", "tRUE"]),
  ...each("rules?group_limit=", ["0", "x", "-1", "5", "5&group_next_token=x"]),
  ...each("rules?", ["group_next_token=x", "match[]=up{", "match[]={}", 'match[]={a="b"}']),
  ...each("rules?", ["file[]=x&group[]=y&rule[]=z&rule_name[]=a&rule_group[]=b"]),
  ...each("status/", ["buildinfo", "config", "flags", "runtimeinfo", "walreplay", "nothing"]),
  ...each("status/tsdb?limit=", ["", "1", "0", "x", "-1", "10001"]),
];

const FORM = "application/x-www-form-urlencoded";
const FORM_TYPES = [`${FORM}; charset=utf-8`, FORM.toUpperCase(), `${FORM}; charset`, `${FORM};;`];
const OTHER_TYPES = ["application/json", "text/plain", "foo bar", ";", `${FORM}ed`, "a/b; c"];
/** Parameters in the URL and in bodies. */
export const FORMS: Requests = [
  post(`${API}/query?query=2&time=7`, "query=3"),
  post(`${API}/query`, "query=1%2B1&time=4"),
  post(`${API}/query?time=4`, "query=1;a=b"),
  post(`${API}/query?time=4`, "query=%zz"),
  ...[...FORM_TYPES, ...OTHER_TYPES].map((type) =>
    post(`${API}/query?query=3&time=4`, "query=2", { "content-type": type }),
  ),
  ...each("query?", ["query=1&time=4&a=%zz", "query=%zz&time=4", "query=1;time=4&time=5"]),
  ...each("query?", ["query=1&time=4&&&", "=&query=1&time=4", "query&time=4", "QUERY=1&time=4"]),
  ...each("query?", [
    "__proto__=1&query=1&time=4",
    "query=1&query=2&time=4",
    "query=1+%2B+1&time=4",
  ]),
  ...each("query?time=4&query=", ['"%F0%9F%98%80"', '"a%00b"', '"%C3%BC"']),
];

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"];
const PATHS = [
  ...[
    "query",
    "query_range",
    "series",
    "labels",
    "label/job/values",
    "metadata",
    "rules",
    "alerts",
  ],
  ...["targets", "status/buildinfo", "notifications", "admin/tsdb/snapshot", "read", "write"],
  ...["admin/tsdb/delete_series", "admin/tsdb/clean_tombstones", "nothing", "otlp/v1/metrics"],
].map((path) => `${API}/${path}`);
const OUTSIDE = [
  "/-/healthy",
  "/-/ready",
  "/-/reload",
  "/-/quit",
  "/metrics",
  "/version",
  "/federate",
];
const ORIGIN = { origin: "http://page.example" };
const LONG = `${API}/query_range?query=time()&start=0&end=10000&step=1`;
const ENCODINGS = ["gzip", "deflate", "gzip, deflate, br", "br", "identity", "gzip;q=0"];
/** Methods that are not there, paths that are not, other origins, packed answers. */
export const TRANSPORT: Requests = [
  ...[...PATHS, ...OUTSIDE].flatMap((path) =>
    METHODS.filter((method) => method !== "GET" && method !== "POST")
      .filter((method) => method !== "PUT" || !/admin/.test(path))
      .map((method) => ({ method, path })),
  ),
  ...OUTSIDE.filter((path) => path !== "/metrics").flatMap((path) => [get(path), post(path, "")]),
  ...PATHS.filter((path) => /label|admin|read|write/.test(path)).map((path) => get(path)),
  ...["metadata", "rules", "status/buildinfo"].map((path) => post(`${API}/${path}`, "")),
  ...["/nothing", "/api", "/api/v2/query", `${API}/`, `${API}/query/x`].map((path) => get(path)),
  ...[`/${API}/query?query=1`, `${API}/../v1/query?query=1`, `${API}/label//values`].map((p) =>
    get(p),
  ),
  ...["query?query=1&time=4", "query?query=(", "nothing"].map((path) =>
    get(`${API}/${path}`, ORIGIN),
  ),
  ...PATHS.map((path) => ({ method: "OPTIONS", path, headers: ORIGIN })),
  ...ENCODINGS.map((encoding) => get(LONG, { "accept-encoding": encoding })),
  get(`${API}/query?query=1&time=4`, { "accept-encoding": "gzip" }),
  ...["text/plain", "x"].map((accept) => get(`${API}/query?query=1&time=4`, { accept })),
];

const ACCEPTED = [
  ...["dots", "values", "underscores", "allow-utf-8", "bogus", "Dots", '"dots"'].flatMap(
    (escaping) => [
      `text/plain;escaping=${escaping}`,
      `text/plain;version=1.0.0;escaping=${escaping};q=0.4,*/*;q=0.1`,
      `application/openmetrics-text;escaping=${escaping},text/plain;q=0.5`,
      `text/plain;escaping=${escaping};q=0.3,text/plain;q=0.5`,
    ],
  ),
  ...["*/*", "text/plain;version=1.0.0", "application/openmetrics-text", "application/json"],
  ...["text/plain;version=1.0.0;escaping=allow-utf-8", "text/plain;escaping=bogus"],
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6," +
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,*/*;q=0.2",
];
/** Federation. */
export const FEDERATION: Requests = [
  ...SELECTORS.map((selector) => get(`/federate?match[]=${selector}`)),
  get("/federate?match=temperature"),
  ...ACCEPTED.map((accept) => get("/federate?match[]={job=~'c|é'}", { accept })),
];

const admin = (route: string) => post(`${API}/admin/tsdb/${route}`, "");
/** Administration; what is deleted is gone for the requests behind it. */
export const ADMINISTRATION: Requests = [
  ...["", "?match[]=up{", "?match[]={}", "?match[]=temperature&start=x", "?start=x"].map((query) =>
    admin(`delete_series${query}`),
  ),
  admin("snapshot?skip_head=x"),
  admin("delete_series?match[]=requests_total"),
  get(`${API}/series?match[]=requests_total`),
  get(`${API}/query?query=requests_total&time=NEWEST`),
  admin("clean_tombstones"),
  { method: "PUT", path: `${API}/admin/tsdb/clean_tombstones` },
  get(`${API}/query?query=temperature&time=NEWEST`),
];
