/**
 * What can be done to the simulated heap of a running service, behind --web.enable-admin-api:
 * compaction, and a restart without the process.
 *
 * Both answer when they are over: seconds later in a large store.
 */
import type { FastifyInstance } from "fastify";
import { requireEnabled } from "./admin.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, answer } from "./envelope.ts";
import { badParameter } from "./parameter-values.ts";
import type { Parameters } from "./parameters.ts";
import type { ServerParts } from "./server-parts.ts";

const METHODS = ["POST", "PUT"] as const;
const CAPACITIES = ["class", "grow", "exact", "oneshot"] as const;
const ORDERS = ["time", "series", "shuffled"] as const;

/** A parameter that is one of a few words; it must be there. */
function wordParameter<Word extends string>(
  parameters: Parameters,
  name: string,
  words: readonly Word[],
): Word {
  const text = parameters.first(name);
  const word = words.find((known) => known === text);
  if (word !== undefined) return word;
  throw badParameter(name, `want one of ${words.join(", ")}`);
}

async function compact(parts: ServerParts): Promise<ApiAnswer> {
  requireEnabled(parts);
  return answer(await parts.heap.compactHeap());
}

async function restart(parts: ServerParts, parameters: Parameters): Promise<ApiAnswer> {
  requireEnabled(parts);
  const capacity = wordParameter(parameters, "capacity", CAPACITIES);
  const order = wordParameter(parameters, "order", ORDERS);
  return answer(await parts.heap.restart({ capacity, order }));
}

/** Registers the routes. */
export function addHeapAdminRoutes(app: FastifyInstance, parts: ServerParts): void {
  addApiRoute(app, parts, "/admin/heap/compact", METHODS, () => compact(parts));
  addApiRoute(app, parts, "/admin/drill/restart", METHODS, (parameters) =>
    restart(parts, parameters),
  );
}
