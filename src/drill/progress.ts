/**
 * How far a drill is, for people who wait: one line that is rewritten on a terminal, one line per
 * finished run elsewhere.
 */
import type { DrillMessage } from "./drill-job.ts";
import { type Policy, policyName } from "./policies.ts";
import { NO_RESTART } from "./run-policy.ts";
import type { Scenario } from "./scenario.ts";

const BAR_COLUMNS = 30;
const ERASE_LINE = "\r\u001b[K";

export class Progress {
  private readonly scenario: Scenario;
  private readonly isTerminal: boolean;
  private readonly write: (text: string) => void;
  /** Hours done in each run, the process without restart from the start of the simulation. */
  private readonly hours = new Map<string, number>();
  private readonly finished = new Set<string>();
  private readonly hoursInAll: number;

  constructor(
    scenario: Scenario,
    policies: readonly Policy[],
    isTerminal: boolean,
    write: (text: string) => void,
  ) {
    this.scenario = scenario;
    this.isTerminal = isTerminal;
    this.write = write;
    this.hours.set(NO_RESTART, 0);
    for (const policy of policies) this.hours.set(policyName(policy), scenario.restartHour);
    const after = scenario.hours - scenario.restartHour;
    this.hoursInAll = scenario.hours + policies.length * after;
  }

  /** Takes notice of a message and shows it. */
  tell(message: DrillMessage): void {
    if (message.kind === "hour") this.hours.set(message.name, message.hour);
    else if (message.kind === "run") this.finished.add(message.result.name);
    if (this.isTerminal) this.write(`${ERASE_LINE}${this.line()}`);
    else if (message.kind === "run") this.write(`${this.line()}: ${message.result.name} done\n`);
  }

  /** Clears the line for what follows. */
  end(): void {
    if (this.isTerminal) this.write(ERASE_LINE);
  }

  /** The bar, the part done, and the runs under way. */
  private line(): string {
    const { restartHour } = this.scenario;
    let done = 0;
    const underWay: string[] = [];
    for (const [name, hour] of this.hours) {
      const first = name === NO_RESTART ? 0 : restartHour;
      done += hour - first;
      if (hour > first && !this.finished.has(name)) underWay.push(`${name} h${hour}`);
    }
    const part = done / this.hoursInAll;
    const bar = "#".repeat(Math.floor(part * BAR_COLUMNS)).padEnd(BAR_COLUMNS, "-");
    const percent = `${Math.floor(part * 100)}%`.padStart(4);
    return `[${bar}]${percent}${this.isTerminal ? `  ${underWay.join(", ")}` : ""}`;
  }
}
