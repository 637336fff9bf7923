/**
 * Whose turn it is: write requests that were read wait here when there are many, so that other
 * requests are answered in between.
 *
 * I1  Requests are taken in order of arrival.
 * I2  After SLICE_MS of work the event loop gets a turn before the next request is begun. A request
 *     that finds nobody waiting and time left in the slice is not put off.
 *
 * Units: …Ms milliseconds.
 */
import type { Clock } from "../base/clock.ts";

/** How long write requests keep others waiting at a time, the last one of them not counted. */
const SLICE_MS = 10;

interface Waiting {
  readonly work: () => void;
  readonly sinceMs: number;
}

export class WriteTurns {
  private readonly clock: Clock;
  private readonly waiting: Waiting[] = [];
  private sliceStartMs = 0;
  private isScheduled = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Requests that wait. */
  get count(): number {
    return this.waiting.length;
  }

  /** How long the first in the queue has waited, in ms; 0 when nobody waits. */
  get longestWaitMs(): number {
    const first = this.waiting[0];
    return first === undefined ? 0 : this.clock.monotonicMs() - first.sinceMs;
  }

  /** Does `work` now, or when its turn comes. It must not throw. */
  run(work: () => void): void {
    const nowMs = this.clock.monotonicMs();
    if (!this.isScheduled) this.sliceStartMs = nowMs;
    const mustWait = this.waiting.length > 0 || nowMs - this.sliceStartMs > SLICE_MS;
    this.schedule();
    if (mustWait) this.waiting.push({ work, sinceMs: nowMs });
    else work();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.turn());
  }

  private turn(): void {
    this.isScheduled = false;
    this.sliceStartMs = this.clock.monotonicMs();
    do this.waiting.shift()?.work();
    while (this.waiting.length > 0 && this.clock.monotonicMs() - this.sliceStartMs < SLICE_MS);
    if (this.waiting.length > 0) this.schedule();
  }
}
