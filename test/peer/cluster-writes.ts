/**
 * Load of the cluster's test: seeded counters and gauges, one sample of each series a step, the
 * same body sent to every receiver. A receiver that is vmagent passes it on; times are the
 * sender's.
 *
 * I1  A step's time is a multiple of STEP_MS plus 1: no sample lies on the edge of a window that a
 *     query asks for, where releases of Prometheus differ.
 *
 * Units: …Ms milliseconds, times since the epoch.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { compress } from "snappyjs";
import { Prng } from "../../src/base/prng.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";

export const STEP_MS = 1000;
const TRIES_MAX = 100;
const RETRY_MS = 100;
const SEED = 20_261_125;
const INSTANCES = 25;
const JOBS = ["api", "db", "web"];
const METRICS = ["requests_total", "errors_total", "bytes_total", "temperature", "queue_length"];
const CODES = ["200", "500"];

/** Series that a step writes. */
export const SERIES_COUNT = INSTANCES * JOBS.length * METRICS.length * CODES.length;

type Labels = readonly (readonly [string, string])[];

function* seriesLabels(): Generator<Labels> {
  for (const name of METRICS) {
    for (const job of JOBS) {
      for (let i = 0; i < INSTANCES; i++) {
        for (const code of CODES) {
          yield [
            ["__name__", name],
            ["code", code],
            ["instance", `10.0.0.${i}:80`],
            ["job", job],
          ];
        }
      }
    }
  }
}

/** Sends a write request and insists that it is taken. */
export async function postWrite(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await fetch(`${url}/api/v1/write`, {
    method: "POST",
    headers: { "content-encoding": "snappy", "content-type": "application/x-protobuf" },
    body,
  });
  const text = await answer.text();
  if (answer.status !== 204) throw new Error(`${url}: ${answer.status} ${text}`);
}

/** As postWrite, again while nobody listens: as any sender does that a receiver's restart meets. */
async function postUntilTaken(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await postWrite(url, body);
    } catch (error) {
      if (!(error instanceof TypeError) || tries === TRIES_MAX) throw error;
      await sleep(RETRY_MS);
    }
  }
}

export class SteadyWriter {
  /** Time of the newest step that every receiver has taken. */
  lastMs: number;
  private readonly series = [...seriesLabels()];
  private readonly values = new Float64Array(SERIES_COUNT);
  private readonly random = new Prng(SEED);
  private readonly encoder = new WriteRequestEncoder();
  private readonly stopped = new AbortController();
  private done: Promise<void> = Promise.resolve();

  private readonly receivers: readonly string[];

  constructor(receivers: readonly string[]) {
    this.receivers = receivers;
    this.lastMs = Math.floor(Date.now() / STEP_MS) * STEP_MS - STEP_MS + 1;
  }

  /** Writes one step for every second that passes, until stop(). */
  start(): void {
    this.done = this.run();
  }

  /** Ends with the step under way; throws what any step threw. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.done;
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const timeMs = this.lastMs + STEP_MS;
      await sleep(Math.max(0, timeMs - Date.now()));
      const body = this.step(timeMs);
      await Promise.all(this.receivers.map((url) => postUntilTaken(url, body)));
      this.lastMs = timeMs;
    }
  }

  private step(timeMs: number): Uint8Array<ArrayBuffer> {
    const { encoder, random, values } = this;
    encoder.clear();
    for (const [number, labels] of this.series.entries()) {
      const grows = labels[0]?.[1].endsWith("_total");
      const drawn = random.below(1000);
      values[number] = grows ? (values[number] as number) + drawn : drawn / 8;
      encoder.beginSeries();
      for (const [name, value] of labels) encoder.label(name, value);
      encoder.sample(timeMs, values[number] as number);
      encoder.endSeries();
    }
    return new Uint8Array(compress(encoder.finish()));
  }
}

/** Bodies of `steps` samples each of `seriesCount` counters, a second apart, up to `endMs`. */
export function* burst(seriesCount: number, steps: number, endMs: number, stepsInBody: number) {
  const encoder = new WriteRequestEncoder();
  for (let first = 0; first < steps; first += stepsInBody) {
    encoder.clear();
    for (let number = 0; number < seriesCount; number++) {
      encoder.beginSeries();
      encoder.label("__name__", "burst_total");
      encoder.label("instance", `10.1.${number >> 8}.${number & 255}:80`);
      encoder.label("job", "burst");
      for (let i = first; i < first + stepsInBody; i++) {
        encoder.sample(endMs - (steps - i) * STEP_MS, i * (number + 1));
      }
      encoder.endSeries();
    }
    yield new Uint8Array(compress(encoder.finish()));
  }
}
