/**
 * A whole drill: the hours before the restart once, then every policy, as many at a time as there
 * are threads.
 *
 * I1  The process that is never stopped takes the first thread; policies start as soon as the
 *     snapshots are written.
 * I2  Whatever ends the drill early stops every thread that is still at work.
 */
import { assert } from "../base/assert.ts";
import type { BeforeJob, DrillMessage } from "./drill-job.ts";
import type { Launch, LaunchedJob } from "./launch.ts";
import { type Policy, policyName } from "./policies.ts";
import type { BeforeResult } from "./run-before.ts";
import { NO_RESTART, type RunResult } from "./run-policy.ts";
import type { Scenario } from "./scenario.ts";

export interface DrillResult {
  readonly scenario: Scenario;
  readonly before: BeforeResult;
  /** The run without a restart, then one per policy in the order asked for. */
  readonly runs: readonly RunResult[];
}

export interface DrillOptions {
  readonly scenario: Scenario;
  readonly policies: readonly Policy[];
  /** Directory for the snapshots. */
  readonly directory: string;
  readonly keepsLog: boolean;
  readonly threadCount: number;
  readonly launch: Launch;
  /** Told of every hour done in every run, and of every run that is done. */
  readonly onMessage: (message: DrillMessage) => void;
  /** Ends the drill early. */
  readonly stop?: AbortSignal | undefined;
}

/** Runs a drill. Rejects with the reason of `stop` when that is given. */
export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  options.stop?.throwIfAborted();
  const drill = new RunningDrill(options);
  const stopped = new Promise<never>((_, reject) => {
    options.stop?.addEventListener("abort", () => reject(options.stop?.reason), { once: true });
  });
  try {
    return await Promise.race([drill.run(), stopped]);
  } finally {
    await drill.stopAll();
  }
}

class RunningDrill {
  private readonly options: DrillOptions;
  private readonly jobs = new Set<LaunchedJob>();
  private readonly runs = new Map<string, RunResult>();
  private readonly waiting: Policy[];
  private before: BeforeResult | null = null;
  private isStopped = false;

  constructor(options: DrillOptions) {
    this.options = options;
    this.waiting = [...options.policies];
  }

  async run(): Promise<DrillResult> {
    const { scenario, policies, threadCount } = this.options;
    let onBefore = () => {};
    const snapshotsWritten = new Promise<void>((resolve) => {
      onBefore = resolve;
    });
    const endless = this.doBefore(onBefore);
    await Promise.race([snapshotsWritten, endless]);
    const lanes = [endless.then(() => this.lane())];
    for (let i = 1; i < threadCount; i++) lanes.push(this.lane());
    await Promise.all(lanes);
    const names = [NO_RESTART, ...policies.map(policyName)];
    assert(this.before !== null, "the hours before the restart told nothing");
    return { scenario, before: this.before, runs: names.map((name) => this.runs.get(name)!) };
  }

  async stopAll(): Promise<void> {
    this.isStopped = true;
    await Promise.all([...this.jobs].map((job) => job.stop()));
  }

  private doBefore(onBefore: () => void): Promise<void> {
    const { scenario, directory, keepsLog, policies } = this.options;
    const orders = [...new Set(policies.map(({ order }) => order))];
    const job: BeforeJob = { kind: "before", scenario, directory, keepsLog, orders };
    return this.do(job, (message) => {
      if (message.kind !== "before") return;
      this.before = message.result;
      onBefore();
    });
  }

  /** Takes one policy after the other until none is waiting. */
  private async lane(): Promise<void> {
    const { scenario, directory, keepsLog } = this.options;
    for (let policy = this.waiting.shift(); policy; policy = this.waiting.shift()) {
      await this.do({ kind: "policy", scenario, directory, keepsLog, policy }, () => {});
    }
  }

  private async do(
    job: Parameters<Launch>[0],
    onMessage: (message: DrillMessage) => void,
  ): Promise<void> {
    if (this.isStopped) return;
    const launched = this.options.launch(job, (message) => {
      if (message.kind === "run") this.runs.set(message.result.name, message.result);
      onMessage(message);
      this.options.onMessage(message);
    });
    this.jobs.add(launched);
    try {
      await launched.done;
    } finally {
      this.jobs.delete(launched);
    }
  }
}
