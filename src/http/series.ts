/**
 * /api/v1/series, /labels and /label/NAME/values: what series there are.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { TsdbError } from "../base/errors.ts";
import { labelsJson } from "../promql/result/result-json.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, answer, answerJson, cutToLimit } from "./envelope.ts";
import { unescapeName } from "./name-escape.ts";
import { limitParameter, quoted, timeRange } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import { requiredSelectors, selectorsOf } from "./selectors.ts";
import type { ServerParts } from "./server-parts.ts";

function seriesAnswer({ service, queries }: ServerParts, parameters: Parameters): ApiAnswer {
  const limit = limitParameter(parameters);
  const { fromMs, toMs } = timeRange(parameters);
  const found = service.series(requiredSelectors(queries, parameters), fromMs, toMs);
  const { kept, warnings } = cutToLimit(found, limit);
  return answerJson(`[${kept.map(labelsJson).join(",")}]`, warnings);
}

function namesAnswer({ service, queries }: ServerParts, parameters: Parameters): ApiAnswer {
  const limit = limitParameter(parameters);
  const { fromMs, toMs } = timeRange(parameters);
  const found = service.labelNames(selectorsOf(queries, parameters), fromMs, toMs);
  const { kept, warnings } = cutToLimit(found, limit);
  return answer(kept, warnings);
}

function valuesAnswer(
  { service, queries }: ServerParts,
  parameters: Parameters,
  request: FastifyRequest,
): ApiAnswer {
  const name = unescapeName((request.params as { readonly name: string }).name);
  if (name === "") {
    throw new TsdbError("BAD_PARAMETER", `invalid label name: ${quoted(name)}`);
  }
  const limit = limitParameter(parameters);
  const { fromMs, toMs } = timeRange(parameters);
  const found = service.labelValues(name, selectorsOf(queries, parameters), fromMs, toMs);
  const { kept, warnings } = cutToLimit(found, limit);
  return answer(kept, warnings);
}

/** Registers the routes. */
export function addSeriesRoutes(app: FastifyInstance, parts: ServerParts): void {
  const both = ["GET", "POST"] as const;
  addApiRoute(app, parts, "/series", both, (parameters) => seriesAnswer(parts, parameters));
  addApiRoute(app, parts, "/labels", both, (parameters) => namesAnswer(parts, parameters));
  addApiRoute(app, parts, "/label/:name/values", ["GET"], (parameters, request) =>
    valuesAnswer(parts, parameters, request),
  );
}
