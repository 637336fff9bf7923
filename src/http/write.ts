/**
 * POST /api/v1/write: remote write 1.0 and 2.0 from the socket to the store.
 *
 * I1  A request is decompressed and scanned whole before anything of it is stored.
 * I2  A refused sample never takes accepted ones with it: 400 names what was refused, the rest is
 *     stored.
 * I3  Decoding and storing is one synchronous step, so one intake serves everybody.
 * I4  Refused exemplars are counted; the sender is told of those out of order in 2.0 and of none in
 *     1.0, as Prometheus does it.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { TsdbError } from "../base/errors.ts";
import { beginShortRequest, endShortRequest } from "../base/slices.ts";
import type { Service, WriteOutcome } from "../engine/service.ts";
import type { RequestCounts } from "../observe/request-counts.ts";
import {
  WRITE_REQUEST_1,
  WRITE_REQUEST_2,
  type WriteMessage,
  writeMessageOf,
} from "../wire/media-type.ts";
import type { WriteBatch } from "../wire/write-batch.ts";
import type { AccessGuard } from "./access-guard.ts";
import { addMethods } from "./api-routes.ts";
import type { RequestBody } from "./request-body.ts";
import type { ServerParts } from "./server-parts.ts";
import {
  isRefused,
  refusalText,
  type WriteDoor,
  type WriteVisit,
  withoutLateExemplars,
} from "./write-door.ts";
import { clearWritten, setWritten } from "./written-headers.ts";

export const WRITE_PATH = "/api/v1/write";

const ACCEPTED_MESSAGES = [WRITE_REQUEST_1, WRITE_REQUEST_2] as const;

export class WriteRoute {
  private readonly service: Service;
  private readonly parts: ServerParts;
  private readonly counts: RequestCounts;
  private readonly door: WriteDoor;
  private readonly decodedBytesMax: number;

  constructor(parts: ServerParts, door: WriteDoor) {
    this.parts = parts;
    this.door = door;
    this.service = parts.service;
    this.counts = parts.counts;
    this.decodedBytesMax = parts.settings.writeDecodedBytesMax;
  }

  /** Serves one request of a client. */
  serve(request: IncomingMessage, response: ServerResponse, client: string): void {
    const visit = { path: WRITE_PATH, client, response };
    if (this.door.isClosed(request, visit)) return;
    const { "content-type": type, "content-encoding": encoding } = request.headers;
    let message: WriteMessage;
    try {
      message = writeMessageOf(type, encoding, ACCEPTED_MESSAGES);
    } catch (error) {
      this.fail(visit, error);
      request.resume();
      return;
    }
    // Not at the door: a request of OTLP waits for turns itself.
    beginShortRequest();
    response.once("close", endShortRequest);
    const startedMs = this.parts.clock.monotonicMs();
    this.door.admit(request, visit, (body) => {
      this.store(visit, message, body, startedMs);
      this.door.bodies.release(body);
    });
  }

  private store(
    visit: WriteVisit,
    message: WriteMessage,
    { buffer, length }: RequestBody,
    startedMs: number,
  ): void {
    const { counts } = this;
    try {
      const batch = this.read(message, buffer.subarray(0, length));
      this.door.admission.spend(visit.client, batch.sampleCount);
      counts.writeBodyBytes += length;
      counts.writeDecodedBytes += batch.bodyLength;
      counts.writeExemplars += batch.exemplarCount;
      counts.writeMetadata += batch.sentMetadataCount;
      const stored = this.service.write(batch);
      const isOne = message !== WRITE_REQUEST_2;
      const outcome = isOne ? withoutLateExemplars(stored) : stored;
      if (!isOne) setWritten(visit.response, batch, outcome);
      const written = this.service.written();
      if (written !== null) {
        this.acknowledgeLater(visit, outcome, written, startedMs);
        return;
      }
      this.acknowledge(visit, outcome);
    } catch (error) {
      this.fail(visit, error);
    }
    this.time(startedMs);
  }

  private time(startedMs: number): void {
    this.counts.time(WRITE_PATH, (this.parts.clock.monotonicMs() - startedMs) / 1000);
  }

  private acknowledge(visit: WriteVisit, outcome: WriteOutcome): void {
    if (isRefused(outcome)) this.door.refuse(visit, 400, refusalText(outcome));
    else {
      this.counts.count(WRITE_PATH, 204);
      visit.response.statusCode = 204;
      visit.response.end();
    }
  }

  /** Answers when the journal has the request. */
  private acknowledgeLater(
    visit: WriteVisit,
    outcome: WriteOutcome,
    written: Promise<void>,
    startedMs: number,
  ): void {
    void written
      .then(
        () => this.acknowledge(visit, outcome),
        (error: unknown) => this.fail(visit, error),
      )
      .then(() => this.time(startedMs));
  }

  /** Decodes; a declared size above the limit is bad data (400), not a large body (413). */
  private read(message: WriteMessage, body: Uint8Array): WriteBatch {
    try {
      const { intake } = this.service;
      if (message === WRITE_REQUEST_2) return intake.read2(body, this.decodedBytesMax);
      return intake.read(body, this.decodedBytesMax);
    } catch (error) {
      const isTooLarge = error instanceof TsdbError && error.code === "BODY_TOO_LARGE";
      throw isTooLarge ? new TsdbError("BAD_PARAMETER", error.message) : error;
    }
  }

  private fail(visit: WriteVisit, error: unknown): void {
    clearWritten(visit.response);
    this.door.fail(visit, error);
  }
}

/** Registers the write route. */
export function addWriteRoute(
  app: FastifyInstance,
  parts: ServerParts,
  door: WriteDoor,
  guard: AccessGuard,
): void {
  const route = new WriteRoute(parts, door);
  app.addHook("onRequest", (request, reply, done) => {
    if (request.method !== "POST") return done();
    reply.hijack();
    route.serve(request.raw, reply.raw, guard.clientOf(request.raw));
  });
  addMethods(app, WRITE_PATH, ["POST"], () => undefined);
}
