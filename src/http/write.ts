/**
 * POST /api/v1/write: remote write 1.0 and 2.0 from the socket to the store.
 *
 * I1  A request is decompressed and scanned whole before anything of it is stored.
 * I2  A refused sample never takes accepted ones with it: 400 names what was refused, the rest is
 *     stored. Bad data is never answered with 5xx, which would make the sender repeat it for ever.
 * I3  Decoding and storing is one synchronous step, so one intake serves everybody.
 * I4  Refused exemplars are counted; the sender is told of those out of order in 2.0 and of none in
 *     1.0, as Prometheus does it.
 * I5  Limits of the client and of the whole service are asked before the body is read.
 *
 * The route answers on the raw response: Fastify's own body reading and reply cost 20 us a request
 * more (125 against 105 us of CPU at 86 KB, as much as node:http alone), and it needs neither.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { TsdbError } from "../base/errors.ts";
import type { Refusal, Service, WriteOutcome } from "../engine/service.ts";
import type { RequestCounts } from "../observe/request-counts.ts";
import {
  WRITE_REQUEST_1,
  WRITE_REQUEST_2,
  type WriteMessage,
  writeMessageOf,
} from "../wire/media-type.ts";
import type { WriteBatch } from "../wire/write-batch.ts";
import type { AccessGuard } from "./access-guard.ts";
import { addMethods, NO_SNIFFING, TEXT_TYPE } from "./api-routes.ts";
import { answerOf, CLIENT_CLOSED_REQUEST } from "./error-table.ts";
import { BodyReader, type RequestBody } from "./request-body.ts";
import type { ServerParts } from "./server-parts.ts";
import { WriteAdmission, type WriteRefusal } from "./write-admission.ts";
import { WriteTurns } from "./write-turns.ts";
import { clearWritten, setWritten } from "./written-headers.ts";

export const WRITE_PATH = "/api/v1/write";

const ACCEPTED_MESSAGES = [WRITE_REQUEST_1, WRITE_REQUEST_2] as const;
/** What a sender is asked to wait when heap or disk have no room: that may be over by then. */
const RETRY_AFTER_SECONDS = "10";

/** A queue in which the first has waited this long takes no more: its senders would give up. */
const WAIT_MAX_MS = 10_000;
const LATE: WriteRefusal = {
  reason: "pending_bytes",
  text: "write requests have waited for more than 10 s",
  retryAfterSeconds: 5,
};

/** One kind of refusal in words. */
function refusalLine({ reason, count, first }: Refusal, what: string): string {
  return `${reason}: ${count} ${what}${count === 1 ? "" : "s"}, first: ${first}`;
}

/** The text of a 400: one line for each kind of refusal. */
function refusalText({ samplesStored, refusals, lateExemplars }: WriteOutcome): string {
  const lines = refusals.map((refusal) => refusalLine(refusal, "sample"));
  if (lateExemplars !== null) lines.push(refusalLine(lateExemplars, "exemplar"));
  lines.push(`${samplesStored} other samples of the request were stored`);
  return lines.join("\n");
}

export class WriteRoute {
  private readonly service: Service;
  private readonly parts: ServerParts;
  private readonly counts: RequestCounts;
  private readonly bodies: BodyReader;
  private readonly decodedBytesMax: number;
  private readonly admission: WriteAdmission;
  private readonly turns: WriteTurns;

  constructor(parts: ServerParts) {
    this.parts = parts;
    this.service = parts.service;
    this.counts = parts.counts;
    const { writeBodyBytesMax, writePendingBytesMax } = parts.settings;
    this.bodies = new BodyReader(writeBodyBytesMax, writePendingBytesMax, parts.clock);
    this.admission = new WriteAdmission(parts.settings, parts.clock);
    this.turns = new WriteTurns(parts.clock);
    parts.counts.door.writeQueue = { bodies: this.bodies, turns: this.turns };
    this.decodedBytesMax = parts.settings.writeDecodedBytesMax;
  }

  /** Serves one request of a client. */
  serve(request: IncomingMessage, response: ServerResponse, client: string): void {
    if (this.service.state !== "ready") {
      this.refuse(response, 503, "Service Unavailable");
      request.resume();
      return;
    }
    const { "content-type": type, "content-encoding": encoding } = request.headers;
    let message: WriteMessage;
    try {
      message = writeMessageOf(type, encoding, ACCEPTED_MESSAGES);
    } catch (error) {
      this.fail(response, error);
      request.resume();
      return;
    }
    const refusal = this.turns.longestWaitMs > WAIT_MAX_MS ? LATE : this.admission.enter(client);
    if (refusal !== null) {
      this.refuseEntry(response, refusal);
      request.resume();
      return;
    }
    response.on("close", () => this.admission.leave(client));
    const startedMs = this.parts.clock.monotonicMs();
    this.bodies.read(request, (outcome, body) => {
      if (outcome === "whole") {
        this.turns.run(() => this.takeTurn(response, message, body, client, startedMs));
        return;
      }
      if (outcome === "too-large") this.refuseLarge(response);
      else if (outcome === "no-room") this.refuseForRoom(response);
      else this.counts.count(WRITE_PATH, CLIENT_CLOSED_REQUEST);
      this.bodies.release(body);
    });
  }

  /** Stores a body unless its sender has gone: it will send it again. */
  private takeTurn(
    response: ServerResponse,
    message: WriteMessage,
    body: RequestBody,
    client: string,
    startedMs: number,
  ): void {
    if (response.destroyed) this.counts.count(WRITE_PATH, CLIENT_CLOSED_REQUEST);
    else if (this.service.state !== "ready") this.refuse(response, 503, "Service Unavailable");
    else this.store(response, message, body, client, startedMs);
    this.bodies.release(body);
  }

  private store(
    response: ServerResponse,
    message: WriteMessage,
    { buffer, length }: RequestBody,
    client: string,
    startedMs: number,
  ): void {
    const { counts } = this;
    try {
      const batch = this.read(message, buffer.subarray(0, length));
      this.admission.spend(client, batch.sampleCount);
      counts.writeBodyBytes += length;
      counts.writeDecodedBytes += batch.bodyLength;
      counts.writeExemplars += batch.exemplarCount;
      counts.writeMetadata += batch.metadataCount;
      const stored = this.service.write(batch);
      const isOne = message !== WRITE_REQUEST_2;
      const outcome = isOne ? { ...stored, lateExemplars: null } : stored;
      if (!isOne) setWritten(response, batch, outcome);
      const written = this.service.written();
      if (written !== null) {
        this.acknowledgeLater(response, outcome, written, startedMs);
        return;
      }
      this.acknowledge(response, outcome);
    } catch (error) {
      this.fail(response, error);
    }
    this.time(startedMs);
  }

  private time(startedMs: number): void {
    this.counts.time(WRITE_PATH, (this.parts.clock.monotonicMs() - startedMs) / 1000);
  }

  private acknowledge(response: ServerResponse, outcome: WriteOutcome): void {
    const isRefused = outcome.refusals.length > 0 || outcome.lateExemplars !== null;
    if (isRefused) this.refuse(response, 400, refusalText(outcome));
    else {
      this.counts.count(WRITE_PATH, 204);
      response.statusCode = 204;
      response.end();
    }
  }

  /** Answers when the journal has the request. */
  private acknowledgeLater(
    response: ServerResponse,
    outcome: WriteOutcome,
    written: Promise<void>,
    startedMs: number,
  ): void {
    void written
      .then(
        () => this.acknowledge(response, outcome),
        (error: unknown) => this.fail(response, error),
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

  private fail(response: ServerResponse, error: unknown): void {
    const { status, text } = answerOf(error);
    clearWritten(response);
    if (status === 429 || status === 503) response.setHeader("retry-after", RETRY_AFTER_SECONDS);
    this.refuse(response, status, text);
    // The store may be half changed: only a restart brings it back to what it should be.
    if (!(error instanceof TsdbError)) this.parts.onBug(error);
    // The journal tells once when it fails and once when it works again.
    else if (status >= 500 && error.code !== "JOURNAL_FAILED") {
      this.parts.log.error({ error }, "write request failed");
    }
  }

  private refuseLarge(response: ServerResponse): void {
    // The client may go on sending for long: the connection is worth nothing any more.
    response.setHeader("connection", "close");
    const { writeBodyBytesMax } = this.parts.settings;
    this.refuse(response, 413, `body is larger than the limit of ${writeBodyBytesMax} bytes`);
  }

  private refuseForRoom(response: ServerResponse): void {
    const held = `${this.bodies.heldBytes} bytes of write requests are held already`;
    const limit = `the limit is ${this.parts.settings.writePendingBytesMax}`;
    const text = `${held}; ${limit} (--write.max-pending-bytes)`;
    response.setHeader("connection", "close");
    this.refuseEntry(response, { reason: "pending_bytes", text, retryAfterSeconds: 1 });
  }

  /** A limit of one client is answered with 429, one of the whole service with 503. */
  private refuseEntry(response: ServerResponse, refusal: WriteRefusal): void {
    const { reason, text, retryAfterSeconds } = refusal;
    this.counts.door.refuseWrite(reason);
    response.setHeader("retry-after", String(retryAfterSeconds));
    this.refuse(response, reason === "pending_bytes" ? 503 : 429, text);
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
export function addWriteRoute(app: FastifyInstance, parts: ServerParts, guard: AccessGuard): void {
  const route = new WriteRoute(parts);
  app.addHook("onRequest", (request, reply, done) => {
    if (request.method !== "POST") return done();
    reply.hijack();
    route.serve(request.raw, reply.raw, guard.clientOf(request.raw));
  });
  addMethods(app, WRITE_PATH, ["POST"], () => undefined);
}
