/**
 * /debug/pprof/heap and /debug/pprof/allocs: the simulated heap for `go tool pprof`.
 *
 * Parameters are read as Go reads them: gc and debug are numbers, anything else is 0. With gc=1 a
 * whole collection is done first, in portions beside ingestion: the one request that looks at the
 * heap and changes it.
 */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { TsdbError } from "../base/errors.ts";
import { type DefaultSample, encodeHeapProfile } from "../observe/pprof-heap.ts";
import { heapProfileText } from "../observe/pprof-text.ts";
import { addRoute, TEXT_TYPE } from "./api-routes.ts";
import { Parameters } from "./parameters.ts";
import type { ServerParts } from "./server-parts.ts";

const PROFILE_TYPE = "application/octet-stream";
const zip = promisify(gzip);

function numberOf(parameters: Parameters, name: string): number {
  const text = parameters.first(name);
  return /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}

async function sendProfile(
  parts: ServerParts,
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  defaultSample: DefaultSample,
): Promise<FastifyReply> {
  const parameters = new Parameters(request.query, null);
  if (parameters.first("seconds") !== "") {
    throw new TsdbError("BAD_PARAMETER", "profiles over a time (seconds=…) are not supported");
  }
  if (numberOf(parameters, "gc") > 0) await parts.heap.collectHeap();
  const entries = parts.heap.allocationOrigins();
  reply.header("x-content-type-options", "nosniff");
  if (numberOf(parameters, "debug") !== 0) {
    return reply.type(TEXT_TYPE).send(heapProfileText(entries, parts.readEngine().heap));
  }
  const profile = encodeHeapProfile(entries, parts.clock.nowMs(), defaultSample);
  reply.header("content-disposition", `attachment; filename="${name}"`);
  return reply.type(PROFILE_TYPE).send(await zip(profile));
}

/** Registers the routes. */
export function addProfileRoutes(app: FastifyInstance, parts: ServerParts): void {
  for (const [name, defaultSample] of [
    ["heap", "inuse_space"],
    ["allocs", "alloc_space"],
  ] as const) {
    addRoute(app, `/debug/pprof/${name}`, ["GET"], (request, reply) =>
      sendProfile(parts, request, reply, name, defaultSample),
    );
  }
}
