/**
 * What a piece of work costs this process: CPU, and memory with the garbage gone.
 *
 * Units: …Ms milliseconds of user and system time, …Mib mebibytes.
 */

import { setTimeout as sleep } from "node:timers/promises";

/** Collections and the time after each, in which what is free goes back to the system. */
const COLLECTIONS = 5;
const COLLECTION_PAUSE_MS = 200;

/** CPU of a piece of work. */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** CPU of the cheapest of some rounds: what the machine does beside it costs extra. */
export function leastCpuMsOf(rounds: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) least = Math.min(least, cpuMsOf(work));
  return least;
}

/** Resident memory after collections; the process must run with --expose-gc. */
export async function residentMib(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error("start this with --expose-gc");
  for (let round = 0; round < COLLECTIONS; round++) {
    globalThis.gc();
    await sleep(COLLECTION_PAUSE_MS);
  }
  return process.memoryUsage.rss() / 2 ** 20;
}
