/**
 * Figures of another process, read from /proc (Linux): CPU time and memory; and of the machine:
 * what it was not given of its processors.
 *
 * Units: seconds of user and system time of all threads; …Ms milliseconds; bytes. The kernel
 * counts CPU in ticks of 10 ms.
 */
import { readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

export interface CpuSeconds {
  readonly user: number;
  readonly system: number;
}

export interface MemoryBytes {
  readonly resident: number;
  readonly residentPeak: number;
}

/** CPU time that process `pid` has used (proc(5), stat, fields 14 and 15). */
export function cpuOf(pid: number): CpuSeconds {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    user: Number(fields[11]) / TICKS_PER_SECOND,
    system: Number(fields[12]) / TICKS_PER_SECOND,
  };
}

/** CPU seconds between two readings. */
export function cpuBetween(before: CpuSeconds, after: CpuSeconds): number {
  return after.user - before.user + after.system - before.system;
}

/** Resident memory of process `pid`, now and at its peak. */
export function memoryOf(pid: number): MemoryBytes {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const kibibytes = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
  return { resident: kibibytes("VmRSS") * 1024, residentPeak: kibibytes("VmHWM") * 1024 };
}

/** Ms that processors of this machine had work and were not run (proc(5), /proc/stat, steal). */
export function stolenMs(): number {
  const [, ...ticks] = readFileSync("/proc/stat", "latin1").split("\n", 1)[0]!.split(/ +/);
  return (Number(ticks[7]) * 1000) / TICKS_PER_SECOND;
}
