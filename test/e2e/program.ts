/**
 * The program in a process of its own, run from its source.
 *
 * Units: …Ms milliseconds.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const SOURCE = join(import.meta.dirname, "..", "..", "src");
const START_MS = 120_000;

export class Program {
  output = "";
  private readonly child: ChildProcess;
  private readonly exited: Promise<number | null>;

  constructor(
    args: readonly string[],
    file = "main.ts",
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.child = spawn(process.execPath, ["--import", "tsx", join(SOURCE, file), ...args], {
      env: { ...process.env, NODE_OPTIONS: "", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.exited = once(this.child, "close").then(([code]) => code as number | null);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (part) => {
        this.output += String(part);
      });
    }
  }

  /** The lines of its log. */
  lines(): Record<string, unknown>[] {
    const lines = this.output.split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Waits until the service is ready and gives its address. */
  async ready(): Promise<string> {
    const endMs = Date.now() + START_MS;
    while (Date.now() < endMs && this.child.exitCode === null) {
      const page = this.lines().find((fields) => fields["page"] !== undefined)?.["page"];
      if (typeof page === "string" && (await fetch(`${page}/-/ready`)).ok) return page;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`not ready:\n${this.output}`);
  }

  /** Waits for its end; the exit code. */
  end(): Promise<number | null> {
    return this.exited;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals): Promise<number | null> {
    this.signal(signal);
    return this.exited;
  }

  /** Ends it whatever it does. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.exited;
  }
}
