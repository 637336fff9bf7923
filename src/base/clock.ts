/**
 * Time comes in from outside, so that 72 simulated hours run in seconds.
 *
 * Units: nowMs is wall-clock milliseconds since the epoch; monotonicMs is milliseconds from an
 * arbitrary start and never goes back.
 */

/** Steps of the machine's clock, as a clock that doubts them counts them. */
export interface ClockSteps {
  readonly seenCount: number;
  readonly adoptedCount: number;
  /** How far the machine's clock is ahead, negative when behind; 0 when it is believed. */
  readonly stepMs: number;
}

export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
  /** What a clock that does not believe every step has met; absent from one that does. */
  steps?(): ClockSteps;
}

/** The machine's clock: the only place where Date.now and performance.now are read. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** A clock that moves only when told to. */
export class ManualClock implements Clock {
  private time: number;

  constructor(startMs: number) {
    this.time = startMs;
  }

  nowMs(): number {
    return this.time;
  }

  monotonicMs(): number {
    return this.time;
  }

  /** Moves time forward by `ms` milliseconds. */
  advance(ms: number): void {
    this.time += ms;
  }

  /** Sets the time to `ms` since the epoch. */
  set(ms: number): void {
    this.time = ms;
  }
}
