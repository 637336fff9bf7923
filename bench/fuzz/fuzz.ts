/**
 * The HTTP surface of a real process under everything that should not be sent to it.
 *
 * I1  The process lives, and every answer is a success or says in words what was wrong; a query may
 *     also be answered with 503 when its time is over.
 * I2  What was accepted between the damaged bodies is there, no more and no less (truth.ts).
 * I3  Its resident memory, some time after, is within `growthMax` of what it was after the first
 *     twentieth of the bodies: by then every series that they can make is there.
 *
 * Units: …Ms milliseconds, memory in bytes, counts of requests.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Prng } from "../../src/base/prng.ts";
import { WriteConnection } from "../load/write-connection.ts";
import { memoryOf } from "../process-figures.ts";
import { startServer } from "../server-under-test.ts";
import { hostileHeads, hostileQueries, lazyConnections } from "./hostile-requests.ts";
import { millionLabels, mutatedBody, realMessages } from "./mutate.ts";
import { Truth } from "./truth.ts";

export interface FuzzSettings {
  readonly seed: number;
  /** Number of the first body, to send one again. */
  readonly first: number;
  readonly bodies: number;
  readonly queries: number;
  readonly connections: number;
  /** How long the service rests before its memory is read, both times. */
  readonly restMs: number;
  /** How much more memory it may hold then, as a part of what it held. */
  readonly growthMax: number;
  readonly say: (line: string) => void;
}

export interface FuzzReport {
  readonly faults: readonly string[];
  readonly statuses: ReadonlyMap<number, number>;
  readonly truthSamples: number;
  readonly residentBefore: number;
  readonly residentAfter: number;
}

const TRUTH_EVERY = 200;
const MIB = 2 ** 20;
const FAULTS_MAX = 20;
const SENDERS = 4;
/** A million bodies reach it within their first twentieth. */
const SERIES_MAX = 5000;
const COMMAND = [
  `${process.execPath} dist/main.js serve --web.listen-address=127.0.0.1:{port}`,
  `--storage.path={dir} --storage.max-series=${SERIES_MAX} --self-scrape.interval=0`,
  "--query.timeout=5s --log.level=error",
].join(" ");

/** One run against one process. */
class FuzzRun {
  readonly faults: string[] = [];
  readonly statuses = new Map<number, number>();
  private readonly settings: FuzzSettings;
  private readonly port: number;
  private readonly nowMs = Date.now();
  private readonly messages = realMessages(this.nowMs);
  readonly truth = new Truth(this.nowMs);
  private readonly truthConnection: WriteConnection;
  private truthTurn: Promise<void> = Promise.resolve();
  private next: number;

  constructor(settings: FuzzSettings, port: number) {
    this.settings = settings;
    this.port = port;
    this.next = settings.first;
    this.truthConnection = new WriteConnection(port, "/api/v1/write");
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Notes an answer that breaks I1. */
  judge(what: string, status: number, text: string, mayTimeOut = false): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    const isSuccess = status >= 200 && status < 300;
    const isRefusal = status >= 400 && status < 500 && text.trim() !== "";
    if (isSuccess || isRefusal || (mayTimeOut && status === 503 && text !== "")) return;
    this.fault(`${what}: ${status} ${text.slice(0, 200)}`);
  }

  fault(text: string): void {
    if (this.faults.length < FAULTS_MAX) this.faults.push(text);
  }

  /** Sends bodies until number `end`, a truth request between every few hundred. */
  async sendBodies(end: number): Promise<void> {
    const senders = Array.from({ length: SENDERS }, () => this.sendFrom(end));
    await Promise.all(senders);
    await this.compare();
  }

  async compare(): Promise<void> {
    const found = await this.truth.differences(this.origin, this.nowMs + 60_000);
    for (const text of found.slice(0, 3)) this.fault(`truth: ${text}`);
  }

  /** A body of a million labels, once. */
  async sendMillionLabels(): Promise<void> {
    const connection = new WriteConnection(this.port, "/api/v1/write");
    const { status, text } = await connection.post(millionLabels(this.nowMs));
    this.judge("a million labels", status, text);
    connection.close();
  }

  private async sendFrom(end: number): Promise<void> {
    const connection = new WriteConnection(this.port, "/api/v1/write");
    while (this.next < end && this.faults.length < FAULTS_MAX) {
      const index = this.next++;
      if (index % TRUTH_EVERY === 0) await this.writeTruth();
      const body = mutatedBody(this.settings.seed, index, this.messages, this.nowMs);
      try {
        const { status, text } = await connection.post(body);
        this.judge(`body ${index}`, status, text);
      } catch (error) {
        this.fault(`body ${index}: ${String(error)}`);
      }
    }
    connection.close();
  }

  /** One connection and one request at a time: their order is the model's. */
  private writeTruth(): Promise<void> {
    this.truthTurn = this.truthTurn.then(async () => {
      const { status, text } = await this.truthConnection.post(this.truth.nextBody());
      if (status === 204) this.truth.accepted();
      else this.fault(`a truth request: ${status} ${text}`);
    });
    return this.truthTurn;
  }

  close(): void {
    this.truthConnection.close();
  }
}

/** Runs all of it against a process of its own, which it ends. */
export async function fuzz(settings: FuzzSettings): Promise<FuzzReport> {
  const server = await startServer(COMMAND, "/-/ready");
  const run = new FuzzRun(settings, server.port);
  const { say } = settings;
  try {
    const warmUp = settings.first + Math.ceil(settings.bodies / 20);
    await run.sendMillionLabels();
    await run.sendBodies(warmUp);
    const random = new Prng(settings.seed);
    const queries = (count: number) =>
      hostileQueries(run.origin, random, count, ({ what, status, text }) =>
        run.judge(what, status, text, true),
      );
    await queries(Math.ceil(settings.queries / 20));
    // The garbage of hostile queries is no measure of what the service holds.
    await sleep(settings.restMs);
    const residentBefore = memoryOf(server.pid).resident;
    say(
      `after ${warmUp - settings.first} bodies: ${Math.round(residentBefore / MIB)} MiB resident`,
    );
    const lazy = lazyConnections(server.port, settings.connections, 5000);
    await hostileHeads(server.port);
    await queries(settings.queries);
    await lazy;
    say(`${settings.queries} queries, ${settings.connections} lazy connections`);
    const part = Math.max(1, Math.ceil(settings.bodies / 10));
    for (let at = warmUp; at < settings.first + settings.bodies; at += part) {
      const end = Math.min(at + part, settings.first + settings.bodies);
      await run.sendBodies(end);
      say(`${end - settings.first} bodies, ${run.truth.sampleCount} samples of the model`);
      if (run.faults.length > 0) break;
    }
    await sleep(settings.restMs);
    const residentAfter = memoryOf(server.pid).resident;
    // Only now: the garbage of a large answer is no measure either.
    await run.compare();
    if (residentAfter > residentBefore * (1 + settings.growthMax)) {
      run.fault(`resident memory grew from ${residentBefore} to ${residentAfter} bytes`);
    }
    const truthSamples = run.truth.sampleCount;
    return {
      faults: run.faults,
      statuses: run.statuses,
      truthSamples,
      residentBefore,
      residentAfter,
    };
  } finally {
    run.close();
    await server.stop();
  }
}
