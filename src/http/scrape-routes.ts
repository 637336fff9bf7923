/**
 * API routes of what Spandrel has none of: targets, rules, alerts, alertmanagers, notifications.
 *
 * They answer in Prometheus' shape with nothing in it, so that clients that ask find no error.
 */
import type { FastifyInstance } from "fastify";
import { addApiRoute } from "./api-routes.ts";
import { answer } from "./envelope.ts";
import type { ServerParts } from "./server-parts.ts";

const EMPTY_ANSWERS: readonly (readonly [string, unknown])[] = [
  ["/targets", { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} }],
  ["/targets/metadata", []],
  ["/scrape_pools", { scrapePools: [] }],
  ["/alertmanagers", { activeAlertmanagers: [], droppedAlertmanagers: [] }],
  ["/rules", { groups: [] }],
  ["/alerts", { alerts: [] }],
  ["/notifications", []],
];

/** Registers the routes. */
export function addScrapeRoutes(app: FastifyInstance, parts: ServerParts): void {
  for (const [path, data] of EMPTY_ANSWERS) {
    addApiRoute(app, parts, path, ["GET"], () => answer(data));
  }
}
