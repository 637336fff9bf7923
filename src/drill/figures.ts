/**
 * What a drill comes down to: per run the figures of the tables and of the conclusions.
 *
 * I1  Everything is computed from readings; a figure that needs one that was not taken is null.
 * I2  "Normal" is the run without a restart, at the same hour: within a window every figure
 *     swings, so hours are compared with the same hour, or with one a whole window apart.
 *
 * Units: …Bytes bytes, …Hours hours, hours from the start of the simulation, …Seconds seconds of
 * the machine's clock; byteHours is bytes times hours.
 */
import type { DrillResult } from "./drill.ts";
import { gapOf, type Reading, retainedOf } from "./reading.ts";
import { NO_RESTART, type RunResult } from "./run-policy.ts";
import { expiryHour, HOUR_MS, type Scenario } from "./scenario.ts";

/** Hours after the restart that the tables show. */
export const HOURS_AFTER: readonly number[] = [12, 24, 32, 36];
/** A peak is a climb when it is above everything before the restart by this much. */
const CLIMB_RATIO = 1.05;
/** A gap is high when it is this many times the normal one. */
export const HIGH_RATIO = 3;

/** One quantity over a run. */
export interface Curve {
  readonly beforeBytes: number;
  readonly restoredBytes: number | null;
  /** At HOURS_AFTER. */
  readonly afterBytes: readonly (number | null)[];
  /** The highest reading after the restart. */
  readonly peakBytes: number;
  readonly peakHour: number;
  /** From the restart to the peak; 0 when that is no climb, see CLIMB_RATIO. */
  readonly climbHours: number;
  /** Hourly, from the restart on: for sparklines. */
  readonly values: readonly number[];
}

export interface RunFigures {
  readonly name: string;
  readonly gap: Curve;
  readonly inuse: Curve;
  readonly retained: Curve;
  /** Live bytes at HOURS_AFTER against those before the restart: a difference of two profiles. */
  readonly profileDifferenceBytes: readonly (number | null)[];
  /** Gap above the normal one, summed over the hours after the restart. */
  readonly wastedByteHours: number;
  /** Mean gap while restored chunks were held, against the normal one. */
  readonly gapRatio: number;
  /** Mean gap after the last of them was dropped, against the normal one; null if not reached. */
  readonly laterGapRatio: number | null;
  /** The last hour at which the gap was above HIGH_RATIO; null if none was. */
  readonly lastHighHour: number | null;
  /** Of the heap after the restore, or before the restart where there is none. */
  readonly windowsPerSpan: number;
  /** Of the largest gap, the part in classes that ingestion never asks for. */
  readonly unaskedRatio: number;
  readonly restoreSeconds: number | null;
  readonly garbageBytes: number | null;
  readonly restoreCycles: number | null;
  readonly snapshotSeconds: number | null;
  readonly snapshotBytes: number | null;
}

/** The figures of every run, in the drill's order. */
export function drillFigures(result: DrillResult): RunFigures[] {
  const normal = result.runs.find((run) => run.name === NO_RESTART)!;
  return result.runs.map((run) => runFigures(result, run, normal));
}

function runFigures(result: DrillResult, run: RunResult, normal: RunResult): RunFigures {
  const { scenario, before } = result;
  const curve = (of: (reading: Reading) => number) => curveOf(result, run, of);
  const last = before.readings.at(-1)!;
  const ratio = gapRatios(run.readings, normal.readings, expiryHour(scenario));
  const snapshot = before.snapshots.find(({ order }) => order === run.policy?.order);
  return {
    name: run.name,
    gap: curve(gapOf),
    inuse: curve((reading) => reading.inuseBytes),
    retained: curve(retainedOf),
    profileDifferenceBytes: readingsAfter(scenario, run).map((reading) =>
      reading === null ? null : reading.liveBytes - last.liveBytes,
    ),
    wastedByteHours: sumOf(run.readings, gapOf) - sumOf(normal.readings, gapOf),
    gapRatio: ratio.held,
    laterGapRatio: ratio.later,
    lastHighHour: lastHighHour(run.readings, normal.readings),
    windowsPerSpan: run.restore?.windowsPerSpan ?? before.windowsPerSpan,
    unaskedRatio: unaskedRatio(run.readings),
    restoreSeconds: run.restore?.seconds ?? null,
    garbageBytes: run.restore?.garbageBytes ?? null,
    restoreCycles: run.restore?.cycleCount ?? null,
    snapshotSeconds: snapshot?.writeSeconds ?? null,
    snapshotBytes: snapshot?.bytes ?? null,
  };
}

function curveOf(result: DrillResult, run: RunResult, of: (reading: Reading) => number): Curve {
  const { scenario, before } = result;
  const restored = run.restore === null ? null : of(run.restore.reading);
  const peak = highest(run.readings, of);
  return {
    beforeBytes: of(before.readings.at(-1)!),
    restoredBytes: restored,
    afterBytes: readingsAfter(scenario, run).map((reading) =>
      reading === null ? null : of(reading),
    ),
    peakBytes: of(peak),
    peakHour: peak.hour,
    climbHours: climbHours(result, peak, of),
    values: [of(before.readings.at(-1)!), ...run.readings.map(of)],
  };
}

function readingsAfter(scenario: Scenario, run: RunResult): (Reading | null)[] {
  return HOURS_AFTER.map(
    (hours) => run.readings.find(({ hour }) => hour === scenario.restartHour + hours) ?? null,
  );
}

/** Against the highest reading of the last window before the restart. */
function climbHours(result: DrillResult, peak: Reading, of: (reading: Reading) => number): number {
  const { scenario, before } = result;
  const windowHours = Math.ceil(scenario.windowMs / HOUR_MS);
  const earlier = Math.max(...before.readings.slice(-windowHours).map(of));
  return of(peak) > earlier * CLIMB_RATIO ? peak.hour - scenario.restartHour : 0;
}

function gapRatios(
  readings: readonly Reading[],
  normal: readonly Reading[],
  expiry: number,
): { held: number; later: number | null } {
  const ratioWhere = (isIn: (reading: Reading) => boolean): number | null => {
    const own = sumOf(readings.filter(isIn), gapOf);
    const usual = sumOf(normal.filter(isIn), gapOf);
    return usual > 0 ? own / usual : null;
  };
  return {
    held: ratioWhere(({ hour }) => hour <= expiry) ?? 1,
    later: ratioWhere(({ hour }) => hour > expiry),
  };
}

function lastHighHour(readings: readonly Reading[], normal: readonly Reading[]): number | null {
  const usual = new Map(normal.map((reading) => [reading.hour, gapOf(reading)]));
  const high = readings.filter(
    (reading) => gapOf(reading) > HIGH_RATIO * (usual.get(reading.hour) ?? 0),
  );
  return high.at(-1)?.hour ?? null;
}

function unaskedRatio(readings: readonly Reading[]): number {
  const peak = highest(readings, gapOf);
  return gapOf(peak) > 0 ? peak.unaskedBytes / gapOf(peak) : 0;
}

function highest(readings: readonly Reading[], of: (reading: Reading) => number): Reading {
  return readings.reduce((high, one) => (of(one) > of(high) ? one : high));
}

function sumOf(readings: readonly Reading[], of: (reading: Reading) => number): number {
  return readings.reduce((sum, reading) => sum + of(reading), 0);
}
