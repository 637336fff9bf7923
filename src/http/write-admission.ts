/**
 * Who may start a write request: limits for each client, so that one cannot take the place of all.
 *
 * A client is the name it authenticated by, or else the address that it came from.
 *
 * I1  What is refused here was not read, let alone stored: the sender may repeat it as it is.
 * I2  A client is remembered while it has requests under way or samples to pay for, and no longer.
 *
 * Units: …Ms milliseconds; limits of 0 are none.
 */
import { TokenBucket } from "../access/token-bucket.ts";
import type { Clock } from "../base/clock.ts";
import type { WriteRefusalReason } from "../observe/door-counts.ts";

export interface WriteLimits {
  readonly clientRequestsMax: number;
  readonly clientSamplesPerSecond: number;
}

export interface WriteRefusal {
  readonly reason: WriteRefusalReason;
  readonly text: string;
  readonly retryAfterSeconds: number;
}

/** Samples that a client may send at once after a pause: this many seconds' worth. */
const BURST_SECONDS = 10;
/** Clients remembered before idle ones are looked for. */
const CLIENTS_SWEPT_FROM = 1024;

interface Client {
  requests: number;
  readonly bucket: TokenBucket | null;
}

export class WriteAdmission {
  private readonly limits: WriteLimits;
  private readonly clock: Clock;
  private readonly clients = new Map<string, Client>();

  constructor(limits: WriteLimits, clock: Clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** Lets a request of a client in, which leave() must follow; or says why not. */
  enter(name: string): WriteRefusal | null {
    const client = this.clientOf(name);
    const { clientRequestsMax, clientSamplesPerSecond } = this.limits;
    if (clientRequestsMax > 0 && client.requests >= clientRequestsMax) {
      const limit = `the limit is ${clientRequestsMax} (--write.max-requests-per-client)`;
      const text = `${name} has ${client.requests} write requests under way; ${limit}`;
      return { reason: "client_requests", text, retryAfterSeconds: 1 };
    }
    const waitMs = client.bucket?.waitMs(this.clock.monotonicMs()) ?? 0;
    if (waitMs > 0) {
      this.forgetIdle(name, client);
      const limit = `${clientSamplesPerSecond} a second (--write.max-samples-per-client)`;
      const text = `${name} has sent more samples than ${limit}`;
      return { reason: "client_samples", text, retryAfterSeconds: Math.ceil(waitMs / 1000) };
    }
    client.requests++;
    return null;
  }

  /** The samples of a request that was read; they may be more than the client had left. */
  spend(name: string, sampleCount: number): void {
    this.clients.get(name)?.bucket?.spend(sampleCount);
  }

  /** A request that was let in is over. */
  leave(name: string): void {
    const client = this.clients.get(name);
    if (client === undefined) return;
    client.requests--;
    this.forgetIdle(name, client);
  }

  /** How many clients are remembered. */
  get clientCount(): number {
    return this.clients.size;
  }

  private clientOf(name: string): Client {
    const known = this.clients.get(name);
    if (known !== undefined) return known;
    if (this.clients.size >= CLIENTS_SWEPT_FROM) {
      for (const [other, client] of this.clients) this.forgetIdle(other, client);
    }
    const perSecond = this.limits.clientSamplesPerSecond;
    const nowMs = this.clock.monotonicMs();
    const bucket =
      perSecond > 0 ? new TokenBucket(perSecond, perSecond * BURST_SECONDS, nowMs) : null;
    const client = { requests: 0, bucket };
    this.clients.set(name, client);
    return client;
  }

  private forgetIdle(name: string, { requests, bucket }: Client): void {
    if (requests > 0) return;
    if (bucket === null || bucket.isFull(this.clock.monotonicMs())) this.clients.delete(name);
  }
}
