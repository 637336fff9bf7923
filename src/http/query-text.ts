/**
 * Routes that ask for a query's text and not for its result: /format_query, /parse_query and
 * /query_exemplars.
 */
import type { FastifyInstance } from "fastify";
import { TsdbError } from "../base/errors.ts";
import type { Slices } from "../base/slices.ts";
import { textPieces } from "../base/text-pieces.ts";
import { formatValue } from "../promql/format-value.ts";
import { labelsJson, labelsParts, textJson } from "../promql/result/label-json.ts";
import { timeText } from "../promql/result/result-json.ts";
import type { SeriesExemplars } from "../series/exemplar-queries.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, answer, NO_DATA } from "./envelope.ts";
import { TIME_MAX_MS, TIME_MIN_MS, timeParameterOr } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import { inSlices, slicesOf } from "./pieces.ts";
import { asBadQuery } from "./query.ts";
import type { ServerParts } from "./server-parts.ts";

/** Runs a parser; its error names the parameter `query`. */
async function parsed<Result>(parse: () => Promise<Result>): Promise<Result> {
  try {
    return await parse();
  } catch (error) {
    throw asBadQuery(error);
  }
}

function* exemplarParts(found: readonly SeriesExemplars[]): Generator<string> {
  yield "[";
  for (const [i, { labels, exemplars }] of found.entries()) {
    yield `${i > 0 ? "," : ""}{"seriesLabels":`;
    yield* labelsParts(labels);
    yield ',"exemplars":[';
    for (const [n, one] of exemplars.entries()) {
      const value = `"value":"${formatValue(one.value)}","timestamp":${timeText(one.timeMs)}`;
      yield `${n > 0 ? "," : ""}{"labels":${labelsJson(one.labels)},${value}}`;
    }
    yield "]}";
  }
  yield "]";
}

/** Lines as one JSON string. */
function* lineParts(lines: readonly string[]): Generator<string> {
  for (const [i, line] of lines.entries()) {
    yield `${i === 0 ? '"' : "\\n"}${textJson(line).slice(1, -1)}`;
  }
  yield '"';
}

async function formatted(
  { queries }: ServerParts,
  parameters: Parameters,
  slices: Slices,
): Promise<ApiAnswer> {
  const lines = await parsed(() => queries.format(parameters.first("query"), slices));
  const pieces = await inSlices(textPieces(lineParts(lines)), slices);
  return { pieces, warnings: [], infos: [] };
}

async function exemplars(
  { service, queries }: ServerParts,
  parameters: Parameters,
  slices: Slices,
): Promise<ApiAnswer> {
  const startMs = timeParameterOr(parameters, "start", TIME_MIN_MS);
  const endMs = timeParameterOr(parameters, "end", TIME_MAX_MS);
  if (endMs < startMs) {
    throw new TsdbError("BAD_PARAMETER", "end timestamp must not be before start timestamp");
  }
  const selectors = await queries.selectors(parameters.first("query"), slices);
  if (selectors.length === 0) return NO_DATA;
  const found = await service.exemplars(selectors, startMs, endMs, slices);
  const pieces = await inSlices(textPieces(exemplarParts(found)), slices);
  return { pieces, warnings: [], infos: [] };
}

/** Registers the routes. */
export function addQueryTextRoutes(app: FastifyInstance, parts: ServerParts): void {
  const { queries } = parts;
  const both = ["GET", "POST"] as const;
  addApiRoute(app, parts, "/format_query", both, (parameters, _request, reply) =>
    formatted(parts, parameters, slicesOf(parts, reply)),
  );
  addApiRoute(app, parts, "/parse_query", both, async (parameters, _request, reply) => {
    const slices = slicesOf(parts, reply);
    return answer(await parsed(() => queries.tree(parameters.first("query"), slices)));
  });
  addApiRoute(app, parts, "/query_exemplars", both, (parameters, _request, reply) =>
    exemplars(parts, parameters, slicesOf(parts, reply)),
  );
}
