/**
 * /api/v1/admin/tsdb/…: snapshots on demand, deleting and cleaning, behind --web.enable-admin-api.
 */
import type { FastifyInstance } from "fastify";
import { TsdbError } from "../base/errors.ts";
import type { Slices } from "../base/slices.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, answer, NO_DATA } from "./envelope.ts";
import { booleanParameter, timeRange } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import { slicesOf } from "./pieces.ts";
import { namedWideSelectors, requireSelectors } from "./selectors.ts";
import type { ServerParts } from "./server-parts.ts";

const PREFIX = "/admin/tsdb";
const METHODS = ["POST", "PUT"] as const;

/** Refuses when the admin API is off. */
export function requireEnabled({ settings }: ServerParts): void {
  if (!settings.enableAdminApi) throw new TsdbError("UNAVAILABLE", "admin APIs disabled");
}

async function takeSnapshot(parts: ServerParts, parameters: Parameters): Promise<ApiAnswer> {
  requireEnabled(parts);
  // The head is all there is: leaving it out would leave nothing to write.
  if (booleanParameter(parameters, "skip_head")) {
    throw new TsdbError("BAD_PARAMETER", "skip_head=true leaves nothing to write: want false");
  }
  const { name } = await parts.service.snapshot();
  return answer({ name });
}

async function deleteSeries(
  parts: ServerParts,
  parameters: Parameters,
  slices: Slices,
): Promise<ApiAnswer> {
  requireEnabled(parts);
  requireSelectors(parameters);
  const { fromMs, toMs } = timeRange(parameters);
  const selectors = await namedWideSelectors({ queries: parts.queries, parameters, slices });
  await parts.service.deleteSeries(selectors, fromMs, toMs);
  return NO_DATA;
}

async function cleanTombstones(parts: ServerParts): Promise<ApiAnswer> {
  requireEnabled(parts);
  await parts.service.cleanTombstones();
  return NO_DATA;
}

/** Registers the routes. */
export function addAdminRoutes(app: FastifyInstance, parts: ServerParts): void {
  addApiRoute(app, parts, `${PREFIX}/snapshot`, METHODS, (parameters) =>
    takeSnapshot(parts, parameters),
  );
  addApiRoute(app, parts, `${PREFIX}/delete_series`, METHODS, (parameters, _request, reply) =>
    deleteSeries(parts, parameters, slicesOf(parts, reply)),
  );
  addApiRoute(app, parts, `${PREFIX}/clean_tombstones`, METHODS, () => cleanTombstones(parts));
}
