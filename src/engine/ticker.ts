/**
 * The heartbeat: background work in portions between requests, and whatever is due by the clock.
 *
 * I1  A portion is followed by a turn of the event loop before the next one, so a write never waits
 *     for more than one of them.
 * I2  A task runs at most once at a time; its next time counts from its start, missed ones are left
 *     out.
 *
 * Units: …Ms milliseconds.
 */
import type { Clock } from "../base/clock.ts";
import { type Delay, systemDelay } from "../base/delay.ts";
import type { Log } from "../base/log.ts";
import { nextTurn } from "../base/slices.ts";

const BEAT_MS = 100;

/** Something to be done every `intervalMs`; 0 is never. */
export interface PeriodicTask {
  readonly name: string;
  readonly intervalMs: number;
  readonly run: () => Promise<unknown>;
}

interface Scheduled {
  readonly task: PeriodicTask;
  nextMs: number;
  running: Promise<unknown> | null;
}

export class Ticker {
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly work: () => boolean;
  private readonly scheduled: Scheduled[] = [];
  private readonly delay: Delay;
  /** Counts starts and stops: a beat of an earlier life is none. */
  private life = 0;
  private stopped = true;

  /** `work` does one portion and answers whether there is more. */
  constructor(clock: Clock, log: Log, work: () => boolean, delay: Delay = systemDelay) {
    this.clock = clock;
    this.log = log;
    this.work = work;
    this.delay = delay;
  }

  /** Adds a task, first due one interval from now. */
  add(task: PeriodicTask): void {
    if (task.intervalMs <= 0) return;
    const nextMs = this.clock.monotonicMs() + task.intervalMs;
    this.scheduled.push({ task, nextMs, running: null });
  }

  start(): void {
    this.stopped = false;
    this.beat(++this.life);
  }

  /** Stops beating and waits for the tasks under way. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.life++;
    await Promise.all(this.scheduled.map((entry) => entry.running));
  }

  private beat(life: number): void {
    if (this.stopped || life !== this.life) return;
    const more = this.work();
    this.startDue();
    if (more) void nextTurn().then(() => this.beat(life));
    else this.delay(BEAT_MS, () => this.beat(life));
  }

  private startDue(): void {
    const now = this.clock.monotonicMs();
    for (const entry of this.scheduled) {
      if (now < entry.nextMs || entry.running) continue;
      entry.nextMs = now + entry.task.intervalMs;
      entry.running = this.runTask(entry);
    }
  }

  private async runTask(entry: Scheduled): Promise<void> {
    try {
      await entry.task.run();
    } catch (error) {
      this.log.error({ task: entry.task.name, error }, `${entry.task.name} failed`);
    } finally {
      entry.running = null;
    }
  }
}
