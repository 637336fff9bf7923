/**
 * Cross-origin access to the API: any page may read it, as Prometheus' default allows.
 */
import type { FastifyInstance } from "fastify";

/** Adds the CORS headers to every answer of a context and answers OPTIONS for any path in it. */
export function allowCrossOrigin(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("vary", "Origin");
    if ((request.headers.origin ?? "") !== "") {
      reply.header("access-control-allow-origin", "*");
      reply.header("access-control-allow-methods", "GET, POST, OPTIONS");
      reply.header("access-control-allow-headers", "Accept, Authorization, Content-Type, Origin");
      reply.header("access-control-expose-headers", "Date");
    }
    done();
  });
  app.options("/*", (_request, reply) => reply.code(204).send());
}
