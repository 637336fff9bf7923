/**
 * Loaded into the main thread of a server by watched-server.ts: measures how long that thread keeps
 * the event loop at a time, in CPU time of it, so that other processes do not count.
 *
 * The thread is kept awake: every turn of the loop is seen. "read" as a message is answered with
 * the longest turn since the last one. "profile" begins a profile, which the next reading ends: it
 * tells what the longest turn was spent on.
 *
 * Units: …Ms milliseconds. The clock of the thread is asked through WASI, which nothing else in
 * Node gives: it is exact to the microsecond, where the kernel's own account of a thread is 4 ms
 * behind.
 */
import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { WASI } from "node:wasi";
import { stolenMs } from "./process-figures.ts";
import { TurnProfiler } from "./turn-profiler.ts";

/** The longest turn between two readings. */
export interface LongestTurn {
  readonly cpuMs: number;
  /** The longest by wall time, maybe another one. */
  readonly wallMs: number;
  /** What the machine took from its processors in that turn or up to LOOK_MS before it. */
  readonly stolenMs: number;
  /** Wall time of V8's collections within the turn of cpuMs. */
  readonly collectingMs: number;
  /** Each of them: its kind and its ms. */
  readonly collecting: readonly string[];
  /** CPU time of the main thread since the last reading. */
  readonly totalMs: number;
  /** Functions of the turn of cpuMs with their ms, the longest first; empty without a profile. */
  readonly profile: readonly string[];
}

/** How often the machine's account is looked at. */
const LOOK_MS = 20;
/** How long the entries of collections may come after them. */
const ENTRIES_LATE_MS = 20;
/** What Node has and its types leave to those of browsers. */
declare const WebAssembly: {
  Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
};

/** wasi_snapshot_preview1: the id of a thread's CPU time. */
const THREAD_CPU_TIME = 3;

function threadClock(): () => number {
  const wasi = new WASI({ version: "preview1" });
  const memory = new WebAssembly.Memory({ initial: 1 });
  wasi.initialize({ exports: { memory } });
  const answer = new BigUint64Array(memory.buffer, 0, 1);
  const ask = wasi.wasiImport["clock_time_get"] as (...of: unknown[]) => number;
  return () => {
    if (ask(THREAD_CPU_TIME, 0n, 0) !== 0) throw new Error("the thread has no clock");
    return Number(answer[0]) / 1e6;
  };
}

const threadCpuMs = threadClock();
const profiler = new TurnProfiler();
/** Collections since the last reading: when each began and how long it took. */
let collections: PerformanceEntry[] = [];
new PerformanceObserver((list) => collections.push(...list.getEntries())).observe({ type: "gc" });

/** The kinds of collections with their ms: `minor 3.1`. */
function kindOf(entry: PerformanceEntry): string {
  const { duration } = entry;
  // The types of Node 20 leave it out.
  const { kind } = (entry as unknown as { readonly detail: { readonly kind: number } }).detail;
  const isMinor = kind === constants.NODE_PERFORMANCE_GC_MINOR;
  return `${isMinor ? "minor" : "major"} ${duration.toFixed(1)}`;
}

let longest = { cpuMs: 0, fromMs: 0, toMs: 0, stolenMs: 0 };
let stolenBefore = stolenMs();
let lookedMs = performance.now();
let wallMs = 0;
let readAtCpuMs = threadCpuMs();
let cpuBefore = readAtCpuMs;
let wallBefore = performance.now();

function turn(): void {
  const cpuNow = threadCpuMs();
  const wallNow = performance.now();
  const cpuMs = cpuNow - cpuBefore;
  const isLongest = cpuMs > longest.cpuMs;
  if (isLongest || wallNow - lookedMs > LOOK_MS) {
    const stolen = stolenMs() - stolenBefore;
    stolenBefore += stolen;
    lookedMs = wallNow;
    if (isLongest) longest = { cpuMs, fromMs: wallBefore, toMs: wallNow, stolenMs: stolen };
  }
  wallMs = Math.max(wallMs, wallNow - wallBefore);
  cpuBefore = cpuNow;
  wallBefore = wallNow;
  setImmediate(turn);
}

/** Forgets what was; the time spent on it is no turn. */
function startAnew(): void {
  longest = { cpuMs: 0, fromMs: 0, toMs: 0, stolenMs: 0 };
  stolenBefore = stolenMs();
  lookedMs = performance.now();
  wallMs = 0;
  collections = [];
  readAtCpuMs = threadCpuMs();
  cpuBefore = readAtCpuMs;
  wallBefore = performance.now();
}

async function reading(): Promise<LongestTurn> {
  const { fromMs, toMs, ...ofLongest } = longest;
  const totalMs = threadCpuMs() - readAtCpuMs;
  const wall = wallMs;
  await sleep(ENTRIES_LATE_MS);
  const inside = collections.filter((one) => one.startTime < toMs && one.startTime >= fromMs);
  const collectingMs = inside.reduce((sum, { duration }) => sum + duration, 0);
  const profile = await profiler.stop(fromMs, toMs);
  const collecting = inside.map(kindOf);
  return { ...ofLongest, wallMs: wall, collectingMs, collecting, totalMs, profile };
}

process.on("message", async (order) => {
  if (order === "profile") await profiler.start();
  else process.send?.(await reading());
  startAnew();
});
turn();
