/**
 * The query port over the PromQL engine: queries run in slices, so that writes go on meanwhile.
 *
 * I1  Every text that a client sends to be parsed is measured first.
 *
 * Units: …Ms milliseconds, …Bytes bytes of UTF-8.
 */
import type { Clock } from "../base/clock.ts";
import { TsdbError } from "../base/errors.ts";
import { doneInSlices, nextTurn, Slices, turnToBegin } from "../base/slices.ts";
import type { ParsedQuery } from "../promql/ast.ts";
import type { Engine, QueryOverrides } from "../promql/engine.ts";
import type { Evaluation } from "../promql/evaluate/evaluation.ts";
import { parseMetricSelector } from "../promql/parse/metric-selector.ts";
import { type Patterns, parsedInSteps } from "../promql/parse/patterns.ts";
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
  private readonly textBytesMax: number;

  constructor(engine: Engine, clock: Clock, textBytesMax: number) {
    this.engine = engine;
    this.clock = clock;
    this.textBytesMax = textBytesMax;
  }

  async instant(options: InstantOptions): Promise<QueryOutcome> {
    const { source, timeMs, limit } = options;
    await turnToBegin();
    const slices = this.slicesOf(options);
    const query = await this.parsed(options.query, slices);
    const evaluation = this.engine.beginInstant(source, query, timeMs, this.overrides(options));
    return finish(evaluation, limit, this.clock, slices);
  }

  async range(options: RangeOptions): Promise<QueryOutcome> {
    const { source, startMs, endMs, stepMs, limit } = options;
    await turnToBegin();
    const slices = this.slicesOf(options);
    const query = await this.parsed(options.query, slices);
    const overrides = this.overrides(options);
    const begun = this.engine.beginRange(source, query, startMs, endMs, stepMs, overrides);
    return finish(begun, limit, this.clock, slices);
  }

  async parseSelector(text: string, slices: Slices): Promise<Matcher[]> {
    return this.inSlices(text, slices, (patterns) => parseMetricSelector(text, patterns));
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
    const parse = (patterns: Patterns) => this.engine.parse(text, patterns);
    const parsed = await this.inSlices(text, slices, parse);
    if (slices.isOver()) await slices.next();
    return parsed;
  }

  /** Parses a text that is not too long. */
  private async inSlices<Parsed>(
    text: string,
    slices: Slices,
    parse: (patterns: Patterns) => Parsed,
  ): Promise<Parsed> {
    const { textBytesMax } = this;
    const bytes = Buffer.byteLength(text);
    if (bytes <= textBytesMax) return doneInSlices(parsedInSteps(parse), slices);
    const what = `text of ${bytes} bytes is longer than the ${textBytesMax} allowed`;
    throw new TsdbError("QUERY_PARSE", `${what} (--query.max-length)`);
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
