/**
 * Decode sink: a server that gathers, decodes and scans write requests, and keeps nothing.
 *
 * answers GET /counts with what it has seen, which the tests of the load generator read.
 *
 *   npm run bench:ingest -- --name decode-sink --results none \
 *     --external 'node --import tsx bench/load/decode-sink.ts {port}'
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { scanWriteRequest } from "../../src/wire/scan-write-request.ts";
import { SnappyDecoder } from "../../src/wire/snappy-decoder.ts";
import { WriteBatch } from "../../src/wire/write-batch.ts";

const LIMIT_BYTES = 32 * 2 ** 20;

/** A sink that is not listening yet; `onBatch` sees every scanned request. */
export function createDecodeSink(onBatch: (batch: WriteBatch) => void): Server {
  const decoder = new SnappyDecoder();
  const batch = new WriteBatch();
  return createServer((request, reply) => {
    gather(request, (body) => {
      if (request.method !== "POST") {
        reply.writeHead(200).end();
        return;
      }
      try {
        scanWriteRequest(decoder.decode(body, LIMIT_BYTES), batch);
        onBatch(batch);
        reply.writeHead(204).end();
      } catch (error) {
        reply.writeHead(400).end(`${String(error)}\n`);
      }
    });
  });
}

function gather(request: IncomingMessage, done: (body: Uint8Array) => void): void {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => done(Buffer.concat(parts)));
}

if (process.argv[1] === import.meta.filename) {
  createDecodeSink(() => {}).listen(Number(process.argv[2]), "127.0.0.1");
}
