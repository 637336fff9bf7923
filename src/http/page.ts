/**
 * The page at /: files that `npm run build` has made from src/web, served as they are.
 *
 * I1  The page loads nothing from elsewhere and runs no script but its own files: its policy says
 *     so to the browser.
 * I2  File names under /assets/ carry a hash of their content: they may be kept for ever. The
 *     document that names them is asked for anew each time.
 */
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply } from "fastify";
import { addRoute, TEXT_TYPE } from "./api-routes.ts";
import type { ServerParts } from "./server-parts.ts";

const CONTENT_POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join("; ");
const KEPT_SECONDS = 365 * 24 * 3600;
const NOT_BUILT = "the page is not built: npm run build makes it\n";

function withPolicy(reply: FastifyReply): FastifyReply {
  reply.header("content-security-policy", CONTENT_POLICY);
  reply.header("x-content-type-options", "nosniff");
  return reply.header("referrer-policy", "same-origin");
}

/** Registers the page and its files. */
export function addPageRoutes(app: FastifyInstance, { pageDirectory }: ServerParts): void {
  if (pageDirectory === null) {
    addRoute(app, "/", ["GET", "HEAD"], (_request, reply) =>
      withPolicy(reply).code(503).type(TEXT_TYPE).send(NOT_BUILT),
    );
    return;
  }
  app.register(fastifyStatic, {
    root: `${pageDirectory}/assets`,
    prefix: "/assets/",
    immutable: true,
    maxAge: KEPT_SECONDS * 1000,
    index: false,
  });
  addRoute(app, "/", ["GET", "HEAD"], (_request, reply) => {
    const kept = { cacheControl: false, immutable: false, maxAge: 0 };
    return withPolicy(reply)
      .header("cache-control", "no-cache")
      .sendFile("index.html", pageDirectory, kept);
  });
}
