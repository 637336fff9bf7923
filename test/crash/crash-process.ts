/**
 * A service on a data directory that outlives it: started, killed, started again.
 *
 * Units: …Ms milliseconds, …Seconds seconds.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const READY_MS = 60_000;

export class CrashProcess {
  /** What it wrote since it was started last. */
  output = "";
  longestStartSeconds = 0;
  private readonly command: readonly string[];
  private readonly directory: string;
  private child: ChildProcess | null = null;

  /** `command` is the program with its first arguments. */
  constructor(command: readonly string[], directory: string) {
    this.command = command;
    this.directory = directory;
  }

  /** Starts the process and gives its address when it is ready. */
  async start(...more: string[]): Promise<string> {
    const [program = "", ...first] = this.command;
    const flags = [
      "serve",
      "--web.listen-address=127.0.0.1:0",
      `--storage.path=${this.directory}`,
      "--log.format=json",
      "--self-scrape.interval=0",
      ...more,
    ];
    const startMs = performance.now();
    this.output = "";
    const child = spawn(program, [...first, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part) => {
        this.output += String(part);
      });
    }
    for (;;) {
      if (child.exitCode !== null) throw new Error("the process ended while it started");
      if (performance.now() - startMs > READY_MS) throw new Error("the process is not ready");
      const page = /"page":"([^"]+)"/.exec(this.output)?.[1];
      const answer = page === undefined ? null : await fetch(`${page}/-/ready`).catch(() => null);
      if (answer?.ok) {
        const seconds = (performance.now() - startMs) / 1000;
        this.longestStartSeconds = Math.max(this.longestStartSeconds, seconds);
        return page!;
      }
      await sleep(20);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Resolves when the process has ended. */
  async end(): Promise<void> {
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise((resolve) => child.once("close", resolve));
  }
}
