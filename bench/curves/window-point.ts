/**
 * More windows held: what it takes to fill them, memory, a query over all of them and one over the
 * newest hour, which should not notice.
 */

import { createEngine } from "../../src/promql/engine.ts";
import { HeadSource } from "../../src/series/head-source.ts";
import { filledStore, START_MS, WINDOW_MS } from "../filled-store.ts";
import { ROUTE_HISTOGRAM } from "../load/metric-families.ts";
import { cpuMsOf, leastCpuMsOf, residentMib } from "./measure.ts";
import type { Figures } from "./points.ts";

const SERIES = 10_000;
const SAMPLES_PER_CHUNK = 240;
const STEP_MS = 60_000;
const HOUR_MS = 3_600_000;
const ROUNDS = 5;
const QUERY = `sum by (le) (count_over_time(${ROUTE_HISTOGRAM}_bucket[5m]))`;

export async function measureWindows(windows: number): Promise<Figures> {
  const empty = await residentMib();
  let store = filledStore(1, 1, 1);
  const fillMs = cpuMsOf(() => {
    store = filledStore(SERIES, SAMPLES_PER_CHUNK, windows);
  });
  const memoryMib = (await residentMib()) - empty;
  const engine = createEngine();
  const source = new HeadSource(store.head);
  const endMs = START_MS + windows * WINDOW_MS - 1;
  const query = (fromMs: number) => () => engine.range(source, QUERY, fromMs, endMs, STEP_MS);
  return {
    "filling, CPU ms": fillMs,
    "memory, MiB": memoryMib,
    "query of all, CPU ms": leastCpuMsOf(2, query(START_MS)),
    "query of the newest hour, CPU ms": leastCpuMsOf(ROUNDS, query(endMs - HOUR_MS)),
  };
}
