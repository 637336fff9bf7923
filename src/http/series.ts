/**
 * /api/v1/series, /labels and /label/NAME/values: what series there are.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { TsdbError } from "../base/errors.ts";
import type { Slices } from "../base/slices.ts";
import { quote } from "../promql/parse/string-text.ts";
import { labelsParts, textJson } from "../promql/result/label-json.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, cutToLimit } from "./envelope.ts";
import { unescapeName } from "./name-escape.ts";
import { limitParameter, timeRange } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import { inSlices, listPieces, slicesOf } from "./pieces.ts";
import { namedSelectors, requireSelectors, selectorsOf } from "./selectors.ts";
import type { ServerParts } from "./server-parts.ts";

function textParts(text: string): Iterable<string> {
  return [textJson(text)];
}

/** An entry list as an answer: cut to the limit, as JSON in pieces. */
async function listAnswer<Entry>(
  found: readonly Entry[],
  parts: (entry: Entry) => Iterable<string>,
  limit: number,
  slices: Slices,
): Promise<ApiAnswer> {
  const { kept, warnings } = cutToLimit(found, limit);
  return { pieces: await inSlices(listPieces(kept, parts), slices), warnings, infos: [] };
}

async function seriesAnswer(
  { service, queries }: ServerParts,
  parameters: Parameters,
  slices: Slices,
): Promise<ApiAnswer> {
  requireSelectors(parameters);
  const limit = limitParameter(parameters);
  const { fromMs, toMs } = timeRange(parameters);
  const selectors = await namedSelectors({ queries, parameters, slices });
  const found = await service.series(selectors, fromMs, toMs, slices);
  return listAnswer(found, labelsParts, limit, slices);
}

async function namesAnswer(
  { service, queries }: ServerParts,
  parameters: Parameters,
  slices: Slices,
): Promise<ApiAnswer> {
  const limit = limitParameter(parameters);
  const { fromMs, toMs } = timeRange(parameters);
  const selectors = await selectorsOf({ queries, parameters, slices });
  const found = await service.labelNames(selectors, fromMs, toMs, slices);
  return listAnswer(found, textParts, limit, slices);
}

async function valuesAnswer(
  { service, queries }: ServerParts,
  parameters: Parameters,
  request: FastifyRequest,
  slices: Slices,
): Promise<ApiAnswer> {
  const name = unescapeName((request.params as { readonly name: string }).name);
  if (name === "") {
    throw new TsdbError("BAD_PARAMETER", `invalid label name: ${quote(name)}`);
  }
  const limit = limitParameter(parameters);
  const { fromMs, toMs } = timeRange(parameters);
  const selectors = await selectorsOf({ queries, parameters, slices });
  const found = await service.labelValues(name, selectors, fromMs, toMs, slices);
  return listAnswer(found, textParts, limit, slices);
}

/** Registers the routes. */
export function addSeriesRoutes(app: FastifyInstance, parts: ServerParts): void {
  const both = ["GET", "POST"] as const;
  addApiRoute(app, parts, "/series", both, (parameters, _request, reply) =>
    seriesAnswer(parts, parameters, slicesOf(parts, reply)),
  );
  addApiRoute(app, parts, "/labels", both, (parameters, _request, reply) =>
    namesAnswer(parts, parameters, slicesOf(parts, reply)),
  );
  addApiRoute(app, parts, "/label/:name/values", ["GET"], (parameters, request, reply) =>
    valuesAnswer(parts, parameters, request, slicesOf(parts, reply)),
  );
}
