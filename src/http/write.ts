/**
 * POST /api/v1/write: remote write 1.0 from the socket to the store.
 *
 * I1  A request is decompressed and scanned whole before anything of it is stored.
 * I2  A refused sample never takes accepted ones with it: 400 names what was refused, the rest is
 *     stored. Bad data is never answered with 5xx, which would make the sender repeat it for ever.
 * I3  Decoding and storing is one synchronous step, so one intake serves everybody.
 *
 * The route answers on the raw response: Fastify's own body reading and reply cost 20 us a request
 * more (125 against 105 us of CPU at 86 KB, as much as node:http alone), and it needs neither.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { TsdbError } from "../base/errors.ts";
import type { Service, WriteOutcome } from "../engine/service.ts";
import type { RequestCounts } from "../observe/request-counts.ts";
import { WRITE_REQUEST_1, writeMessageOf } from "../wire/media-type.ts";
import type { WriteBatch } from "../wire/write-batch.ts";
import { addMethods, NO_SNIFFING, TEXT_TYPE } from "./api-routes.ts";
import { answerOf, CLIENT_CLOSED_REQUEST } from "./error-table.ts";
import { BodyReader, type RequestBody } from "./request-body.ts";
import type { ServerParts } from "./server-parts.ts";

export const WRITE_PATH = "/api/v1/write";

const ACCEPTED_MESSAGES = [WRITE_REQUEST_1] as const;
/** What a sender is asked to wait when the heap limit is reached: a collection may help by then. */
const RETRY_AFTER_SECONDS = "10";

/** The text of a 400: one line for each kind of refusal. */
function refusalText({ samplesStored, refusals }: WriteOutcome): string {
  const lines = refusals.map(({ reason, count, first }) => {
    return `${reason}: ${count} ${count === 1 ? "sample" : "samples"}, first: ${first}`;
  });
  lines.push(`${samplesStored} other samples of the request were stored`);
  return lines.join("\n");
}

export class WriteRoute {
  private readonly service: Service;
  private readonly parts: ServerParts;
  private readonly counts: RequestCounts;
  private readonly bodies: BodyReader;
  private readonly decodedBytesMax: number;

  constructor(parts: ServerParts) {
    this.parts = parts;
    this.service = parts.service;
    this.counts = parts.counts;
    this.bodies = new BodyReader(parts.settings.writeBodyBytesMax);
    this.decodedBytesMax = parts.settings.writeDecodedBytesMax;
  }

  /** Serves one request. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    if (this.service.state !== "ready") {
      this.refuse(response, 503, "Service Unavailable");
      request.resume();
      return;
    }
    const { "content-type": type, "content-encoding": encoding } = request.headers;
    try {
      writeMessageOf(type, encoding, ACCEPTED_MESSAGES);
    } catch (error) {
      this.fail(response, error);
      request.resume();
      return;
    }
    const startedMs = this.parts.clock.monotonicMs();
    this.bodies.read(request, (outcome, body) => {
      if (outcome === "whole") this.store(response, body, startedMs);
      else if (outcome === "too-large") this.refuseLarge(response);
      else this.counts.count(WRITE_PATH, CLIENT_CLOSED_REQUEST);
      this.bodies.release(body);
    });
  }

  private store(
    response: ServerResponse,
    { buffer, length }: RequestBody,
    startedMs: number,
  ): void {
    const { counts } = this;
    try {
      const batch = this.read(buffer.subarray(0, length));
      counts.writeBodyBytes += length;
      counts.writeDecodedBytes += batch.bodyLength;
      counts.writeExemplars += batch.exemplarCount;
      counts.writeMetadata += batch.metadataCount;
      const outcome = this.service.write(batch);
      if (outcome.refusals.length > 0) this.refuse(response, 400, refusalText(outcome));
      else {
        counts.count(WRITE_PATH, 204);
        response.statusCode = 204;
        response.end();
      }
    } catch (error) {
      this.fail(response, error);
    }
    counts.time(WRITE_PATH, (this.parts.clock.monotonicMs() - startedMs) / 1000);
  }

  /** Decodes; a declared size above the limit is bad data (400), not a large body (413). */
  private read(body: Uint8Array): WriteBatch {
    try {
      return this.service.intake.read(body, this.decodedBytesMax);
    } catch (error) {
      const isTooLarge = error instanceof TsdbError && error.code === "BODY_TOO_LARGE";
      throw isTooLarge ? new TsdbError("BAD_PARAMETER", error.message) : error;
    }
  }

  private fail(response: ServerResponse, error: unknown): void {
    const { status, text } = answerOf(error);
    if (status === 429) response.setHeader("retry-after", RETRY_AFTER_SECONDS);
    this.refuse(response, status, text);
    // The store may be half changed: only a restart brings it back to what it should be.
    if (!(error instanceof TsdbError)) this.parts.onBug(error);
    else if (status >= 500) this.parts.log.error({ error }, "write request failed");
  }

  private refuseLarge(response: ServerResponse): void {
    // The client may go on sending for long: the connection is worth nothing any more.
    response.setHeader("connection", "close");
    const { writeBodyBytesMax } = this.parts.settings;
    this.refuse(response, 413, `body is larger than the limit of ${writeBodyBytesMax} bytes`);
  }

  private refuse(response: ServerResponse, status: number, text: string): void {
    this.counts.count(WRITE_PATH, status);
    response.statusCode = status;
    response.setHeader("content-type", TEXT_TYPE);
    response.setHeader(...NO_SNIFFING);
    response.end(`${text}\n`);
  }
}

/** Registers the write route. */
export function addWriteRoute(app: FastifyInstance, parts: ServerParts): void {
  const route = new WriteRoute(parts);
  app.addHook("onRequest", (request, reply, done) => {
    if (request.method !== "POST") return done();
    reply.hijack();
    route.serve(request.raw, reply.raw);
  });
  addMethods(app, WRITE_PATH, ["POST"], () => undefined);
}
