/**
 * A remote read server that answers every request with the chunks of one store, byte for byte: what
 * a Prometheus makes of them is what it decodes.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import protobuf from "protobufjs";
import { crc32c } from "../../src/base/crc32c.ts";
import { type ChunkTable, NO_CHUNK } from "../../src/chunk/chunk-table.ts";
import type { Store } from "../../src/engine/store.ts";

const STREAMED = "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse";
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Label { string name = 1; string value = 2; }
  message Chunk { int64 min_time_ms = 1; int64 max_time_ms = 2; int32 type = 3; bytes data = 4; }
  message ChunkedSeries { repeated Label labels = 1; repeated Chunk chunks = 2; }
  message ChunkedReadResponse { repeated ChunkedSeries chunked_series = 1; int64 query_index = 2; }
`);
const response = root.lookupType("ChunkedReadResponse");

function chunksOf(chunks: ChunkTable, newest: number): object[] {
  const found: object[] = [];
  for (let chunk = newest as never; chunk !== NO_CHUNK; chunk = chunks.olderOf(chunk) as never) {
    const from = chunks.offsetOf(chunk);
    found.unshift({
      minTimeMs: chunks.firstTimeOf(chunk),
      maxTimeMs: chunks.lastTimeOf(chunk),
      type: chunks.kindOf(chunk) + 1,
      data: chunks.bytesOf(chunk).slice(from, from + chunks.byteLengthOf(chunk)),
    });
  }
  return found;
}

/** One frame for each series, in the order of their labels. */
function framesOf(store: Store): Buffer {
  const { index } = store.head;
  const series: { key: string; message: object }[] = [];
  for (let ref = 0 as never; ref < index.series.upperBound; ref = (ref + 1) as never) {
    if (!index.series.isLive(ref)) continue;
    const set = index.labelsOf(ref);
    const labels = Array.from({ length: set.size }, (_, i) => ({
      name: set.nameAt(i),
      value: set.valueAt(i),
    }));
    const chunks = chunksOf(store.chunks, store.head.newestChunkOf(ref));
    series.push({ key: set.key(), message: { chunkedSeries: [{ labels, chunks }] } });
  }
  series.sort((a, b) => (a.key < b.key ? -1 : 1));
  const parts: Uint8Array[] = [];
  for (const { message } of series) {
    const payload = response.encode(response.fromObject(message)).finish();
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32c(payload, 0, payload.length));
    parts.push(protobuf.Writer.create().uint32(payload.length).finish(), sum, payload);
  }
  return Buffer.concat(parts);
}

/** Serves the chunks of `store` on a free port. */
export async function serveChunks(store: Store): Promise<{ server: Server; port: number }> {
  const frames = framesOf(store);
  const server = createServer((request, reply) => {
    request.resume();
    request.on("end", () => reply.writeHead(200, { "content-type": STREAMED }).end(frames));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}
