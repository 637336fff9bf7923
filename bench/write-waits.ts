/**
 * How long writes wait: requests of a stream sent at a steady pace over one connection, while the
 * server does something else.
 *
 * I1  The requests of each queue go in their order; none is sent twice.
 *
 * Units: …Ms milliseconds of wall time.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { StreamReader } from "./load/stream-file.ts";
import { WriteConnection } from "./load/write-connection.ts";

export const WRITE_PAUSE_MS = 20;

export interface WriteWaits {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  readonly writes: number;
}

/** What the waits come to; there must be some. */
export function summarise(waits: readonly number[]): WriteWaits {
  if (waits.length === 0) throw new Error("no write was made: the stream is too short");
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  const longestMs = sorted.at(-1) ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), longestMs, writes: sorted.length };
}

/** Sends requests of a stream one after the other and keeps the place it has come to. */
export class PacedWriter {
  private readonly stream: StreamReader;
  private readonly connection: WriteConnection;
  private readonly buffer: Buffer;
  private next = 0;

  constructor(stream: StreamReader, port: number) {
    this.stream = stream;
    this.connection = new WriteConnection(port, "/api/v1/write");
    this.buffer = Buffer.alloc(stream.largestBodyBytes());
  }

  /** The first cycle of which nothing was sent. */
  get cycle(): number {
    const { stream, next } = this;
    if (next === 0) return 0;
    return stream.cycleOf(next - 1) + 1;
  }

  get isAtEnd(): boolean {
    return this.next >= this.stream.requestCount;
  }

  /** Goes on at `cycle`. */
  seek(cycle: number): void {
    const { stream } = this;
    this.next = 0;
    while (!this.isAtEnd && stream.cycleOf(this.next) < cycle) this.next++;
  }

  /** Sends the next request; how long it waited. Rejects when it is refused. */
  async send(): Promise<number> {
    const body = this.stream.read(this.next++, this.buffer);
    const sentMs = performance.now();
    const { status, text } = await this.connection.post(body);
    if (status >= 300) throw new Error(`a write was refused: ${status} ${text.trim()}`);
    return performance.now() - sentMs;
  }

  /** Sends a request every WRITE_PAUSE_MS while `goesOn` and the stream lasts; all waits. */
  async sendWhile(goesOn: () => boolean): Promise<number[]> {
    const waits: number[] = [];
    while (goesOn() && !this.isAtEnd) {
      waits.push(await this.send());
      await sleep(WRITE_PAUSE_MS);
    }
    return waits;
  }

  close(): void {
    this.connection.close();
  }
}
