/**
 * Visits: goes through the loads, servers and runs that a table needs, measures the parts that are
 * missing and keeps each as soon as it is there.
 *
 * I1  A part that fails is kept as a failure; the others of its load are measured all the same.
 * I2  A stream is made once for all servers and runs of a load and an end, and removed after them.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerCommand, type ServerName, serverCommand } from "../server-commands.ts";
import { measureAllocator } from "./allocator-part.ts";
import { measureBytes, measureLoad } from "./load-parts.ts";
import { LOADS, type Load, type PartName, type Size } from "./loads.ts";
import type { Figures, Measurements, Place } from "./measurements.ts";
import { measureKill, measureLost, measureRestart } from "./restart-parts.ts";
import { Session } from "./session.ts";
import {
  measureQueries,
  measureSnapshot,
  measureTurn,
  measureWritesBesideQuery,
} from "./stall-parts.ts";
import { type StreamPlan, writeStream } from "./stream-plan.ts";

const PARTS: Readonly<Record<PartName, (session: Session) => Promise<Figures>>> = {
  load: measureLoad,
  bytes: measureBytes,
  queries: measureQueries,
  "writes beside r3": measureWritesBesideQuery,
  snapshot: measureSnapshot,
  kill: measureKill,
  restart: measureRestart,
  lost: measureLost,
  turn: measureTurn,
  allocator: measureAllocator,
};
/** Parts that only Spandrel has. */
const OWN_PARTS: ReadonlySet<PartName> = new Set(["snapshot", "turn", "allocator"]);
const SEED = 1;

export interface VisitSettings {
  readonly servers: readonly ServerName[];
  readonly versions: Readonly<Record<string, string>>;
  readonly size: Size;
  /** Null = as each load says. */
  readonly runs: number | null;
  readonly ends: readonly number[] | null;
  readonly ownProgram: string;
  readonly measureAgain: boolean;
  /** Which parts of a load are wanted. */
  wants(load: string, part: PartName): boolean;
}

/** Parts of a load to measure on one server in one run. */
interface Visit {
  readonly server: ServerName;
  readonly endMinutes: number;
  readonly run: number;
  readonly parts: readonly PartName[];
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

export class Visits {
  private readonly settings: VisitSettings;
  private readonly measurements: Measurements;

  constructor(settings: VisitSettings, measurements: Measurements) {
    this.settings = settings;
    this.measurements = measurements;
  }

  /** Measures whatever is missing. */
  async measureAll(): Promise<void> {
    for (const load of LOADS) {
      const visits = this.visitsOf(load);
      for (const end of new Set(visits.map(({ endMinutes }) => endMinutes))) {
        await this.measureLoad(
          load,
          end,
          visits.filter(({ endMinutes }) => endMinutes === end),
        );
      }
    }
  }

  /** Visits of a load, run by run and in each server by server. */
  private visitsOf(load: Load): Visit[] {
    const { servers, runs } = this.settings;
    const visits: Visit[] = [];
    for (const endMinutes of new Set([...load.ends, ...load.peerEnds])) {
      for (let run = 1; run <= Math.max(runs ?? 0, load.runs, load.peerRuns); run++) {
        for (const server of servers) {
          if (!this.includes(load, server, endMinutes, run)) continue;
          const parts = this.missingParts(load, server, endMinutes, run);
          if (parts.length > 0) visits.push({ server, endMinutes, run, parts });
        }
      }
    }
    return visits;
  }

  private includes(load: Load, server: ServerName, end: number, run: number): boolean {
    const { ends, runs } = this.settings;
    const own = server === "spandrel";
    const loadEnds = own ? load.ends : load.peerEnds;
    const isAsked = ends === null || loadEnds.length === 1 || ends.includes(end);
    const isInRuns = run <= (runs ?? (own ? load.runs : load.peerRuns));
    return load.servers.includes(server) && loadEnds.includes(end) && isAsked && isInRuns;
  }

  private missingParts(
    load: Load,
    server: ServerName,
    endMinutes: number,
    run: number,
  ): PartName[] {
    return load.parts.filter((part) => {
      if (!this.settings.wants(load.id, part)) return false;
      if (server !== "spandrel" && OWN_PARTS.has(part)) return false;
      const place = { load: load.id, part, server, endMinutes, run };
      return this.settings.measureAgain || !this.measurements.has(place);
    });
  }

  private async measureLoad(load: Load, end: number, visits: readonly Visit[]): Promise<void> {
    const plan = load.plan?.(end, this.settings.size, Date.now()) ?? null;
    const directory = mkdtempSync(join(tmpdir(), "spandrel-stream-"));
    const remove = (): void => rmSync(directory, { recursive: true, force: true });
    process.once("exit", remove);
    const streamPath = join(directory, "stream");
    try {
      if (plan !== null) {
        console.error(`${load.id}, ${end} minutes: making the stream`);
        writeStream(streamPath, plan, SEED);
      }
      for (const visit of visits) await this.measureVisit(load, plan, streamPath, visit);
    } finally {
      process.off("exit", remove);
      remove();
    }
  }

  private async measureVisit(
    load: Load,
    plan: StreamPlan | null,
    streamPath: string,
    visit: Visit,
  ): Promise<void> {
    const { server, endMinutes, run, parts } = visit;
    const samples = plan === null ? 0 : plan.series * plan.loaded.cycles;
    const version = this.settings.versions[server] ?? "";
    const about = { version, series: plan?.series ?? 0, samples };
    const keep = (part: PartName, outcome: Figures | Error): void => {
      const place: Place = { load: load.id, part, server, endMinutes, run };
      this.measurements.add(place, about, outcome);
      const text = outcome instanceof Error ? `failed: ${outcome.message}` : shown(outcome);
      console.error(`${load.id}, ${endMinutes} minutes, ${server}, run ${run}, ${part}: ${text}`);
    };
    if (plan === null) {
      for (const part of parts) keep(part, await measureAllocator().catch(asError));
      return;
    }
    let session: Session | null = null;
    try {
      // Visits of an asked-for server whose program is missing are never made.
      const command = serverCommand(server, this.settings.ownProgram) as ServerCommand;
      session = await Session.open(command, plan, streamPath);
      for (const part of parts) keep(part, await PARTS[part](session).catch(asError));
    } catch (error) {
      for (const part of parts) keep(part, asError(error));
    } finally {
      await session?.close();
    }
  }
}

function shown(figures: Figures): string {
  const entries = Object.entries(figures).map(([name, value]) => {
    return `${name} ${Number(value.toPrecision(4))}`;
  });
  return entries.join(", ");
}
