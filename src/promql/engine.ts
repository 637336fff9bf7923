/**
 * The PromQL engine: text or parsed query in, result out.
 *
 *     const engine = createEngine({ lookbackMs: 300_000 });
 *     engine.instant(source, "sum(up)", nowMs);
 *     engine.range(source, parsed, startMs, endMs, stepMs);
 *
 * Both run to the end. begin…() gives an Evaluation instead, which runs in slices of a few
 * milliseconds, so that a long query shares the thread.
 *
 * Errors are TsdbError: QUERY_PARSE, QUERY_EXECUTION, QUERY_TIMEOUT, QUERY_CANCELED and
 * QUERY_TOO_MANY_SAMPLES, with Prometheus' texts.
 */
import { TsdbError } from "../base/errors.ts";
import type { ParsedQuery } from "./ast.ts";
import { DEFAULT_ENGINE_OPTIONS, type EngineOptions } from "./engine-options.ts";
import { Evaluation } from "./evaluate/evaluation.ts";
import { QueryContext } from "./evaluate/query-context.ts";
import { DOCUMENTED_TYPES, typeOf } from "./parse/check-types.ts";
import { parseExpression } from "./parse/parse-expression.ts";
import type { Patterns } from "./parse/patterns.ts";
import type { QueryResult } from "./result/query-result.ts";
import type { SeriesSource } from "./series-source.ts";

/** What may differ from query to query. */
export interface QueryOverrides {
  readonly lookbackMs?: number;
  readonly timeoutMs?: number;
  /** Asked between series: whether the asker has gone away. */
  readonly isCanceled?: () => boolean;
}

export class Engine {
  readonly options: EngineOptions;

  constructor(options: EngineOptions) {
    this.options = options;
  }

  /** Parses a query, whose patterns may be compiled apart. Throws TsdbError QUERY_PARSE. */
  parse(text: string, patterns?: Patterns): ParsedQuery {
    return parseExpression(text, this.options.syntax, patterns);
  }

  /** Evaluates a query at one moment. */
  instant(
    source: SeriesSource,
    query: string | ParsedQuery,
    timeMs: number,
    overrides: QueryOverrides = {},
  ): QueryResult {
    return this.beginInstant(source, query, timeMs, overrides).finish();
  }

  /** Evaluates a query at start, start + step, … up to and including end. */
  range(
    source: SeriesSource,
    query: string | ParsedQuery,
    startMs: number,
    endMs: number,
    stepMs: number,
    overrides: QueryOverrides = {},
  ): QueryResult {
    return this.beginRange(source, query, startMs, endMs, stepMs, overrides).finish();
  }

  /** Starts an instant query that runs in slices. */
  beginInstant(
    source: SeriesSource,
    query: string | ParsedQuery,
    timeMs: number,
    overrides: QueryOverrides = {},
  ): Evaluation {
    const parsed = typeof query === "string" ? this.parse(query) : query;
    const context = this.context(source, parsed, overrides);
    return new Evaluation(context, parsed, { startMs: timeMs, endMs: timeMs, stepMs: 0 });
  }

  /** Starts a range query that runs in slices. Throws QUERY_PARSE when its type has no steps. */
  beginRange(
    source: SeriesSource,
    query: string | ParsedQuery,
    startMs: number,
    endMs: number,
    stepMs: number,
    overrides: QueryOverrides = {},
  ): Evaluation {
    const parsed = typeof query === "string" ? this.parse(query) : query;
    const type = typeOf(parsed.root);
    if (type !== "scalar" && type !== "vector") {
      const rule = "for range query, must be Scalar or instant Vector";
      throw new TsdbError(
        "QUERY_PARSE",
        `invalid expression type "${DOCUMENTED_TYPES[type]}" ${rule}`,
      );
    }
    const context = this.context(source, parsed, overrides);
    return new Evaluation(context, parsed, { startMs, endMs, stepMs });
  }

  private context(
    source: SeriesSource,
    parsed: ParsedQuery,
    overrides: QueryOverrides,
  ): QueryContext {
    const options: EngineOptions = {
      ...this.options,
      lookbackMs: overrides.lookbackMs ?? this.options.lookbackMs,
      timeoutMs: overrides.timeoutMs ?? this.options.timeoutMs,
    };
    return new QueryContext(source, options, parsed, overrides.isCanceled ?? (() => false));
  }
}

/** An engine with Prometheus' defaults except for what is given. */
export function createEngine(options: Partial<EngineOptions> = {}): Engine {
  return new Engine({ ...DEFAULT_ENGINE_OPTIONS, ...options });
}
