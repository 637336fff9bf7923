/**
 * /api/v1/status/heap and below: the simulated heap in full, and its spans a portion at a time.
 *
 * Nothing here flushes, collects or moves anything. What is listed in one answer is bounded, so
 * that no request keeps writes waiting for more than a few milliseconds.
 *
 * Units: as the readings have them: …Bytes, …Ms since the epoch; pages are 8 KiB.
 */
import type { FastifyInstance } from "fastify";
import { ORIGIN_NAMES, type SpanListing } from "../engine/heap-status-spans.ts";
import { bySize, memStats } from "../observe/mem-stats.ts";
import { encodeSpans } from "../observe/span-bytes.ts";
import { addApiRoute, addRoute } from "./api-routes.ts";
import type { HeapReply, SpanOriginColumns, SpansReply } from "./api-types.ts";
import { type ApiAnswer, answer } from "./envelope.ts";
import { badParameter, integerParameter } from "./parameter-values.ts";
import { Parameters } from "./parameters.ts";
import type { ServerParts } from "./server-parts.ts";

const JSON_SPANS = 1000;
const JSON_SPANS_MAX = 10_000;
const BINARY_SPANS_MAX = 32_768;
const PAGE_MAX = 2 ** 32 - 1;
/** Pages whose chunks are listed at once, at most. */
const CHUNK_PAGES_MAX = 1024;
const CHUNK_MAX = 2 ** 31;
/** A type that no one compresses on the way: it is asked for often and made to be small. */
const SPANS_TYPE = "application/vnd.spandrel.spans";
const HEX = 16;
const WORD_DIGITS = 8;

function heapAnswer(parts: ServerParts): ApiAnswer {
  const { classes, goVersion, heap, heapStatus, restore } = parts.readEngine();
  const used = classes.filter(({ spans, mallocs }) => spans > 0 || mallocs > 0);
  return answer({
    goVersion,
    memStats: { ...memStats(heap), BySize: bySize(classes) },
    runtimeMetrics: {
      allocBytes: heap.metricsAllocBytes,
      totalAllocBytes: heap.metricsTotalAllocBytes,
      mallocs: heap.metricsMallocs,
      frees: heap.metricsFrees,
      heapObjects: heap.metricsHeapObjects,
    },
    unusedBytes: heap.heapInuseBytes - heap.allocBytes,
    liveBytes: heap.liveBytes,
    touchedBytes: heap.touchedBytes,
    gogcPercent: heap.gogcPercent,
    limitBytes: heap.limitBytes,
    classes: used,
    windows: heapStatus.windows,
    forecast: heapStatus.forecast,
    compaction: heapStatus.compaction,
    restore: restore.timeSeconds === 0 ? null : restore,
  } satisfies HeapReply);
}

/** A whole number parameter within bounds. */
function boundedParameter(
  parameters: Parameters,
  name: string,
  fallback: number,
  min: number,
  max: number,
): number {
  const value = integerParameter(parameters, name) ?? fallback;
  if (value >= min && value <= max) return value;
  throw badParameter(name, `want a whole number from ${min} to ${max}`);
}

function listed(parts: ServerParts, parameters: Parameters, most: number, fallback: number) {
  const fromPage = boundedParameter(parameters, "from", 0, 0, PAGE_MAX);
  const limit = boundedParameter(parameters, "limit", fallback, 1, most);
  return parts.heap.spans(fromPage, limit);
}

/** The chunks of `pages` pages. */
async function chunksAnswer(parts: ServerParts, parameters: Parameters): Promise<ApiAnswer> {
  const fromPage = boundedParameter(parameters, "from", 0, 0, PAGE_MAX);
  const pages = boundedParameter(parameters, "pages", 1, 1, CHUNK_PAGES_MAX);
  return answer(await parts.heap.chunksBetween(fromPage, fromPage + pages));
}

function chunkAnswer(parts: ServerParts, parameters: Parameters): ApiAnswer {
  const chunk = boundedParameter(parameters, "chunk", -1, 0, CHUNK_MAX);
  const address = boundedParameter(parameters, "address", -1, 0, Number.MAX_SAFE_INTEGER);
  return answer(parts.heap.chunkAt(chunk, address));
}

/** Window bits as hexadecimal digits, without leading zeros. */
function windowDigits(high: number, low: number): string {
  if (high === 0) return low.toString(HEX);
  return `${high.toString(HEX)}${low.toString(HEX).padStart(WORD_DIGITS, "0")}`;
}

/** Slices by origin, a column for each. */
function originColumns({ count, origins }: SpanListing): SpanOriginColumns {
  const column = (at: number) =>
    Array.from({ length: count }, (_, i) => origins[i * ORIGIN_NAMES.length + at] as number);
  const entries = ORIGIN_NAMES.map((name, at) => [name, column(at)]);
  return Object.fromEntries(entries) as SpanOriginColumns;
}

function spansAnswer(listing: SpanListing): ApiAnswer {
  const { count, endPage, firstPage, nextPage, windowStartsMs } = listing;
  const windows = Array.from({ length: count }, (_, i) =>
    windowDigits(listing.windowsHigh[i] as number, listing.windowsLow[i] as number),
  );
  return answer({
    firstPage,
    endPage,
    nextPage,
    windowStartsMs,
    spans: {
      page: [...listing.pages],
      pages: [...listing.pageCounts],
      class: [...listing.classes],
      flags: [...listing.flags],
      slots: [...listing.slots],
      used: [...listing.used],
      live: [...listing.live],
      windows,
      ...originColumns(listing),
    },
  } satisfies SpansReply);
}

/** Registers the routes. */
export function addHeapStatusRoutes(app: FastifyInstance, parts: ServerParts): void {
  addApiRoute(app, parts, "/status/heap", ["GET"], () => heapAnswer(parts));
  addApiRoute(app, parts, "/status/heap/spans", ["GET"], (parameters) =>
    spansAnswer(listed(parts, parameters, JSON_SPANS_MAX, JSON_SPANS)),
  );
  addApiRoute(app, parts, "/status/heap/chunks", ["GET"], (parameters) =>
    chunksAnswer(parts, parameters),
  );
  addApiRoute(app, parts, "/status/heap/chunk", ["GET"], (parameters) =>
    chunkAnswer(parts, parameters),
  );
  addRoute(app, "/status/heap/spans.bin", ["GET"], (request, reply) => {
    const parameters = new Parameters(request.query, null);
    const listing = listed(parts, parameters, BINARY_SPANS_MAX, BINARY_SPANS_MAX);
    return reply.type(SPANS_TYPE).send(Buffer.from(encodeSpans(listing).buffer));
  });
}
