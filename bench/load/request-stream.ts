/**
 * Request stream: the remote write requests that one Prometheus scraping the cluster would send.
 *
 * I1  Each series belongs to one queue, and a queue sent in order never goes back in time.
 * I2  All samples of a scrape share its time; each target has an own offset in the interval, and
 *     a small share of scrapes is some milliseconds late.
 * I3  A request holds samplesPerRequest series of one sample, fewer only where a queue is cut off:
 *     at the end, and after the first cycle, so that this one can be sent apart (it creates every
 *     series).
 *
 * Units: times are milliseconds since the epoch; a cycle is one scrape of every target.
 */
import { compress } from "snappyjs";
import type { Prng } from "../../src/base/prng.ts";
import { WriteRequestEncoder } from "../../src/wire/remote-write-encode.ts";
import type { Cluster, Target } from "./cluster.ts";
import { Request2Encoder } from "./request-2-encoder.ts";

const LATE_SHARE = 0.02;
const LATE_MS_MAX = 20;

/** Remote write 1.0, 2.0, or 2.0 with metadata of every series. */
export type StreamProtocol = "1" | "2" | "2-metadata";

export interface StreamSettings {
  readonly cycles: number;
  /** Targets keep their offsets as shares of it, if it is not the cluster's own. */
  readonly intervalMs: number;
  /** The last cycle's interval ends here. */
  readonly endMs: number;
  readonly queues: number;
  readonly samplesPerRequest: number;
  /** 1.0 when absent. */
  readonly protocol?: StreamProtocol;
}

/** One request; `body` is compressed and stays valid. */
export interface LoadRequest {
  readonly queue: number;
  readonly cycle: number;
  readonly sampleCount: number;
  readonly decodedBytes: number;
  readonly body: Uint8Array;
}

/** What one request is put together with. */
interface Encoder {
  readonly length: number;
  clear(): void;
  finish(): Uint8Array;
  /** Adds a series of one sample, given its number and its labels as fields of 1.0. */
  add(series: number, fields: Uint8Array, timeMs: number, value: number): void;
}

class Request1Encoder extends WriteRequestEncoder implements Encoder {
  add(_series: number, fields: Uint8Array, timeMs: number, value: number): void {
    this.beginSeries();
    this.labelFields(fields);
    this.sample(timeMs, value);
    this.endSeries();
  }
}

class Queue {
  readonly encoder: Encoder;
  sampleCount = 0;

  constructor(protocol: StreamProtocol) {
    const isOne = protocol === "1";
    this.encoder = isOne ? new Request1Encoder() : new Request2Encoder(protocol === "2-metadata");
  }
}

/** Hands every request of the stream to `accept`, in the order of time. */
export function generateRequests(
  cluster: Cluster,
  random: Prng,
  settings: StreamSettings,
  accept: (request: LoadRequest) => void,
): void {
  const protocol = settings.protocol ?? "1";
  const queues = Array.from({ length: settings.queues }, () => new Queue(protocol));
  const targets = cluster.targets.toSorted((a, b) => a.offsetMs - b.offsetMs);
  const offsetScale = settings.intervalMs / cluster.intervalMs;
  const startMs = settings.endMs - settings.cycles * settings.intervalMs;
  const flush = (queue: number, cycle: number): void => {
    const { encoder, sampleCount } = queues[queue]!;
    if (sampleCount === 0) return;
    const body = compress(encoder.finish());
    accept({ queue, cycle, sampleCount, decodedBytes: encoder.length, body });
    encoder.clear();
    queues[queue]!.sampleCount = 0;
  };
  for (let cycle = 0; cycle < settings.cycles; cycle++) {
    for (const target of targets) {
      const late = random.float() < LATE_SHARE ? 1 + random.below(LATE_MS_MAX) : 0;
      const offsetMs = Math.floor(target.offsetMs * offsetScale);
      const timeMs = startMs + cycle * settings.intervalMs + offsetMs + late;
      scrape(cluster, target, timeMs, settings, queues, (queue) => flush(queue, cycle));
    }
    if (cycle === 0 || cycle === settings.cycles - 1) {
      for (let queue = 0; queue < settings.queues; queue++) flush(queue, cycle);
    }
  }
}

function scrape(
  cluster: Cluster,
  target: Target,
  timeMs: number,
  settings: StreamSettings,
  queues: readonly Queue[],
  flush: (queue: number) => void,
): void {
  const seconds = settings.intervalMs / 1000;
  for (let series = target.firstSeries; series < target.endSeries; series++) {
    const index = series % settings.queues;
    const queue = queues[index]!;
    const value = cluster.values.step(series, seconds, timeMs);
    queue.encoder.add(series, cluster.labelFieldsOf(series), timeMs, value);
    if (++queue.sampleCount === settings.samplesPerRequest) flush(index);
  }
}
