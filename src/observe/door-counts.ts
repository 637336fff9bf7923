/**
 * What the HTTP layer counts before a route sees a request: who was turned away, and why.
 */

/** Why a request was turned away before its route saw it. */
export const REFUSAL_REASONS = [
  ...["no_credentials", "wrong_credentials", "not_allowed", "busy", "rate_limited"],
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** How often the web configuration was read again, and found to be no use. */
export interface ReloadCounts {
  readonly reloadCount: number;
  readonly failureCount: number;
}

/** Why a write request was not let in. */
export const WRITE_REFUSAL_REASONS = [
  "client_requests",
  "client_samples",
  "pending_bytes",
] as const;
export type WriteRefusalReason = (typeof WRITE_REFUSAL_REASONS)[number];

/** Write requests that are being read or wait for their turn. */
export interface WriteQueue {
  readonly bodies: { readonly heldBytes: number };
  readonly turns: { readonly count: number };
}

export class DoorCounts {
  /** Write requests not let in, by reason. */
  readonly writeRefusals = new Map<WriteRefusalReason, number>(
    WRITE_REFUSAL_REASONS.map((reason) => [reason, 0]),
  );
  /** Kept by the write route. */
  writeQueue: WriteQueue = { bodies: { heldBytes: 0 }, turns: { count: 0 } };
  /** Requests turned away, by reason. */
  readonly refusals = new Map<RefusalReason, number>(REFUSAL_REASONS.map((reason) => [reason, 0]));
  /** Kept by whoever reads the web configuration. */
  webConfig: ReloadCounts = { reloadCount: 0, failureCount: 0 };

  /** Counts one write request that was not let in. */
  refuseWrite(reason: WriteRefusalReason): void {
    this.writeRefusals.set(reason, (this.writeRefusals.get(reason) ?? 0) + 1);
  }

  /** Counts one request that was turned away. */
  refuse(reason: RefusalReason): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
  }
}
