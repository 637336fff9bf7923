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

export class DoorCounts {
  /** Requests turned away, by reason. */
  readonly refusals = new Map<RefusalReason, number>(REFUSAL_REASONS.map((reason) => [reason, 0]));
  /** Kept by whoever reads the web configuration. */
  webConfig: ReloadCounts = { reloadCount: 0, failureCount: 0 };

  /** Counts one request that was turned away. */
  refuse(reason: RefusalReason): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
  }
}
