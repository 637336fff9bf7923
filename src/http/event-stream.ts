/**
 * Server-sent events: one text goes to every viewer.
 *
 * I1  A viewer that does not take its data is left out until it does; after HELD_BYTES_MAX that
 *     wait in its socket it is let go.
 * I2  No more than VIEWERS_MAX at a time.
 *
 * The page reads the stream with fetch, so that requests can carry credentials.
 */
import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply } from "fastify";
import { TsdbError } from "../base/errors.ts";

const VIEWERS_MAX = 64;
const SKIP_BYTES = 64 * 1024;
const HELD_BYTES_MAX = 1024 * 1024;

/** An event as text on the wire. */
export function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

export class EventStream {
  private readonly viewers = new Set<ServerResponse>();

  /** Ends every stream when the server begins to close. */
  constructor(app: FastifyInstance) {
    app.addHook("preClose", async () => {
      for (const viewer of this.viewers) viewer.end();
    });
  }

  get viewerCount(): number {
    return this.viewers.size;
  }

  /** Takes a request over; `first` is what the viewer is told at once. */
  open(reply: FastifyReply, first: string): void {
    if (this.viewers.size >= VIEWERS_MAX) {
      throw new TsdbError("UNAVAILABLE", `${VIEWERS_MAX} viewers are connected: no more are taken`);
    }
    reply.hijack();
    const { raw } = reply;
    const headers = reply.getHeaders() as Record<string, string>;
    raw.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // The stream is the connection's last answer: its end is the connection's.
      connection: "close",
      "x-accel-buffering": "no",
    });
    raw.write(`retry: 2000\n\n${first}`);
    this.viewers.add(raw);
    raw.on("close", () => this.viewers.delete(raw));
    raw.on("error", () => this.viewers.delete(raw));
  }

  /** Sends a text to every viewer that takes it. */
  send(text: string): void {
    for (const viewer of this.viewers) {
      if (viewer.writableLength < SKIP_BYTES) viewer.write(text);
      else if (viewer.writableLength > HELD_BYTES_MAX) viewer.destroy();
    }
  }
}
