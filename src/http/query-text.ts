/**
 * Routes about a query's text: /format_query, /parse_query and /query_exemplars (always empty, no
 * exemplar is kept).
 */
import type { FastifyInstance } from "fastify";
import { TsdbError } from "../base/errors.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, answer, NO_DATA } from "./envelope.ts";
import { TIME_MAX_MS, TIME_MIN_MS, timeParameterOr } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import { asBadQuery } from "./query.ts";
import type { QueryPort } from "./query-port.ts";
import type { ServerParts } from "./server-parts.ts";

/** Runs a parser; its error names the parameter `query`. */
function parsed<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw asBadQuery(error);
  }
}

function exemplars(queries: QueryPort, parameters: Parameters): ApiAnswer {
  const startMs = timeParameterOr(parameters, "start", TIME_MIN_MS);
  const endMs = timeParameterOr(parameters, "end", TIME_MAX_MS);
  if (endMs < startMs) {
    throw new TsdbError("BAD_PARAMETER", "end timestamp must not be before start timestamp");
  }
  const count = queries.countSelectors(parameters.first("query"));
  return count === 0 ? NO_DATA : answer([]);
}

/** Registers the routes. */
export function addQueryTextRoutes(app: FastifyInstance, parts: ServerParts): void {
  const { queries } = parts;
  const both = ["GET", "POST"] as const;
  addApiRoute(app, parts, "/format_query", both, (parameters) =>
    answer(parsed(() => queries.format(parameters.first("query")))),
  );
  addApiRoute(app, parts, "/parse_query", both, (parameters) =>
    answer(parsed(() => queries.tree(parameters.first("query")))),
  );
  addApiRoute(app, parts, "/query_exemplars", both, (parameters) => exemplars(queries, parameters));
}
