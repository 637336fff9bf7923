/**
 * Stream plan: which scrapes a load's stream has and when, and the stream file made of it.
 *
 * A stream has sections one after the other: what is loaded at once, and what is kept back for
 * writes beside queries, snapshots and window turns.
 *
 * I1  No sample is in the future of the server's clock by more than its scrape interval when it is
 *     sent.
 *
 * Units: …Ms milliseconds since the epoch or long; a cycle is one scrape of every target.
 */
import { Prng } from "../../src/base/prng.ts";
import { Cluster } from "../load/cluster.ts";
import { generateRequests } from "../load/request-stream.ts";
import { StreamWriter } from "../load/stream-file.ts";

export const WINDOW_MS = 4 * 3600 * 1000;
export const MINUTE_MS = 60_000;
export const CONNECTIONS = 4;
const SAMPLES_PER_REQUEST = 2000;

/** Scrapes at one interval; the last cycle's interval ends at `endMs`. */
export interface Section {
  readonly cycles: number;
  readonly intervalMs: number;
  readonly endMs: number;
}

export interface StreamPlan {
  readonly series: number;
  readonly loaded: Section;
  readonly keptBack: Section;
  /** What the server's clock shows when it starts; null = the machine's time. */
  readonly clockMs: number | null;
}

/** The newest moment not after `latestMs` that lies so many minutes into a window. */
export function endOfLoad(minutesIntoWindow: number, latestMs: number): number {
  const intoWindowMs = minutesIntoWindow * MINUTE_MS;
  return Math.floor((latestMs - intoWindowMs) / WINDOW_MS) * WINDOW_MS + intoWindowMs;
}

/** Samples of a section. */
export function samplesOf({ series }: StreamPlan, { cycles }: Section): number {
  return series * cycles;
}

/** Writes the stream of a plan to `path`. The same seed gives the same values. */
export function writeStream(path: string, plan: StreamPlan, seed: number): void {
  const { series, loaded, keptBack } = plan;
  const random = new Prng(seed);
  const cluster = new Cluster(series, loaded.intervalMs, random);
  const writer = new StreamWriter(path);
  let firstCycle = 0;
  for (const section of [loaded, keptBack]) {
    if (section.cycles === 0) continue;
    const settings = { ...section, queues: CONNECTIONS, samplesPerRequest: SAMPLES_PER_REQUEST };
    generateRequests(cluster, random, settings, (request) =>
      writer.add({ ...request, cycle: request.cycle + firstCycle }),
    );
    firstCycle += section.cycles;
  }
  writer.close();
}
