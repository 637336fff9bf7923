/**
 * /api/v1/admin/tsdb/…: snapshots on demand, behind --web.enable-admin-api.
 *
 * delete_series and clean_tombstones are known and refused: samples leave with their window only.
 */
import type { FastifyInstance } from "fastify";
import { TsdbError } from "../base/errors.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, answer } from "./envelope.ts";
import { booleanParameter } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
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

/** Registers the routes. */
export function addAdminRoutes(app: FastifyInstance, parts: ServerParts): void {
  addApiRoute(app, parts, `${PREFIX}/snapshot`, METHODS, (parameters) =>
    takeSnapshot(parts, parameters),
  );
  for (const name of ["delete_series", "clean_tombstones"]) {
    addApiRoute(app, parts, `${PREFIX}/${name}`, METHODS, () => {
      requireEnabled(parts);
      const what = `${name} is not supported: samples leave the store with their whole window`;
      throw new TsdbError("UNAVAILABLE", what);
    });
  }
}
