/**
 * /api/v1/status/…: what the service is, how it was started and what it holds.
 *
 * Units: times in answers are RFC 3339 texts or milliseconds since the epoch, as Prometheus has it.
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import { formatDuration } from "../base/duration.ts";
import { TsdbError } from "../base/errors.ts";
import { addApiRoute } from "./api-routes.ts";
import { type ApiAnswer, answer, answerJson } from "./envelope.ts";
import type { Parameters } from "./parameters.ts";
import { slicesOf } from "./pieces.ts";
import type { About, ServerParts } from "./server-parts.ts";

/** The Prometheus release whose HTTP API this is; clients choose their requests by it. */
const COMPATIBLE_VERSION = "3.5.0";

const TSDB_LIMIT = 10;
const TSDB_LIMIT_MAX = 10_000;
/** What Prometheus shows for the times of an empty head: the ends of int64, beyond JS numbers. */
const EMPTY_MIN_TIME = "9223372036854775807";
const EMPTY_MAX_TIME = "-9223372036854775808";
/** Go's value for "no memory limit". */
const NO_LIMIT = "9223372036854775807";

function rfc3339(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Version in Prometheus' terms, with Spandrel's own as build metadata. */
export function buildInformation({ version, revision, goVersion }: About) {
  return {
    version: `${COMPATIBLE_VERSION}+spandrel.${version}`,
    revision,
    branch: "",
    buildUser: "",
    buildDate: "",
    goVersion: `go${goVersion}`,
  };
}

function runtimeInformation({ about, clock, service }: ServerParts): ApiAnswer {
  const { gogc, heapLimitBytes, hostName, retentionMs, startTimeMs, workingDirectory } = about;
  const runtime = {
    startTime: rfc3339(startTimeMs),
    CWD: workingDirectory,
    hostname: hostName,
    serverTime: rfc3339(clock.nowMs()),
    reloadConfigSuccess: true,
    lastConfigTime: rfc3339(startTimeMs),
    corruptionCount: 0,
    goroutineCount: 1,
    GOMAXPROCS: 1,
  };
  const rest = {
    GOGC: gogc,
    GODEBUG: "",
    storageRetention: formatDuration(retentionMs),
    state: service.state,
  };
  // GOMEMLIMIT is an int64: written as text, since its largest value is beyond a JS number.
  const limit = heapLimitBytes === 0 ? NO_LIMIT : String(heapLimitBytes);
  const [first, last] = [JSON.stringify(runtime), JSON.stringify(rest)];
  return answerJson(`${first.slice(0, -1)},"GOMEMLIMIT":${limit},${last.slice(1)}`);
}

/** The parameter limit of /status/tsdb, refused in Prometheus' words. */
function listLimit(parameters: Parameters): number {
  const text = parameters.first("limit");
  if (text === "") return TSDB_LIMIT;
  const limit = /^\+?\d+$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new TsdbError("BAD_PARAMETER", "limit must be a positive number");
  if (limit <= TSDB_LIMIT_MAX) return limit;
  throw new TsdbError("BAD_PARAMETER", `limit must not exceed ${TSDB_LIMIT_MAX}`);
}

async function headAnswer(
  parts: ServerParts,
  parameters: Parameters,
  reply: FastifyReply,
): Promise<ApiAnswer> {
  const slices = slicesOf(parts, reply);
  const status = await parts.service.headStatus(listLimit(parameters), slices);
  const minTime = status.minTimeMs ?? EMPTY_MIN_TIME;
  const maxTime = status.maxTimeMs ?? EMPTY_MAX_TIME;
  const { seriesCount, labelPairCount, chunkCount } = status;
  const counts = `"numSeries":${seriesCount},"numLabelPairs":${labelPairCount}`;
  const head = `{${counts},"chunkCount":${chunkCount},"minTime":${minTime},"maxTime":${maxTime}}`;
  const lists = {
    seriesCountByMetricName: status.seriesCountByMetricName,
    labelValueCountByLabelName: status.labelValueCountByLabelName,
    memoryInBytesByLabelName: status.memoryInBytesByLabelName,
    seriesCountByLabelValuePair: status.seriesCountByLabelValuePair,
  };
  return answerJson(`{"headStats":${head},${JSON.stringify(lists).slice(1)}`);
}

/** Registers the routes that need a store. */
export function addStatusRoutes(app: FastifyInstance, parts: ServerParts): void {
  const { about } = parts;
  addApiRoute(app, parts, "/status/buildinfo", ["GET"], () => answer(buildInformation(about)));
  addApiRoute(app, parts, "/status/runtimeinfo", ["GET"], () => runtimeInformation(parts));
  addApiRoute(app, parts, "/status/flags", ["GET"], () => answer(about.flags));
  addApiRoute(app, parts, "/status/config", ["GET"], () => answer({ yaml: "" }));
  addApiRoute(app, parts, "/status/tsdb", ["GET"], (parameters, _request, reply) =>
    headAnswer(parts, parameters, reply),
  );
}

/** Registers the route that shows how far the restore is; it answers before the store is ready. */
export function addRestoreRoute(app: FastifyInstance, parts: ServerParts): void {
  addApiRoute(app, parts, "/status/walreplay", ["GET"], () =>
    answer(parts.service.restoreProgress()),
  );
}
