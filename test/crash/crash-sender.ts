/**
 * Senders for a process that is going to be killed: they remember what was acknowledged.
 *
 * Each series belongs to one sender, which sends its samples in order; a request without an answer
 * is sent again before anything newer, as Prometheus does.
 *
 * I1  The value follows from series and time, so that an invented sample is told from a sent one.
 *
 * Units: …Ms milliseconds since the epoch.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import { literalSnappy } from "../http/write-bodies.ts";

const SERIES_PER_SENDER = 25;
const HEADERS = {
  "content-type": "application/x-protobuf",
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": "0.1.0",
};

/** The value of a series' sample. */
export function sampleValue(sender: number, series: number, timeMs: number): number {
  return sender * 1e6 + series * 1e4 + (timeMs % 10_000) / 8;
}

export class CrashSender {
  /** Times that were acknowledged, in order; every series of the sender has each of them. */
  readonly acknowledged: number[] = [];
  /** Requests that were answered with 503. */
  refusedCount = 0;
  /** Times that were sent and not acknowledged (yet). */
  readonly unanswered = new Set<number>();
  private readonly sender: number;
  private pending: number | null = null;
  private lastMs = 0;

  constructor(sender: number) {
    this.sender = sender;
  }

  /** Sends until `isOver` or the process is gone. */
  async send(url: string, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const timeMs = this.pending ?? Math.max(this.lastMs + 1, Date.now());
      this.pending = timeMs;
      this.lastMs = timeMs;
      this.unanswered.add(timeMs);
      const status = await this.post(url, timeMs);
      if (status === null) return;
      if (status === 204) {
        this.acknowledged.push(timeMs);
        this.unanswered.delete(timeMs);
        this.pending = null;
      } else if (status === 503) {
        this.refusedCount++;
        await sleep(50);
      } else throw new Error(`write of ${timeMs} was answered with ${status}`);
    }
  }

  /** Samples that were acknowledged. */
  get sampleCount(): number {
    return this.acknowledged.length * SERIES_PER_SENDER;
  }

  /** How many series the sender has. */
  get seriesCount(): number {
    return SERIES_PER_SENDER;
  }

  private async post(url: string, timeMs: number): Promise<number | null> {
    const encoder = new WriteRequestEncoder();
    for (let series = 0; series < SERIES_PER_SENDER; series++) {
      encoder.beginSeries();
      encoder.label("__name__", "crash");
      encoder.label("sender", String(this.sender));
      encoder.label("series", String(series));
      encoder.sample(timeMs, sampleValue(this.sender, series, timeMs));
      encoder.endSeries();
    }
    try {
      const body = literalSnappy(encoder.finish());
      const response = await fetch(url, { method: "POST", headers: HEADERS, body });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return null;
    }
  }
}
