/**
 * POST /api/v1/read: other servers read our samples, as chunks or as plain samples.
 *
 * I1  An answer is made series by series, in slices, as fast as the client takes it: neither the
 *     thread nor memory is filled by a large one. Plain samples are the exception in memory: their
 *     length stands in front, so their compressed bytes are kept until all are there.
 * I2  What is read is the store as of one moment, until the answer ends or the client goes away.
 * I3  A request is as long as the text of a query at most: it is decoded in one turn.
 * I4  The bytes of a chunk go out as they lie in the heap, unless some of it is deleted.
 *
 * Protocol: prometheus.io/docs/specs/prw/remote_read_spec. Units: …Ms milliseconds, …Bytes bytes.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FastifyInstance } from "fastify";
import { TsdbError } from "../base/errors.ts";
import { doneInSlices, nextTurn, Slices } from "../base/slices.ts";
import type { SortedSeries } from "../engine/sorted-series.ts";
import { Labels } from "../series/labels.ts";
import { Matcher } from "../series/matcher.ts";
import { ReadFrameEncoder } from "../wire/read-frames.ts";
import {
  decodeReadRequest,
  type ReadMatcher,
  type ReadQuery,
  type ReadRequest,
  STREAMED_XOR_CHUNKS,
} from "../wire/read-request.ts";
import { SnappyDecoder } from "../wire/snappy-decoder.ts";
import { SnappyPieces, varintOf } from "../wire/snappy-pieces.ts";
import { addMethods, NO_SNIFFING, TEXT_TYPE } from "./api-routes.ts";
import { answerOf, CLIENT_CLOSED_REQUEST } from "./error-table.ts";
import { streamOf } from "./pieces.ts";
import { QueryGate } from "./query-gate.ts";
import { addSamples } from "./read-samples.ts";
import { BodyReader, type RequestBody } from "./request-body.ts";
import type { ServerParts } from "./server-parts.ts";

export const READ_PATH = "/api/v1/read";

/** Bodies under way at once, all together, in the longest ones. */
const PENDING_REQUESTS_MAX = 64;
const SLICE_MS = 5;
const SAMPLES_TYPE = "application/x-protobuf";
const CHUNKS_TYPE = "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse";
/** Tag of a result in ReadResponse. */
const RESULT_TAG = 0x0a;

/** One answer on its way. */
interface Reading {
  readonly request: ReadRequest;
  readonly slices: Slices;
}

export class ReadRoute {
  private readonly parts: ServerParts;
  private readonly requestBytesMax: number;
  private readonly externalLabels: Labels;
  private readonly bodies: BodyReader;
  private readonly decoder = new SnappyDecoder();
  private readonly gate: QueryGate;

  constructor(parts: ServerParts) {
    this.parts = parts;
    this.requestBytesMax = parts.settings.queryBytesMax;
    const pendingBytesMax = PENDING_REQUESTS_MAX * this.requestBytesMax;
    this.bodies = new BodyReader(this.requestBytesMax, pendingBytesMax, parts.clock);
    this.externalLabels = Labels.fromRecord(parts.settings.externalLabels);
    const counts = { queriesRunning: 0, queriesWaiting: 0 };
    this.gate = new QueryGate(parts.settings.remoteReadConcurrencyMax, counts);
  }

  /** Serves one request. */
  serve(request: IncomingMessage, response: ServerResponse): void {
    const { counts, clock, service } = this.parts;
    if (service.state !== "ready") {
      request.resume();
      this.refuse(response, 503, "Service Unavailable");
      return;
    }
    const startedMs = clock.monotonicMs();
    this.bodies.read(request, (outcome, body) => {
      if (outcome === "gone") counts.count(READ_PATH, CLIENT_CLOSED_REQUEST);
      else if (outcome === "no-room") {
        this.refuse(response, 503, "too many read requests are under way");
      } else if (outcome === "too-large") {
        response.setHeader("connection", "close");
        const what = `body is larger than the limit of ${this.requestBytesMax} bytes`;
        this.refuse(response, 413, what);
      } else {
        void this.answer(body, response).finally(() => {
          counts.time(READ_PATH, (clock.monotonicMs() - startedMs) / 1000);
        });
      }
      this.bodies.release(body);
    });
  }

  private async answer(body: RequestBody, response: ServerResponse): Promise<void> {
    const { settings, counts } = this.parts;
    const abort = new AbortController();
    response.once("close", () => abort.abort());
    try {
      const request = this.requestOf(body);
      await this.gate.run(settings.queryTimeoutMs, abort.signal, () => {
        return this.send(request, response, abort.signal);
      });
      counts.count(READ_PATH, 200);
    } catch (error) {
      if (response.headersSent || abort.signal.aborted) {
        counts.count(READ_PATH, CLIENT_CLOSED_REQUEST);
        response.destroy();
      } else this.fail(response, error);
    }
  }

  private requestOf({ buffer, length }: RequestBody): ReadRequest {
    const body = buffer.subarray(0, length);
    return decodeReadRequest(this.decoder.decode(body, this.requestBytesMax));
  }

  /** Sends the answer; gives up at the query timeout or when the client goes away. */
  private async send(
    request: ReadRequest,
    response: ServerResponse,
    gone: AbortSignal,
  ): Promise<void> {
    const { clock, settings } = this.parts;
    const signal = AbortSignal.any([gone, AbortSignal.timeout(settings.queryTimeoutMs)]);
    const slices = new Slices(clock, SLICE_MS, async () => {
      await nextTurn();
      if (gone.aborted) throw new TsdbError("QUERY_CANCELED", "read was canceled");
      if (signal.aborted) throw new TsdbError("QUERY_TIMEOUT", "read timed out");
    });
    const reading = { request, slices };
    if (request.responseType === STREAMED_XOR_CHUNKS) {
      const frames = this.frames(reading);
      // Before the headers go: a bad selector is still answered with 400.
      const first = await frames.next();
      response.setHeader("content-type", CHUNKS_TYPE);
      const rest = Readable.from(restOf(first, frames), { objectMode: false });
      await pipeline(rest, response, { signal });
      return;
    }
    const block = await this.samples(reading);
    response.setHeader("content-type", SAMPLES_TYPE);
    response.setHeader("content-encoding", "snappy");
    await pipeline(streamOf(block), response, { signal });
  }

  /** Frames of chunks, query after query, series after series. */
  private async *frames({ request, slices }: Reading): AsyncGenerator<Uint8Array> {
    const encoder = new ReadFrameEncoder(this.parts.settings.remoteReadFrameBytesMax);
    for (const [queryIndex, query] of request.queries.entries()) {
      const series = await this.select(query, slices);
      try {
        for (let i = 0; i < series.count; i++) {
          const chunks = series.chunks(i);
          if (chunks.length === 0) continue;
          yield* encoder.frames(queryIndex, { labels: series.labels(i).namesAndValues, chunks });
          if (slices.isOver()) await slices.next();
        }
      } finally {
        series.close();
      }
    }
  }

  /** A ReadResponse as one snappy block. */
  private async samples({ request, slices }: Reading): Promise<Uint8Array[]> {
    const response = new SnappyPieces();
    const limit = this.parts.settings.remoteReadSamplesMax;
    let left = limit;
    for (const query of request.queries) {
      const series = await this.select(query, slices);
      try {
        const result = new SnappyPieces();
        left -= await addSamples(series, query, slices, result, left);
        if (left < 0) {
          throw new TsdbError("BAD_PARAMETER", `exceeded sample limit (${limit})`);
        }
        const head = [RESULT_TAG, ...varintOf(result.uncompressedBytes)];
        response.add(Uint8Array.from(head));
        response.append(result);
      } finally {
        series.close();
      }
    }
    return response.block();
  }

  private async select(query: ReadQuery, slices: Slices): Promise<SortedSeries> {
    const { externalLabels } = this;
    const { matchers, fromMs, toMs } = query;
    const ours: Matcher[] = [];
    for (const matcher of matchers) ours.push(await matcherOf(matcher, externalLabels, slices));
    const selection = { matchers: ours, fromMs, toMs, externalLabels };
    return this.parts.service.sortedSeries(selection, slices);
  }

  private fail(response: ServerResponse, error: unknown): void {
    const { status, text } = answerOf(error);
    if (status >= 500) this.parts.log.error({ error }, "remote read failed");
    this.refuse(response, status, text);
  }

  private refuse(response: ServerResponse, status: number, text: string): void {
    this.parts.counts.count(READ_PATH, status);
    response.statusCode = status;
    response.setHeader("content-type", TEXT_TYPE);
    response.setHeader(...NO_SNIFFING);
    response.end(`${text}\n`);
  }
}

/** A matcher of ours; one that asks for the value of an external label asks for its absence. */
async function matcherOf(
  { type, name, value }: ReadMatcher,
  externalLabels: Labels,
  slices: Slices,
): Promise<Matcher> {
  const isExternal = type === "=" && value !== "" && externalLabels.get(name) === value;
  try {
    const steps = Matcher.inSteps(type, name, isExternal ? "" : value);
    return await doneInSlices(steps, slices);
  } catch (error) {
    if (error instanceof TsdbError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new TsdbError("BAD_PARAMETER", `matcher of ${JSON.stringify(name)}: ${said}`);
  }
}

async function* restOf(
  first: IteratorResult<Uint8Array>,
  frames: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.done) return;
    yield first.value;
    yield* frames;
  } finally {
    await frames.return(undefined);
  }
}

/** Registers the read route. */
export function addReadRoute(app: FastifyInstance, parts: ServerParts): void {
  const route = new ReadRoute(parts);
  app.addHook("onRequest", (request, reply, done) => {
    if (request.method !== "POST") return done();
    reply.hijack();
    route.serve(request.raw, reply.raw);
  });
  addMethods(app, READ_PATH, ["POST"], () => undefined);
}
