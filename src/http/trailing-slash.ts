/**
 * A plain route that is asked for with a slash behind it: the client is led to the right URL, as
 * Prometheus does for probes and scrapes. Under /api/v1 it would lead astray, so nothing is there.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const API = "/api/";
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" },
};

/** The URL without the slash, where a route is there; else null. */
export function urlWithoutSlash(
  app: FastifyInstance,
  { method, url }: FastifyRequest,
): string | null {
  const [path = "", ...query] = url.split("?");
  const plain = path.slice(0, -1);
  if (method !== "GET" || !path.endsWith("/") || path.startsWith(API)) return null;
  if (plain === "" || !app.hasRoute({ method, url: plain })) return null;
  return [plain, ...query].join("?");
}

/** Answers with the URL to go to. */
export function leadTo(url: string, reply: FastifyReply): FastifyReply {
  const shown = url.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
  reply.code(301).header("location", url).type("text/html; charset=utf-8");
  return reply.send(`<a href="${shown}">Moved Permanently</a>.\n\n`);
}
