/**
 * The HTTP server: every route in its context, with what the contexts share.
 *
 * Every request passes the guard first (access-guard.ts).
 *
 *   write context        /api/v1/write alone: no hooks of others, no compression
 *   OTLP context         /api/v1/otlp/v1/metrics, the same
 *   read context         /api/v1/read, the same
 *   lifecycle context    /-/ready and the like: counted requests, no compression
 *   answering context    all else: compressed answers, counted requests
 *     API context        /api/v1/…: CORS; open routes first, then those that need a ready store
 *
 * Units: …Bytes bytes.
 */
import { constants } from "node:zlib";
import compress from "@fastify/compress";
import { type FastifyInstance, type FastifyReply, fastify } from "fastify";
import { METRICS_TYPE } from "./accepted-format.ts";
import { acceptedPacking } from "./accepted-packing.ts";
import { AccessGuard } from "./access-guard.ts";
import { addAdminRoutes } from "./admin.ts";
import { addRoute, keepJsonType, NO_SNIFFING, requireReady, TEXT_TYPE } from "./api-routes.ts";
import { answerClientFault } from "./client-faults.ts";
import { allowCrossOrigin } from "./cross-origin.ts";
import { addProfileRoutes } from "./debug-pprof.ts";
import { addDrillRoutes } from "./drill.ts";
import { errorText, JSON_TYPE } from "./envelope.ts";
import { answerOf, CLIENT_CLOSED_REQUEST } from "./error-table.ts";
import { addFederationRoute } from "./federate.ts";
import { formOfBytes } from "./form-text.ts";
import { addHeapAdminRoutes } from "./heap-admin.ts";
import { addHeapStatusRoutes } from "./heap-status-routes.ts";
import { addLifecycleRoutes } from "./lifecycle.ts";
import { addHistoryRoutes, addLiveRoute } from "./live.ts";
import { addMetadataRoute } from "./metadata.ts";
import { PARTS_TYPE } from "./multipart-form.ts";
import { nodeServer } from "./node-server.ts";
import { addNotificationRoutes } from "./notifications.ts";
import { addOtlpRoute } from "./otlp-write.ts";
import { addPageRoutes } from "./page.ts";
import { addQueryRoutes } from "./query.ts";
import { addQueryTextRoutes } from "./query-text.ts";
import { addReadRoute } from "./remote-read.ts";
import { readForms } from "./request-forms.ts";
import { addScrapeRoutes } from "./scrape-routes.ts";
import { addSeriesRoutes } from "./series.ts";
import type { ServerParts } from "./server-parts.ts";
import { addRestoreRoute, addStatusRoutes } from "./status.ts";
import { addStorageRoute } from "./storage-status.ts";
import { leadTo, urlWithoutSlash } from "./trailing-slash.ts";
import { addWriteRoute } from "./write.ts";
import { WriteDoor } from "./write-door.ts";

const API_PREFIX = "/api/v1";
const FORM_TYPE = "application/x-www-form-urlencoded";
/** Routes about a query, to which a form may also come in parts; Prometheus has it so. */
const PARTS_ROUTES: ReadonlySet<string> = new Set(
  ["query", "query_range", "query_exemplars", "format_query", "parse_query"].map(
    (route) => `${API_PREFIX}/${route}`,
  ),
);
/** A label name in a path; longer ones than this are not found. */
const PATH_PARAMETER_LENGTH_MAX = 16_384;
/** Answers shorter than this are not worth compressing. */
const COMPRESS_BYTES_MIN = 1024;
/** What is compressed beside what is known to be worth it: texts, and /federate in protobuf. */
const COMPRESSED_TYPES =
  /^text\/(?!event-stream)|[+/](?:json|text|xml|octet-stream|vnd\.google\.protobuf)(?:;|$)/u;
/**
 * Up to here an answer is compressed at once, 1.5 ms at most; a longer one in other threads, which
 * costs a stream and several changes of thread.
 */
const COMPRESS_AT_ONCE_BYTES_MAX = 128 * 1024;

/** Takes a content type that is not that of a form for none, whatever its text is. */
function forgetOtherTypes(app: FastifyInstance): void {
  app.addHook("onRequest", ({ headers, routeOptions }, _reply, done) => {
    const [named = ""] = (headers["content-type"] ?? "").split(";", 1);
    const type = named.trim().toLowerCase();
    const isParts = type === PARTS_TYPE && PARTS_ROUTES.has(routeOptions.url ?? "");
    if (type === FORM_TYPE) headers["content-type"] = FORM_TYPE;
    else if (!isParts) delete headers["content-type"];
    done();
  });
}

/** Leaves of Accept-Encoding what an answer will be packed with. */
function choosePacking(app: FastifyInstance): void {
  app.addHook("onRequest", ({ headers }, _reply, done) => {
    const accepted = headers["accept-encoding"];
    if (accepted !== undefined) {
      headers["accept-encoding"] = acceptedPacking(String(accepted)) ?? "identity";
    }
    done();
  });
}

function answerFailures(app: FastifyInstance, { counts, log }: ServerParts): void {
  app.setErrorHandler((error, request, reply) => {
    const { status, errorType, text } = answerOf(error);
    if (status >= 500) log.error({ error, url: request.url }, "request failed");
    reply.code(status).type(JSON_TYPE).send(errorText(errorType, text));
  });
  app.setNotFoundHandler((request, reply) => {
    const url = urlWithoutSlash(app, request);
    counts.count("unknown", url === null ? 404 : 301);
    if (url !== null) return leadTo(url, reply);
    return reply
      .code(404)
      .type(TEXT_TYPE)
      .header(...NO_SNIFFING)
      .send("404 page not found\n");
  });
}

function addMetricsRoute(app: FastifyInstance, parts: ServerParts): void {
  addRoute(app, "/metrics", ["GET"], async (_request, reply) => {
    const text = await parts.renderMetrics();
    return reply.type(METRICS_TYPE).send(text);
  });
}

/** The routes under /api/v1 but for the write route. */
async function addApi(app: FastifyInstance, parts: ServerParts): Promise<void> {
  allowCrossOrigin(app);
  keepJsonType(app);
  addRestoreRoute(app, parts);
  addLiveRoute(app, parts);
  await app.register(async (readyApp) => {
    requireReady(readyApp, parts.service);
    addQueryRoutes(readyApp, parts);
    addQueryTextRoutes(readyApp, parts);
    addSeriesRoutes(readyApp, parts);
    addMetadataRoute(readyApp, parts);
    addStatusRoutes(readyApp, parts);
    addHeapStatusRoutes(readyApp, parts);
    addHistoryRoutes(readyApp, parts);
    addStorageRoute(readyApp, parts);
    addDrillRoutes(readyApp, parts);
    addScrapeRoutes(readyApp, parts);
    addNotificationRoutes(readyApp, parts);
    addAdminRoutes(readyApp, parts);
    addHeapAdminRoutes(readyApp, parts);
  });
}

/** Counts answers by route and status, and how long they took; 499 for a client that went away. */
function countAnswers(app: FastifyInstance, { counts }: ServerParts): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.raw.once("close", () => {
      if (reply.raw.writableEnded) return;
      counts.count(request.routeOptions.url as string, CLIENT_CLOSED_REQUEST);
    });
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    const handler = request.routeOptions.url as string;
    counts.count(handler, reply.statusCode);
    counts.time(handler, reply.elapsedTime / 1000);
    done();
  });
}

/**
 * The routes that tell whether the process is ready, counted and never compressed: the first answer
 * that might be makes Node load its fetch, which costs every start some 60 ms.
 */
async function addLifecycle(app: FastifyInstance, parts: ServerParts): Promise<void> {
  countAnswers(app, parts);
  forgetOtherTypes(app);
  addLifecycleRoutes(app, parts);
}

/** Every route whose answers are compressed and counted. */
async function addAnswers(app: FastifyInstance, parts: ServerParts): Promise<void> {
  choosePacking(app);
  await app.register(compress, {
    // Decompression must stay off: it would refuse the snappy bodies of remote write with 415.
    globalDecompression: false,
    encodings: ["gzip", "deflate"],
    threshold: COMPRESS_BYTES_MIN,
    customTypes: COMPRESSED_TYPES,
    syncThreshold: COMPRESS_AT_ONCE_BYTES_MAX,
    // The fastest level: answers stay on this machine or one network, and the thread is shared.
    // What a piece of an answer packs to fits a chunk, so that it is taken to zlib only once.
    zlibOptions: { level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 },
  });
  countAnswers(app, parts);
  forgetOtherTypes(app);
  addPageRoutes(app, parts);
  addMetricsRoute(app, parts);
  await app.register(async (readyApp) => {
    requireReady(readyApp, parts.service);
    addFederationRoute(readyApp, parts);
    addProfileRoutes(readyApp, parts);
  });
  await app.register((api) => addApi(api, parts), { prefix: API_PREFIX });
}

/** Builds the server; it does not listen yet. */
export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    // A path that is no UTF-8 or has a broken escape.
    frameworkErrors: (error, _request, reply) => {
      const plain = reply as unknown as FastifyReply;
      // As bytes, since Fastify would add a charset to the type of a text.
      const text = Buffer.from(errorText("bad_data", error.message));
      plain.code(400).type(JSON_TYPE).send(text);
    },
    clientErrorHandler: answerClientFault,
    exposeHeadRoutes: false,
    serverFactory: (handler) => nodeServer(handler, parts.access),
    // While the server closes, requests on open connections are answered by the routes as ever.
    return503OnClosing: false,
    routerOptions: {
      maxParamLength: PATH_PARAMETER_LENGTH_MAX,
      querystringParser: formOfBytes,
    },
  });
  readForms(app, parts.settings.queryBytesMax, parts.clock);
  answerFailures(app, parts);
  const guard = new AccessGuard(parts.access, parts.counts, parts.clock);
  guard.addTo(app);
  const door = new WriteDoor(parts);
  await app.register(async (writeApp) => addWriteRoute(writeApp, parts, door, guard));
  await app.register(async (otlpApp) => addOtlpRoute(otlpApp, parts, door, guard));
  await app.register(async (readApp) => addReadRoute(readApp, parts));
  await app.register((lifecycle) => addLifecycle(lifecycle, parts));
  await app.register((answers) => addAnswers(answers, parts));
  return app;
}
