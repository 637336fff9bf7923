/** A longer range of a query, at the same step: over raw samples, and over windows of them. */
import { createEngine } from "../../src/promql/engine.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { END_MS, filledStore } from "../filled-store.ts";
import { ROUTE_HISTOGRAM } from "../load/metric-families.ts";
import { leastCpuMsOf } from "./measure.ts";
import type { Figures } from "./points.ts";

const SERIES = 10_000;
const SAMPLES_PER_CHUNK = 240;
const STEP_MS = 60_000;
const HOUR_MS = 3_600_000;
const ROUNDS = 4;
const BUCKETS = `${ROUTE_HISTOGRAM}_bucket`;

export function measureRange(hours: number): Figures {
  const engine = createEngine();
  const source = new HeadSource(filledStore(SERIES, SAMPLES_PER_CHUNK).head);
  const startMs = END_MS - hours * HOUR_MS;
  const cpuMs = (text: string): number =>
    leastCpuMsOf(ROUNDS, () => engine.range(source, text, startMs, END_MS, STEP_MS));
  return {
    "sum of samples, CPU ms": cpuMs(`sum by (le) (${BUCKETS})`),
    "sum of rates, CPU ms": cpuMs(`sum by (le) (rate(${BUCKETS}[5m]))`),
    "largest of an hour, CPU ms": cpuMs(`max by (le) (max_over_time(${BUCKETS}[1h]))`),
  };
}
