/**
 * Server under test: starts a server on a free port with an empty data directory, waits until it
 * is ready, starts it again over what it wrote, and ends it together with that.
 *
 * The command may hold {port} and {dir}. A server that somebody else has started is attached by
 * process and port, and left running.
 *
 * I1  Process and directory of a started server are gone when the bench is, however it ends, short
 *     of a SIGKILL.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuOf } from "./process-figures.ts";

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 60_000;
const READY_LOOK_MS = 5;

export interface ServerUnderTest {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** What ending a server and starting it over the same directory took. */
export interface Restarted {
  /** From the signal to the end of the process. */
  readonly stopSeconds: number;
  /** From the start of the process to its being ready, and its CPU until then. */
  readonly readySeconds: number;
  readonly cpuSeconds: number;
}

/** A server that the bench has started itself. */
export interface StartedServer extends ServerUnderTest {
  readonly directory: string;
  /** Ends the process and starts it again over the same directory, at the same port. */
  restart(signal: NodeJS.Signals): Promise<Restarted>;
}

/**
 * Starts `command` and waits for `readyPath` to answer 200. Rejects with the server's output. The
 * data directory is empty, or a copy of `content`.
 */
export async function startServer(
  command: string,
  readyPath: string,
  content?: string,
): Promise<StartedServer> {
  const directory = mkdtempSync(join(tmpdir(), "spandrel-bench-"));
  if (content !== undefined) cpSync(content, directory, { recursive: true });
  const port = await freePort();
  const filled = command.replaceAll("{port}", String(port)).replaceAll("{dir}", directory);
  const logPath = `${directory}.log`;
  let child: ChildProcess | null = null;
  const remove = (): void => {
    rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
    rmSync(logPath, { force: true });
  };
  const abandon = (): void => {
    child?.kill("SIGKILL");
    remove();
  };
  const stop = async (): Promise<void> => {
    if (child !== null) await end(child, "SIGTERM");
    process.off("exit", abandon);
    remove();
  };
  const start = async (): Promise<void> => {
    child = launch(filled, logPath);
    try {
      await ready(child, port, readyPath);
    } catch (error) {
      const output = readFileSync(logPath, "utf8").slice(-2000);
      await stop();
      throw new Error(`${filled}\n${String(error)}\n${output}`, { cause: error });
    }
  };
  const restart = async (signal: NodeJS.Signals): Promise<Restarted> => {
    const signalled = performance.now();
    await end(child!, signal);
    const stopped = performance.now();
    await start();
    const readySeconds = (performance.now() - stopped) / 1000;
    const { user, system } = cpuOf(child!.pid!);
    const stopSeconds = (stopped - signalled) / 1000;
    return { stopSeconds, readySeconds, cpuSeconds: user + system };
  };
  process.once("exit", abandon);
  await start();
  return {
    get pid() {
      return child!.pid!;
    },
    port,
    directory,
    stop,
    restart,
  };
}

function launch(command: string, logPath: string): ChildProcess {
  const [program = "", ...parameters] = command.split(/\s+/);
  const log = openSync(logPath, "w");
  const child = spawn(program, parameters, { stdio: ["ignore", log, log] });
  closeSync(log);
  return child;
}

/** A running server given as "PID:PORT"; stop() leaves it alone. */
export function attachServer(address: string): ServerUnderTest {
  const [pid, port] = address.split(":").map(Number);
  if (!pid || !port) throw new Error(`want PID:PORT, got ${address}`);
  return { pid, port, stop: () => Promise.resolve() };
}

async function ready(child: ChildProcess, port: number, path: string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  while (performance.now() < deadline) {
    if (failure !== undefined || child.exitCode !== null) {
      const reason = failure?.message ?? `exit code ${child.exitCode}`;
      throw new Error(`ended while starting: ${reason}`);
    }
    try {
      if ((await fetch(`http://127.0.0.1:${port}${path}`)).status === 200) return;
    } catch {
      // Not listening yet.
    }
    await sleep(READY_LOOK_MS);
  }
  throw new Error(`not ready after ${READY_TIMEOUT_MS} ms`);
}

/** Ends the process by a signal, and for certain when it does not follow. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  const timer = globalThis.setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
}

/** A TCP port of this machine that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
