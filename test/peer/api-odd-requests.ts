/**
 * More requests to the HTTP API that any Prometheus answers the same way: parameters that are
 * there and empty, other forms, paths that are nearly right, every node of PromQL's grammar, and
 * bodies of the write and read routes. NEWEST stands for the time of the newest sample.
 *
 * Units: times are seconds since the epoch.
 */
import type { RawRequest } from "../e2e/raw-request.ts";
import type { Requests } from "./api-requests.ts";

const API = "/api/v1";
const get = (path: string, headers: Record<string, string> = {}): RawRequest => ({
  ...{ method: "GET", path, headers },
});
const post = (
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): RawRequest => ({ ...{ method: "POST", path, body, headers } });
const each = (prefix: string, endings: readonly string[]): RawRequest[] =>
  endings.map((ending) => get(`${API}/${prefix}${ending}`));

const RANGE = "query_range?query=temperature&start=NEWEST&end=NEWEST&step=15";
/** Parameters that are there and say nothing, or say it twice, or otherwise than usual. */
export const PARAMETERS: Requests = [
  ...each("query?query=1&", ["time=4&time=", "time=%20", "time=4%20"]),
  ...each("query?query=1&time=4&", ["timeout=", "limit=", "lookback_delta=", "stats=%20"]),
  ...each("query?query=1&time=4&", ["timeout=1h", "limit=1", "lookback_delta=1ms", "nobody=1"]),
  ...each(RANGE, ["&timeout=", "&limit=", "&lookback_delta=", "&stats=", "&step=", "&start="]),
  ...each("query_range?query=1&", ["start=&end=1&step=1", "start=0&end=&step=1"]),
  ...each("query_range?query=1&start=0&end=1&", [
    "step=",
    "step=1&step=x",
    "step=%2B1",
    "step=1e0",
  ]),
  ...each("query_range?query=time()&", [
    ...["start=0&end=2015-07-01T20:10:51Z&step=1000000000", "start=-1&end=1&step=1"],
    ...["start=0.0004&end=0.0006&step=1", "start=1.0015&end=1.0025&step=0.001"],
    ...["start=0&end=10&step=1y", "start=0&end=1&step=0.1", "start=1e9&end=1e9&step=1e9"],
  ]),
  ...each("query_range?query=up&start=0&end=1&step=1&", ["query=1", "end=x", "step=0"]),
  ...each("query?time=NEWEST&query=", [
    ...[
      "temperature[1m:15s]",
      "temperature[1m:]",
      "temperature[31s:10s] offset 7s",
      "(temperature)",
    ],
    ...["temperature @ NEWEST", "temperature @ end()", "temperature offset -1m", "-temperature"],
    ...["absent(nothing)", 'absent(nothing{a="b",c=~"d",e="f"})', "absent_over_time(nothing[1m])"],
    ...["scalar(temperature)", 'label_replace(temperature,"x","$1-","room","(..).*")'],
    ...["histogram_quantile(0.9, temperature)", "topk(1, temperature)", "topk(-1, temperature)"],
    ...["topk(NaN, temperature)", "topk(Inf, temperature)", "quantile(NaN, temperature)"],
    ...["group(temperature)", "stddev(temperature)", "count by (nobody) (temperature)"],
    ...["temperature > bool 10", "temperature == temperature", "temperature / 0", "1 / 0", "0 / 0"],
    ...["temperature and on () vector(1)", "temperature unless temperature", "temperature or odd"],
    ...["sum by (job) (temperature) / on (job) group_right () temperature", "1 > 2", "2 > bool 1"],
    ...[
      "temperature * on (job) group_left (nobody) temperature",
      "sum(odd)",
      "avg(odd)",
      "max(odd)",
    ],
    ...[
      "predict_linear(temperature[5m], 60)",
      "deriv(temperature[5m])",
      "irate(requests_total[1m])",
    ],
    ...["increase(requests_total[1m])", "resets(temperature[5m])", "changes(temperature[5m])"],
    ...["timestamp(temperature)", "minute()", "day_of_year(vector(0))", "pi()", "vector(time())"],
    ...["last_over_time(odd[5m])", "count_over_time(odd[5m])", "present_over_time(odd[5m])"],
    ...["quantile_over_time(0.5, temperature[5m])", "stdvar_over_time(temperature[5m])"],
    ...["round(temperature, 0.3)", "clamp(temperature, 1, 0)", "sgn(temperature)", "abs(-1)"],
    ...[
      "sort_by_label(temperature, 'room')",
      "sum(rate(temperature[1m])) by (room)",
      "rate(odd[1m])",
    ],
    ...["avg(rate(temperature_count[1m]))", "histogram_count(temperature)", "foo{", "foo}", "1 +"],
    ...["temperature[5m] + 1", "temperature[0s]", "temperature[5m][5m]", "temperature[1m:0s]"],
    ...[
      "rate(temperature)",
      "sum(1)",
      "bool",
      "temperature == bool",
      "1 == 1",
      "temperature + 'a'",
    ],
    ...["nofunction(temperature)", "abs()", "abs(1)", "round(temperature, 1, 2)", "label_join()"],
    ...[
      "sum by (temperature",
      "temperature{job=~'['}",
      "temperature{job='a',}",
      "{,}",
      "{__name__=''}",
    ],
    ...[
      "{__name__='a',__name__='b'}",
      "temperature{__name__='a'}",
      "0x",
      "1e",
      "1..2",
      "5mm",
      "1h5",
    ],
    ...["'\\q'", "'\\xff'", "`a", "'a", '"\\ud800"', "temperature offset", "temperature offset x"],
    ...[
      "temperature @",
      "temperature @ x",
      "temperature @ start",
      "temperature offset 5m offset 5m",
    ],
    ...["temperature @ 1 @ 2", "1 offset 5m", "sum(temperature) offset 5m", "(temperature) @ 1"],
    ...["temperature and 1", "1 and 1", "temperature on (a) temperature", "a * group_left b"],
    ...[
      "a and on (x) group_left b",
      "a * on (x) group_left (x) b",
      "sum without (a,) (b)",
      "sum()",
    ],
    ...[
      "sum by () (temperature)",
      "sum by (1) (temperature)",
      "#",
      "1 # 2",
      "1 2",
      "temperature 2",
    ],
  ]),
];

const METRIC = "a_metric_with_a_long_name_total";
const GRAMMAR = [
  ...[
    "a and b",
    "a unless on (x) b",
    "a or ignoring (x) b",
    "sum without (a) (b)",
    "sum(a) by (b)",
  ],
  ...[
    'count_values("x", a)',
    "quantile(0.5, a)",
    "a offset 5m",
    "a offset -5m",
    "a @ end()",
    "a[5m]",
  ],
  ...["a @ 1.5", "a @ -1", "a[5m] @ 1e3", "a[5m:]", "a[1h30m:5m] offset 1d", "(1)", "((a))", "-1"],
  ...["-a", "--a", "+a", "1 ^ 2 ^ 3", "-1 ^ 2", "a * on (x) group_right (y, z) b", "a - b - c"],
  ...[
    "a atan2 b",
    "a % 2 == bool 1",
    "time()",
    "label_replace(a, 'b', 'c', 'd', 'e')",
    "0x1F",
    "0755",
  ],
  ...[
    "1h30m",
    "Inf",
    "-Inf",
    "nan",
    "1_000",
    ".5",
    "5.",
    "1e-7",
    "a[300]",
    "a offset 30",
    "SUM(a)",
  ],
  ...[
    'a{b!="c",d=~"e",f!~"g"}',
    "{a='b'}",
    "{'a.b', \"c.d\"='e'}",
    "sum by ('a.b', c) (d)",
    "sum(sum)",
  ],
  ...["`raw\\n`", "'tab\\t quote\" '", "'é\\u00e9\\x41\\101'", "a # comment\n+ b", "on", "by + by"],
  ...[
    "a{by='x',on='y'}",
    "histogram_quantile(0.9, sum by (le) (rate(b[5m])))",
    "a{b='c'} == 1",
    "up{}",
  ],
  ...[
    "(a + b) * c",
    "a + b * c",
    "a / (b / c)",
    "(a and b) or c",
    "a and b or c",
    "-(a + b)",
    "(a)[5m:]",
  ],
  ...["max_over_time(rate(a[5m])[1h:])", "max_over_time(rate(a[5m])[1h:1m] @ start() offset 1m)"],
  `sum by (a_long_label, another_long_label) (rate(${METRIC}{job='x'}[5m])) / ` +
    "ignoring (another_long_label) group_left () sum by (a_long_label) (rate(a_metric_total[5m]))",
  `label_replace(${METRIC}, 'a_long_label', 'a_long_replacement$1', 'sour', '.*')`,
  `topk(5, ${METRIC}{job='a_long_value_of_a_label', other='another_long_value'} > 1)`,
  `(${METRIC} offset 5m) and (another_metric_with_a_long_name_total{job='abc'} @ 5)`,
  `quantile by (label) (0.9, ${METRIC}{job='a_long_value_of_a_label'}[5m:1m] ^ 2)`,
  `-(sum(${METRIC}{job='a_long_value_of_a_label'}) + sum(another_metric_with_name))`,
  `max_over_time((${METRIC}{job='a_long_value_of_a_label_that_is_too_long'} > 0)[1h:5m])`,
];
/** Queries that are not run: every node of the grammar, and what is wider than a line. */
export const GRAMMAR_TEXTS: Requests = ["format_query", "parse_query"].flatMap((route) =>
  each(`${route}?query=`, GRAMMAR.map(encodeURIComponent)),
);

/** Lists, and the routes that are about nothing here. */
export const LISTS: Requests = [
  ...["series?match[]=temperature&", "labels?", "label/job/values?"].flatMap((route) =>
    each(route, [
      ...[
        "start=&end=",
        "start=2015-07-01T20:10:51Z",
        "end=2015-07-01T20:10:51Z",
        "limit=",
        "limit=0",
      ],
      ...[
        "start=NEWEST",
        "end=NEWEST",
        "start=NEWEST&end=NEWEST",
        "start=1e3&end=1e4",
        "limit=1e1",
      ],
      ...["match[]={job='a'}", "match[]={job='a'}&match[]={job='b'}", "match[]={job!~'a|b'}"],
      ...["match[]=temperature @ 1", "match[]=1", "match[]=sum(temperature)", "match[]='a'"],
      ...[
        "match[]={__name__=~'temp.*'}",
        "match[]={__name__!='temperature',job='a'}",
        "match[]={job=~''}",
      ],
    ]),
  ),
  ...each("metadata?", [
    "",
    "limit=",
    "limit=-1",
    "limit_per_metric=",
    "limit_per_metric=0",
    "metric=",
  ]),
  ...each("metadata?", [
    "limit_per_metric=-1",
    "limit_per_metric=1.5",
    "metric=a&metric=b",
    "limit=1&limit=x",
  ]),
  ...each("targets?state=", ["ACTIVE", "Any", "dropped&scrapePool="]),
  ...each("targets/metadata?", [
    "metric=up",
    "match_target=",
    "match_target={}",
    "limit=0",
    "limit=",
  ]),
  ...each("rules?", [
    "type=",
    "exclude_alerts=",
    "exclude_alerts=t",
    "group_limit=",
    "group_limit=1.5",
  ]),
  ...each("rules?", ["match[]=", "match[]=1", "match[]=up&match[]={", "rule_name=x", "file[]="]),
  ...each("status/", [
    "",
    "blocks",
    "features",
    "self_metrics",
    "buildinfo/",
    "tsdb",
    "tsdb?limit=1.5",
  ]),
  ...each("", [
    "scrape_pools?x=1",
    "alerts?x=1",
    "alertmanagers/",
    "openapi.yaml",
    "features",
    "search",
  ]),
  ...[
    "QUERY",
    "Query",
    "query/",
    "labels/",
    "series/",
    "label/",
    "label",
    "label/job",
    "label/job/values/",
  ].map((path) => get(`${API}/${path}`)),
  ...[
    "/-/healthy/",
    "/-/ready/",
    "/-/Healthy",
    "/-/",
    "/-",
    "/federate/",
    "/metrics/",
    "/version/",
  ].map((path) => get(path)),
  ...["/API/v1/query?query=1", "/api/V1/query?query=1", "/api/v1", "/api/v1/query?", "/api/"].map(
    (path) => get(path),
  ),
];

const BOUNDARY = "multipart/form-data; boundary=x";
const part = (name: string, value: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const MULTIPART = `${part("query", "1+1")}${part("time", "4")}--x--\r\n`;
const FORM_ROUTES = ["query", "query_range", "series", "labels", "query_exemplars", "format_query"];
const AT_NEWEST = "time=NEWEST&start=NEWEST&end=NEWEST&step=15";
/** Bodies of other kinds, and forms on every route that takes one. */
export const BODIES: Requests = [
  ...FORM_ROUTES.map((route) =>
    post(`${API}/${route}`, `query=temperature&match[]=temperature&${AT_NEWEST}`),
  ),
  ...FORM_ROUTES.map((route) => post(`${API}/${route}?query=1&time=4&match[]=odd`, "")),
  ...FORM_ROUTES.map((route) => post(`${API}/${route}`, "query=%zz&match[]=%zz")),
  ...FORM_ROUTES.map((route) => post(`${API}/${route}`, MULTIPART, { "content-type": BOUNDARY })),
  post(`${API}/query?query=2&time=4`, MULTIPART, { "content-type": BOUNDARY }),
  post(`${API}/query?query=2&time=4`, MULTIPART, { "content-type": "multipart/form-data" }),
  post(`${API}/query?query=2&time=4`, "--x", { "content-type": BOUNDARY }),
  post(`${API}/query?query=2&time=4`, part("query", "3"), { "content-type": BOUNDARY }),
  ...["match[]=odd&a=%zz", "a;b", "a;b&c=%4", "%4=%zz", "%4", "a=%é"].flatMap((form) => [
    post(`${API}/series?match[]=odd`, form),
    get(`${API}/series?match[]=odd&${form}`),
    post(`${API}/labels`, form),
    get(`${API}/rules?${form}`),
    get(`/federate?${form}`),
    post(`${API}/admin/tsdb/delete_series?${form}`, ""),
    get(`${API}/query?query=1&time=4&${form}`),
  ]),
  ...["{}", '{"query":"1"}'].map((body) =>
    post(`${API}/query?time=4`, body, { "content-type": "application/json" }),
  ),
  ...["time=4&time=5", "time=4", "query=2&query=3&time=4"].map((body) =>
    post(`${API}/query?query=time()&time=7`, body),
  ),
];

const ORIGIN = { origin: "http://page.example" };
const LONG = `${API}/query_range?query=time()&start=0&end=10000&step=1`;
/** Origins, packed answers and other headers. */
export const HEADERS: Requests = [
  ...["null", "", "http://a b", "https://page.example:8443"].map((origin) =>
    get(`${API}/query?query=1&time=4`, { origin }),
  ),
  ...[
    "query",
    "query_range",
    "nothing",
    "admin/tsdb/delete_series",
    "write",
    "label/job/values",
  ].map((path) => ({
    ...{ method: "OPTIONS", path: `${API}/${path}` },
    headers: { ...ORIGIN, "access-control-request-method": "POST" },
  })),
  ...["/-/healthy", "/-/ready", "/federate", "/version"].map((path) => get(path, ORIGIN)),
  get(`${API}/query?query=1;time=4`, ORIGIN),
  ...["gzip;q=0.5,deflate", "deflate, gzip", "identity;q=0", ""].map((encoding) =>
    get(LONG, { "accept-encoding": encoding }),
  ),
  ...["*", "GZIP", "x-gzip", "gzip;q=0,*"].map((encoding) =>
    get(LONG.replace("10000", "9999"), { "accept-encoding": encoding }),
  ),
  ...["gzip", "deflate"].flatMap((encoding) => [
    get(`${API}/nothing`, { "accept-encoding": encoding }),
    get("/federate?match[]={job=~'a|b|c'}", { "accept-encoding": encoding }),
  ]),
  get(`${API}/query?query=1&time=4`, { "x-dashboard-uid": "a", "x-panel-id": "1", accept: "*/*" }),
];

const PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily";
/** Federation in the formats that are text. */
export const FEDERATION_TYPES: Requests = [
  ...["encoding=bogus", "", "encoding=delimited;q=0.1,text/plain"].map((more) =>
    get("/federate?match[]=temperature", { accept: `${PROTOBUF};${more}` }),
  ),
  ...[
    "*/*;escaping=dots,text/plain",
    "*/*,text/plain;escaping=dots",
    "text/*;escaping=dots",
    "text/plain;q=x",
  ].map((accept) => get("/federate?match[]={'dotted.name'}", { accept })),
  ...[
    "TEXT/PLAIN;escaping=dots",
    "text/plain;version=0.0.4;escaping=dots;a",
    "text/plain;;escaping=dots",
    ",,",
  ].map((accept) => get("/federate?match[]={'dotted.name'}", { accept })),
  ...[
    "temperature&match[]=odd",
    "sum(temperature)",
    "1",
    "temperature @ 1",
    "{__name__=~'temp.*'}",
  ].map((selector) => get(`/federate?match[]=${selector}`)),
  get("/federate?match[]=temperature&match[]=up{"),
  get("/federate?match[]=%zz"),
  get("/federate?a;b&match[]=temperature"),
];

const SNAPPY = { "content-type": "application/x-protobuf", "content-encoding": "snappy" };
const EMPTY = new Uint8Array([0]);
/** Bodies that the write and read routes refuse, and an empty one that they take. */
export const WRITING: Requests = [
  ...["write", "read"].flatMap((route) => [
    post(`${API}/${route}`, EMPTY, SNAPPY),
    post(`${API}/${route}`, "garbage", SNAPPY),
    post(`${API}/${route}`, "", SNAPPY),
    post(`${API}/${route}`, new Uint8Array([3, 8, 1, 2, 255]), SNAPPY),
  ]),
  ...[
    "application/json",
    "image/png",
    "application/x-protobuf;proto=x",
    "application/x-protobuf;a",
  ].map((type) => post(`${API}/write`, EMPTY, { ...SNAPPY, "content-type": type })),
];

const admin = (route: string) => post(`${API}/admin/tsdb/${route}`, "");
/** Deletion with times; a form that says what. */
export const DELETION: Requests = [
  ...["end=x", "start=2&end=1", "start=1&end=2", "start=&end="].map((times) =>
    admin(`delete_series?match[]=nothing&${times}`),
  ),
  ...["match[]=1", "match[]={job=~'.*'}", "match[]={job=''}", "match[]=temperature offset 5m"].map(
    (query) => admin(`delete_series?${query}`),
  ),
  post(`${API}/admin/tsdb/delete_series`, "match[]=up{"),
  post(`${API}/admin/tsdb/delete_series`, "match[]=nothing"),
  ...["skip_head=", "skip_head=2", "skip_head=yes"].map((query) => admin(`snapshot?${query}`)),
  admin("delete_series?match[]=temperature{job='a'}&start=NEWEST&end=NEWEST"),
  get(`${API}/query?query=temperature&time=NEWEST`),
  get(`${API}/query?query=count_over_time(temperature[1m])&time=NEWEST`),
  admin("clean_tombstones"),
  get(`${API}/query?query=temperature&time=NEWEST`),
];
