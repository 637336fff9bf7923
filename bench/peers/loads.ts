/**
 * The loads of the table: how many series and scrapes each has, on which servers, how often, and
 * which parts are measured with it.
 *
 * Parts of a load are measured one after the other on the same server, in the order given: what
 * changes the server most comes last.
 *
 * Units: as in stream-plan.ts; endMinutes are minutes into a window.
 */
import { SERVER_NAMES, type ServerName } from "../server-commands.ts";
import { endOfLoad, MINUTE_MS, type StreamPlan, WINDOW_MS } from "./stream-plan.ts";

const INTERVAL_MS = 15_000;
const WINDOW_COUNT = 8;
/** Scrapes of a day's load that are kept back for the parts after it. */
const KEPT_BACK_CYCLES = 84;
/** Around a window turn: the pace of writes, and how long they go on before and after it. */
const TURN_SAMPLES_PER_SECOND = 100_000;
const TURN_LEAD_MS = 10_000;
const TURN_AFTER_MS = 20_000;
/** Time to load what is before a turn: as if it were taken at so many samples a second. */
const TURN_LOAD_MS = 45_000;
const TURN_LOAD_SAMPLES_PER_MS = 400;

export type PartName =
  | "load"
  | "bytes"
  | "queries"
  | "writes beside r3"
  | "snapshot"
  | "kill"
  | "restart"
  | "lost"
  | "turn"
  | "allocator";

/** How a run of the table is made smaller. */
export interface Size {
  readonly scale: number;
  readonly cyclesMax: number;
}

export interface Load {
  readonly id: string;
  readonly parts: readonly PartName[];
  readonly servers: readonly ServerName[];
  /** Where the load ends, for Spandrel and for the others. */
  readonly ends: readonly number[];
  readonly peerEnds: readonly number[];
  readonly runs: number;
  readonly peerRuns: number;
  /** Null for a load that needs no server. */
  readonly plan: ((endMinutes: number, size: Size, nowMs: number) => StreamPlan) | null;
}

const BOTH_ENDS = [10, 230];
const OWN: readonly ServerName[] = ["spandrel"];

function scaled(series: number, { scale }: Size): number {
  return Math.max(200, Math.round(series * scale));
}

/** Scrapes every 15 s that end some minutes into a window, in the machine's time. */
function plain(series: number, cycles: number, keptBackCycles = 0): NonNullable<Load["plan"]> {
  return (endMinutes, size, nowMs) => {
    const keptBackMs = keptBackCycles * INTERVAL_MS;
    const endMs = endOfLoad(endMinutes, nowMs - keptBackMs);
    const loadedCycles = Math.min(cycles, size.cyclesMax);
    const keptBack = { cycles: keptBackCycles, intervalMs: INTERVAL_MS };
    return {
      series: scaled(series, size),
      loaded: { cycles: loadedCycles, intervalMs: INTERVAL_MS, endMs },
      keptBack: { ...keptBack, endMs: endMs + keptBackMs },
      clockMs: null,
    };
  };
}

/** Seven windows and the eighth until some minutes into it, which is the server's present. */
function allWindows(series: number, cyclesOfWindow: number): NonNullable<Load["plan"]> {
  return (endMinutes, size, nowMs) => {
    const endMs = endOfLoad(endMinutes, nowMs);
    const intervalMs = WINDOW_MS / Math.min(cyclesOfWindow, size.cyclesMax);
    const lengthMs = (WINDOW_COUNT - 1) * WINDOW_MS + endMinutes * MINUTE_MS;
    return {
      series: scaled(series, size),
      loaded: { cycles: Math.floor(lengthMs / intervalMs), intervalMs, endMs },
      keptBack: { cycles: 0, intervalMs, endMs },
      clockMs: endMs,
    };
  };
}

/** Eight windows, the last of which ends while writes go on. */
function windowTurn(series: number, cyclesOfWindow: number): NonNullable<Load["plan"]> {
  return (_endMinutes, size, nowMs) => {
    const turnMs = endOfLoad(0, nowMs);
    const count = scaled(series, size);
    const intervalMs = WINDOW_MS / Math.min(cyclesOfWindow, size.cyclesMax);
    const samples = (count * WINDOW_COUNT * WINDOW_MS) / intervalMs;
    const allowanceMs = Math.ceil(TURN_LOAD_MS + samples / TURN_LOAD_SAMPLES_PER_MS);
    const paceMs = Math.max(1000, Math.round((count / TURN_SAMPLES_PER_SECOND) * 1000));
    const leadMs = Math.max(TURN_LEAD_MS, paceMs);
    const afterMs = Math.max(TURN_AFTER_MS, 4 * paceMs);
    const clockMs = turnMs - leadMs - allowanceMs;
    const lengthMs = clockMs - (turnMs - WINDOW_COUNT * WINDOW_MS);
    const cycles = Math.ceil((leadMs + afterMs) / paceMs);
    return {
      series: count,
      loaded: { cycles: Math.floor(lengthMs / intervalMs), intervalMs, endMs: clockMs },
      keptBack: { cycles, intervalMs: paceMs, endMs: turnMs - leadMs + cycles * paceMs },
      clockMs,
    };
  };
}

function load(
  id: string,
  parts: readonly PartName[],
  plan: Load["plan"],
  settings: Partial<Load> = {},
): Load {
  const defaults = { servers: SERVER_NAMES, ends: BOTH_ENDS, peerEnds: [230] };
  return { id, parts, plan, ...defaults, runs: 3, peerRuns: 3, ...settings };
}

const TURN = { servers: OWN, ends: [0] };
const DAY_PARTS: readonly PartName[] = [
  ...(["load", "bytes", "queries", "writes beside r3", "snapshot", "kill", "restart"] as const),
];

export const LOADS: readonly Load[] = [
  load("10k", ["load"], plain(10_000, 960)),
  load("100k", ["load"], plain(100_000, 120)),
  load("1m", ["load"], plain(1_000_000, 20), { peerRuns: 1 }),
  load("kill", ["lost"], plain(100_000, 120), { ends: [230] }),
  load("windows", ["load"], allWindows(10_000, 960), { servers: OWN, ends: [230] }),
  load("turn-100k", ["turn"], windowTurn(100_000, 120), TURN),
  load("turn-1m", ["turn"], windowTurn(1_000_000, 6), TURN),
  load("allocator", ["allocator"], null, { servers: OWN, ends: [0], runs: 1 }),
  load("day", DAY_PARTS, plain(100_000, 960, KEPT_BACK_CYCLES), { peerRuns: 1 }),
];
