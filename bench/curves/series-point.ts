/**
 * More series: what the first scrape of them costs, the scrapes after it and the memory they take.
 *
 * Bodies are made while they are written, outside what is measured.
 */
import { ManualClock } from "../../src/base/clock.ts";
import { Prng } from "../../src/base/prng.ts";
import { Store } from "../../src/engine/store.ts";
import { END_MS, STORE_SETTINGS } from "../filled-store.ts";
import { Cluster } from "../load/cluster.ts";
import { generateRequests } from "../load/request-stream.ts";
import { cpuMsOf, residentMib } from "./measure.ts";
import type { Figures } from "./points.ts";

const INTERVAL_MS = 15_000;
const CYCLES = 7;
const LIMIT_BYTES = 32 * 2 ** 20;

export async function measureSeries(seriesCount: number): Promise<Figures> {
  const random = new Prng(1);
  const cluster = new Cluster(seriesCount, INTERVAL_MS, random);
  const store = new Store(STORE_SETTINGS, new ManualClock(END_MS));
  const empty = await residentMib();
  let [firstMs, laterMs] = [0, 0];
  const settings = {
    cycles: CYCLES,
    intervalMs: INTERVAL_MS,
    endMs: END_MS,
    queues: 4,
    samplesPerRequest: 2000,
  };
  generateRequests(cluster, random, settings, ({ cycle, body }) => {
    const cpuMs = cpuMsOf(() => {
      store.write(store.intake.read(body, LIMIT_BYTES));
      store.settle();
    });
    // The second scrape learns which series follows which.
    if (cycle === 0) firstMs += cpuMs;
    else if (cycle > 1) laterMs += cpuMs;
  });
  return {
    "first scrape, CPU ms": firstMs,
    "a scrape, CPU ms": laterMs / (CYCLES - 2),
    "memory, MiB": (await residentMib()) - empty,
  };
}
