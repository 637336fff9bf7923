/**
 * A server whose main thread is watched by turn-watch.ts: how long it keeps the event loop.
 *
 * I1  The process is gone when the bench is.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { LongestTurn } from "./turn-watch.ts";

const READY_MS = 60_000;
/** As `npm start` and the image set them: flags of Node, and settings of the C library. */
const NODE_FLAGS = ["--v8-pool-size=1"];
const MALLOC_SETTINGS = {
  MALLOC_MMAP_THRESHOLD_: "1048576",
  MALLOC_TRIM_THRESHOLD_: "4194304",
};

/** A module that loads the watch into the main thread; threads of the server go without. */
function watchModule(): string {
  const watch = JSON.stringify(new URL("turn-watch.ts", import.meta.url).href);
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const load = `const { tsImport } = await import(${loader}); await tsImport(${watch}, ${watch});`;
  const code = `import { isMainThread } from "node:worker_threads"; if (isMainThread) { ${load} }`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

export class WatchedServer {
  readonly url: string;
  readonly port: number;
  private readonly child: ChildProcess;

  /** Starts the compiled program over an empty store, with `flags` and Node's own `nodeFlags`. */
  constructor(
    port: number,
    store: string,
    flags: readonly string[],
    nodeFlags: readonly string[] = [],
  ) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    const own = [`--web.listen-address=127.0.0.1:${port}`, `--storage.path=${store}`];
    this.child = fork("dist/main.js", ["serve", ...own, "--self-scrape.interval=0", ...flags], {
      execArgv: [...NODE_FLAGS, ...nodeFlags, "--import", watchModule()],
      env: { ...process.env, ...MALLOC_SETTINGS },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    process.once("exit", () => this.child.kill("SIGKILL"));
  }

  get pid(): number {
    return this.child.pid!;
  }

  async ready(): Promise<void> {
    for (let waitedMs = 0; waitedMs < READY_MS; waitedMs += 100) {
      const answer = await fetch(`${this.url}/-/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(100);
    }
    throw new Error("the server is not ready");
  }

  /** The longest turn since the last call. */
  async longestTurn(): Promise<LongestTurn> {
    const answer = once(this.child, "message");
    this.child.send("read");
    const [turn] = (await answer) as [LongestTurn];
    return turn;
  }

  /** Begins a profile; the next reading tells what the longest turn was spent on. */
  profile(): void {
    this.child.send("profile");
  }

  async stop(): Promise<void> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await ended;
  }
}
