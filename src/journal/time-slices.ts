/**
 * Long work beside ingestion: done in slices of a few milliseconds, with the others' turn between.
 *
 * The worker asks `due` now and then and awaits pause() when it says so. Awaiting anything else
 * goes through wait(), since that ends a slice too.
 *
 * I1  `longestMs` is the longest time between two of these awaits.
 *
 * Units: milliseconds of the monotonic clock.
 */
import type { Clock } from "../base/clock.ts";

/** Gives others their turn; resolves when the next slice may begin. */
export type Pause = () => Promise<void>;

export class TimeSlices {
  longestMs = 0;
  private readonly clock: Clock;
  private readonly pauseOnce: Pause;
  private readonly budgetMs: number;
  private startedMs: number;

  constructor(clock: Clock, pause: Pause, budgetMs: number) {
    this.clock = clock;
    this.pauseOnce = pause;
    this.budgetMs = budgetMs;
    this.startedMs = clock.monotonicMs();
  }

  /** Whether the slice has used its budget. */
  get due(): boolean {
    return this.clock.monotonicMs() - this.startedMs >= this.budgetMs;
  }

  /** Ends the slice and gives the others their turn. */
  pause(): Promise<void> {
    return this.wait(this.pauseOnce());
  }

  /** Ends the slice until `work` is done. */
  async wait<T>(work: Promise<T>): Promise<T> {
    this.longestMs = Math.max(this.longestMs, this.clock.monotonicMs() - this.startedMs);
    try {
      return await work;
    } finally {
      this.startedMs = this.clock.monotonicMs();
    }
  }
}
