/**
 * /-/healthy, /-/ready, /-/reload, /-/quit and /version: the life of the process.
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import { addRoute, TEXT_TYPE } from "./api-routes.ts";
import type { ServerParts } from "./server-parts.ts";
import { buildInformation } from "./status.ts";

/** A route that changes the process, behind --web.enable-lifecycle. */
function addControlRoute(
  app: FastifyInstance,
  { settings }: ServerParts,
  url: string,
  act: (reply: FastifyReply) => unknown,
): void {
  addRoute(app, url, ["POST", "PUT"], (_request, reply) => {
    reply.type(TEXT_TYPE);
    if (settings.enableLifecycle) return act(reply);
    return reply.code(403).send("Lifecycle API is not enabled.");
  });
}

/** Registers the routes. */
export function addLifecycleRoutes(app: FastifyInstance, parts: ServerParts): void {
  const { service, about } = parts;
  addRoute(app, "/-/healthy", ["GET", "HEAD"], (_request, reply) =>
    reply.type(TEXT_TYPE).send("Prometheus Server is Healthy.\n"),
  );
  addRoute(app, "/-/ready", ["GET", "HEAD"], (_request, reply) => {
    reply.type(TEXT_TYPE);
    if (service.state === "ready") return reply.send("Prometheus Server is Ready.\n");
    if (service.state === "stopping") reply.header("x-prometheus-stopping", "true");
    return reply.code(503).send("Service Unavailable");
  });
  addControlRoute(app, parts, "/-/reload", async (reply) => {
    try {
      await parts.access.reload();
      return reply.send("");
    } catch (error) {
      return reply.code(500).send(`failed to reload config: ${(error as Error).message}\n`);
    }
  });
  addControlRoute(app, parts, "/-/quit", (reply) => {
    parts.log.warn({}, "asked to end by /-/quit");
    // The answer goes out first: closing waits for what is under way.
    setImmediate(parts.quit);
    return reply.send("Requesting termination... Goodbye!");
  });
  addRoute(app, "/version", ["GET"], (_request, reply) => reply.send(buildInformation(about)));
}
