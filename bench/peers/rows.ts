/**
 * The rows of the table, as data: which figure of which load each shows, and what it should be.
 *
 * I1  A cell is the median of the runs at each end of the load, and of the two ends the worse.
 * I2  A figure that compares two loads or servers takes the cells of both.
 *
 * Units: as the row's title says.
 */
import { median } from "../results.ts";
import type { ServerName } from "../server-commands.ts";
import type { PartName } from "./loads.ts";
import type { Figures, Measurements } from "./measurements.ts";

type Worse = "high" | "low";

/** Where the figures of a row are measured. */
export interface Need {
  readonly load: string;
  readonly part: PartName;
}

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly needs: readonly Need[];
  /** Which direction is bad: "high" figures must be at most the goal, "low" at least. */
  readonly worse: Worse;
  /** Null where nothing is asked for. */
  readonly goal: number | null;
  readonly stretch: number | null;
  readonly digits: number;
  /** The figure of a server; undefined when it was not measured. */
  value(cells: Cells, server: ServerName): number | undefined;
}

/** The figures of a table by load, part and server. */
export class Cells {
  private readonly measurements: Measurements;

  constructor(measurements: Measurements) {
    this.measurements = measurements;
  }

  /** The median of the runs, the worse of the ends. */
  cell(
    { load, part }: Need,
    server: ServerName,
    worse: Worse,
    figure: (figures: Figures) => number | undefined,
  ): number | undefined {
    const byEnd = new Map<number, number[]>();
    for (const one of this.measurements.of(load, part)) {
      if (one.server !== server || one.figures === null) continue;
      const value = figure(one.figures);
      if (value === undefined || !Number.isFinite(value)) continue;
      byEnd.set(one.endMinutes, [...(byEnd.get(one.endMinutes) ?? []), value]);
    }
    if (byEnd.size === 0) return undefined;
    const medians = [...byEnd.values()].map(median);
    return worse === "high" ? Math.max(...medians) : Math.min(...medians);
  }

  /** The newest failure of a place of a row that was not measured since. */
  failureOf({ load, part }: Need, server: ServerName): string {
    const failed = this.measurements.of(load, part).findLast((one) => {
      return one.server === server && one.figures === null;
    });
    return failed?.error ?? "";
  }
}

/** What a row of one figure asks for; `factor` turns the figure into the row's unit. */
interface Goals extends Pick<Row, "goal" | "stretch" | "digits" | "worse"> {
  readonly factor: number;
}

function atMost(goal: number, stretch: number, digits: number): Goals {
  return { goal, stretch, digits, worse: "high", factor: 1 };
}

function atLeast(goal: number, stretch: number, digits: number, factor = 1): Goals {
  return { goal, stretch, digits, worse: "low", factor };
}

/** A row that shows one figure of one part. */
function figureRow(
  id: string,
  title: string,
  [load, part]: readonly [string, PartName],
  figure: string,
  goals: Goals,
): Row {
  const { worse, factor, goal, stretch, digits } = goals;
  const need = { load, part };
  const value = (cells: Cells, server: ServerName) =>
    cells.cell(need, server, worse, (figures) => figures[figure]! * factor);
  return { id, title, needs: [need], worse, goal, stretch, digits, value };
}

const BUCKETS_QUERY = "r3";
const FAST_QUERIES = ["r1", "r2", "r4", "r8", "i2", "i4"];
export const OTHER_QUERIES = ["i1", "i3", "i5", "r5", "r6", "r7", "m1", "m2", "m3", "m4"];
export const ALL_QUERIES = [...FAST_QUERIES, BUCKETS_QUERY, ...OTHER_QUERIES];
const QUERIES: Need = { load: "day", part: "queries" };
/** The kernel counts CPU in ticks of 10 ms, so less than this a query is not told apart. */
const CPU_MS_MIN = 0.05;

/** CPU of one query, milliseconds. */
export function queryCpuMs(cells: Cells, server: ServerName, query: string): number | undefined {
  return cells.cell(QUERIES, server, "high", (figures) => figures[`${query}CpuMs`]);
}

/** The worst of the ratios of some queries to Prometheus. */
function worstRatio(
  cells: Cells,
  server: ServerName,
  queries: readonly string[],
): number | undefined {
  const ratios = queries.map((query) => {
    const own = queryCpuMs(cells, server, query);
    const reference = queryCpuMs(cells, "prometheus", query);
    if (own === undefined || reference === undefined) return undefined;
    return Math.max(own, CPU_MS_MIN) / Math.max(reference, CPU_MS_MIN);
  });
  if (ratios.includes(undefined)) return undefined;
  return Math.max(...(ratios as number[]));
}

function ratioRow(
  id: string,
  title: string,
  queries: readonly string[],
  goal: number,
  stretch: number | null,
): Row {
  const value = (cells: Cells, server: ServerName) => worstRatio(cells, server, queries);
  return { id, title, needs: [QUERIES], worse: "high", goal, stretch, digits: 2, value };
}

const SMALL: Need = { load: "10k", part: "load" };
const MILLION: Need = { load: "1m", part: "load" };
const WINDOWS: Need = { load: "windows", part: "load" };
/** What a process without samples may take beside the slots. */
const PROCESS_MIB = 150;

const MILLION_RATIO: Row = {
  id: "ingest-1m",
  title: "ingest, 1M series: CPU a sample, times that of 10k series",
  needs: [MILLION, SMALL],
  worse: "high",
  goal: 1.6,
  stretch: 1.3,
  digits: 2,
  value: (cells, server) => {
    const of = (need: Need) => cells.cell(need, server, "high", (one) => one["sampleCpuUs"]);
    const [million, small] = [of(MILLION), of(SMALL)];
    return million === undefined || small === undefined ? undefined : million / small;
  },
};

const WINDOWS_MEMORY: Row = {
  id: "rss-windows",
  title: "RSS less 150 MiB, 10k series x 8 windows, times live slot bytes",
  needs: [WINDOWS],
  worse: "high",
  goal: 1.5,
  stretch: 1.3,
  digits: 2,
  value: (cells, server) =>
    cells.cell(WINDOWS, server, "high", (figures) => {
      return (figures["loadedMib"]! - PROCESS_MIB) / figures["liveSlotsMib"]!;
    }),
};

export const ROWS: readonly Row[] = [
  figureRow(
    "ingest-100k",
    "ingest, 100k series, us CPU/sample",
    ["100k", "load"],
    "sampleCpuUs",
    atMost(0.6, 0.4, 3),
  ),
  figureRow(
    "ingest-10k",
    "ingest, 10k series, us CPU/sample",
    ["10k", "load"],
    "sampleCpuUs",
    atMost(0.5, 0.35, 3),
  ),
  MILLION_RATIO,
  figureRow(
    "first-scrape",
    "first scrape, 100k: thousand new series per CPU second",
    ["100k", "load"],
    "newSeriesPerCpuSecond",
    atLeast(250, 400, 0, 1e-3),
  ),
  figureRow(
    "wall",
    "wall, 4 senders, 100k series: million samples/s",
    ["100k", "load"],
    "samplesPerSecond",
    atLeast(1.5, 2.5, 2, 1e-6),
  ),
  figureRow(
    "rss-loaded",
    "RSS loaded, 100k x 960, MiB",
    ["day", "load"],
    "loadedMib",
    atMost(400, 340, 0),
  ),
  figureRow(
    "rss-peak",
    "RSS peak, 100k x 960, MiB",
    ["day", "load"],
    "peakMib",
    atMost(420, 350, 0),
  ),
  WINDOWS_MEMORY,
  figureRow("rss-1m", "RSS peak, 1M x 20, MiB", ["1m", "load"], "peakMib", atMost(1100, 800, 0)),
  figureRow(
    "bytes",
    "bytes a sample: slots and span tails (P: block, V: disk)",
    ["day", "bytes"],
    "sampleBytes",
    atMost(2.25, 2.15, 2),
  ),
  ratioRow(
    "queries-heavy",
    `query CPU, times Prometheus', the worst of ${FAST_QUERIES.join(", ")}`,
    FAST_QUERIES,
    0.4,
    0.25,
  ),
  figureRow(
    "query-r3",
    "query CPU, r3 (p99 over all buckets), ms",
    ["day", "queries"],
    "r3CpuMs",
    atMost(300, 165, 0),
  ),
  ratioRow(
    "queries-other",
    "query CPU, times Prometheus', the worst of all others",
    OTHER_QUERIES,
    1,
    null,
  ),
  figureRow(
    "restart",
    "clean restart, 100k x 960: start to ready, s",
    ["day", "restart"],
    "readySeconds",
    atMost(0.5, 0.4, 2),
  ),
  figureRow(
    "restart-kill",
    "start after kill -9, the same load, s",
    ["day", "kill"],
    "readySeconds",
    atMost(3, 1.5, 2),
  ),
  figureRow(
    "kill-lost",
    "kill -9 while sending: acknowledged samples lost",
    ["kill", "lost"],
    "lostSamples",
    atMost(0, 0, 0),
  ),
  figureRow(
    "r3-writes",
    "writes while r3 runs in a loop, p99, ms",
    ["day", "writes beside r3"],
    "p99Ms",
    atMost(25, 10, 1),
  ),
  figureRow(
    "snapshot-stall",
    "writes during a snapshot of 100k x 960, longest, ms",
    ["day", "snapshot"],
    "longestMs",
    atMost(20, 5, 1),
  ),
  figureRow(
    "turn-100k",
    "writes beside a window turn, 100k x 8 windows, longest, ms",
    ["turn-100k", "turn"],
    "longestMs",
    atMost(20, 5, 1),
  ),
  figureRow(
    "turn-1m",
    "writes beside a window turn, 1M x 8 windows, longest, ms",
    ["turn-1m", "turn"],
    "longestMs",
    atMost(100, 20, 1),
  ),
  figureRow(
    "allocator",
    "allocator: million allocations + frees/s, one core",
    ["allocator", "allocator"],
    "millionPerSecond",
    atLeast(10, 30, 1),
  ),
];

/** How a value stands to a row's goals; empty when there is none. */
export function verdict(row: Row, value: number | undefined): string {
  if (value === undefined || row.goal === null) return "";
  const meets = (bound: number): boolean =>
    row.worse === "high" ? value <= bound : value >= bound;
  if (row.stretch !== null && meets(row.stretch)) return "stretch";
  return meets(row.goal) ? "goal" : "missed";
}
