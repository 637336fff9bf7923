/**
 * /federate: the newest sample of every series that the selectors match, for another Prometheus to
 * scrape, in the format that it asks for. Native histograms are in those of protobuf only.
 *
 * I1  However many series there are, they are found, sorted and written in slices.
 *
 * Units: …Ms milliseconds.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { TsdbError } from "../base/errors.ts";
import type { Slices } from "../base/slices.ts";
import { textPieces } from "../base/text-pieces.ts";
import { type NewestSample, newestSamples } from "../engine/newest-samples.ts";
import { acceptedFormat, type ExpositionFormat } from "./accepted-format.ts";
import { addRoute, NO_SNIFFING, TEXT_TYPE } from "./api-routes.ts";
import { federationLabels, type LabelPair } from "./exposed-names.ts";
import { federationLines } from "./exposition.ts";
import { FamilySplitter } from "./metric-family.ts";
import { FamilyEncoder } from "./metric-family-bytes.ts";
import { familyTexts } from "./metric-family-text.ts";
import { Parameters } from "./parameters.ts";
import { inSlices, sendBytes, sendPieces, slicesOf } from "./pieces.ts";
import { wideSelectors } from "./selectors.ts";
import type { ServerParts } from "./server-parts.ts";

type Samples = Iterable<NewestSample>;

async function familyBytes(
  samples: Samples,
  given: readonly LabelPair[],
  { escaping }: ExpositionFormat,
  slices: Slices,
): Promise<readonly Uint8Array[]> {
  const encoder = new FamilyEncoder(given, escaping);
  const splitter = new FamilySplitter(encoder);
  for (const sample of samples) {
    splitter.add(sample);
    if (slices.isOver()) await slices.next();
  }
  return encoder.finish();
}

function linesOf(
  samples: Samples,
  given: readonly LabelPair[],
  { kind, escaping }: ExpositionFormat,
): Iterable<string> {
  if (kind === "classic") return federationLines(samples, given, escaping);
  return familyTexts(samples, given, escaping, kind === "compact-text");
}

/** Writes the samples; what is returned sends them. */
async function written(
  samples: Samples,
  given: readonly LabelPair[],
  format: ExpositionFormat,
  slices: Slices,
): Promise<(reply: FastifyReply) => FastifyReply> {
  if (format.kind === "delimited") {
    const bytes = await familyBytes(samples, given, format, slices);
    return (reply) => sendBytes(reply, bytes);
  }
  const pieces = await inSlices(textPieces(linesOf(samples, given, format)), slices);
  return (reply) => sendPieces(reply, pieces);
}

async function federate(
  parts: ServerParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  try {
    const { queries } = parts;
    const parameters = new Parameters(request.query, null);
    parameters.requireWhole();
    const slices = slicesOf(parts, reply);
    const selectors = await wideSelectors({ queries, parameters, slices });
    const nowMs = parts.clock.nowMs();
    const fromMs = nowMs - parts.settings.queryLookbackMs + 1;
    const source = parts.service.source();
    const format = acceptedFormat(request.headers.accept ?? "");
    const given = federationLabels(parts.settings.externalLabels);
    reply.type(format.contentType);
    const send = await newestSamples(source, selectors, fromMs, nowMs, slices, (samples) =>
      written(samples, given, format, slices),
    );
    return send(reply);
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
