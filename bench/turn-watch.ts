/**
 * Loaded into a server by --import: measures how long its main thread keeps the event loop at a
 * time, in CPU time of that thread, so that other processes do not count.
 *
 * The thread is kept awake: every turn of the loop is seen. "read" as a message is answered with
 * the longest turn since the last one.
 *
 * Units: …Ms milliseconds. The kernel counts the CPU time of a thread in ns (schedstat).
 */
import { openSync, readSync } from "node:fs";

/** The longest turn between two readings. */
export interface LongestTurn {
  readonly cpuMs: number;
  readonly wallMs: number;
}

const file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
const bytes = Buffer.alloc(64);

/** CPU time of the main thread, ms. */
function threadCpuMs(): number {
  const length = readSync(file, bytes, 0, bytes.length, 0);
  return Number.parseInt(bytes.toString("latin1", 0, length), 10) / 1e6;
}

let cpuMs = 0;
let wallMs = 0;
let cpuBefore = threadCpuMs();
let wallBefore = performance.now();

function turn(): void {
  const cpuNow = threadCpuMs();
  const wallNow = performance.now();
  cpuMs = Math.max(cpuMs, cpuNow - cpuBefore);
  wallMs = Math.max(wallMs, wallNow - wallBefore);
  cpuBefore = cpuNow;
  wallBefore = wallNow;
  setImmediate(turn);
}

process.on("message", () => {
  process.send?.({ cpuMs, wallMs } satisfies LongestTurn);
  cpuMs = 0;
  wallMs = 0;
});
turn();
