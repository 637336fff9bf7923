/**
 * Cleaning: deleted samples are taken out of the chunks, in small steps beside ingestion.
 *
 * I1  A step takes at most STEP_MS and one chunk; while a snapshot is written there is none.
 * I2  One run at a time; who asks while one is under way gets its end. A run ends when nothing is
 *     deleted any more, what was deleted since its begin included.
 *
 * Units: …Ms milliseconds, …Seconds durations.
 */
import type { Clock } from "../base/clock.ts";
import { TsdbError } from "../base/errors.ts";
import type { SeriesRef } from "../base/units.ts";
import { cleanChunk, type OnCleaned } from "../series/deletion.ts";
import type { Head } from "../series/head.ts";

const STEP_MS = 2;

/** What the runs of a store have done so far, the present one included. */
export interface CleaningTotals {
  runs: number;
  removedSamples: number;
  longestStepSeconds: number;
}

/** Where it is written down what was cleaned: the journal. */
export interface CleaningLog {
  /** Whether anything can be written down now; nothing is cleaned otherwise. */
  readonly isWritable: boolean;
  begin(clockMs: number): void;
  cleaning(series: SeriesRef, throughMs: number): void;
  end(): void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: TsdbError) => void;
}

export class Cleaning {
  readonly totals: CleaningTotals = { runs: 0, removedSamples: 0, longestStepSeconds: 0 };
  /** Null for a store without a journal. */
  log: CleaningLog | null = null;
  private readonly head: Head;
  private readonly clock: Clock;
  private waiters: Waiter[] = [];

  constructor(head: Head, clock: Clock) {
    this.head = head;
    this.clock = clock;
  }

  get isRunning(): boolean {
    return this.waiters.length > 0;
  }

  /** Asks work() for a run, or joins the one under way; UNAVAILABLE if it is abandoned. */
  start(): Promise<void> {
    if (!this.isRunning) this.totals.runs++;
    return new Promise((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  /** One step of the run under way; true when there is more to do at once. */
  work(): boolean {
    if (!this.isRunning || this.head.tombstones.isHeld) return false;
    const { log } = this;
    if (log !== null && !log.isWritable) return false;
    log?.begin(this.clock.nowMs());
    const isDone = this.step((series, throughMs) => log?.cleaning(series, throughMs));
    log?.end();
    if (!isDone) return true;
    for (const { resolve } of this.takeWaiters()) resolve();
    return false;
  }

  /** Cleans for STEP_MS; true when nothing is left. */
  private step(onCleaned: OnCleaned): boolean {
    const startedMs = this.clock.monotonicMs();
    let tookMs = 0;
    let removed = 0;
    while (removed >= 0 && tookMs < STEP_MS) {
      removed = cleanChunk(this.head, onCleaned);
      this.totals.removedSamples += Math.max(0, removed);
      tookMs = this.clock.monotonicMs() - startedMs;
    }
    this.totals.longestStepSeconds = Math.max(this.totals.longestStepSeconds, tookMs / 1000);
    return removed < 0;
  }

  /** Ends the run under way where it stands: the store is going away. */
  abandon(): void {
    const error = new TsdbError("UNAVAILABLE", "the store went away while it was cleaned");
    for (const { reject } of this.takeWaiters()) reject(error);
  }

  private takeWaiters(): Waiter[] {
    const waiters = this.waiters;
    this.waiters = [];
    return waiters;
  }
}
