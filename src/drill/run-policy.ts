/**
 * The hours after the restart under one policy: a new process restores the snapshot, then takes
 * the same scrapes as the one that was never stopped.
 *
 * Units: …Seconds of the machine's clock, …Bytes bytes.
 */
import { assert } from "../base/assert.ts";
import { MetadataStore } from "../engine/metadata-store.ts";
import { StoreRestore } from "../engine/store-restore.ts";
import { restoreNewest } from "../journal/restore.ts";
import { SnapshotDirectory } from "../journal/snapshot-directory.ts";
import { CopyingTarget } from "./copying-target.ts";
import { checkForecast, type ForecastCheck } from "./forecast-check.ts";
import { OperationLog } from "./operation-log.ts";
import { COMPACT_PERCENT, type Policy, policyName } from "./policies.ts";
import type { Reading } from "./reading.ts";
import { type Surroundings, snapshotPath } from "./run-before.ts";
import { type Scenario, snapshotConfiguration } from "./scenario.ts";
import { type HourDone, Simulation } from "./simulation.ts";
import type { SpanMap } from "./span-map.ts";
import { windowsPerSpan } from "./span-mixture.ts";

/** The name of the run that is not restarted. */
export const NO_RESTART = "no restart";

/** What restoring took. */
export interface RestoreFigures {
  readonly reading: Reading;
  readonly seconds: number;
  readonly chunkCount: number;
  /** Allocated while restoring and dead at its end. */
  readonly garbageBytes: number;
  readonly cycleCount: number;
  /** Mean number of windows that the chunks of a span are of, see span-mixture.ts. */
  readonly windowsPerSpan: number;
}

/** The hours after the restart. */
export interface RunResult {
  readonly name: string;
  /** Null for the process that goes on. */
  readonly policy: Policy | null;
  readonly restore: RestoreFigures | null;
  /** Hours after the restart. */
  readonly readings: readonly Reading[];
  readonly maps: readonly SpanMap[];
  readonly log: Uint8Array<ArrayBuffer> | null;
  /** What the forecast at the end was worth; empty where compaction moves chunks meanwhile. */
  readonly forecast: readonly ForecastCheck[];
}

/** Lets the process that ran before the restart go on without one. */
export function runOn(simulation: Simulation, onHour: HourDone): RunResult {
  const { scenario, log } = simulation;
  const logged = log?.text().length ?? 0;
  const readingCount = simulation.readings.length;
  const mapCount = simulation.maps.length;
  simulation.runTo(scenario.hours, onHour);
  simulation.store.verify();
  return {
    name: NO_RESTART,
    policy: null,
    restore: null,
    readings: simulation.readings.slice(readingCount),
    maps: simulation.maps.slice(mapCount),
    log: log?.text().slice(logged) ?? null,
    forecast: checkForecast(simulation),
  };
}

/** Restores under a policy and runs to the end. */
export async function runPolicy(
  scenario: Scenario,
  policy: Policy,
  surroundings: Surroundings,
  onHour: HourDone,
): Promise<RunResult> {
  // What compaction does to the queues of spans no Go program could repeat.
  const log = surroundings.keepsLog && !policy.compacts ? new OperationLog() : null;
  log?.restarted();
  const percent = policy.compacts ? COMPACT_PERCENT : null;
  const simulation = new Simulation(scenario, scenario.restartHour, log, percent);
  const restore = await restoreInto(simulation, policy, surroundings);
  simulation.store.verify();
  simulation.picture("after the restore");
  simulation.runTo(scenario.hours, onHour);
  simulation.store.verify();
  const { readings, maps } = simulation;
  const logged = log?.text() ?? null;
  const forecast = policy.compacts ? [] : checkForecast(simulation);
  return { name: policyName(policy), policy, restore, readings, maps, log: logged, forecast };
}

async function restoreInto(
  simulation: Simulation,
  policy: Policy,
  surroundings: Surroundings,
): Promise<RestoreFigures> {
  const { store, heap, scenario } = simulation;
  const { wallClock } = surroundings;
  const Target = policy.copies ? CopyingTarget : StoreRestore;
  const path = snapshotPath(surroundings, policy.order);
  const startedMs = wallClock.monotonicMs();
  const outcome = await restoreNewest({
    directory: new SnapshotDirectory(surroundings.disk, path),
    configuration: snapshotConfiguration(scenario),
    newTarget: () => new Target(store, new MetadataStore(), policy.capacity),
    onProgress: () => {},
  });
  const seconds = (wallClock.monotonicMs() - startedMs) / 1000;
  assert(outcome.kind === "restored", "the drill's own snapshot cannot be read");
  const stats = heap.stats();
  return {
    reading: simulation.read("restored"),
    seconds,
    chunkCount: outcome.counts.chunks,
    garbageBytes: stats.totalAllocBytes - stats.liveBytes,
    cycleCount: stats.gcCount,
    windowsPerSpan: windowsPerSpan(store),
  };
}
