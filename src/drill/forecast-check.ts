/**
 * The forecast put to the test: at the end of a run ingestion stops, the purges to come are done
 * one after the other, and the gap that each leaves is laid beside the one that was forecast.
 *
 * Units: …Bytes bytes, afterHours hours.
 */
import { heapForecast } from "../engine/forecast.ts";
import { HOUR_MS } from "./scenario.ts";
import type { Simulation } from "./simulation.ts";

/** The gap after one purge: what was forecast at the end of the run, and what came. */
export interface ForecastCheck {
  readonly afterHours: number;
  readonly forecastBytes: number;
  readonly happenedBytes: number;
}

/** Runs a simulation's store empty. Nothing else can be done with it afterwards. */
export function checkForecast({ store, heap, clock }: Simulation): ForecastCheck[] {
  const { purges } = heapForecast(store);
  return purges.map(({ afterMs, purgeTimeMs, unusedBytes }) => {
    clock.set(purgeTimeMs);
    store.settle();
    heap.collect();
    const happenedBytes = heap.inUseBytes - heap.allocatedBytes;
    return { afterHours: afterMs / HOUR_MS, forecastBytes: unusedBytes, happenedBytes };
  });
}

/** The largest difference between forecast and what came. */
export function forecastDifference(checks: readonly ForecastCheck[]): number {
  const differences = checks.map((check) => Math.abs(check.forecastBytes - check.happenedBytes));
  return Math.max(0, ...differences);
}
