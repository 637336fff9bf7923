/**
 * Stream file: generated requests kept on disk, so that generating them costs nothing while a
 * server is measured.
 *
 * NAME.bodies holds the compressed bodies one after the other. NAME.index holds five unsigned
 * 32-bit little-endian words per request: body bytes, decoded bytes, samples, queue, cycle.
 */
import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import type { LoadRequest } from "./request-stream.ts";

const ENTRY_WORDS = 5;

export class StreamWriter {
  private readonly path: string;
  private readonly bodies: number;
  private readonly index: number[] = [];

  constructor(path: string) {
    this.path = path;
    this.bodies = openSync(`${path}.bodies`, "w");
  }

  add(request: LoadRequest): void {
    writeSync(this.bodies, request.body);
    const { body, decodedBytes, sampleCount, queue, cycle } = request;
    this.index.push(body.length, decodedBytes, sampleCount, queue, cycle);
  }

  close(): void {
    closeSync(this.bodies);
    writeFileSync(`${this.path}.index`, Uint32Array.from(this.index));
  }
}

export class StreamReader {
  readonly requestCount: number;
  private readonly bodies: number;
  private readonly index: Uint32Array;
  private readonly starts: Float64Array;

  constructor(path: string) {
    this.bodies = openSync(`${path}.bodies`, "r");
    const bytes = readFileSync(`${path}.index`);
    this.index = new Uint32Array(Uint8Array.from(bytes).buffer);
    this.requestCount = this.index.length / ENTRY_WORDS;
    this.starts = new Float64Array(this.requestCount);
    let start = 0;
    for (let i = 0; i < this.requestCount; i++) {
      this.starts[i] = start;
      start += this.bodyBytesOf(i);
    }
  }

  bodyBytesOf(request: number): number {
    return this.index[request * ENTRY_WORDS]!;
  }

  decodedBytesOf(request: number): number {
    return this.index[request * ENTRY_WORDS + 1]!;
  }

  sampleCountOf(request: number): number {
    return this.index[request * ENTRY_WORDS + 2]!;
  }

  queueOf(request: number): number {
    return this.index[request * ENTRY_WORDS + 3]!;
  }

  cycleOf(request: number): number {
    return this.index[request * ENTRY_WORDS + 4]!;
  }

  /** Reads a body into `target` and returns its bytes, a view of `target`. */
  read(request: number, target: Buffer): Buffer {
    const bytes = this.bodyBytesOf(request);
    readSync(this.bodies, target, 0, bytes, this.starts[request]!);
    return target.subarray(0, bytes);
  }

  /** Bytes of the largest body. */
  largestBodyBytes(): number {
    let largest = 0;
    for (let i = 0; i < this.requestCount; i++) largest = Math.max(largest, this.bodyBytesOf(i));
    return largest;
  }

  close(): void {
    closeSync(this.bodies);
  }
}
