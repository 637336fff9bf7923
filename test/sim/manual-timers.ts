/**
 * Timers that fire when a simulation says so.
 *
 * Units: …Ms milliseconds.
 */
import type { Delay } from "../../src/base/delay.ts";

export class ManualTimers {
  private waiting: { atMs: number; work: () => void }[] = [];
  private nowMs = 0;

  readonly delay: Delay = (ms, work) => {
    this.waiting.push({ atMs: this.nowMs + ms, work });
  };

  /** Lets `ms` pass, fires what is due and lets what it began run to its end. */
  async advance(ms: number): Promise<void> {
    this.nowMs += ms;
    const due = this.waiting.filter(({ atMs }) => atMs <= this.nowMs);
    this.waiting = this.waiting.filter(({ atMs }) => atMs > this.nowMs);
    for (const { work } of due) work();
    await settled();
  }

  /** Forgets all timers, as the end of a process does. */
  clear(): void {
    this.waiting = [];
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
