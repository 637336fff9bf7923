/**
 * /api/v1/series, /labels and /label/NAME/values: what series there are.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { TsdbError } from "../base/errors.ts";
import type { Slices } from "../base/slices.ts";
import { textPieces } from "../base/text-pieces.ts";
import { quote } from "../promql/parse/string-text.ts";
import { JsonBytes } from "../promql/result/json-bytes.ts";
import { textJson } from "../promql/result/label-json.ts";
import type { LabelSetList } from "../series/label-sets.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, cutToLimit } from "./envelope.ts";
import { unescapeName } from "./name-escape.ts";
import { limitParameter, timeRange } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import { inSlices, slicesOf } from "./pieces.ts";
import { namedSelectors, requireSelectors, selectorsOf } from "./selectors.ts";
import type { ServerParts } from "./server-parts.ts";

/** Texts as an answer: cut to the limit, as JSON in pieces. */
async function textsAnswer(
  found: readonly string[],
  limit: number,
  slices: Slices,
): Promise<ApiAnswer> {
  const { length, warnings } = cutToLimit(found.length, limit);
  return {
    pieces: await inSlices(textPieces(listTexts(found, length)), slices),
    warnings,
    infos: [],
  };
}

function* listTexts(texts: readonly string[], length: number): Generator<string> {
  yield "[";
  for (let i = 0; i < length; i++) yield `${i > 0 ? "," : ""}${textJson(texts[i]!)}`;
  yield "]";
}

/** The first label sets as a JSON list, in pieces. */
function* setPieces(sets: LabelSetList, length: number): Generator<Uint8Array> {
  const json = new JsonBytes();
  json.ascii("[");
  for (let i = 0; i < length; i++) {
    if (i > 0) json.ascii(",");
    yield* json.wholeLabels(sets.at(i));
    if (json.isFull) yield json.take();
  }
  json.ascii("]");
  yield json.take();
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
  return service.series(selectors, fromMs, toMs, slices, async (sets) => {
    const { length, warnings } = cutToLimit(sets.length, limit);
    return { pieces: await inSlices(setPieces(sets, length), slices), warnings, infos: [] };
  });
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
  return textsAnswer(found, limit, slices);
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
  return textsAnswer(found, limit, slices);
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
