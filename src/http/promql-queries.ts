/**
 * The query port over the PromQL engine: queries run in slices, so that writes go on meanwhile, and
 * one of which two slices say that it will take long goes on in another thread.
 *
 * I1  Every text that a client sends to be parsed is measured first.
 * I2  What a query reads is captured here, in slices; its epoch stays open until the text of its
 *     result is made, wherever that is.
 *
 * Units: …Ms milliseconds, …Bytes bytes of UTF-8.
 */
import type { Clock } from "../base/clock.ts";
import { TsdbError } from "../base/errors.ts";
import { doneInSlices, nextTurn, Slices, sliceMsNow, turnToBegin } from "../base/slices.ts";
import type { ParsedQuery } from "../promql/ast.ts";
import type { Engine, QueryOverrides } from "../promql/engine.ts";
import type { Evaluation } from "../promql/evaluate/evaluation.ts";
import type { QueryRange } from "../promql/evaluate/resolve.ts";
import { parseMetricSelector } from "../promql/parse/metric-selector.ts";
import { type Patterns, parsedInSteps } from "../promql/parse/patterns.ts";
import { expressionJson } from "../promql/print/expression-json.ts";
import { prettyLines } from "../promql/print/expression-pretty.ts";
import type { QueryResult } from "../promql/result/query-result.ts";
import { shownResult } from "../promql/result/result-facts.ts";
import { resultPieces } from "../promql/result/result-json.ts";
import type { QueryPlace } from "../promql/thread/query-thread.ts";
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

/** How long a query keeps the thread before others get it, in a crowd of writes. */
const SLICE_MS = 5;

/** How long a query is evaluated here before it is judged. */
const JUDGED_AFTER_MS = 2 * SLICE_MS;
/** One that will be evaluated for longer goes on in a thread of its own. */
const LONG_MS = 400;

/** A query on its way, and what another thread would need to evaluate it. */
interface RunningQuery {
  readonly evaluation: Evaluation;
  readonly options: QueryOptions;
  readonly range: QueryRange;
}

/** Whether a query that was evaluated for so long will take long. */
function isLong(evaluation: Evaluation, spentMs: number): boolean {
  return spentMs >= JUDGED_AFTER_MS && spentMs >= LONG_MS * evaluation.progress;
}

export class PromqlQueries implements QueryPort {
  private readonly engine: Engine;
  private readonly clock: Clock;
  private readonly textBytesMax: number;
  private readonly elsewhere: QueryPlace | null;

  /** `elsewhere` = where long queries go on; null = nowhere. */
  constructor(
    engine: Engine,
    clock: Clock,
    textBytesMax: number,
    elsewhere: QueryPlace | null = null,
  ) {
    this.engine = engine;
    this.clock = clock;
    this.textBytesMax = textBytesMax;
    this.elsewhere = elsewhere;
  }

  async instant(options: InstantOptions): Promise<QueryOutcome> {
    const { source, timeMs } = options;
    await turnToBegin();
    const slices = this.slicesOf(options);
    const query = await this.parsed(options.query, slices);
    const evaluation = this.engine.beginInstant(source, query, timeMs, this.overrides(options));
    const range = { startMs: timeMs, endMs: timeMs, stepMs: 0 };
    return this.finish({ evaluation, options, range }, slices);
  }

  async range(options: RangeOptions): Promise<QueryOutcome> {
    const { source, startMs, endMs, stepMs } = options;
    await turnToBegin();
    const slices = this.slicesOf(options);
    const query = await this.parsed(options.query, slices);
    const overrides = this.overrides(options);
    const evaluation = this.engine.beginRange(source, query, startMs, endMs, stepMs, overrides);
    return this.finish({ evaluation, options, range: { startMs, endMs, stepMs } }, slices);
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

  /** Runs an evaluation slice by slice; the first begins in `slices`, unless that is over. */
  private async finish(query: RunningQuery, slices: Slices): Promise<QueryOutcome> {
    const { evaluation, options } = query;
    let isMoved = false;
    try {
      if (slices.isOver()) await slices.next();
      let spentMs = 0;
      let mayMove = this.elsewhere !== null;
      for (;;) {
        const begunMs = this.clock.monotonicMs();
        if (evaluation.run(sliceMsNow(SLICE_MS))) break;
        if (evaluation.isPrepared) spentMs += this.clock.monotonicMs() - begunMs;
        if (mayMove && isLong(evaluation, spentMs) && this.elsewhere?.isReady()) {
          const moved = this.move(query);
          mayMove = false;
          isMoved = moved !== null;
          if (moved !== null) return await moved;
        }
        await nextTurn();
      }
      return await this.textOf(evaluation.result(), options.limit);
    } finally {
      if (!isMoved) evaluation.close();
    }
  }

  /**
   * Lets a query go on elsewhere, which is ready, and closes it when it is over there; null = it
   * cannot be handed over.
   */
  private move({ evaluation, options, range }: RunningQuery): Promise<QueryOutcome> | null {
    const buffers: ArrayBuffer[] = [];
    const selections = evaluation.handOver(buffers);
    if (selections === null) return null;
    const { query: text, limit, lookbackMs, signal } = options;
    const { clock: _clock, ...rest } = this.engine.options;
    const timeoutMs = Math.max(1, options.deadlineMs - this.clock.monotonicMs());
    const job = { text, range, limit, options: { ...rest, lookbackMs, timeoutMs }, selections };
    const terms = { buffers, signal, onOver: () => evaluation.close() };
    return this.elsewhere!.run(job, terms).then(({ facts, ...text }) => ({ ...text, ...facts }));
  }

  /** The result as text, cut to the limit. */
  private async textOf(result: QueryResult, limit: number): Promise<QueryOutcome> {
    const slices = new Slices(this.clock, SLICE_MS);
    const { value, facts } = shownResult(result, limit);
    await slices.next();
    return { pieces: await inSlices(resultPieces(value), slices), rest: null, ...facts };
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
