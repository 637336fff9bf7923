/**
 * Part about the simulated heap alone, its slices settled ahead: a case of bench/heap.bench.ts, in
 * a process of its own.
 *
 * Units: millions of allocations and frees a second, on one core.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Figures } from "./measurements.ts";

/** Lines of the trace between two collections: about GOGC=100, and so often that sweeps rule. */
const COLLECT_EVERY = { usual: 20_000, often: 900 };

async function millionPerSecond(collectEvery: number): Promise<number> {
  const path = fileURLToPath(new URL("../heap.bench.ts", import.meta.url));
  const parameters = ["--import", "tsx", path, "allocator alone", String(collectEvery)];
  const { stdout } = await promisify(execFile)(process.execPath, parameters);
  const { operations, nanoseconds } = JSON.parse(stdout) as Record<string, number>;
  return (operations! * 1e3) / nanoseconds!;
}

/** Allocations and frees a second, collected as GOGC=100 would and far more often. */
export async function measureAllocator(): Promise<Figures> {
  const usual = await millionPerSecond(COLLECT_EVERY.usual);
  const often = await millionPerSecond(COLLECT_EVERY.often);
  return { millionPerSecond: usual, collectedOftenMillionPerSecond: often };
}
