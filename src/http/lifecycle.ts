/**
 * /-/healthy, /-/ready, /-/reload, /-/quit and /version: the life of the process.
 */
import type { FastifyInstance } from "fastify";
import { addRoute, TEXT_TYPE } from "./api-routes.ts";
import type { ServerParts } from "./server-parts.ts";
import { buildInformation } from "./status.ts";

/** Registers the routes. */
export function addLifecycleRoutes(app: FastifyInstance, { service, about }: ServerParts): void {
  addRoute(app, "/-/healthy", ["GET", "HEAD"], (_request, reply) =>
    reply.type(TEXT_TYPE).send("Prometheus Server is Healthy.\n"),
  );
  addRoute(app, "/-/ready", ["GET", "HEAD"], (_request, reply) => {
    reply.type(TEXT_TYPE);
    if (service.state === "ready") return reply.send("Prometheus Server is Ready.\n");
    if (service.state === "stopping") reply.header("x-prometheus-stopping", "true");
    return reply.code(503).send("Service Unavailable");
  });
  for (const url of ["/-/reload", "/-/quit"]) {
    addRoute(app, url, ["POST", "PUT"], (_request, reply) =>
      reply.code(403).type(TEXT_TYPE).send("Lifecycle API is not enabled."),
    );
  }
  addRoute(app, "/version", ["GET"], (_request, reply) => reply.send(buildInformation(about)));
}
