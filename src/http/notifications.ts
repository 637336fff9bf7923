/**
 * /api/v1/notifications and its stream: Spandrel has no notifications, so the list is empty and
 * the stream stays open without an event, as that of a Prometheus to which nothing happens.
 *
 * I1  At most LISTENERS_MAX streams are open; who comes then gets 204, as from Prometheus.
 * I2  Streams end when the server closes.
 */
import type { ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { addApiRoute, addMethods } from "./api-routes.ts";
import { answer } from "./envelope.ts";
import type { ServerParts } from "./server-parts.ts";

const LISTENERS_MAX = 16;

const STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache",
  connection: "keep-alive",
} as const;

/** Registers the routes. */
export function addNotificationRoutes(app: FastifyInstance, parts: ServerParts): void {
  const open = new Set<ServerResponse>();
  app.addHook("preClose", (done) => {
    for (const response of open) response.end();
    done();
  });
  addApiRoute(app, parts, "/notifications", ["GET"], () => answer([]));
  addMethods(app, "/notifications/live", ["GET"], (_request, reply) => {
    if (open.size >= LISTENERS_MAX) return reply.code(204).send();
    const { raw } = reply.hijack();
    open.add(raw);
    raw.once("close", () => open.delete(raw));
    raw.writeHead(200, { ...reply.getHeaders(), ...STREAM_HEADERS } as Record<string, string>);
    raw.flushHeaders();
    return reply;
  });
}
