/**
 * When two answers of the API are the same, and where Spandrel means to answer otherwise.
 *
 * I1  Equal are: the status, the headers that a client looks at, and the body; of JSON its values,
 *     lists that have no order sorted. Of what each server says about itself only the shape counts.
 * I2  A difference that is meant has a reason here; one that no request shows is an error.
 */
import type { RawAnswer, RawRequest } from "../e2e/raw-request.ts";

const HEADERS = [
  ...["content-type", "content-encoding", "allow", "location", "vary", "x-content-type-options"],
  ...["access-control-allow-origin", "access-control-allow-methods"],
  ...["access-control-allow-headers", "access-control-expose-headers"],
];
/** Spandrel packs no answer that is shorter. */
const PACKED_LENGTH_MIN = 1024;

/** An answer as far as it counts. */
export interface Comparable {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The headers of an answer; those differ for reasons that hold for every route. */
function headersOf({ method, path, headers = {} }: RawRequest, answer: RawAnswer) {
  const kept: Record<string, unknown> = {};
  for (const name of HEADERS) {
    if (answer.headers[name] !== undefined) kept[name] = answer.headers[name];
  }
  // Prometheus 3.5 writes the origin that asks where its default means any; both let it in.
  const origin = "access-control-allow-origin";
  if (kept[origin] !== undefined && kept[origin] === headers["origin"]) kept[origin] = "*";
  // Spandrel says of what else a packed answer depends.
  if (kept["vary"] === "Origin, accept-encoding") kept["vary"] = "Origin";
  if (answer.text.length < PACKED_LENGTH_MIN) delete kept["content-encoding"];
  // Prometheus leaves out the CORS headers where it knows the path but not the method.
  if (answer.status === 405) {
    for (const name of ["vary", ...HEADERS.filter((one) => one.startsWith("access"))]) {
      delete kept[name];
    }
  }
  if (method === "HEAD" && path.startsWith("/-/")) delete kept["content-type"];
  return kept;
}

type Json = Record<string, unknown>;
const asText = (value: unknown) => JSON.stringify(value);

function sorted(value: unknown): unknown {
  return Array.isArray(value)
    ? value.map(withSortedKeys).sort((a, b) => (asText(a) < asText(b) ? -1 : 1))
    : value;
}

function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, own]) => [key, withSortedKeys(own)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Names and kinds of values, as deep as objects go. */
function shapeOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, shapeOf(own)]));
}

const SELF = /\/status\/(?:buildinfo|config|runtimeinfo|walreplay|tsdb)|^\/version/;
/** What only Spandrel tells, beside what Prometheus tells. */
const OWN_KEYS = ["state", "touched"];

function bodyOf({ path }: RawRequest, { text, headers, status }: RawAnswer): string {
  if (path === "/api/v1/status/flags" && status === 200) return "flags";
  const isJson =
    headers["content-type"] === "application/json" || (path === "/version" && status === 200);
  if (!isJson || status === 204 || text === "") return text;
  const json = JSON.parse(text) as Json;
  for (const kind of ["warnings", "infos"]) {
    const list = json[kind] as string[] | undefined;
    // Which ten of more are told is chance in Prometheus.
    if (list !== undefined) json[kind] = list.length > 10 ? [list.length, list[10]] : list.sort();
  }
  if (json["status"] === "error") return asText(json);
  const data = json["data"] as Json;
  if (SELF.test(path)) return asText(withSortedKeys(without(shapeOf(json) as Json)));
  if (path.includes("/series")) json["data"] = sorted(json["data"]);
  else if (data?.["resultType"] === "vector" && !/query=(?:sort|bottomk)/.test(path)) {
    data["result"] = sorted(data["result"]);
  }
  if (data?.["stats"] !== undefined) data["stats"] = without(shapeOf(data["stats"]) as Json);
  return asText(withSortedKeys(json));
}

function without(shape: Json): Json {
  const kept = Object.entries(shape).filter(([key]) => !OWN_KEYS.includes(key));
  return Object.fromEntries(
    kept.map(([key, own]) => [key, typeof own === "object" ? without(own as Json) : own]),
  );
}

/** What counts of an answer. */
export function comparable(request: RawRequest, answer: RawAnswer): Comparable {
  const { status } = answer;
  return { status, headers: headersOf(request, answer), body: bodyOf(request, answer) };
}

/** A difference that is meant. */
export interface Difference {
  readonly reason: string;
  readonly concerns: RegExp;
  /** Their status may be these, Spandrel's is this, and its answer then has these words. */
  readonly theirs: readonly number[];
  readonly ours: number;
  readonly words?: string;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    reason: "releases since 3.6 say what is wrong with a number that is none",
    concerns: /query=topk\(NaN, temperature\)/,
    ...{ theirs: [422], ours: 422, words: "Parameter value is NaN" },
  },
  {
    reason: "an @ that nobody expects is told with the number that its parser's generator gave it",
    concerns: /match\[\]=temperature @ 1/,
    ...{ theirs: [400], ours: 400, words: "parse error: unexpected <op:@>" },
  },
  {
    reason: "below the API a slash too many leads to a page there, or nowhere",
    concerns: /^GET \/api\/v1(?:$|\/.*\/$)/,
    ...{ theirs: [301], ours: 404, words: "404 page not found" },
  },
  {
    reason: "as before, of letters in another case",
    concerns: /^GET \/(?:api\/v1\/(?:QUERY|Query)|-\/Healthy)$/,
    ...{ theirs: [301], ours: 404, words: "404 page not found" },
  },
  {
    reason: "of a body that cannot be read, the place is told",
    concerns: /^POST \/api\/v1\/(?:write|read)$/,
    ...{ theirs: [400], ours: 400, words: "snappy body invalid at byte" },
  },
  {
    reason: "and what a content type should be, in other words",
    concerns: /^POST \/api\/v1\/write$/,
    ...{ theirs: [415], ours: 415, words: "Content-Type " },
  },
  {
    reason: "a snapshot is named by its manifest",
    concerns: /snapshot\?skip_head=$/,
    ...{ theirs: [200], ours: 200, words: '"name":"snapshot-' },
  },
  {
    reason: "there gzip and deflate are packings only as bare words in lower case",
    concerns: /query=time\(\)&start=0&end=9999/,
    ...{ theirs: [200], ours: 200, words: '[9999,"9999"]' },
  },
  {
    reason: "a time whose nanoseconds do not fit 64 bits wraps round there and is itself here",
    concerns: /query\?query=1&time=(?:-?[0-9.]+e\d|9\d{15}|0001|9999|-?29\d{4})/,
    ...{ theirs: [200], ours: 200, words: '"scalar"' },
  },
  {
    reason: "NaN and Inf become some time there",
    concerns: /&time=(?:NaN|-?Inf)$/,
    ...{ theirs: [200], ours: 400, words: "to a valid timestamp" },
  },
  {
    reason: "where no time is left, what is found first is chance there: here it is a timeout",
    concerns: /&timeout=(?:0s?|-1)$/,
    ...{ theirs: [400, 422, 503], ours: 503, words: '"errorType":"timeout"' },
  },
  {
    reason: "a duration of NaN is none here",
    concerns: /=NaN$/,
    ...{ theirs: [400], ours: 400, words: "to a valid duration" },
  },
  {
    reason: "steps are whole milliseconds: one below that divides by zero there",
    concerns: /&step=(?:0\.0005|1e-9)$/,
    ...{ theirs: [422], ours: 400, words: "zero or negative query resolution step" },
  },
  {
    reason: "releases since 3.6 name the two series of a duplicate in order",
    concerns: /temperature \* on \(\) temperature/,
    ...{ theirs: [422], ours: 422, words: "many-to-many matching not allowed" },
  },
  {
    reason: "DELETE of series is registered there, to say that it is not implemented",
    concerns: /^DELETE \/api\/v1\/series/,
    ...{ theirs: [500], ours: 405, words: "Method Not Allowed" },
  },
  {
    reason: "and is named in Allow",
    concerns: /^[A-Z]+ \/api\/v1\/series/,
    ...{ theirs: [405], ours: 405 },
  },
  {
    reason: "a path with needless slashes is led to the right one there",
    concerns: /\/\//,
    ...{ theirs: [301], ours: 404 },
  },
  {
    reason: "as before, of dots",
    concerns: /\/\.\.\//,
    ...{ theirs: [301], ours: 404 },
  },
  {
    reason: "as before; here it is a label without a name",
    concerns: /\/label\/\/values/,
    ...{ theirs: [301], ours: 400, words: "invalid label name" },
  },
  {
    reason: "a slash in a label's name, escaped, parts the path there",
    concerns: /\/label\/a%2Fb\//,
    ...{ theirs: [404], ours: 200 },
  },
  {
    reason: "a path that is no UTF-8 does not get as far as its route here",
    concerns: /\/label\/%ff\//,
    ...{ theirs: [400], ours: 400, words: '"bad_data"' },
  },
  {
    reason: "which values are left by a limit is chance there: they are cut before they are sorted",
    concerns: /\/label\/.*limit=/,
    ...{ theirs: [200], ours: 200, words: "results truncated due to limit" },
  },
  {
    reason:
      "an object without members, where Prometheus has null for a kind that was not asked for",
    concerns: /\/targets\?state=/,
    ...{ theirs: [200], ours: 200, words: '"droppedTargetCounts":{}' },
  },
  {
    reason: "releases since 3.9 refuse a limit that large",
    concerns: /status\/tsdb\?limit=10001/,
    ...{ theirs: [200], ours: 400, words: "limit must not exceed 10000" },
  },
  {
    reason: "a series whose samples are deleted is listed there until tombstones are cleaned",
    concerns: /series\?match\[\]=requests_total$/,
    ...{ theirs: [200], ours: 200, words: '"data":[]' },
  },
  {
    reason: "Debian builds Prometheus without OTLP",
    concerns: /^[A-Z]+ \/api\/v1\/otlp/,
    ...{ theirs: [404], ours: 405 },
  },
  {
    reason: "the version is JSON here, and text that looks like it there",
    concerns: /^GET \/version/,
    ...{ theirs: [200], ours: 200, words: '"version"' },
  },
  {
    reason: "GET of the lifecycle routes is registered there, to be refused in words of its own",
    concerns: /^[A-Z]+ \/-\/(?:reload|quit)/,
    ...{ theirs: [405], ours: 405 },
  },
  {
    reason: "and is named in Allow by OPTIONS too",
    concerns: /^OPTIONS \/-\/(?:reload|quit)/,
    ...{ theirs: [200], ours: 200 },
  },
];

/** The meant difference that explains two answers, if there is one. */
export function explanationOf(
  { method, path }: RawRequest,
  reference: RawAnswer,
  own: RawAnswer,
): Difference | undefined {
  return DIFFERENCES.find(
    ({ concerns, theirs, ours, words = "" }) =>
      concerns.test(`${method} ${path}`) &&
      theirs.includes(reference.status) &&
      own.status === ours &&
      own.text.includes(words),
  );
}
