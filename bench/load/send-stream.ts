/**
 * Stream sender: replays the requests of a stream file to a server, as fast as it answers.
 *
 * I1  A queue is sent by one connection and in its order.
 * I2  No connection runs more than CYCLES_AHEAD_MAX cycles ahead of the slowest, as in a scraper
 *     that sends all queues at the same time.
 *
 * Units: seconds of CPU are user and system time of the sending process.
 */
import type { StreamReader } from "./stream-file.ts";
import { WriteConnection } from "./write-connection.ts";

const CYCLES_AHEAD_MAX = 8;

/** What was sent and acknowledged. Times in seconds. */
export interface SendReport {
  readonly requests: number;
  readonly samples: number;
  readonly bodyBytes: number;
  readonly decodedBytes: number;
  readonly refusedRequests: number;
  readonly refusedSamples: number;
  readonly firstRefusal: string;
  readonly wallSeconds: number;
  readonly senderCpuSeconds: number;
  readonly latencyMsMean: number;
  readonly latencyMsMax: number;
}

/** A report whose numbers are still being added up. */
type Tally = { -readonly [Name in keyof SendReport]: SendReport[Name] };

export class StreamSender {
  /** Samples acknowledged so far, in all calls of send(). */
  acknowledgedSamples = 0;
  private readonly stream: StreamReader;
  private readonly connections: readonly WriteConnection[];
  /** By connection: the cycle that it is sending. */
  private readonly cycles: number[];
  private waiting: (() => void)[] = [];

  constructor(
    stream: StreamReader,
    port: number,
    path: string,
    connectionCount: number,
    isTwo = false,
  ) {
    this.stream = stream;
    this.connections = Array.from(
      { length: connectionCount },
      () => new WriteConnection(port, path, isTwo),
    );
    this.cycles = this.connections.map(() => 0);
  }

  /** Sends the cycles [fromCycle, toCycle). Rejects when a connection breaks. */
  async send(fromCycle: number, toCycle: number): Promise<SendReport> {
    const tally: Tally = {
      requests: 0,
      samples: 0,
      bodyBytes: 0,
      decodedBytes: 0,
      refusedRequests: 0,
      refusedSamples: 0,
      firstRefusal: "",
      wallSeconds: 0,
      senderCpuSeconds: 0,
      latencyMsMean: 0,
      latencyMsMax: 0,
    };
    this.cycles.fill(fromCycle);
    const cpu = process.cpuUsage();
    const start = performance.now();
    await Promise.all(
      this.connections.map((_connection, index) => this.run(index, fromCycle, toCycle, tally)),
    );
    tally.wallSeconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    tally.senderCpuSeconds = (user + system) / 1e6;
    tally.latencyMsMean /= Math.max(1, tally.requests + tally.refusedRequests);
    return tally;
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  /** Sends the queues of one connection. */
  private async run(
    index: number,
    fromCycle: number,
    toCycle: number,
    tally: Tally,
  ): Promise<void> {
    const { stream } = this;
    const buffer = Buffer.alloc(stream.largestBodyBytes());
    for (let request = 0; request < stream.requestCount; request++) {
      const cycle = stream.cycleOf(request);
      if (stream.queueOf(request) % this.connections.length !== index) continue;
      if (cycle < fromCycle || cycle >= toCycle) continue;
      await this.enter(index, cycle);
      await this.sendOne(index, request, buffer, tally);
    }
    this.moveTo(index, Infinity);
  }

  private async sendOne(
    index: number,
    request: number,
    buffer: Buffer,
    tally: Tally,
  ): Promise<void> {
    const body = this.stream.read(request, buffer);
    const start = performance.now();
    const { status, text } = await this.connections[index]!.post(body);
    const latencyMs = performance.now() - start;
    tally.latencyMsMean += latencyMs;
    tally.latencyMsMax = Math.max(tally.latencyMsMax, latencyMs);
    const samples = this.stream.sampleCountOf(request);
    if (status >= 200 && status < 300) {
      tally.requests++;
      tally.samples += samples;
      this.acknowledgedSamples += samples;
      tally.bodyBytes += body.length;
      tally.decodedBytes += this.stream.decodedBytesOf(request);
    } else {
      tally.refusedRequests++;
      tally.refusedSamples += samples;
      if (tally.firstRefusal === "") tally.firstRefusal = `${status} ${text.trim()}`;
    }
  }

  /** Waits until the slowest connection is near enough for this one to send `cycle`. */
  private async enter(index: number, cycle: number): Promise<void> {
    if (cycle !== this.cycles[index]) this.moveTo(index, cycle);
    while (cycle - Math.min(...this.cycles) > CYCLES_AHEAD_MAX) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private moveTo(index: number, cycle: number): void {
    this.cycles[index] = cycle;
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
  }
}
