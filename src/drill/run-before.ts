/**
 * The hours before the restart: run once, shared by all policies through snapshots on a disk.
 *
 * One snapshot is written per order that a policy wants, each in its own directory. The same
 * process can go on afterwards as if it had never been stopped, which is what every policy is
 * measured against.
 *
 * Units: …Seconds of the machine's clock, …Bytes bytes.
 */
import type { Clock } from "../base/clock.ts";
import type { Disk } from "../base/disk.ts";
import { MetadataStore } from "../engine/metadata-store.ts";
import { snapshotSource } from "../engine/store-snapshot.ts";
import { SnapshotDirectory } from "../journal/snapshot-directory.ts";
import type { SnapshotOrder } from "../journal/snapshot-format.ts";
import { SnapshotWriter } from "../journal/snapshot-writer.ts";
import { OperationLog } from "./operation-log.ts";
import type { Reading } from "./reading.ts";
import { type Scenario, snapshotConfiguration } from "./scenario.ts";
import { type HourDone, Simulation } from "./simulation.ts";
import type { SpanMap } from "./span-map.ts";
import { windowsPerSpan } from "./span-mixture.ts";

/** Where a drill runs: its snapshots' disk, and a clock for what takes real time. */
export interface Surroundings {
  readonly disk: Disk;
  readonly directory: string;
  readonly wallClock: Clock;
  readonly keepsLog: boolean;
}

/** One snapshot of the stopped process. */
export interface SnapshotFigures {
  readonly order: SnapshotOrder;
  readonly writeSeconds: number;
  readonly bytes: number;
  readonly chunkCount: number;
}

export interface BeforeResult {
  readonly readings: readonly Reading[];
  readonly map: SpanMap;
  /** Of the heap that ingestion built, see span-mixture.ts. */
  readonly windowsPerSpan: number;
  readonly snapshots: readonly SnapshotFigures[];
  /** The trace of the hours before, null when none was kept. */
  readonly log: Uint8Array<ArrayBuffer> | null;
}

/** Directory of the snapshot in an order. */
export function snapshotPath(surroundings: Surroundings, order: SnapshotOrder): string {
  return `${surroundings.directory}/${order}`;
}

/** Runs to the restart and writes the snapshots; the simulation can go on. */
export async function runBefore(
  scenario: Scenario,
  orders: readonly SnapshotOrder[],
  surroundings: Surroundings,
  onHour: HourDone,
): Promise<{ simulation: Simulation; result: BeforeResult }> {
  const log = surroundings.keepsLog ? new OperationLog() : null;
  const simulation = new Simulation(scenario, 0, log);
  simulation.runTo(scenario.restartHour, onHour);
  simulation.picture("before the restart");
  const snapshots: SnapshotFigures[] = [];
  for (const order of orders) {
    snapshots.push(await writeSnapshot(simulation, order, surroundings));
  }
  const result = {
    readings: [...simulation.readings],
    map: simulation.maps.at(-1)!,
    windowsPerSpan: windowsPerSpan(simulation.store),
    snapshots,
    log: log?.text() ?? null,
  };
  return { simulation, result };
}

async function writeSnapshot(
  simulation: Simulation,
  order: SnapshotOrder,
  surroundings: Surroundings,
): Promise<SnapshotFigures> {
  const { scenario, store, clock } = simulation;
  const { disk, wallClock } = surroundings;
  const writer = new SnapshotWriter({
    directory: new SnapshotDirectory(disk, snapshotPath(surroundings, order)),
    configuration: snapshotConfiguration(scenario),
    order,
    shuffleSeed: scenario.seed,
    clock: { nowMs: () => clock.nowMs(), monotonicMs: () => wallClock.monotonicMs() },
    pause: () => Promise.resolve(),
    sliceMs: Number.POSITIVE_INFINITY,
  });
  const summary = await writer.write(snapshotSource(store, new MetadataStore()));
  return {
    order,
    writeSeconds: summary.durationSeconds,
    bytes: summary.bytes,
    chunkCount: summary.counts.chunks,
  };
}
