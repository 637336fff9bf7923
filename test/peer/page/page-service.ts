/**
 * A running service with a day of samples behind it that is being written to: what the page is
 * looked at with.
 *
 * Its clock may be in the past, and moved ahead.
 *
 * Units: …Ms milliseconds.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { compress } from "snappyjs";
import { Cluster } from "../../../bench/load/cluster.ts";
import { generateRequests } from "../../../bench/load/request-stream.ts";
import { Prng } from "../../../src/base/prng.ts";
import { WriteRequestEncoder } from "../../../src/wire/remote-write-encode.ts";
import { freePort } from "../free-port.ts";
import { RunningProcess } from "../running-process.ts";
import { ShiftedClock } from "./shifted-clock.ts";

const HOUR_MS = 3_600_000;
const START_MS = 60_000;
/** How long the process may take to see that its clock was moved, and how often one looks. */
const CLOCK_MS_MAX = 60_000;
const CLOCK_LOOK_MS = 30;
const SAMPLES_PER_REQUEST = 2000;
/** Targets are scraped within so long of each other. */
const OFFSET_MS_MAX = 1000;

export class PageService {
  readonly origin: string;
  authorization = "";
  private readonly directory: string;
  private readonly command: readonly string[];
  private process: RunningProcess;
  private cluster: Cluster | null = null;
  private writer: ReturnType<typeof setInterval> | null = null;

  private readonly clock: ShiftedClock | null;

  private constructor(
    port: number,
    directory: string,
    flags: readonly string[],
    shiftMs: number | null = null,
  ) {
    this.origin = `http://127.0.0.1:${port}`;
    this.directory = directory;
    const address = `--web.listen-address=127.0.0.1:${port}`;
    const path = `--storage.path=${join(directory, "data")}`;
    this.clock = shiftMs === null ? null : new ShiftedClock(join(directory, "clock"), shiftMs);
    const nodeFlags = this.clock?.nodeFlags ?? [];
    this.command = [...nodeFlags, "dist/main.js", "serve", address, path, ...flags];
    this.process = new RunningProcess(process.execPath, this.command);
  }

  /** Starts an empty service. */
  static start(...flags: string[]): Promise<PageService> {
    return PageService.startFor("", ...flags);
  }

  /** Starts one that wants an Authorization header. */
  static async startFor(authorization: string, ...flags: string[]): Promise<PageService> {
    const directory = mkdtempSync(join(tmpdir(), "spandrel-page-"));
    const service = new PageService(await freePort(), directory, flags);
    service.authorization = authorization;
    await service.untilReady();
    return service;
  }

  /** Starts an empty one whose clock is in the past. */
  static async startAgo(agoMs: number, ...flags: string[]): Promise<PageService> {
    const directory = mkdtempSync(join(tmpdir(), "spandrel-page-"));
    const service = new PageService(await freePort(), directory, flags, -agoMs);
    await service.untilReady();
    return service;
  }

  /** Starts an empty one whose clock shows `startMs`: the time of the day plays no part. */
  static startAt(startMs: number, ...flags: string[]): Promise<PageService> {
    return PageService.startAgo(Date.now() - startMs, ...flags);
  }

  /** A script for pages before they load: their clock shows the service's time. */
  get pageClock(): string {
    const shiftMs = this.clock?.shiftMs ?? 0;
    return `{ const now = Date.now; Date.now = () => now() + ${shiftMs}; }`;
  }

  /** The service's time. */
  nowMs(): number {
    return Date.now() + (this.clock?.shiftMs ?? 0);
  }

  /** Lets time go by in which samples of `seriesCount` series come in, up to `agoMs` ago. */
  async goOn(agoMs: number, seriesCount: number, intervalMs: number): Promise<void> {
    await this.pass(-agoMs - (this.clock?.shiftMs ?? 0), seriesCount, intervalMs);
  }

  /** Lets so much time go by in which samples of `seriesCount` series come in. */
  async pass(passedMs: number, seriesCount: number, intervalMs: number): Promise<void> {
    if (this.clock === null) throw new Error("the service has no clock of its own");
    this.clock.shiftMs += passedMs;
    const movedMs = this.nowMs();
    await this.process.until("moved clock", CLOCK_MS_MAX, async () => {
      await sleep(CLOCK_LOOK_MS);
      const { result } = await this.data<{ result: [number] }>("/api/v1/query?query=time()");
      return result[0] * 1000 >= movedMs || undefined;
    });
    await this.backfill(seriesCount, passedMs / HOUR_MS, intervalMs);
  }

  /** Ends the process; its data stays. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.process.stop(signal);
  }

  /** Starts a process again that was stopped: same address, same data. */
  async startAgain(): Promise<void> {
    this.process = new RunningProcess(process.execPath, this.command);
    await this.untilReady();
  }

  get output(): string {
    return this.process.output;
  }

  /** Writes `hours` of samples of `seriesCount` series, the last as of now. */
  async backfill(seriesCount: number, hours: number, intervalMs: number): Promise<void> {
    const cluster = this.clusterOf(seriesCount);
    const bodies: Uint8Array[] = [];
    const settings = {
      cycles: Math.floor((hours * HOUR_MS) / intervalMs),
      intervalMs,
      endMs: this.nowMs(),
      queues: 1,
      samplesPerRequest: SAMPLES_PER_REQUEST,
    };
    generateRequests(cluster, new Prng(2), settings, ({ body }) => bodies.push(body));
    for (const body of bodies) await this.post(body);
  }

  /** Writes one sample of some series that nobody else writes. */
  async addSeries(count: number): Promise<void> {
    const encoder = new WriteRequestEncoder();
    for (let i = 0; i < count; i++) {
      encoder.beginSeries();
      encoder.label("__name__", "added");
      encoder.label("i", String(i));
      encoder.sample(this.nowMs(), i);
      encoder.endSeries();
    }
    await this.post(compress(encoder.finish()));
  }

  /** Goes on writing a scrape every so often, until stopWriting(). */
  write(seriesCount: number, everyMs: number): void {
    const cluster = this.clusterOf(seriesCount);
    this.writer = setInterval(() => {
      const settings = {
        ...{ cycles: 1, intervalMs: everyMs, endMs: this.nowMs(), queues: 1 },
        samplesPerRequest: SAMPLES_PER_REQUEST,
      };
      generateRequests(cluster, new Prng(2), settings, ({ body }) => {
        this.post(body).catch(() => {});
      });
    }, everyMs);
  }

  stopWriting(): void {
    if (this.writer !== null) clearInterval(this.writer);
    this.writer = null;
  }

  /** Data of an API answer. */
  async data<Data>(path: string, method = "GET"): Promise<Data> {
    const response = await fetch(`${this.origin}${path}`, { method });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return (JSON.parse(text) as { data: Data }).data;
  }

  /** Ends everything and removes the data. */
  async end(): Promise<void> {
    this.stopWriting();
    await this.process.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The cluster that writes: counters go on where the backfill left them. */
  private clusterOf(seriesCount: number): Cluster {
    if (this.cluster?.seriesCount !== seriesCount) {
      this.cluster = new Cluster(seriesCount, OFFSET_MS_MAX, new Prng(1));
    }
    return this.cluster;
  }

  private async untilReady(): Promise<void> {
    const headers = { authorization: this.authorization };
    await this.process.until("ready", START_MS, async () => {
      const answer = await fetch(`${this.origin}/-/ready`, { headers });
      return answer.ok ? true : undefined;
    });
  }

  private async post(body: Uint8Array): Promise<void> {
    const headers = {
      "content-encoding": "snappy",
      "content-type": "application/x-protobuf",
      "x-prometheus-remote-write-version": "0.1.0",
    };
    const url = `${this.origin}/api/v1/write`;
    const response = await fetch(url, { method: "POST", headers, body: new Uint8Array(body) });
    if (!response.ok) throw new Error(`write: ${response.status} ${await response.text()}`);
  }
}
