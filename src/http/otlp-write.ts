/**
 * POST /api/v1/otlp/v1/metrics: metrics of OpenTelemetry, from the socket to the store.
 *
 * A request becomes requests of remote write (src/otlp) and takes their way from there on.
 *
 * I1  A request is decoded whole before anything of it is stored; then it is translated and stored
 *     piece by piece, others running in between, and acknowledged when all of it is in the journal.
 * I2  One request is worked on at a time, so that decoded ones do not fill the memory.
 * I3  Answers: 200 without a body; 200 with partial_success when something cannot be translated;
 *     400 when samples were refused, the rest of them stored, or when nothing can be read; 429 and
 *     503 as remote write. 500 is a bug: exporters do not repeat it.
 *
 * Units: …Ms milliseconds.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { TsdbError } from "../base/errors.ts";
import { Slices } from "../base/slices.ts";
import type { Refusal, WriteOutcome } from "../engine/service.ts";
import {
  type PartialSuccess,
  partialSuccess,
  responseJson,
  responseProtobuf,
} from "../otlp/export-response.ts";
import type { MetricsRequest } from "../otlp/metrics-message.ts";
import { MetricsTranslation } from "../otlp/translate-metrics.ts";
import type { AccessGuard } from "./access-guard.ts";
import { addMethods } from "./api-routes.ts";
import { inflated, isJson, metricsRequestOf, type OtlpForm, otlpFormOf } from "./otlp-body.ts";
import type { RequestBody } from "./request-body.ts";
import type { ServerParts } from "./server-parts.ts";
import { refusalText, type WriteDoor, type WriteVisit } from "./write-door.ts";

export const OTLP_PATH = "/api/v1/otlp/v1/metrics";

const SLICE_MS = 5;
const NOT_ENABLED = "otlp write receiver needs to be enabled with --web.enable-otlp-receiver";

/** A request whose body is read. */
interface Waiting extends WriteVisit {
  readonly form: OtlpForm;
  readonly startedMs: number;
}

/** What became of the pieces of a request. */
interface Stored {
  readonly outcome: WriteOutcome;
  readonly leftOut: PartialSuccess | null;
}

export class OtlpRoute {
  private readonly parts: ServerParts;
  private readonly door: WriteDoor;
  /** When each request that waits for the one before began to. */
  private readonly waitingSinceMs: number[] = [];
  private last: Promise<void> = Promise.resolve();

  constructor(parts: ServerParts, door: WriteDoor) {
    this.parts = parts;
    this.door = door;
  }

  /** Serves one request of a client. */
  serve(request: IncomingMessage, response: ServerResponse, client: string): void {
    const { clock, settings } = this.parts;
    const visit = { path: OTLP_PATH, client, response };
    if (!settings.enableOtlpReceiver) {
      request.resume();
      this.door.refuse(visit, 404, NOT_ENABLED);
      return;
    }
    if (this.door.isClosed(request, visit)) return;
    let form: OtlpForm;
    try {
      form = otlpFormOf(request.headers);
    } catch (error) {
      request.resume();
      this.door.answerFault(visit, error);
      return;
    }
    const nowMs = clock.monotonicMs();
    const waiting = { ...visit, form, startedMs: nowMs };
    const waitMs = nowMs - (this.waitingSinceMs[0] ?? nowMs);
    this.door.admit(request, visit, (body) => this.queue(waiting, body), waitMs);
  }

  private queue(waiting: Waiting, body: RequestBody): void {
    const { clock, counts } = this.parts;
    this.waitingSinceMs.push(clock.monotonicMs());
    this.last = this.last.then(async () => {
      this.waitingSinceMs.shift();
      if (this.door.isStillWanted(waiting)) await this.work(waiting, body);
      this.door.bodies.release(body);
      counts.time(OTLP_PATH, (clock.monotonicMs() - waiting.startedMs) / 1000);
    });
  }

  /** Stores a request and answers it; never rejects. */
  private async work(waiting: Waiting, { buffer, length }: RequestBody): Promise<void> {
    const { counts, settings } = this.parts;
    let request: MetricsRequest;
    try {
      const limit = settings.writeDecodedBytesMax;
      const body = await inflated(buffer.subarray(0, length), waiting.form, limit);
      request = metricsRequestOf(body, waiting.form);
      counts.writeBodyBytes += length;
      counts.writeDecodedBytes += body.length;
    } catch (error) {
      this.door.answerFault(waiting, error);
      return;
    }
    try {
      const stored = await this.store(request, waiting);
      if (stored === null) return;
      await this.parts.service.written();
      this.answer(waiting, stored);
    } catch (error) {
      this.door.fail(waiting, error);
    }
  }

  /** Stores piece after piece; null when the request was sent away in between. */
  private async store(request: MetricsRequest, waiting: Waiting): Promise<Stored | null> {
    const { clock, counts, service, settings } = this.parts;
    const translation = new MetricsTranslation(request, settings.otlpPromotedAttributes);
    const total = new OutcomeSum();
    const slices = new Slices(clock, SLICE_MS);
    const pieces = translation.pieces();
    for (let piece = this.next(pieces); piece !== null; piece = this.next(pieces)) {
      if (!this.door.isStillWanted(waiting)) return null;
      const batch = service.intake.readPlain(piece);
      this.door.admission.spend(waiting.client, batch.sampleCount);
      counts.writeExemplars += batch.exemplarCount;
      counts.writeMetadata += batch.sentMetadataCount;
      total.add(service.write(batch));
      if (slices.isOver()) await slices.next();
    }
    return { outcome: total.outcome(), leftOut: partialSuccess(translation.leftOut.values()) };
  }

  /** The next piece. A bug of the translation leaves the store as it is, unlike one of storing. */
  private next(pieces: Generator<Uint8Array>): Uint8Array | null {
    try {
      const step = pieces.next();
      return step.done === true ? null : step.value;
    } catch (error) {
      this.parts.log.error({ error }, "an OTLP request cannot be translated");
      throw new TsdbError("UNAVAILABLE", "internal error: the request cannot be translated");
    }
  }

  private answer(waiting: Waiting, { outcome, leftOut }: Stored): void {
    const { counts } = this.parts;
    if (leftOut !== null) counts.otlpPointsLeftOut += leftOut.rejectedPoints;
    if (outcome.refusals.length > 0) {
      const also = leftOut === null ? "" : `\nleft out: ${leftOut.text}`;
      this.door.refuse(waiting, 400, refusalText(outcome) + also);
      return;
    }
    const { form, response } = waiting;
    counts.count(OTLP_PATH, 200);
    response.statusCode = 200;
    if (leftOut === null) {
      response.end();
      return;
    }
    response.setHeader("content-type", form.type);
    response.end(isJson(form) ? responseJson(leftOut) : responseProtobuf(leftOut));
  }
}

/** Adds up what became of the pieces of a request; senders hear nothing of late exemplars. */
class OutcomeSum {
  private samplesStored = 0;
  private histogramsStored = 0;
  private samplesUnchanged = 0;
  private exemplarsWritten = 0;
  private readonly refusals = new Map<string, Refusal>();

  add(outcome: WriteOutcome): void {
    this.samplesStored += outcome.samplesStored;
    this.histogramsStored += outcome.histogramsStored;
    this.samplesUnchanged += outcome.samplesUnchanged;
    this.exemplarsWritten += outcome.exemplarsWritten;
    for (const refusal of outcome.refusals) {
      const { reason, count, first } = this.refusals.get(refusal.reason) ?? {
        ...refusal,
        count: 0,
      };
      this.refusals.set(reason, { reason, count: count + refusal.count, first });
    }
  }

  outcome(): WriteOutcome {
    const { samplesStored, histogramsStored, samplesUnchanged } = this;
    const refusals = [...this.refusals.values()];
    const exemplars = { exemplarsWritten: this.exemplarsWritten, lateExemplars: null };
    return { samplesStored, histogramsStored, samplesUnchanged, refusals, ...exemplars };
  }
}

/** Registers the OTLP route. */
export function addOtlpRoute(
  app: FastifyInstance,
  parts: ServerParts,
  door: WriteDoor,
  guard: AccessGuard,
): void {
  const route = new OtlpRoute(parts, door);
  app.addHook("onRequest", (request, reply, done) => {
    if (request.method !== "POST") return done();
    reply.hijack();
    route.serve(request.raw, reply.raw, guard.clientOf(request.raw));
  });
  addMethods(app, OTLP_PATH, ["POST"], () => undefined);
}
