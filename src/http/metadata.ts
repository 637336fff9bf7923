/**
 * /api/v1/metadata: type, help and unit of metrics, as remote write brought them.
 */
import type { FastifyInstance } from "fastify";
import type { MetricMetadata } from "../engine/service.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, answer } from "./envelope.ts";
import { integerParameter } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import type { ServerParts } from "./server-parts.ts";

/** The limit of metrics: here 0 means none at all, absent or negative means all. */
function countMax(parameters: Parameters): number {
  const limit = integerParameter(parameters, "limit", "limit must be a number") ?? -1;
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}

function metadataAnswer({ service }: ServerParts, parameters: Parameters): ApiAnswer {
  const metric = parameters.first("metric");
  const limit = countMax(parameters);
  // The store keeps one entry a metric, so a limit per metric can never cut anything.
  const words = "limit_per_metric must be a number";
  integerParameter(parameters, "limit_per_metric", words);
  const data: Record<string, MetricMetadata[]> = Object.create(null);
  let count = 0;
  for (const [name, { type, help, unit }] of service.metadata()) {
    if (count >= limit) break;
    if (metric !== "" && metric !== name) continue;
    data[name] = [{ type, help, unit }];
    count++;
  }
  return answer(data);
}

/** Registers the route. */
export function addMetadataRoute(app: FastifyInstance, parts: ServerParts): void {
  addApiRoute(app, parts, "/metadata", ["GET"], (parameters) => metadataAnswer(parts, parameters));
}
