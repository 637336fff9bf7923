/**
 * /api/v1/query and /query_range: parameters to the query engine, its result to the envelope.
 *
 * I1  A query waits for a place and runs within one deadline: --query.timeout, or the request's
 *     `timeout` when that is shorter.
 * I2  When the client goes away the query is aborted, also while its answer is sent.
 *
 * Units: …Ms milliseconds.
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import { TsdbError } from "../base/errors.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, TRUNCATED } from "./envelope.ts";
import {
  badParameter,
  durationOf,
  durationParameter,
  limitParameter,
  timeParameter,
  timeParameterOr,
} from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import type { TextPiece } from "./pieces.ts";
import { QueryGate } from "./query-gate.ts";
import type { QueryOptions, QueryOutcome } from "./query-port.ts";
import { statisticsJson } from "./query-statistics.ts";
import type { ServerParts } from "./server-parts.ts";

/** Steps that a range query may have beyond its first point. */
const STEPS_MAX = 11_000;

/** The lookback that a request asks for, or the configured one. */
function lookbackOf(parameters: Parameters, configuredMs: number): number {
  const text = parameters.first("lookback_delta");
  if (text === "") return configuredMs;
  try {
    const lookbackMs = durationOf(text);
    return lookbackMs > 0 ? lookbackMs : configuredMs;
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    const what = `error parsing lookback delta duration: ${error.message}`;
    throw new TsdbError("BAD_PARAMETER", what);
  }
}

/** How long a request may take, in ms. */
function allowedMs(parameters: Parameters, configuredMs: number): number {
  if (parameters.first("timeout") === "") return configuredMs;
  return Math.min(configuredMs, durationParameter(parameters, "timeout"));
}

interface RangeTimes {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** The times of a range query, checked in the order in which Prometheus does. */
function rangeTimes(parameters: Parameters): RangeTimes {
  const startMs = timeParameter(parameters, "start");
  const endMs = timeParameter(parameters, "end");
  if (endMs < startMs) throw badParameter("end", "end timestamp must not be before start time");
  const exactMs = durationParameter(parameters, "step");
  if (exactMs > 0 && Math.trunc((endMs - startMs) / exactMs) > STEPS_MAX) {
    const what = "exceeded maximum resolution of 11,000 points per timeseries. ";
    const advice = "Try decreasing the query resolution (?step=XX)";
    throw new TsdbError("BAD_PARAMETER", what + advice);
  }
  // Steps are whole milliseconds, so one below 1 ms is none either.
  const stepMs = Math.trunc(exactMs);
  if (stepMs <= 0) {
    const what = "zero or negative query resolution step widths are not accepted. ";
    throw badParameter("step", `${what}Try a positive integer`);
  }
  return { startMs, endMs, stepMs };
}

/** A parse error names the parameter that was parsed. */
export function asBadQuery(error: unknown): unknown {
  if (!(error instanceof TsdbError) || error.code !== "QUERY_PARSE") return error;
  return badParameter("query", error.message);
}

export class QueryRoutes {
  private readonly parts: ServerParts;
  private readonly gate: QueryGate;

  constructor(parts: ServerParts) {
    this.parts = parts;
    this.gate = new QueryGate(parts.settings.queryConcurrencyMax, parts.counts);
  }

  instant(parameters: Parameters, reply: FastifyReply): Promise<ApiAnswer> {
    const limit = limitParameter(parameters);
    const timeMs = timeParameterOr(parameters, "time", this.parts.clock.nowMs());
    return this.run(parameters, reply, limit, (options) =>
      this.parts.queries.instant({ ...options, timeMs }),
    );
  }

  range(parameters: Parameters, reply: FastifyReply): Promise<ApiAnswer> {
    const limit = limitParameter(parameters);
    const times = rangeTimes(parameters);
    return this.run(parameters, reply, limit, (options) =>
      this.parts.queries.range({ ...options, ...times }),
    );
  }

  private async run(
    parameters: Parameters,
    reply: FastifyReply,
    limit: number,
    work: (options: QueryOptions) => Promise<QueryOutcome>,
  ): Promise<ApiAnswer> {
    const { settings, clock, service } = this.parts;
    const allowed = allowedMs(parameters, settings.queryTimeoutMs);
    const lookbackMs = lookbackOf(parameters, settings.queryLookbackMs);
    const source = service.source();
    const startedMs = clock.monotonicMs();
    let enteredMs = startedMs;
    const abort = new AbortController();
    reply.raw.once("close", () => abort.abort());
    try {
      const outcome = await this.gate.run(allowed, abort.signal, () => {
        enteredMs = clock.monotonicMs();
        const deadlineMs = startedMs + allowed;
        const query = parameters.first("query");
        return work({ source, query, lookbackMs, deadlineMs, signal: abort.signal, limit });
      });
      if (parameters.first("stats") === "") return toAnswer(outcome, "");
      const times = { startedMs, enteredMs, endedMs: clock.monotonicMs() };
      const { samplesPeak, touched } = outcome;
      const statistics = statisticsJson(samplesPeak, touched, times);
      return toAnswer(outcome, `,"stats":${statistics}`);
    } catch (error) {
      throw asBadQuery(error);
    }
  }
}

/** The outcome as an answer; `member` is put behind the last member of its data. */
function toAnswer(outcome: QueryOutcome, member: string): ApiAnswer {
  const { isTruncated, infos, rest } = outcome;
  const warnings = isTruncated ? [...outcome.warnings, TRUNCATED] : outcome.warnings;
  const pieces = [...outcome.pieces];
  if (rest !== null) {
    return { pieces, rest: member === "" ? rest : withMember(rest, member), warnings, infos };
  }
  if (member !== "") pieces.push(pieces.pop()!.slice(0, -1), `${member}}`);
  return { pieces, warnings, infos };
}

/** The last pieces of an object, with one member more. */
async function* withMember(
  pieces: AsyncIterable<TextPiece>,
  member: string,
): AsyncGenerator<TextPiece, void> {
  let last: TextPiece | null = null;
  for await (const piece of pieces) {
    if (last !== null) yield last;
    last = piece;
  }
  if (last !== null) yield last.slice(0, -1);
  yield `${member}}`;
}

/** Registers the routes. */
export function addQueryRoutes(app: FastifyInstance, parts: ServerParts): void {
  const routes = new QueryRoutes(parts);
  const both = ["GET", "POST"] as const;
  addApiRoute(app, parts, "/query", both, (parameters, _request, reply) =>
    routes.instant(parameters, reply),
  );
  addApiRoute(app, parts, "/query_range", both, (parameters, _request, reply) =>
    routes.range(parameters, reply),
  );
}
