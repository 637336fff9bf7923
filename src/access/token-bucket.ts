/**
 * A token bucket: `burst` units at once, `perSecond` of them over time.
 *
 * I1  The balance never passes `burst`; spending may take it below 0, and nothing is allowed until
 *     it has recovered. So one request may be larger than the burst, and is paid for afterwards.
 *
 * Units: …Ms milliseconds of any monotonic clock.
 */
export class TokenBucket {
  private readonly perSecond: number;
  private readonly burst: number;
  private balance: number;
  private seenMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.balance = burst;
    this.seenMs = nowMs;
  }

  /** How long until at least `units` may be spent, in ms; 0 is now. */
  waitMs(nowMs: number, units = 1): number {
    this.balance = Math.min(this.burst, this.balance + this.earned(nowMs));
    this.seenMs = nowMs;
    const missing = Math.min(units, this.burst) - this.balance;
    return missing <= 0 ? 0 : Math.ceil((missing / this.perSecond) * 1000);
  }

  spend(units: number): void {
    this.balance -= units;
  }

  /** Whether nothing is owed or missing: the bucket is as good as a new one. */
  isFull(nowMs: number): boolean {
    return this.balance + this.earned(nowMs) >= this.burst;
  }

  private earned(nowMs: number): number {
    return (Math.max(0, nowMs - this.seenMs) / 1000) * this.perSecond;
  }
}
