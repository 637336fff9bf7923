/**
 * Sends series to a server by remote write 1.0, in requests of a bounded size, one after the other.
 *
 * I1  A request that the server cannot take now (429, 5xx, no connection) is sent again, a bounded
 *     number of times; one that it refuses (any other 4xx) is counted and its reason kept.
 *
 * Units: …Ms milliseconds.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { compress } from "snappyjs";
import { TsdbError } from "../base/errors.ts";
import { encodeHistogram } from "../wire/histogram-encode.ts";
import { WriteRequestEncoder } from "../wire/remote-write-encode.ts";
import type { GatheredSeries } from "./sample-series.ts";

/** Samples of a request, as Prometheus sends them. */
const REQUEST_SAMPLES = 2000;
const TRIES = 10;
const FIRST_WAIT_MS = 500;
const WAIT_MS_MAX = 15_000;
const TIMEOUT_MS = 60_000;
const SHOWN_CHARACTERS = 300;

/** Where to send, and who one is there. */
export interface WriteTarget {
  /** The address of the write route. */
  readonly url: string;
  /** Value of the Authorization header, "" for none. */
  readonly authorization: string;
}

/** What became of all requests. */
export interface SendFigures {
  requestCount: number;
  sampleCount: number;
  /** Requests of which at least one sample was refused. */
  refusedCount: number;
  /** What the server said of the first of them. */
  firstRefusal: string;
}

export class SampleSender {
  readonly figures: SendFigures = {
    requestCount: 0,
    sampleCount: 0,
    refusedCount: 0,
    firstRefusal: "",
  };
  private readonly target: WriteTarget;
  private readonly encoder = new WriteRequestEncoder();
  private pending = 0;

  constructor(target: WriteTarget) {
    this.target = target;
  }

  /** Sends a series, or keeps it to go out with the next ones. TsdbError UNAVAILABLE. */
  async send(series: GatheredSeries): Promise<void> {
    for (let from = 0; from < series.count; ) {
      const to = Math.min(series.count, from + REQUEST_SAMPLES - this.pending);
      this.put(series, from, to);
      from = to;
      if (this.pending === REQUEST_SAMPLES) await this.flush();
    }
  }

  /** Sends what is kept. */
  async flush(): Promise<void> {
    if (this.pending === 0) return;
    const body = new Uint8Array(compress(this.encoder.finish()));
    this.figures.requestCount++;
    this.figures.sampleCount += this.pending;
    this.encoder.clear();
    this.pending = 0;
    await this.deliver(body);
  }

  /** A series is opened anew where floats and histograms take turns: a message has no order. */
  private put(series: GatheredSeries, from: number, to: number): void {
    const { encoder } = this;
    let isOfHistograms: boolean | null = null;
    const enter = (wanted: boolean) => {
      if (wanted === isOfHistograms) return;
      if (isOfHistograms !== null) encoder.endSeries();
      isOfHistograms = wanted;
      this.begin(series.labels);
    };
    series.visit(from, to, {
      float: (timeMs, high, low) => {
        enter(false);
        encoder.sampleBits(timeMs, high, low);
      },
      histogram: (columns, row) => {
        enter(true);
        encoder.histogram(encodeHistogram(columns, row));
      },
    });
    encoder.endSeries();
    this.pending += to - from;
  }

  private begin(labels: readonly string[]): void {
    this.encoder.beginSeries();
    for (let i = 0; i < labels.length; i += 2) {
      this.encoder.label(labels[i] as string, labels[i + 1] as string);
    }
  }

  private async deliver(body: Uint8Array<ArrayBuffer>): Promise<void> {
    let waitMs = FIRST_WAIT_MS;
    for (let left = TRIES; ; left--) {
      const failure = await this.attempt(body);
      if (failure === null) return;
      if (left === 1) throw new TsdbError("UNAVAILABLE", `${this.target.url}: ${failure}`);
      await sleep(waitMs);
      waitMs = Math.min(2 * waitMs, WAIT_MS_MAX);
    }
  }

  /** One try; answers why it is worth another one, or null when the request is done with. */
  private async attempt(body: Uint8Array<ArrayBuffer>): Promise<string | null> {
    const { url, authorization } = this.target;
    const headers: Record<string, string> = {
      "content-encoding": "snappy",
      "content-type": "application/x-protobuf",
      "user-agent": "spandrel-import",
      "x-prometheus-remote-write-version": "0.1.0",
    };
    if (authorization !== "") headers["authorization"] = authorization;
    let status: number;
    let said: string;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(url, { method: "POST", headers, body, signal });
      status = response.status;
      said = `${status} ${(await response.text()).slice(0, SHOWN_CHARACTERS).trim()}`;
    } catch (error) {
      return String(error instanceof Error ? (error.cause ?? error) : error);
    }
    if (status < 300) return null;
    if (status === 429 || status >= 500) return said;
    if (status === 401 || status === 403 || status === 404) {
      throw new TsdbError("UNAVAILABLE", `${url}: ${said}`);
    }
    this.figures.refusedCount++;
    this.figures.firstRefusal ||= said;
    return null;
  }
}
