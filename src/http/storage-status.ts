/**
 * /api/v1/status/storage: what the store holds, its snapshots and its last restore, in one answer.
 */
import type { FastifyInstance } from "fastify";
import { addApiRoute } from "./api-routes.ts";
import type { StorageReply } from "./api-types.ts";
import { answer } from "./envelope.ts";
import type { ServerParts } from "./server-parts.ts";

function storageReply({ readEngine, service, settings }: ServerParts): StorageReply {
  const { store, samplesStoredTotal, refused, snapshot, restore } = readEngine();
  return {
    state: service.state,
    adminApi: settings.enableAdminApi,
    store,
    samplesStoredTotal,
    refused,
    snapshot,
    restore: restore.timeSeconds === 0 ? null : restore,
  };
}

/** Registers the route. */
export function addStorageRoute(app: FastifyInstance, parts: ServerParts): void {
  addApiRoute(app, parts, "/status/storage", ["GET"], () => answer(storageReply(parts)));
}
