/**
 * The same questions to two servers, and whether the answers agree.
 *
 * Label sets, steps and errors must be equal; values within a relative 0.00001, which is how far
 * Prometheus' own compliance tests go. Beside it is told whether the values' texts are equal.
 *
 * Units: times and steps are seconds.
 */

/** One way to ask a query. */
export interface Question {
  readonly route: "query" | "query_range";
  readonly times: Readonly<Record<string, string>>;
  /** Whether its times are those of samples, so that a window may begin with one. */
  readonly onSamples: boolean;
}

/** What came of one question. */
export interface Verdict {
  readonly agrees: boolean;
  readonly equalText: boolean;
  /** The first difference in words, "" when there is none. */
  readonly difference: string;
}

const TOLERANCE = 1e-5;

/** Four ways to ask, all at least 12 minutes before the newest sample. */
export function questionsBefore(newest: number): Question[] {
  const end = Math.floor((newest - 720) / 10) * 10;
  const range = (start: number, to: number, step: number, onSamples: boolean): Question => ({
    route: "query_range",
    times: { start: String(start), end: String(to), step: String(step) },
    onSamples,
  });
  return [
    range(end - 600, end, 10, true),
    range(end - 1303.5, end - 0.25, 37, false),
    { route: "query", times: { time: String(end) }, onSamples: true },
    { route: "query", times: { time: String(end - 421.337) }, onSamples: false },
  ];
}

interface Reply {
  readonly status: number;
  readonly body: {
    readonly status: string;
    readonly error?: string;
    readonly data: { readonly resultType: string; readonly result: unknown };
  };
}

type Points = readonly (readonly [number, string])[];

async function ask(origin: string, query: string, { route, times }: Question): Promise<Reply> {
  const body = new URLSearchParams({ query, ...times });
  const response = await fetch(`${origin}/api/v1/${route}`, { method: "POST", body });
  return { status: response.status, body: (await response.json()) as Reply["body"] };
}

/** The points of a result by label set. */
function pointsOf({ resultType, result }: Reply["body"]["data"]): Map<string, Points> {
  if (resultType === "scalar" || resultType === "string") {
    return new Map([["", [result as [number, string]]]]);
  }
  const rows = new Map<string, Points>();
  for (const series of result as readonly Record<string, unknown>[]) {
    const metric = Object.entries(series["metric"] as Record<string, string>);
    const key = JSON.stringify(metric.sort(([a], [b]) => (a < b ? -1 : 1)));
    rows.set(key, (series["values"] ?? [series["value"]]) as Points);
  }
  return rows;
}

function isNear(expected: string, actual: string): boolean {
  if (expected === actual) return true;
  const [a, b] = [Number(expected.replace("Inf", "Infinity")), Number(actual)];
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}

/** The first difference between two results, "" when they agree; and whether texts are equal. */
function compareResults(expected: Map<string, Points>, actual: Map<string, Points>): Verdict {
  let equalText = true;
  const differs = (difference: string): Verdict => ({
    agrees: false,
    equalText: false,
    difference,
  });
  const missing = [...expected.keys()].find((key) => !actual.has(key));
  const surplus = [...actual.keys()].find((key) => !expected.has(key));
  if (missing !== undefined) return differs(`series missing: ${missing}`);
  if (surplus !== undefined) return differs(`series too many: ${surplus}`);
  for (const [key, points] of expected) {
    const own = actual.get(key) ?? [];
    if (own.length !== points.length) {
      return differs(`${key}: ${own.length} points; want ${points.length}`);
    }
    for (const [i, [time, text]] of points.entries()) {
      const [ownTime, ownText] = own[i] as Points[number];
      if (ownTime !== time) return differs(`${key}: time ${ownTime}; want ${time}`);
      if (!isNear(text, ownText)) return differs(`${key} at ${time}: ${ownText}; want ${text}`);
      equalText &&= text === ownText;
    }
  }
  return { agrees: true, equalText, difference: "" };
}

/** Asks both servers one question. */
export async function compare(
  reference: string,
  own: string,
  query: string,
  question: Question,
): Promise<Verdict> {
  const [expected, actual] = await Promise.all([
    ask(reference, query, question),
    ask(own, query, question),
  ]);
  if (expected.body.status !== "success" || actual.body.status !== "success") {
    const agrees = expected.status === actual.status;
    const texts = [expected, actual].map(({ status, body }) => `${status} ${body.error ?? ""}`);
    return { agrees, equalText: agrees, difference: agrees ? "" : texts.join(" | ") };
  }
  const { resultType } = expected.body.data;
  if (resultType !== actual.body.data.resultType) {
    const difference = `type ${actual.body.data.resultType}; want ${resultType}`;
    return { agrees: false, equalText: false, difference };
  }
  return compareResults(pointsOf(expected.body.data), pointsOf(actual.body.data));
}
