/**
 * The door of the routes that store samples: who may come in, how its body is read, whose turn it
 * is, and how it is sent away.
 *
 * I1  Limits of the client and of the whole service are asked before the body is read; they count
 *     the requests of all these routes together.
 * I2  A body is taken when it is whole, its sender still there and the store ready; whoever takes
 *     it releases it.
 * I3  Bad data is never answered with 5xx, which would make the sender repeat it for ever.
 *
 * It answers on the raw response: Fastify's own body reading and reply cost 20 us a request more
 * (125 against 105 us of CPU at 86 KB, as much as node:http alone), and it needs neither.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { TsdbError } from "../base/errors.ts";
import type { Refusal, WriteOutcome } from "../engine/service.ts";
import { NO_SNIFFING, TEXT_TYPE } from "./api-routes.ts";
import { answerOf, CLIENT_CLOSED_REQUEST } from "./error-table.ts";
import { BodyReader, type RequestBody } from "./request-body.ts";
import type { ServerParts } from "./server-parts.ts";
import { WriteAdmission, type WriteRefusal } from "./write-admission.ts";
import { WriteTurns } from "./write-turns.ts";

/** What a sender is asked to wait when heap or disk have no room: that may be over by then. */
const RETRY_AFTER_SECONDS = "10";

/** A queue in which the first has waited this long takes no more: its senders would give up. */
export const WAIT_MAX_MS = 10_000;
const LATE: WriteRefusal = {
  reason: "pending_bytes",
  text: "write requests have waited for more than 10 s",
  retryAfterSeconds: 5,
};

/** A request on its way: where it came in, from whom, and where its answer goes. */
export interface WriteVisit {
  readonly path: string;
  readonly client: string;
  readonly response: ServerResponse;
}

/** One kind of refusal in words. */
function refusalLine({ reason, count, first }: Refusal, what: string): string {
  return `${reason}: ${count} ${what}${count === 1 ? "" : "s"}, first: ${first}`;
}

/** Whether a sender is told of anything that was refused. */
export function isRefused({ refusals, lateExemplars }: WriteOutcome): boolean {
  return refusals.length > 0 || lateExemplars !== null;
}

/** What senders are told that hear nothing of exemplars. */
export function withoutLateExemplars(outcome: WriteOutcome): WriteOutcome {
  return outcome.lateExemplars === null ? outcome : { ...outcome, lateExemplars: null };
}

/** The text of a 400: one line for each kind of refusal. */
export function refusalText({ samplesStored, refusals, lateExemplars }: WriteOutcome): string {
  const lines = refusals.map((refusal) => refusalLine(refusal, "sample"));
  if (lateExemplars !== null) lines.push(refusalLine(lateExemplars, "exemplar"));
  lines.push(`${samplesStored} other samples of the request were stored`);
  return lines.join("\n");
}

export class WriteDoor {
  readonly bodies: BodyReader;
  readonly admission: WriteAdmission;
  private readonly parts: ServerParts;
  private readonly turns: WriteTurns;

  constructor(parts: ServerParts) {
    this.parts = parts;
    const { writeBodyBytesMax, writePendingBytesMax } = parts.settings;
    this.bodies = new BodyReader(writeBodyBytesMax, writePendingBytesMax, parts.clock);
    this.admission = new WriteAdmission(parts.settings, parts.clock);
    this.turns = new WriteTurns(parts.clock);
    parts.counts.door.writeQueue = { bodies: this.bodies, turns: this.turns };
  }

  /** Sends a request away when the store is not ready; whether it did. */
  isClosed(request: IncomingMessage, visit: WriteVisit): boolean {
    if (this.parts.service.state === "ready") return false;
    this.refuse(visit, 503, "Service Unavailable");
    request.resume();
    return true;
  }

  /**
   * Reads a request's body and hands it to `take` when it is its turn, or sends the request away.
   * `waitMs` is how long the first of a further queue has waited.
   */
  admit(
    request: IncomingMessage,
    visit: WriteVisit,
    take: (body: RequestBody) => void,
    waitMs = 0,
  ): void {
    const isLate = Math.max(waitMs, this.turns.longestWaitMs) > WAIT_MAX_MS;
    const refusal = isLate ? LATE : this.admission.enter(visit.client);
    if (refusal !== null) {
      this.refuseEntry(visit, refusal);
      request.resume();
      return;
    }
    visit.response.on("close", () => this.admission.leave(visit.client));
    this.bodies.read(request, (outcome, body) => {
      if (outcome === "whole") {
        this.turns.run(() => this.takeTurn(visit, body, take));
        return;
      }
      if (outcome === "too-large") this.refuseLarge(visit);
      else if (outcome === "no-room") this.refuseForRoom(visit);
      else this.parts.counts.count(visit.path, CLIENT_CLOSED_REQUEST);
      this.bodies.release(body);
    });
  }

  /** Hands a body over unless its sender has gone: it will send it again. */
  private takeTurn(visit: WriteVisit, body: RequestBody, take: (body: RequestBody) => void): void {
    if (this.isStillWanted(visit)) take(body);
    else this.bodies.release(body);
  }

  /** Whether a request can still be answered by storing it; it is sent away if not. */
  isStillWanted(visit: WriteVisit): boolean {
    if (visit.response.destroyed) {
      this.parts.counts.count(visit.path, CLIENT_CLOSED_REQUEST);
      return false;
    }
    if (this.parts.service.state === "ready") return true;
    this.refuse(visit, 503, "Service Unavailable");
    return false;
  }

  /** Answers what storing threw. */
  fail(visit: WriteVisit, error: unknown): void {
    this.answerFault(visit, error);
    // The store may be half changed: only a restart brings it back to what it should be.
    if (!(error instanceof TsdbError)) this.parts.onBug(error);
  }

  /** Answers a fault that came before anything was stored. */
  answerFault(visit: WriteVisit, error: unknown): void {
    const { status, text } = answerOf(error);
    if (status === 429 || status === 503) {
      visit.response.setHeader("retry-after", RETRY_AFTER_SECONDS);
    }
    this.refuse(visit, status, text);
    // The journal tells once when it fails and once when it works again.
    const isTold = error instanceof TsdbError && error.code === "JOURNAL_FAILED";
    if (status >= 500 && !isTold) this.parts.log.error({ error }, "write request failed");
  }

  /** Answers with a text. */
  refuse({ path, response }: WriteVisit, status: number, text: string): void {
    this.parts.counts.count(path, status);
    response.statusCode = status;
    response.setHeader("content-type", TEXT_TYPE);
    response.setHeader(...NO_SNIFFING);
    response.end(`${text}\n`);
  }

  private refuseLarge(visit: WriteVisit): void {
    // The client may go on sending for long: the connection is worth nothing any more.
    visit.response.setHeader("connection", "close");
    const { writeBodyBytesMax } = this.parts.settings;
    this.refuse(visit, 413, `body is larger than the limit of ${writeBodyBytesMax} bytes`);
  }

  private refuseForRoom(visit: WriteVisit): void {
    const held = `${this.bodies.heldBytes} bytes of write requests are held already`;
    const limit = `the limit is ${this.parts.settings.writePendingBytesMax}`;
    const text = `${held}; ${limit} (--write.max-pending-bytes)`;
    visit.response.setHeader("connection", "close");
    this.refuseEntry(visit, { reason: "pending_bytes", text, retryAfterSeconds: 1 });
  }

  /** A limit of one client is answered with 429, one of the whole service with 503. */
  private refuseEntry(visit: WriteVisit, refusal: WriteRefusal): void {
    const { reason, text, retryAfterSeconds } = refusal;
    this.parts.counts.door.refuseWrite(reason);
    visit.response.setHeader("retry-after", String(retryAfterSeconds));
    this.refuse(visit, reason === "pending_bytes" ? 503 : 429, text);
  }
}
