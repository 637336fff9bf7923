/**
 * How an API route is registered: parameters in, envelope out, the same for all of them.
 *
 * I1  Every route under /api/v1 answers OPTIONS with 204 and carries the CORS headers; a route
 *     elsewhere answers it with 200 and the methods that it has.
 * I2  Every other method that a route does not have is answered with 405.
 * I3  Before the store is ready every route answers 503, except those registered as always open.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { Service } from "../engine/service.ts";
import { type ApiAnswer, errorText, JSON_TYPE, successPieces, successStream } from "./envelope.ts";
import { answerOf } from "./error-table.ts";
import { Parameters } from "./parameters.ts";
import { sendPieces, streamOf } from "./pieces.ts";
import type { ServerParts } from "./server-parts.ts";

export const TEXT_TYPE = "text/plain; charset=utf-8";
/** Goes with errors that are plain text. */
export const NO_SNIFFING = ["x-content-type-options", "nosniff"] as const;

const ALL_METHODS: readonly HTTPMethods[] = [
  "DELETE",
  "GET",
  "HEAD",
  "PATCH",
  "POST",
  "PUT",
  "TRACE",
];

/** Answers one API request from its parameters. */
export type ApiHandler = (
  parameters: Parameters,
  request: FastifyRequest,
  reply: FastifyReply,
) => ApiAnswer | Promise<ApiAnswer>;

/** What the header Allow says of a route. */
export function allowedMethods(methods: readonly string[]): string {
  return [...methods, "OPTIONS"].sort((a, b) => (a < b ? -1 : 1)).join(", ");
}

/** Registers a route and answers its other methods with 405; OPTIONS is left to the context. */
export function addMethods(
  app: FastifyInstance,
  url: string,
  methods: readonly HTTPMethods[],
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  app.route({ method: [...methods], url, handler });
  app.route({
    method: ALL_METHODS.filter((method) => !methods.includes(method)),
    url,
    handler: (_request, reply) => {
      reply.code(405).header("allow", allowedMethods(methods)).type(TEXT_TYPE);
      return reply.header(...NO_SNIFFING).send("Method Not Allowed\n");
    },
  });
}

/** Registers a plain route, outside the API. */
export function addRoute(
  app: FastifyInstance,
  url: string,
  methods: readonly HTTPMethods[],
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  addMethods(app, url, methods, handler);
  app.options(url, (_request, reply) => reply.header("allow", allowedMethods(methods)).send());
}

/** Registers an API route: errors become the error envelope, answers the success envelope. */
export function addApiRoute(
  app: FastifyInstance,
  parts: ServerParts,
  url: string,
  methods: readonly HTTPMethods[],
  handler: ApiHandler,
): void {
  addMethods(app, url, methods, async (request, reply) => {
    reply.type(JSON_TYPE);
    try {
      const parameters = new Parameters(request.query, request.body);
      const result = await handler(parameters, request, reply);
      if (result.pieces.length === 0) return reply.code(204).removeHeader("content-type").send();
      if (result.rest !== undefined) return reply.send(streamOf(successStream(result)));
      return sendPieces(reply, successPieces(result));
    } catch (error) {
      const { status, errorType, text } = answerOf(error);
      if (status === 500) parts.log.error({ error, url: request.url }, "request failed");
      return reply.code(status).send(errorText(errorType, text));
    }
  });
}

/** Sends JSON under the type that Prometheus has: without the charset that Fastify adds. */
export function keepJsonType(app: FastifyInstance): void {
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (reply.getHeader("content-type") === `${JSON_TYPE}; charset=utf-8`) {
      reply.header("content-type", JSON_TYPE);
    }
    done(null, payload);
  });
}

/** Refuses requests of a context with 503 while the store is not ready. */
export function requireReady(app: FastifyInstance, service: Service): void {
  app.addHook("onRequest", (_request, reply, done) => {
    if (service.state === "ready") done();
    else reply.code(503).type(TEXT_TYPE).send("Service Unavailable");
  });
}
