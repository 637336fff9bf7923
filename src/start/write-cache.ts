/**
 * Writes dist/program.cache: part of the build, after the program was put into one piece.
 *
 * V8 compiles a function when it is first called, and its cache has what is compiled by then. So
 * the program is run before, from a start over a restored store to its stop.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeDisk } from "../base/disk.ts";
import { bundledProgram, CACHE_FILE } from "./bundled-program.ts";

const MAIN = join(import.meta.dirname, "..", "main.js");
const LOOK_MS = 50;
const LOOKS_MAX = 600;
/** What the service is asked before it is stopped; its own figures are what it stores. */
const READY = "/-/ready";
const ASKED = ["/metrics", "/api/v1/query?query=up", "/api/v1/series?match[]=up", "/"];

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Waits until a service is ready and has answered everything. */
async function use(origin: string): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look++) {
    await sleep(LOOK_MS);
    const ready = await fetch(origin + READY).catch(() => null);
    if (ready?.ok !== true) continue;
    for (const path of ASKED) await (await fetch(origin + path)).arrayBuffer();
    return;
  }
  throw new Error(`the service at ${origin} was not ready`);
}

/** Runs the service in a process of its own, so that its directory has a snapshot. */
async function fill(args: readonly string[], origin: string): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" });
  const ended = once(child, "exit");
  await use(origin);
  // Two scrapes of itself.
  await sleep(2500);
  child.kill("SIGTERM");
  await ended;
}

async function writeCache(disk: NodeDisk, directory: string): Promise<void> {
  await disk.remove(CACHE_FILE).catch(() => {});
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const address = `--web.listen-address=127.0.0.1:${port}`;
  const quiet = ["--self-scrape.interval=1s", "--log.level=error"];
  const args = ["serve", address, `--storage.path=${directory}`, ...quiet];
  await fill(args, origin);
  const bundled = bundledProgram();
  if (bundled === null) throw new Error("the program was not put into one piece");
  const running = bundled.load().runProgram(args);
  await use(origin);
  process.kill(process.pid, "SIGTERM");
  await running;
  const bytes = bundled.script.createCachedData();
  const file = await disk.open(CACHE_FILE, "create");
  await file.append(bytes, 0, bytes.length);
  await file.close();
}

const disk = new NodeDisk();
const directory = `${tmpdir()}/spandrel-cache-${process.pid}`;
try {
  await writeCache(disk, directory);
} finally {
  await disk.removeDirectory(directory);
}
process.exit(0);
