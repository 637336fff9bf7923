/**
 * /api/v1/status/storage: what the store holds, its journal, snapshots and last restore, in
 * one answer.
 */
import type { FastifyInstance } from "fastify";
import type { JournalReading } from "../engine/engine-reading.ts";
import { addApiRoute } from "./api-routes.ts";
import type { JournalState, StorageReply } from "./api-types.ts";
import { answer } from "./envelope.ts";
import type { ServerParts } from "./server-parts.ts";

function journalState({ syncDurations, ...rest }: JournalReading): JournalState {
  const syncTotal = syncDurations.cumulative().at(-1) ?? 0;
  return { ...rest, syncTotal, syncSeconds: syncDurations.sumSeconds };
}

function storageReply({ readEngine, service, settings }: ServerParts): StorageReply {
  const { store, samplesStoredTotal, refused, snapshot, journal, restore, restores } = readEngine();
  return {
    state: service.state,
    adminApi: settings.enableAdminApi,
    store,
    samplesStoredTotal,
    refused,
    snapshot,
    journal: journalState(journal),
    restore: restore.timeSeconds === 0 ? null : restore,
    restores,
  };
}

/** Registers the route. */
export function addStorageRoute(app: FastifyInstance, parts: ServerParts): void {
  addApiRoute(app, parts, "/status/storage", ["GET"], () => answer(storageReply(parts)));
}
