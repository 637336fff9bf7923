/**
 * The two kinds of work of a drill, as messages between threads.
 *
 * "before" runs to the restart, tells what it found, and goes on as the process that is never
 * stopped; "policy" restores and runs to the end. Everything here is plain data.
 */
import type { Clock } from "../base/clock.ts";
import type { Disk } from "../base/disk.ts";
import type { SnapshotOrder } from "../journal/snapshot-format.ts";
import { type Policy, policyName } from "./policies.ts";
import { type BeforeResult, runBefore } from "./run-before.ts";
import { NO_RESTART, type RunResult, runOn, runPolicy } from "./run-policy.ts";
import type { Scenario } from "./scenario.ts";

interface JobPlace {
  readonly scenario: Scenario;
  /** Directory of the snapshots. */
  readonly directory: string;
  readonly keepsLog: boolean;
}

export interface BeforeJob extends JobPlace {
  readonly kind: "before";
  readonly orders: readonly SnapshotOrder[];
}

export interface PolicyJob extends JobPlace {
  readonly kind: "policy";
  readonly policy: Policy;
}

export type DrillJob = BeforeJob | PolicyJob;

export type DrillMessage =
  | { readonly kind: "hour"; readonly name: string; readonly hour: number }
  | { readonly kind: "before"; readonly result: BeforeResult }
  | { readonly kind: "run"; readonly result: RunResult };

/** Does a job and tells how it goes. */
export async function runJob(
  job: DrillJob,
  disk: Disk,
  wallClock: Clock,
  tell: (message: DrillMessage) => void,
): Promise<void> {
  const { scenario, directory, keepsLog } = job;
  const surroundings = { disk, directory, wallClock, keepsLog };
  const hourOf = (name: string) => (hour: number) => tell({ kind: "hour", name, hour });
  if (job.kind === "policy") {
    const name = policyName(job.policy);
    const result = await runPolicy(scenario, job.policy, surroundings, hourOf(name));
    tell({ kind: "run", result });
    return;
  }
  const onHour = hourOf(NO_RESTART);
  const { simulation, result } = await runBefore(scenario, job.orders, surroundings, onHour);
  tell({ kind: "before", result });
  tell({ kind: "run", result: runOn(simulation, onHour) });
}
