/**
 * The query port over the PromQL engine: queries run in slices, so that writes go on meanwhile.
 *
 * Units: …Ms milliseconds.
 */
import type { Clock } from "../base/clock.ts";
import { TsdbError } from "../base/errors.ts";
import { doneInSlices, nextTurn, Slices } from "../base/slices.ts";
import type { ParsedQuery } from "../promql/ast.ts";
import type { Engine, QueryOverrides } from "../promql/engine.ts";
import type { Evaluation } from "../promql/evaluate/evaluation.ts";
import { parseMetricSelector } from "../promql/parse/metric-selector.ts";
import { type Patterns, patternsAhead } from "../promql/parse/patterns-ahead.ts";
import { expressionJson } from "../promql/print/expression-json.ts";
import { prettyLines } from "../promql/print/expression-pretty.ts";
import type { QueryResult, QueryValue } from "../promql/result/query-result.ts";
import { resultPieces } from "../promql/result/result-json.ts";
import type { Matcher } from "../series/matcher.ts";
import { inSlices } from "./pieces.ts";
import type {
  InstantOptions,
  QueryOptions,
  QueryOutcome,
  QueryPort,
  RangeOptions,
} from "./query-port.ts";
import { selectorsOf } from "./query-selectors.ts";

/** How long a query keeps the thread before others get it. */
const SLICE_MS = 5;

/** The value with at most `limit` series (0 = all). */
function cut(value: QueryValue, limit: number): QueryValue {
  if (limit === 0) return value;
  if (value.type === "matrix" && value.series.length > limit) {
    return { ...value, series: value.series.slice(0, limit) };
  }
  if (value.type === "vector" && value.labels.length > limit) {
    return { ...value, labels: value.labels.slice(0, limit) };
  }
  return value;
}

/** The result as text, cut to the limit. */
async function toOutcome(
  result: QueryResult,
  limit: number,
  slices: Slices,
): Promise<QueryOutcome> {
  const { value, warnings, infos, peakSamples, touched } = result;
  const shown = cut(value, limit);
  await slices.next();
  const pieces = await inSlices(resultPieces(shown), slices);
  const isTruncated = shown !== value;
  return { pieces, isTruncated, warnings, infos, samplesPeak: peakSamples, touched };
}

/** The long patterns of a text. */
function patternsOf(text: string, slices: Slices): Promise<Patterns> {
  return doneInSlices(patternsAhead(text), slices);
}

/** Runs an evaluation slice by slice; the first begins in `slices`, unless that is over. */
async function finish(
  evaluation: Evaluation,
  limit: number,
  clock: Clock,
  slices: Slices,
): Promise<QueryOutcome> {
  try {
    if (slices.isOver()) await slices.next();
    while (!evaluation.run(SLICE_MS)) await nextTurn();
    return await toOutcome(evaluation.result(), limit, new Slices(clock, SLICE_MS));
  } finally {
    evaluation.close();
  }
}

export class PromqlQueries implements QueryPort {
  private readonly engine: Engine;
  private readonly clock: Clock;

  constructor(engine: Engine, clock: Clock) {
    this.engine = engine;
    this.clock = clock;
  }

  async instant(options: InstantOptions): Promise<QueryOutcome> {
    const { source, timeMs, limit } = options;
    const slices = this.slicesOf(options);
    const query = await this.parsed(options.query, slices);
    const evaluation = this.engine.beginInstant(source, query, timeMs, this.overrides(options));
    return finish(evaluation, limit, this.clock, slices);
  }

  async range(options: RangeOptions): Promise<QueryOutcome> {
    const { source, startMs, endMs, stepMs, limit } = options;
    const slices = this.slicesOf(options);
    const query = await this.parsed(options.query, slices);
    const overrides = this.overrides(options);
    const begun = this.engine.beginRange(source, query, startMs, endMs, stepMs, overrides);
    return finish(begun, limit, this.clock, slices);
  }

  async parseSelector(text: string, slices: Slices): Promise<Matcher[]> {
    return parseMetricSelector(text, await patternsOf(text, slices));
  }

  async format(query: string, slices: Slices): Promise<readonly string[]> {
    return prettyLines((await this.parsed(query, slices)).root);
  }

  async tree(query: string, slices: Slices): Promise<unknown> {
    return expressionJson((await this.parsed(query, slices)).root);
  }

  async selectors(query: string, slices: Slices): Promise<readonly (readonly Matcher[])[]> {
    return selectorsOf((await this.parsed(query, slices)).root);
  }

  private async parsed(text: string, slices: Slices): Promise<ParsedQuery> {
    const parsed = this.engine.parse(text, await patternsOf(text, slices));
    if (slices.isOver()) await slices.next();
    return parsed;
  }

  /** Slices for what is done before a query runs. */
  private slicesOf({ signal }: QueryOptions): Slices {
    return new Slices(this.clock, SLICE_MS, async () => {
      await nextTurn();
      if (signal.aborted)
        throw new TsdbError("QUERY_CANCELED", "query was canceled before its evaluation");
    });
  }

  private overrides({ deadlineMs, lookbackMs, signal }: QueryOptions): QueryOverrides {
    const timeoutMs = deadlineMs - this.clock.monotonicMs();
    if (timeoutMs <= 0) throw new TsdbError("QUERY_TIMEOUT", "query timed out in query queue");
    return { lookbackMs, timeoutMs, isCanceled: () => signal.aborted };
  }
}
