/**
 * Reads request bodies into buffers that are used again: a new buffer of 100 KB for every write
 * request would cost more than reading it.
 *
 * I1  A buffer belongs to one request from read() until release(); spare ones belong to nobody.
 * I2  No more than `bytesMax` of a body is kept; a longer one is refused as soon as that is known.
 *
 * Units: bytes.
 */
import type { IncomingMessage } from "node:http";

const SPARE_COUNT_MAX = 16;
const FIRST_BYTES = 128 * 1024;
/** Bodies above this size are rare: their buffers are not kept. */
const SPARE_BYTES_MAX = 2 * 1024 * 1024;

/** A body in its buffer: the first `length` bytes. */
export interface RequestBody {
  buffer: Uint8Array;
  length: number;
}

/** How reading ended: the client may send too much, or go away before the end. */
export type BodyOutcome = "whole" | "too-large" | "gone";

/** Called once; the body is complete only when it is whole. */
export type BodyDone = (outcome: BodyOutcome, body: RequestBody) => void;

export class BodyReader {
  private readonly bytesMax: number;
  private readonly spare: RequestBody[] = [];

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  /** Reads the whole body; the caller releases it, however reading ended. */
  read(request: IncomingMessage, done: BodyDone): void {
    const declared = Number(request.headers["content-length"] ?? 0);
    const body = this.take();
    if (declared > this.bytesMax) {
      finish(request, "too-large", body, done);
      return;
    }
    if (declared > body.buffer.length) body.buffer = new Uint8Array(declared);
    request.on("data", (part: Uint8Array) => {
      const length = body.length + part.length;
      if (length > this.bytesMax) return finish(request, "too-large", body, done);
      if (length > body.buffer.length) widen(body, Math.min(this.bytesMax, length * 2));
      body.buffer.set(part, body.length);
      body.length = length;
    });
    request.on("end", () => finish(request, "whole", body, done));
    request.on("error", () => finish(request, "gone", body, done));
  }

  /** Gives a body's buffer back. */
  release(body: RequestBody): void {
    const isKept = body.buffer.length <= SPARE_BYTES_MAX && this.spare.length < SPARE_COUNT_MAX;
    if (isKept) this.spare.push(body);
  }

  private take(): RequestBody {
    const body = this.spare.pop() ?? { buffer: new Uint8Array(FIRST_BYTES), length: 0 };
    body.length = 0;
    return body;
  }
}

function finish(
  request: IncomingMessage,
  outcome: BodyOutcome,
  body: RequestBody,
  done: BodyDone,
): void {
  request.removeAllListeners("data");
  request.removeAllListeners("end");
  request.removeAllListeners("error");
  if (outcome === "too-large") {
    // The rest may still arrive: it is thrown away, and an error of the stream is no news.
    request.on("error", () => {});
    request.resume();
  }
  done(outcome, body);
}

function widen(body: RequestBody, bytes: number): void {
  const wider = new Uint8Array(bytes);
  wider.set(body.buffer.subarray(0, body.length));
  body.buffer = wider;
}
