/**
 * Drills beside the live service, as the HTTP layer and the page see them.
 *
 * Units: …Bytes bytes, …Ms milliseconds since the epoch, hours from the start of the simulation.
 */

/** What a drill was started with: names and values of `spandrel drill`'s flags. */
export type DrillParameters = Readonly<Record<string, string>>;

/** One process of a drill, on its way. */
export interface DrillRunProgress {
  readonly name: string;
  readonly fromHour: number;
  readonly hour: number;
  readonly isDone: boolean;
}

export interface DrillStatus {
  /** "idle" before the first drill of this process. */
  readonly state: "done" | "failed" | "idle" | "running" | "stopped";
  /** Counts the drills of this process. */
  readonly number: number;
  readonly parameters: DrillParameters;
  /** Hours of the whole simulation. */
  readonly hours: number;
  /** From 0 to 1. */
  readonly part: number;
  readonly runs: readonly DrillRunProgress[];
  /** Why it failed. */
  readonly error: string | null;
  readonly startedMs: number;
  /** Most series that a drill may have; 0 = none may be started. */
  readonly seriesMax: number;
}

/** What was read of a heap at the end of an hour. */
export interface DrillReading {
  readonly label: string;
  readonly hour: number;
  readonly allocBytes: number;
  readonly inuseBytes: number;
  readonly sysBytes: number;
  readonly releasedBytes: number;
  readonly liveBytes: number;
  readonly cycleCount: number;
}

/** A span map: a base64 text of cells, 0 idle, 1 none live, to 62 all live. */
export interface DrillMap {
  readonly title: string;
  readonly hour: number;
  readonly pagesPerCell: number;
  readonly cells: string;
}

export interface DrillRun {
  readonly name: string;
  readonly restored: DrillReading | null;
  readonly readings: readonly DrillReading[];
  readonly maps: readonly DrillMap[];
}

/** What a run comes down to. */
export interface DrillRunFigures {
  readonly name: string;
  readonly gapBeforeBytes: number;
  readonly gapPeakBytes: number;
  readonly gapPeakHour: number;
  /** Mean gap while restored chunks were held, against that without a restart. */
  readonly gapRatio: number;
  readonly wastedByteHours: number;
  readonly climbHours: number;
  readonly windowsPerSpan: number;
  readonly restoreSeconds: number | null;
}

export interface DrillReport {
  readonly number: number;
  readonly parameters: DrillParameters;
  readonly scenario: Readonly<Record<string, boolean | number | string | null>>;
  readonly conclusions: readonly string[];
  readonly figures: readonly DrillRunFigures[];
  readonly before: { readonly readings: readonly DrillReading[]; readonly map: DrillMap };
  readonly runs: readonly DrillRun[];
}

export interface DrillPort {
  status(): DrillStatus;
  /** Starts one. TsdbError BAD_PARAMETER or DRILL_RUNNING. */
  start(parameters: DrillParameters): DrillStatus;
  /** Ends the one under way, if there is one. */
  stop(): DrillStatus;
  /** The last one that was finished. TsdbError NOT_FOUND before. */
  report(): DrillReport;
  /** Its curves as `spandrel drill --out` writes them. TsdbError NOT_FOUND before. */
  curvesCsv(): string;
  /** Adds a listener that is told of progress; the answer removes it. */
  listen(listener: (status: DrillStatus) => void): () => void;
}
