/**
 * Reads request bodies into buffers that are used again: a new buffer of 100 KB for every write
 * request would cost more than reading it.
 *
 * I1  A buffer belongs to one request from its first bytes until release(); spare ones belong to
 *     nobody.
 * I2  No more than `bytesMax` of a body is kept; a longer one is refused as soon as that is known.
 * I3  Buffers of requests together hold at most `heldBytesMax`. When that is not enough for a
 *     further part, bodies that wait for their next part for long give way, and if that does not
 *     help the part's own body does.
 * I4  A buffer grows with what has arrived, never with what was only declared.
 *
 * Units: bytes, …Ms milliseconds.
 */
import type { IncomingMessage } from "node:http";
import type { Clock } from "../base/clock.ts";
import { returnMemory } from "../base/memory-return.ts";

const SPARE_COUNT_MAX = 16;
const FIRST_BYTES = 128 * 1024;
/** Bodies above this size are rare: their buffers are not kept. */
const SPARE_BYTES_MAX = 2 * 1024 * 1024;
/** A body that has had no part for this long gives way when there is no room. */
const STALLED_MS = 5000;

const NO_BYTES = new Uint8Array(0);

/** A body in its buffer: the first `length` bytes. */
export interface RequestBody {
  buffer: Uint8Array;
  length: number;
}

/** How reading ended: too much was sent, there was no room for it, or the client went away. */
export type BodyOutcome = "whole" | "too-large" | "no-room" | "gone";

/** Called once; the body is complete only when it is whole. */
export type BodyDone = (outcome: BodyOutcome, body: RequestBody) => void;

interface Reading {
  readonly request: IncomingMessage;
  readonly body: RequestBody;
  readonly declared: number;
  readonly done: BodyDone;
  lastPartMs: number;
}

export class BodyReader {
  private readonly bytesMax: number;
  private readonly heldBytesMax: number;
  private readonly clock: Clock;
  private readonly spare: Uint8Array[] = [];
  private readonly underWay = new Set<Reading>();
  private held = 0;

  constructor(bytesMax: number, heldBytesMax: number, clock: Clock) {
    this.bytesMax = bytesMax;
    this.heldBytesMax = heldBytesMax;
    this.clock = clock;
  }

  /** Bytes of buffers that belong to requests. */
  get heldBytes(): number {
    return this.held;
  }

  /** Reads the whole body; the caller releases it, however reading ended. */
  read(request: IncomingMessage, done: BodyDone): void {
    const declared = Number(request.headers["content-length"] ?? 0);
    const body = { buffer: NO_BYTES, length: 0 };
    const reading = { request, body, declared, done, lastPartMs: this.clock.monotonicMs() };
    this.underWay.add(reading);
    if (declared > this.bytesMax) {
      this.finish(reading, "too-large");
      return;
    }
    request.on("data", (part: Uint8Array) => this.take(reading, part));
    request.on("end", () => this.finish(reading, "whole"));
    request.on("error", () => this.finish(reading, "gone"));
  }

  /** Gives a body's buffer back. */
  release(body: RequestBody): void {
    const { buffer } = body;
    this.held -= buffer.length;
    body.buffer = NO_BYTES;
    const isKept = buffer.length > 0 && buffer.length <= SPARE_BYTES_MAX;
    if (isKept && this.spare.length < SPARE_COUNT_MAX) this.spare.push(buffer);
  }

  private take(reading: Reading, part: Uint8Array): void {
    const { body } = reading;
    const length = body.length + part.length;
    if (length > this.bytesMax) {
      this.finish(reading, "too-large");
    } else if (length > body.buffer.length && !this.widen(reading, length)) {
      this.finish(reading, "no-room");
    } else {
      body.buffer.set(part, body.length);
      body.length = length;
      // Under remote write parts would be most of what V8 counts as its own.
      returnMemory(part);
      reading.lastPartMs = this.clock.monotonicMs();
    }
  }

  /** Gives a body a buffer of at least `length` bytes; false when there is no room for it. */
  private widen(reading: Reading, length: number): boolean {
    const { body, declared } = reading;
    const spare = body.length === 0 ? this.spare.at(-1) : undefined;
    const isSpareUsed = spare !== undefined && spare.length >= length;
    const double = Math.max(length, Math.min(body.buffer.length * 2, this.bytesMax), FIRST_BYTES);
    // A declared length lets the last growth be an exact one.
    const exact = declared >= length ? Math.max(FIRST_BYTES, declared) : double;
    const bytes = isSpareUsed ? spare.length : Math.min(double, exact);
    if (!this.hasRoom(bytes - body.buffer.length, reading)) return false;
    const wider = isSpareUsed ? (this.spare.pop() as Uint8Array) : new Uint8Array(bytes);
    wider.set(body.buffer.subarray(0, body.length));
    this.held += bytes - body.buffer.length;
    body.buffer = wider;
    return true;
  }

  /** Whether `bytes` more may be held; bodies that stand still are ended to make it so. */
  private hasRoom(bytes: number, asking: Reading): boolean {
    if (this.held + bytes <= this.heldBytesMax) return true;
    const before = this.clock.monotonicMs() - STALLED_MS;
    for (const reading of this.underWay) {
      if (reading !== asking && reading.lastPartMs < before && reading.body.length > 0) {
        this.finish(reading, "no-room");
      }
      if (this.held + bytes <= this.heldBytesMax) return true;
    }
    return false;
  }

  private finish(reading: Reading, outcome: BodyOutcome): void {
    const { request, body, done } = reading;
    this.underWay.delete(reading);
    request.removeAllListeners("data");
    request.removeAllListeners("end");
    request.removeAllListeners("error");
    if (outcome === "too-large" || outcome === "no-room") {
      // The rest may still arrive: it is thrown away, and an error of the stream is no news.
      request.on("error", () => {});
      request.resume();
    }
    done(outcome, body);
  }
}
