/**
 * The query engine as the HTTP layer needs it: texts and parameters in, JSON text out.
 *
 * Faults are TsdbErrors: QUERY_PARSE for a text that is no valid query (message without any
 * prefix, "1:5: parse error: …"), QUERY_EXECUTION, QUERY_TIMEOUT, QUERY_CANCELED,
 * QUERY_TOO_MANY_SAMPLES and QUERY_UNSUPPORTED while it runs.
 *
 * Units: …Ms milliseconds, times since the epoch.
 */
import type { Slices } from "../base/slices.ts";
import type { ResultFacts } from "../promql/result/result-facts.ts";
import type { SeriesSource } from "../promql/series-source.ts";
import type { Matcher } from "../series/matcher.ts";
import type { TextPiece } from "./pieces.ts";

/** What every query has. */
export interface QueryOptions {
  readonly source: SeriesSource;
  readonly query: string;
  readonly lookbackMs: number;
  /** Moment on the monotonic clock after which the query is given up. */
  readonly deadlineMs: number;
  /** Aborted when the client has gone away. */
  readonly signal: AbortSignal;
  /** Series of a vector or matrix to answer at most; 0 = all. */
  readonly limit: number;
}

export interface InstantOptions extends QueryOptions {
  readonly timeMs: number;
}

export interface RangeOptions extends QueryOptions {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** A finished query. */
export interface QueryOutcome extends ResultFacts {
  /** Joined, and `rest` with them, the JSON object {"resultType":…,"result":…}; UTF-8. */
  readonly pieces: readonly TextPiece[];
  /** What is made while the answer is sent, null = nothing. */
  readonly rest: AsyncIterable<TextPiece> | null;
}

export interface QueryPort {
  instant(options: InstantOptions): Promise<QueryOutcome>;
  range(options: RangeOptions): Promise<QueryOutcome>;
  /** Matchers of a selector such as `up{job="x"}`. */
  parseSelector(text: string, slices: Slices): Promise<Matcher[]>;
  /** The lines of the query printed in the standard form. */
  format(query: string, slices: Slices): Promise<readonly string[]>;
  /** The query's tree as /api/v1/parse_query shows it. */
  tree(query: string, slices: Slices): Promise<unknown>;
  /** Checks a query and gives the matchers of each of its selectors. */
  selectors(query: string, slices: Slices): Promise<readonly (readonly Matcher[])[]>;
}
