/**
 * Server under test: starts a server on a free port with an empty data directory, waits until it
 * is ready, and ends it together with everything it wrote.
 *
 * The command may hold {port} and {dir}. A server that somebody else has started is attached by
 * process and port, and left running.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

export interface ServerUnderTest {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts `command` and waits for `readyPath` to answer 200. Rejects with the server's output. */
export async function startServer(command: string, readyPath: string): Promise<ServerUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), "spandrel-bench-"));
  const port = await freePort();
  const filled = command.replaceAll("{port}", String(port)).replaceAll("{dir}", directory);
  const [program = "", ...parameters] = filled.split(/\s+/);
  const logPath = join(directory, "..", `${directory.split("/").at(-1)}.log`);
  const log = openSync(logPath, "w");
  const child = spawn(program, parameters, { stdio: ["ignore", log, log] });
  closeSync(log);
  const abandon = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", abandon);
  const stop = async (): Promise<void> => {
    await end(child);
    process.off("exit", abandon);
    rmSync(directory, { recursive: true, force: true });
    rmSync(logPath, { force: true });
  };
  try {
    await ready(child, port, readyPath);
  } catch (error) {
    const output = readFileSync(logPath, "utf8").slice(-2000);
    await stop();
    throw new Error(`${filled}\n${String(error)}\n${output}`, { cause: error });
  }
  return { pid: child.pid!, port, stop };
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
    await sleep(20);
  }
  throw new Error(`not ready after ${READY_TIMEOUT_MS} ms`);
}

/** Asks the process to end, and ends it when it does not. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = globalThis.setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
}

function freePort(): Promise<number> {
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
