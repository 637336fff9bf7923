/**
 * A clock that does not believe every step: wall-clock time that follows the monotonic clock, and
 * takes over a step of the machine's clock only when it has stood for an hour.
 *
 * A machine whose clock jumps ahead by a day would otherwise drop a day's windows within a second.
 *
 * I1  Differences of up to SLEW_MAX_MS between two readings are followed at once: that is how
 *     clocks are corrected in small steps.
 * I2  A larger one is taken over when it has been the same, but for such corrections, for
 *     STAND_MS of monotonic time. One that ends before is forgotten.
 *
 * Units: …Ms milliseconds.
 */
import type { Clock, ClockSteps } from "./clock.ts";

const SLEW_MAX_MS = 10_000;
const STAND_MS = 3_600_000;

/** What became of a step: seen, taken over after its hour, or gone before. */
export type StepNews = "seen" | "adopted" | "withdrawn";

/** Called with the step: machine's clock less this one. */
export type OnStep = (news: StepNews, stepMs: number) => void;

export class GuardedClock implements Clock {
  private seenCount = 0;
  private adoptedCount = 0;
  private readonly machine: Clock;
  private readonly onStep: OnStep;
  /** Wall-clock time less monotonic time, as believed. */
  private offsetMs: number;
  private pending: { offsetMs: number; readonly sinceMs: number } | null = null;

  constructor(machine: Clock, onStep: OnStep) {
    this.machine = machine;
    this.onStep = onStep;
    this.offsetMs = machine.nowMs() - machine.monotonicMs();
  }

  nowMs(): number {
    const monotonicMs = this.machine.monotonicMs();
    const offsetMs = this.machine.nowMs() - monotonicMs;
    if (Math.abs(offsetMs - this.offsetMs) <= SLEW_MAX_MS) this.follow(offsetMs);
    else this.doubt(offsetMs, monotonicMs);
    return Math.round(monotonicMs + this.offsetMs);
  }

  monotonicMs(): number {
    return this.machine.monotonicMs();
  }

  steps(): ClockSteps {
    return { seenCount: this.seenCount, adoptedCount: this.adoptedCount, stepMs: this.stepMs };
  }

  private get stepMs(): number {
    return this.pending === null ? 0 : this.pending.offsetMs - this.offsetMs;
  }

  private follow(offsetMs: number): void {
    if (this.pending !== null) {
      const { stepMs } = this;
      this.pending = null;
      this.onStep("withdrawn", stepMs);
    }
    this.offsetMs = offsetMs;
  }

  private doubt(offsetMs: number, monotonicMs: number): void {
    if (this.pending === null || Math.abs(offsetMs - this.pending.offsetMs) > SLEW_MAX_MS) {
      this.pending = { offsetMs, sinceMs: monotonicMs };
      this.seenCount++;
      this.onStep("seen", this.stepMs);
      return;
    }
    this.pending.offsetMs = offsetMs;
    if (monotonicMs - this.pending.sinceMs < STAND_MS) return;
    const { stepMs } = this;
    this.pending = null;
    this.offsetMs = offsetMs;
    this.adoptedCount++;
    this.onStep("adopted", stepMs);
  }
}
