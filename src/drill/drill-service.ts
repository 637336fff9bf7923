/**
 * Drills started from the page: one at a time, in a thread beside the live service, within limits.
 *
 * I1  A drill takes the flags of `spandrel drill` that describe a scenario, with the same bounds
 *     and defaults, and so gives the same figures.
 * I2  The result of the last finished drill is kept until another one is finished.
 * I3  However a drill ends, its snapshots are removed.
 *
 * Units: …Ms milliseconds, hours from the start of the simulation.
 */
import { tmpdir } from "node:os";
import type { Clock } from "../base/clock.ts";
import { TsdbError } from "../base/errors.ts";
import { readCommandLine } from "../config/read-flags.ts";
import { type DrillResult, runDrill } from "./drill.ts";
import { DRILL_FLAGS, type DrillConfig, scenarioOf } from "./drill-flags.ts";
import type { DrillMessage } from "./drill-job.ts";
import { drillReport } from "./drill-report.ts";
import type { Launch } from "./launch.ts";
import { type Policy, policyName } from "./policies.ts";
import { NO_RESTART } from "./run-policy.ts";
import type { Scenario } from "./scenario.ts";
import { curvesCsv } from "./write-output.ts";

const TAKEN = new Set([
  ...["policy", "series", "hours", "restart-hour", "scrape-interval", "chunk-window"],
  ...["chunks-per-series", "values", "chunk-bytes-median", "chunk-bytes-sigma"],
  ...["go-version", "gogc", "collect-every", "seed"],
]);
/** Samples of all runs together: some minutes of one processor. */
const SAMPLES_MAX = 2e9;
const POLICIES_MAX = 12;
const HOUR_MS = 3_600_000;
/** Listeners are told no more often than this. */
const TELL_MS = 250;

interface Run {
  readonly name: string;
  readonly fromHour: number;
  hour: number;
  isDone: boolean;
}

interface FinishedDrill {
  readonly number: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly result: DrillResult;
}

type State = "done" | "failed" | "idle" | "running" | "stopped";

/** What a drill needs of a disk itself: a directory, and to be rid of it. */
export interface DrillDisk {
  makeDirectory(path: string): Promise<void>;
  removeDirectory(path: string): Promise<void>;
}

export interface DrillServiceOptions {
  readonly disk: DrillDisk;
  readonly clock: Clock;
  readonly launch: Launch;
  /** Most series of a drill; 0 allows none. */
  readonly seriesMax: number;
}

export class DrillService {
  private readonly options: DrillServiceOptions;
  private readonly listeners = new Set<(status: ReturnType<DrillService["status"]>) => void>();
  private state: State = "idle";
  private number = 0;
  private parameters: Readonly<Record<string, string>> = {};
  private hours = 0;
  private runs: Run[] = [];
  private error: string | null = null;
  private startedMs = 0;
  private toldMs = 0;
  private abort: AbortController | null = null;
  private ended: Promise<void> = Promise.resolve();
  private finished: FinishedDrill | null = null;

  constructor(options: DrillServiceOptions) {
    this.options = options;
  }

  status() {
    const done = this.runs.reduce((sum, { hour, fromHour }) => sum + hour - fromHour, 0);
    const all = this.runs.reduce((sum, { fromHour }) => sum + this.hours - fromHour, 0);
    return {
      state: this.state,
      number: this.number,
      parameters: this.parameters,
      hours: this.hours,
      part: all === 0 ? 0 : done / all,
      runs: this.runs.map((run) => ({ ...run })),
      error: this.error,
      startedMs: this.startedMs,
      seriesMax: this.options.seriesMax,
    };
  }

  listen(listener: (status: ReturnType<DrillService["status"]>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Starts a drill. TsdbError BAD_PARAMETER or DRILL_RUNNING. */
  start(parameters: Readonly<Record<string, string>>) {
    if (this.state === "running") {
      throw new TsdbError("DRILL_RUNNING", "a drill is under way: one at a time");
    }
    const config = configOf(parameters);
    const scenario = scenarioOf(config);
    this.checkSize(scenario, config.policies);
    const { hours, restartHour } = scenario;
    this.number++;
    this.state = "running";
    this.parameters = parameters;
    this.hours = hours;
    this.error = null;
    this.startedMs = this.options.clock.nowMs();
    this.runs = [
      { name: NO_RESTART, fromHour: 0, hour: 0, isDone: false },
      ...config.policies.map((policy) => {
        return {
          name: policyName(policy),
          fromHour: restartHour,
          hour: restartHour,
          isDone: false,
        };
      }),
    ];
    this.abort = new AbortController();
    this.ended = this.run(scenario, config.policies, this.abort.signal);
    this.tell();
    return this.status();
  }

  /** Ends the drill under way. */
  stop() {
    this.abort?.abort(new Error("stopped"));
    return this.status();
  }

  /** Ends the drill under way and waits until it has cleaned up. */
  async close(): Promise<void> {
    this.stop();
    await this.ended;
  }

  /** The last finished drill. TsdbError NOT_FOUND when there is none. */
  report() {
    const { number, parameters, result } = this.lastFinished();
    return drillReport(number, parameters, result);
  }

  curvesCsv(): string {
    return curvesCsv(this.lastFinished().result);
  }

  private lastFinished() {
    if (this.finished !== null) return this.finished;
    throw new TsdbError("NOT_FOUND", "no drill was finished by this process yet");
  }

  private checkSize(scenario: Scenario, policies: readonly Policy[]): void {
    const { seriesMax } = this.options;
    const { seriesCount, hours, restartHour, scrapeMs } = scenario;
    if (seriesMax === 0) refuse("drills are switched off (--web.drill-max-series=0)");
    if (seriesCount > seriesMax) {
      refuse(`${seriesCount} series: at most ${seriesMax} (--web.drill-max-series)`);
    }
    if (policies.length > POLICIES_MAX) {
      refuse(`${policies.length} policies: at most ${POLICIES_MAX} at a time`);
    }
    const allHours = hours + policies.length * (hours - restartHour);
    const samples = seriesCount * allHours * (HOUR_MS / scrapeMs);
    if (samples > SAMPLES_MAX) refuse(`${samples} samples in all runs: at most ${SAMPLES_MAX}`);
  }

  private async run(
    scenario: Scenario,
    policies: readonly Policy[],
    stop: AbortSignal,
  ): Promise<void> {
    const { disk, launch } = this.options;
    const directory = `${tmpdir()}/spandrel-drill-${process.pid}-page`;
    const { number, parameters } = this;
    try {
      await disk.makeDirectory(directory);
      const result = await runDrill({
        ...{ scenario, policies, directory, launch, stop },
        keepsLog: false,
        threadCount: 1,
        onMessage: (message) => this.note(message),
      });
      this.finished = { number, parameters, result };
      this.state = "done";
    } catch (error) {
      this.state = stop.aborted ? "stopped" : "failed";
      this.error = stop.aborted ? null : String(error instanceof Error ? error.message : error);
    } finally {
      await disk.removeDirectory(directory).catch(() => {});
      this.tell();
    }
  }

  private note(message: DrillMessage): void {
    if (message.kind === "before") return;
    const name = message.kind === "hour" ? message.name : message.result.name;
    const run = this.runs.find((one) => one.name === name);
    if (run === undefined) return;
    if (message.kind === "hour") run.hour = message.hour;
    else run.isDone = true;
    const now = this.options.clock.monotonicMs();
    if (message.kind === "hour" && now - this.toldMs < TELL_MS) return;
    this.toldMs = now;
    this.tell();
  }

  private tell(): void {
    const status = this.status();
    for (const listener of this.listeners) listener(status);
  }
}

/** The configuration of a drill; what is not given is as on the command line. */
function configOf(parameters: Readonly<Record<string, string>>): DrillConfig {
  const words = Object.entries(parameters).map(([name, value]) => {
    if (!TAKEN.has(name)) refuse(`${name}: want one of ${[...TAKEN].join(", ")}`);
    return `--${name}=${value}`;
  });
  try {
    const { config } = readCommandLine(DRILL_FLAGS, words, {});
    scenarioOf(config);
    return config;
  } catch (error) {
    if (error instanceof TsdbError) refuse(error.message);
    throw error;
  }
}

function refuse(text: string): never {
  throw new TsdbError("BAD_PARAMETER", text);
}
