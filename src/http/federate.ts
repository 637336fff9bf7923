/**
 * /federate: the newest sample of every series that the selectors match, for another Prometheus to
 * scrape. Lines of one metric stand together below their TYPE line.
 *
 * Units: …Ms milliseconds.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { TsdbError } from "../base/errors.ts";
import { textPieces } from "../base/text-pieces.ts";
import { type NewestSample, newestSamples } from "../engine/newest-samples.ts";
import { addRoute, NO_SNIFFING, TEXT_TYPE } from "./api-routes.ts";
import { type NameEscaping, nameEscapingOf, sampleLine, textType, typeLine } from "./exposition.ts";
import { Parameters } from "./parameters.ts";
import { inSlices, sendPieces, slicesOf } from "./pieces.ts";
import { wideSelectors } from "./selectors.ts";
import type { ServerParts } from "./server-parts.ts";

function* federationLines(
  samples: readonly NewestSample[],
  escaping: NameEscaping,
): Generator<string> {
  let family = "";
  for (const { labels, value, timeMs } of samples) {
    const name = labels.get("__name__");
    if (name !== family) yield `${typeLine(name, "untyped", escaping)}\n`;
    family = name;
    yield `${sampleLine(labels, value, timeMs, escaping)}\n`;
  }
}

async function federate(
  parts: ServerParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  try {
    const { queries } = parts;
    const parameters = new Parameters(request.query, null);
    const slices = slicesOf(parts, reply);
    const selectors = await wideSelectors({ queries, parameters, slices });
    const nowMs = parts.clock.nowMs();
    const fromMs = nowMs - parts.settings.queryLookbackMs + 1;
    const source = parts.service.source();
    const samples = await newestSamples(source, selectors, fromMs, nowMs, slices);
    const escaping = nameEscapingOf(request.headers.accept ?? "");
    const pieces = await inSlices(textPieces(federationLines(samples, escaping)), slices);
    return sendPieces(reply.type(textType(escaping)), pieces);
  } catch (error) {
    if (!(error instanceof TsdbError)) throw error;
    reply
      .code(400)
      .type(TEXT_TYPE)
      .header(...NO_SNIFFING);
    return reply.send(`${error.message}\n`);
  }
}

/** Registers the route. */
export function addFederationRoute(app: FastifyInstance, parts: ServerParts): void {
  addRoute(app, "/federate", ["GET"], (request, reply) => federate(parts, request, reply));
}
