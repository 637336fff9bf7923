/**
 * A program that a test starts and is sure to end: its output is kept, and a test that fails says
 * what the program said.
 *
 * Units: …Ms milliseconds.
 */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

const STOP_MS = 60_000;

export class RunningProcess {
  readonly child: ChildProcess;
  private text = "";
  private readonly ended: Promise<unknown>;

  constructor(program: string, args: readonly string[], options: SpawnOptions = {}) {
    this.child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (part: string) => {
        this.text += part;
      });
    }
    this.ended = once(this.child, "close").catch((error: unknown) => {
      this.text += String(error);
    });
  }

  /** Everything the program printed so far. */
  get output(): string {
    return this.text;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends a signal and waits for the end; gives the exit code, null when a signal ended it. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.isRunning) this.child.kill(signal);
    await Promise.race([this.ended, sleep(STOP_MS, undefined, { ref: false })]);
    if (this.isRunning) this.child.kill("SIGKILL");
    await this.ended;
    return this.child.exitCode;
  }

  /** Tries until `attempt` gives something; fails with the output when the program ends first. */
  async until<Result>(
    what: string,
    limitMs: number,
    attempt: () => Promise<Result | undefined>,
  ): Promise<Result> {
    const tries = Math.ceil(limitMs / 100);
    for (let i = 0; i < tries; i++) {
      const result = await attempt().catch(() => undefined);
      if (result !== undefined) return result;
      if (!this.isRunning) throw new Error(`ended before ${what}:\n${this.output}`);
      await sleep(100);
    }
    throw new Error(`no ${what} within ${limitMs} ms:\n${this.output}`);
  }
}

/** Body of a successful GET, undefined otherwise. */
export async function fetchText(url: string): Promise<string | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  return response.ok ? response.text() : undefined;
}

/**
 * True when a program is installed. In CI a missing one is an error: its tests must not be skipped
 * there without a word.
 */
export function isInstalled(program: string): boolean {
  const found = spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
  if (!found && process.env["CI"]) throw new Error(`${program} is not installed`);
  return found;
}
