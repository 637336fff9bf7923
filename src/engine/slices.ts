/**
 * Long work in slices: what takes long looks at the clock and lets everybody else run in between.
 *
 * Units: …Ms milliseconds.
 */
import type { Clock } from "../base/clock.ts";

export class Slices {
  private readonly clock: Clock;
  private readonly sliceMs: number;
  private readonly pause: () => Promise<void>;
  private startedMs: number;

  /** `pause` lets others run and resolves when it is our turn again; it may reject to give up. */
  constructor(clock: Clock, sliceMs: number, pause: () => Promise<void>) {
    this.clock = clock;
    this.sliceMs = sliceMs;
    this.pause = pause;
    this.startedMs = clock.monotonicMs();
  }

  /** Whether this slice has lasted long enough. */
  isOver(): boolean {
    return this.clock.monotonicMs() - this.startedMs >= this.sliceMs;
  }

  /** Lets others run; the next slice begins. */
  async next(): Promise<void> {
    await this.pause();
    this.startedMs = this.clock.monotonicMs();
  }
}
