/**
 * Session: a server, its sender and the place in the stream that they have come to.
 *
 * I1  Cycles are sent in order and once: `cycle` is the next one.
 *
 * Units: …Ms milliseconds since the epoch.
 */
import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { clockOption } from "../bench-clock.ts";
import type { SendReport } from "../load/send-stream.ts";
import { order, startSender } from "../load/sender-process.ts";
import { StreamReader } from "../load/stream-file.ts";
import { cpuBetween, cpuOf } from "../process-figures.ts";
import type { ServerCommand, ServerName } from "../server-commands.ts";
import { type StartedServer, startServer } from "../server-under-test.ts";
import { PacedWriter } from "../write-waits.ts";
import { CONNECTIONS, type StreamPlan } from "./stream-plan.ts";

const WRITE_PATH = "/api/v1/write";
const SETTLE_MS = 300;
/** Opens the route that asks for a snapshot; changes nothing else. */
const ADMIN_FLAG = "--web.enable-admin-api";

/** What was sent, and what it cost the server. */
export interface CostReport extends SendReport {
  readonly cpuSeconds: number;
}

export class Session {
  readonly name: ServerName;
  readonly server: StartedServer;
  readonly stream: StreamReader;
  readonly plan: StreamPlan;
  /** What to add to the machine's time for the server's. */
  readonly clockOffsetMs: number;
  cycle = 0;
  private readonly sender: ChildProcess;

  private constructor(
    name: ServerName,
    server: StartedServer,
    plan: StreamPlan,
    streamPath: string,
    clockOffsetMs: number,
  ) {
    this.name = name;
    this.server = server;
    this.plan = plan;
    this.clockOffsetMs = clockOffsetMs;
    this.stream = new StreamReader(streamPath);
    this.sender = startSender(streamPath, server.port, WRITE_PATH, String(CONNECTIONS));
  }

  /** Starts a server for a stream. */
  static async open(
    { name, command, ready }: ServerCommand,
    plan: StreamPlan,
    streamPath: string,
  ): Promise<Session> {
    const offsetMs = plan.clockMs === null ? 0 : plan.clockMs - Date.now();
    const clocked = plan.clockMs === null ? "" : `${clockOption(offsetMs)} `;
    const own = name === "spandrel";
    const line = own ? `${command.replace("node ", `node ${clocked}`)} ${ADMIN_FLAG}` : command;
    const server = await startServer(line, ready);
    return new Session(name, server, plan, streamPath, offsetMs);
  }

  get port(): number {
    return this.server.port;
  }

  /** The last whole minute of what is loaded, in seconds. */
  get endS(): number {
    return Math.floor(this.plan.loaded.endMs / 60_000) * 60;
  }

  /** The first cycle that is kept back. */
  get keptBackCycle(): number {
    return this.plan.loaded.cycles;
  }

  /** Sends the next cycles up to `toCycle`. */
  async sendTo(toCycle: number): Promise<CostReport> {
    const before = cpuOf(this.server.pid);
    const report = await order(this.sender, this.cycle, toCycle);
    await sleep(SETTLE_MS);
    this.cycle = toCycle;
    return { ...report, cpuSeconds: cpuBetween(before, cpuOf(this.server.pid)) };
  }

  /** Lets `use` send the cycles from here on at a steady pace. */
  async paced<Result>(use: (writer: PacedWriter) => Promise<Result>): Promise<Result> {
    const writer = new PacedWriter(this.stream, this.port);
    writer.seek(this.cycle);
    try {
      return await use(writer);
    } finally {
      this.cycle = Math.max(this.cycle, writer.cycle);
      writer.close();
    }
  }

  /** Loads what is not kept back, unless that was done. */
  async loadAll(): Promise<void> {
    if (this.cycle < this.keptBackCycle) await this.sendTo(this.keptBackCycle);
  }

  async close(): Promise<void> {
    if (this.sender.connected) this.sender.disconnect();
    this.stream.close();
    await this.server.stop();
  }
}
