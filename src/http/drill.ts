/**
 * /api/v1/drill: a drill beside the live service, started and looked at from the page.
 */
import type { FastifyInstance } from "fastify";
import { addApiRoute, addRoute, TEXT_TYPE } from "./api-routes.ts";
import { answer } from "./envelope.ts";
import { answerOf } from "./error-table.ts";
import type { ServerParts } from "./server-parts.ts";

const CSV_TYPE = "text/csv; charset=utf-8";

/** First values of a form or a query string. */
function plainValues(...forms: readonly unknown[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const form of forms) {
    for (const [name, value] of Object.entries((form ?? {}) as Record<string, unknown>)) {
      values[name] = String(Array.isArray(value) ? value.join(",") : value);
    }
  }
  return values;
}

/** Registers the routes. */
export function addDrillRoutes(app: FastifyInstance, parts: ServerParts): void {
  const { drill } = parts;
  addApiRoute(app, parts, "/drill", ["GET", "POST"], (_parameters, request) =>
    request.method === "GET"
      ? answer(drill.status())
      : answer(drill.start(plainValues(request.query, request.body))),
  );
  addApiRoute(app, parts, "/drill/stop", ["POST"], () => answer(drill.stop()));
  addApiRoute(app, parts, "/drill/report", ["GET"], () => answer(drill.report()));
  addRoute(app, "/drill/curves.csv", ["GET"], (_request, reply) => {
    try {
      return reply.type(CSV_TYPE).send(drill.curvesCsv());
    } catch (error) {
      const { status, text } = answerOf(error);
      return reply.code(status).type(TEXT_TYPE).send(text);
    }
  });
}
